import { MAX_KEY_LENGTH, MAX_TTL_MS, MAX_VALUE_BYTES, type StoreWriteOptions } from './store.js';

/**
 * A value from outside in a few words, for an error's message. Texts are not shown: they may be a merchant's data.
 */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'undefined') {
    return String(value);
  }
  if (typeof value === 'bigint') return `the bigint ${value}`;
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty array' : `an array of ${value.length}, first ${describe(value[0])}`;
  }
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = (value.constructor as { name?: unknown } | undefined)?.name;
  const keys = Object.keys(value).slice(0, 5).join(', ');
  return `${typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object'} with ${keys ? `the keys ${keys}` : 'no keys'}`;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * A key that every database keeps as it is. Checked before anything is asked: a database that cuts a long key short, as
 * MySQL does outside strict mode, would let two orders share one record.
 * @throws TypeError
 */
export function checkKey(caller: string, key: unknown): void {
  if (isText(key) && key.length <= MAX_KEY_LENGTH && /^[ -~]+$/.test(key)) return;
  throw new TypeError(
    `${caller}: expected a key of 1 to ${MAX_KEY_LENGTH} printable ASCII characters, received ${describe(key)}.`,
  );
}

/** A prefix is a key that may be empty. */
export function checkListing(caller: string, prefix: unknown, limit: unknown): void {
  if (prefix !== '') checkKey(caller, prefix);
  if (Number.isSafeInteger(limit) && (limit as number) >= 0) return;
  throw new TypeError(`${caller}: expected limit to be a whole number from 0, received ${describe(limit)}.`);
}

/**
 * What every store must be able to write.
 * @throws TypeError
 */
export function checkWrite(caller: string, key: unknown, value: unknown, options: StoreWriteOptions): void {
  checkKey(caller, key);
  if (!isText(value))
    throw new TypeError(`${caller}: expected a text as value, received ${describe(value)}.`);
  // A character is at most three bytes (a pair of them four), so most values need no counting.
  const isLong =
    value.length * 3 > MAX_VALUE_BYTES && new TextEncoder().encode(value).length > MAX_VALUE_BYTES;
  // Half of a surrogate pair: no encoding carries it, so it would not come back.
  if (isLong || value.includes('\0') || !value.isWellFormed()) {
    throw new TypeError(
      `${caller}: expected a value of well-formed Unicode without NUL, at most ${MAX_VALUE_BYTES} bytes; received ` +
        `${describe(value)}${isLong ? '' : ' with NUL or half a surrogate pair in it'}.`,
    );
  }
  const { version, ttlMs } = options;
  if (version !== undefined && (!isText(version) || version === '')) {
    throw new TypeError(
      `${caller}: expected version to be what get() gave, or undefined; received ${describe(version)}.`,
    );
  }
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) {
    throw new TypeError(
      `${caller}: expected ttlMs to be a whole number of milliseconds from 1 to ${MAX_TTL_MS}, received ${describe(ttlMs)}.`,
    );
  }
}
