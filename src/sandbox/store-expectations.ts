import type { Store } from '../server/stores/store.js';

const LONGEST_SHOWN = 80;

/** A value for a person: short, and told apart from others that print alike. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof Error) return `an error (${value.message})`;
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)` : text;
}

/** @throws Error where they differ as JSON does */
export function expectSame(what: string, received: unknown, expected: unknown): void {
  if (received === expected || JSON.stringify(received) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${show(expected)}, received ${show(received)}.`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * The store with the shape of each answer checked, so that a check's own expectation may read it: `'OK'` is no `true`, and
 * a row is no `{ value, version }`.
 */
export function checkedStore(store: unknown): Store {
  if (!isObject(store) || typeof store['get'] !== 'function' || typeof store['set'] !== 'function') {
    throw new TypeError(
      `testStore: expected makeStore to give an object with the functions get and set, received ${show(store)}.`,
    );
  }
  const inner = store as unknown as Store;
  return {
    get: async (key) => {
      const answer: unknown = await inner.get(key);
      if (answer === undefined) return undefined;
      if (isObject(answer) && typeof answer['value'] === 'string' && typeof answer['version'] === 'string') {
        return { value: answer['value'], version: answer['version'] };
      }
      throw new Error(
        `get(): expected undefined or { value, version }, both texts; received ${show(answer)}.`,
      );
    },
    set: async (key, value, options) => {
      const answer: unknown = await inner.set(key, value, options);
      if (typeof answer === 'boolean') return answer;
      throw new Error(`set(): expected true or false, received ${show(answer)}.`);
    },
    ...(typeof inner.keys === 'function' && { keys: (prefix, limit) => inner.keys!(prefix, limit) }),
  };
}
