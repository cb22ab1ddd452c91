import type { Store } from '../stores/store.js';
import { kindOf } from './kind.js';
import { wordsOf } from './log.js';

/** How long one call of the store may take, in milliseconds. */
const STORE_MS = 5000;
/** How long the next of the store's keys may take, in milliseconds: a large database is looked through for it. */
const NEXT_KEY_MS = 60_000;

/** A merchant's function or store that gave no answer in time. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what}: expected an answer within ${ms} ms, received none. Is what it asks reachable?`);
    this.name = 'DeadlineError';
  }
}

/** A merchant's function or store that failed: says which one. What it threw is the `cause`. */
export class CallbackError extends Error {
  /** Such as `onPaid` or `store.get`. */
  readonly callback: string;

  constructor(callback: string, cause: unknown) {
    super(`${callback}: ${wordsOf(cause)}`, { cause });
    this.name = 'CallbackError';
    this.callback = callback;
  }
}

/**
 * Calls somebody else's function.
 * @throws CallbackError with its name where it throws or rejects
 */
export async function named<T>(callback: string, work: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new CallbackError(callback, cause);
  }
}

/**
 * Waits for a promise for a limited time. It goes on afterwards; a failure that comes late is told to `late`, and never
 * reported as unhandled.
 * @returns `undefined` where the time was over first
 */
export function inTime<T>(
  work: Promise<T>,
  ms: number,
  late: (error: unknown) => void = () => {},
): Promise<{ readonly value: T } | undefined> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      resolve(undefined);
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve({ value });
      },
      (error: Error) => {
        clearTimeout(timer);
        if (over) late(error);
        else reject(error);
      },
    );
  });
}

/**
 * Asks somebody else's function for an answer. What comes late is not used.
 * @throws DeadlineError, CallbackError
 */
export function withDeadline<T>(what: string, ms: number, work: () => T | PromiseLike<T>): Promise<T> {
  // One promise and one timer, since a request asks the store half a dozen times.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      reject(new CallbackError(what, cause));
    };
    try {
      Promise.resolve(work()).then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      }, fail);
    } catch (cause) {
      fail(cause);
    }
  });
}

/**
 * A merchant's store with a deadline for each call and each answer checked: a store that answers `true` or `'OK'` where a
 * version was meant would let two orders be paid.
 */
export function guardStore(store: Store): Store {
  return {
    async get(key) {
      const entry: unknown = await withDeadline('store.get', STORE_MS, () => store.get(key));
      if (entry === undefined) return undefined;
      const { value, version } = (entry ?? {}) as { value?: unknown; version?: unknown };
      if (typeof value !== 'string' || typeof version !== 'string')
        throw new TypeError(
          `store.get: expected undefined, or { value, version } with two texts, received ${kindOf(entry)}. testStore of iotpay-checkout/sandbox says what a store must do.`,
        );
      return { value, version };
    },
    async set(key, value, options) {
      const done: unknown = await withDeadline('store.set', STORE_MS, () => store.set(key, value, options));
      if (typeof done !== 'boolean')
        throw new TypeError(
          `store.set: expected true (written) or false (the version was another), received ${kindOf(done)}. testStore of iotpay-checkout/sandbox says what a store must do.`,
        );
      return done;
    },
    ...(store.keys ? { keys: (prefix: string, limit: number) => checkedKeys(store, prefix, limit) } : {}),
  };
}

/** The store's keys, each checked: one that is passed over in silence may be an order that is paid and never told of. */
async function* checkedKeys(store: Store, prefix: string, limit: number): AsyncGenerator<string> {
  const wrong = (received: string) =>
    new TypeError(
      `store.keys: expected an async iterable of the keys that begin with ${prefix}, received ${received}. testStore of iotpay-checkout/sandbox says what a store must do.`,
    );
  const listing = asked(() => store.keys?.(prefix, limit) as unknown);
  const { [Symbol.asyncIterator]: isAsync, [Symbol.iterator]: isList } = Object(listing) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  if (typeof listing !== 'object' || !(isAsync ?? isList)) throw wrong(kindOf(listing));
  for await (const key of inTurn(listing as AsyncIterable<unknown> | Iterable<unknown>)) {
    if (typeof key !== 'string') throw wrong(`${kindOf(key)} among them`);
    if (!key.startsWith(prefix)) throw wrong('a text that begins otherwise among them');
    yield key;
  }
}

function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CallbackError('store.keys', cause);
  }
}

/** The members of a listing, each with its deadline. A listing that is not gone through to its end is closed. */
function inTurn(listing: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> {
  const members = asked(() =>
    Symbol.asyncIterator in listing ? listing[Symbol.asyncIterator]() : listing[Symbol.iterator](),
  );
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => withDeadline('store.keys', NEXT_KEY_MS, () => members.next()),
      return: async () => (await members.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

export type GuardedStore = ReturnType<typeof guardStore>;
