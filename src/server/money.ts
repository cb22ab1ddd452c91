/**
 * An amount in cents from its written form, exactly: `toCents('19.99')` is 1999. No floating point is involved.
 * @param text - digits, and behind a point one or two more; no sign, exponent, white space or thousands separator
 * @throws RangeError for everything else, fractions of a cent and amounts beyond safe integers included
 */
export function toCents(text: string): number {
  const match = typeof text === 'string' ? /^(\d+)(?:\.(\d{1,2}))?$/.exec(text) : null;
  const cents = match ? Number(`${match[1]}${(match[2] ?? '').padEnd(2, '0')}`) : NaN;
  if (Number.isSafeInteger(cents)) return cents;
  throw new RangeError(
    `toCents: expected an amount such as "19.99" (digits, a point, at most two digits), received ${JSON.stringify(text)}.`,
  );
}
