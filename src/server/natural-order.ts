const DIGIT_0 = 48;
const DIGIT_9 = 57;
const utf8 = new TextEncoder();

/**
 * Compares two names as PHP's `strnatcasecmp` does: byte by byte, ASCII letters in upper case, runs of digits by their
 * value. PHP's `ksort` with SORT_NATURAL and SORT_FLAG_CASE uses it, and IOTPay's PHP SDK signs in that order
 * (source: IOTPay-PHP; the algorithm: ext/standard/strnatcmp.c of php-src).
 * @returns below zero, zero or above zero, as `Array.sort` wants it
 */
export function compareNatural(left: string, right: string): number {
  const a = utf8.encode(left);
  const b = utf8.encode(right);
  if (a.length === 0 || b.length === 0) return a.length - b.length;
  let i = skipZeros(a);
  let j = skipZeros(b);
  for (;;) {
    i = skipSpace(a, i);
    j = skipSpace(b, j);
    if (isDigit(a[i]) && isDigit(b[j])) {
      const runA = endOfDigits(a, i);
      const runB = endOfDigits(b, j);
      // A run that begins with 0 is read as a fraction: its digits count from the left.
      const order =
        a[i] === DIGIT_0 || b[j] === DIGIT_0
          ? compareDigits(a, i, b, j)
          : runA - i - (runB - j) || compareDigits(a, i, b, j);
      if (order !== 0) return order;
      i = runA;
      j = runB;
      if (i >= a.length || j >= b.length) return a.length - i - (b.length - j);
    }
    const order = upper(a[i]) - upper(b[j]);
    if (order !== 0) return order;
    i += 1;
    j += 1;
    if (i >= a.length || j >= b.length) return Math.max(a.length - i, 0) - Math.max(b.length - j, 0);
  }
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_9;
const isSpace = (byte: number | undefined) => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
/** Behind the end PHP reads the text's closing zero byte. */
const upper = (byte = 0) => (byte >= 97 && byte <= 122 ? byte - 32 : byte);

/** Zeros that a text begins with count for nothing where a digit follows. */
function skipZeros(text: Uint8Array): number {
  let at = 0;
  while (text[at] === DIGIT_0 && isDigit(text[at + 1])) at += 1;
  return at;
}

function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(text[at])) at += 1;
  return at;
}

function endOfDigits(text: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(text[at])) at += 1;
  return at;
}

/** Two runs of digits from the left: the first difference decides; else the shorter one is less. */
function compareDigits(a: Uint8Array, fromA: number, b: Uint8Array, fromB: number): number {
  for (let i = fromA, j = fromB; ; i += 1, j += 1) {
    const inA = isDigit(a[i]);
    const inB = isDigit(b[j]);
    if (!inA || !inB) return Number(inA) - Number(inB);
    const order = (a[i] ?? 0) - (b[j] ?? 0);
    if (order !== 0) return order;
  }
}
