import { timingSafeEqual } from 'node:crypto';
import { hexDigest } from './digest.js';
import { WrittenNumber } from './exact-json.js';
import { compareNatural } from './natural-order.js';

/** Parameters as they are sent: texts and whole numbers. */
export type SignableParams = Readonly<Record<string, unknown>>;

/** One `name=value` of the signed text. */
export type SignedPart = readonly [name: string, value: string];

const utf8 = new TextEncoder();

/**
 * IOTPay's signature: parameters without `sign` and without empty values, sorted by name (ASCII), joined as
 * `name=value` with `&`, then `&key=` and the merchant key; MD5, hex, upper case (source: IOTPay, "Sign algorithm").
 * @throws TypeError for a value that is no text, whole number or boolean: it has no single written form to sign
 */
export function sign(params: SignableParams, key: string): string {
  if (!key) throw new TypeError('sign: expected the merchant key, received an empty text.');
  return digestOf(pageParts(params, written), key);
}

/**
 * Whether `params.sign` is the signature of the other parameters, as IOTPay's page writes it. Compares in constant time. For notifications use `verifyNotification`: it also knows the PHP SDK's way of writing.
 * Never throws: what can't be signed is not signed right.
 */
export function verify(params: SignableParams, key: string): boolean {
  let expected: string;
  try {
    expected = sign(params, key);
  } catch {
    return false;
  }
  return sameText(Object.hasOwn(params, 'sign') ? params['sign'] : undefined, expected);
}

/**
 * The two ways in which a notification's signed text may be written; nobody documents which one IOTPay's server uses.
 * Each is written when it is asked for; a way in which these fields can't be written is passed over.
 */
export function* writings(fields: SignableParams): Generator<SignedPart[], void> {
  for (const write of [() => pageParts(fields, writtenAsReceived), () => phpParts(fields)]) {
    let parts: SignedPart[];
    try {
      parts = write();
    } catch {
      continue;
    }
    yield parts;
  }
}

/** Whether a text that was received is the signature of these parts. In constant time, in either case of letters. */
export function isSignatureOf(received: unknown, parts: readonly SignedPart[], key: string): boolean {
  return sameText(typeof received === 'string' ? received.toUpperCase() : received, digestOf(parts, key));
}

/** ASCII order (bytes and UTF-16 agree there), as IOTPay's page has it. */
export const compareAscii = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As IOTPay's page says: empty values dropped, ASCII order. */
function pageParts(params: SignableParams, write: (name: string, value: unknown) => string): SignedPart[] {
  const parts: SignedPart[] = [];
  for (const name of Object.keys(params).sort(compareAscii)) {
    const value = params[name];
    if (name === 'sign' || value === '' || value === null || value === undefined) continue;
    parts.push([name, write(name, value)]);
  }
  return parts;
}

/**
 * As IOTPay's PHP SDK does it: only empty texts are dropped, `null` and `false` are written as nothing, `true` as 1,
 * lists and objects as the word Array, floats as PHP writes them; natural order, whatever the case of letters.
 */
function phpParts(params: SignableParams): SignedPart[] {
  return Object.entries(params)
    .filter(([name, value]) => name !== 'sign' && value !== '' && value !== undefined)
    .sort(([a], [b]) => compareNatural(a, b))
    .map(([name, value]) => [name, writtenByPhp(name, value)]);
}

function digestOf(parts: readonly SignedPart[], key: string): string {
  let text = '';
  for (const [name, value] of parts) text += `${name}=${value}&`;
  return hexDigest('md5', `${text}key=${key}`).toUpperCase();
}

/** @param expected - a digest in hexadecimal: its length is no secret */
function sameText(received: unknown, expected: string): boolean {
  if (typeof received !== 'string' || received.length !== expected.length) return false;
  const bytes = utf8.encode(received);
  return bytes.length === expected.length && timingSafeEqual(bytes, utf8.encode(expected));
}

function written(name: string, value: unknown): string {
  // Half of a surrogate pair has no UTF-8: two texts would share one signature.
  if (typeof value === 'string' && name.isWellFormed() && value.isWellFormed()) return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return String(value);
  throw new TypeError(
    `sign: ${name} can't be signed: expected a text or a whole number, received ${
      Array.isArray(value)
        ? 'an array'
        : typeof value === 'number'
          ? 'a number that is not whole, or too large to be exact'
          : typeof value === 'string'
            ? 'text that is not well-formed Unicode'
            : `a value of type ${typeof value}`
    }.`,
  );
}

/** A received number counts as it was written. */
function writtenAsReceived(name: string, value: unknown): string {
  if (value instanceof WrittenNumber) return value.text;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : written(name, value);
}

function writtenByPhp(name: string, value: unknown): string {
  if (value === null || value === false) return '';
  if (value === true) return '1';
  if (value instanceof WrittenNumber || typeof value === 'number') return phpNumber(String(value));
  return typeof value === 'object' ? 'Array' : written(name, value);
}

/** A number's text in PHP: whole numbers of 64 bits as they are, all else as a float with 14 digits. */
function phpNumber(text: string): string {
  if (/^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return `${BigInt(text)}`;
  const number = Number(text);
  if (number === 0) return Object.is(number, -0) ? '-0' : '0';
  const [mantissa = '', power = ''] = number.toExponential(13).split('e');
  const exponent = Number(power);
  // PHP's %.14G: an exponent for what is below 0.0001 or has more than 14 digits before the point.
  if (exponent >= -4 && exponent < 14) return withoutZeros(number.toFixed(Math.max(13 - exponent, 0)));
  const digits = withoutZeros(mantissa);
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
