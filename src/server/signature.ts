import { createHash, timingSafeEqual } from 'node:crypto';

/** Parameters as they are sent: texts and whole numbers. */
export type SignableParams = Readonly<Record<string, unknown>>;

/**
 * IOTPay's signature: parameters without `sign` and without empty values, sorted by name (ASCII), joined as
 * `name=value` with `&`, then `&key=` and the merchant key; MD5, hex, upper case (source: IOTPay, "Sign algorithm").
 * @throws TypeError for a value that is no text, whole number or boolean: it has no single written form to sign
 */
export function sign(params: SignableParams, key: string): string {
  if (!key) throw new TypeError('sign: expected the merchant key, received an empty text.');
  const parts = Object.entries(params)
    .filter(([name, value]) => name !== 'sign' && value !== '' && value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${written(name, value)}`);
  const text = [...parts, `key=${key}`].join('&');
  return createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
}

/**
 * Whether `params.sign` is the signature of the other parameters. Compares in constant time, whatever the lengths.
 * Never throws: what can't be signed is not signed right.
 */
export function verify(params: SignableParams, key: string): boolean {
  let expected: string;
  try {
    expected = sign(params, key);
  } catch {
    return false;
  }
  const received = Object.hasOwn(params, 'sign') ? params['sign'] : undefined;
  // Hashing first makes both sides equally long, so that not even a length is told by the time it takes.
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  const equal = timingSafeEqual(digest(typeof received === 'string' ? received : ''), digest(expected));
  return equal && typeof received === 'string';
}

function written(name: string, value: unknown): string {
  // Half of a surrogate pair has no UTF-8: two texts would share one signature.
  if (typeof value === 'string' && !/\p{Surrogate}/u.test(name + value)) return value;
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
