import type { StoredValue } from '../stores/store.js';
import { compareAndSet, type Seen } from './compare-and-set.js';
import type { GuardedStore } from './guard.js';
import { readRecord, writeRecord, type OrderRecord } from './record.js';

const DAY_MS = 24 * 3_600_000;
/** How long an order stays on record, in milliseconds: 400 days, longer than a card payment can be disputed. */
const RECORD_TTL_MS = 400 * DAY_MS;
/** How long `reconcile` finds an order that is not settled, in milliseconds: 30 days after its last attempt. */
const WATCH_TTL_MS = 30 * DAY_MS;

/** How many names are listed, at least, of which some are looked at. */
const MOST_NAMES = 1_000_000;

/** Prefix of the keys of orders that are not settled. */
export const WATCH_PREFIX = 'watch:';

/** The records of all orders, in the merchant's store. */
export class Records {
  readonly #store: GuardedStore;
  readonly #now: () => number;
  readonly #merchant: string;
  /** The text and the version that a record was read from. */
  readonly #sources = new WeakMap<OrderRecord, StoredValue>();

  /** @param merchant - whose orders these are */
  constructor(store: GuardedStore, now: () => number, merchant = '') {
    this.#store = store;
    this.#now = now;
    this.#merchant = merchant;
  }

  async read(name: string): Promise<OrderRecord | undefined> {
    const key = `order:${name}`;
    const stored = await this.#store.get(key);
    if (!stored) return undefined;
    const record = this.#own(readRecord(stored.value, key));
    this.#sources.set(record, stored);
    return record;
  }

  /**
   * Changes a record, however many write it at the same time: `change` is asked again with what the others wrote.
   * @param change - gives the new record, or `undefined` to leave it as it is
   * @param seen - what `read` gave a moment ago (`undefined`: nothing was there), which spares reading it again. Only where
   *   `change` may decide on it to leave the record as it is: then that is what is returned
   * @returns the record as it is now
   */
  change(
    name: string,
    change: (record: OrderRecord | undefined) => OrderRecord | undefined,
    seen?: { readonly record: OrderRecord | undefined },
  ): Promise<OrderRecord | undefined> {
    return this.#write(
      name,
      async (record) => {
        const wanted = change(record);
        return wanted && this.#watch(name, wanted);
      },
      seen,
    );
  }

  /**
   * Two shops that share a store would take each other's orders for their own: what one was paid, the other would tell.
   * @throws TypeError where the record is another merchant's
   */
  #own(record: OrderRecord): OrderRecord {
    if (!record.merchant || record.merchant === this.#merchant) return record;
    throw new TypeError(
      `store: order ${JSON.stringify(record.id)} is on record for ${record.merchant}, and this checkout is ${this.#merchant}. Two shops, or a sandbox and IOTPay, share one store: give each its own (sqlStore's table, redisStore's prefix). Nothing was made or charged.`,
    );
  }

  /** What the store compares with; `undefined` for a record that was not read, but is what was written over one. */
  #seen(seen: { readonly record: OrderRecord | undefined } | undefined): Seen | undefined {
    if (!seen?.record) return seen && { stored: undefined };
    const stored = this.#sources.get(seen.record);
    return stored && { stored };
  }

  async #write(
    name: string,
    change: (record: OrderRecord | undefined) => Promise<OrderRecord | undefined>,
    seen?: { readonly record: OrderRecord | undefined },
  ): Promise<OrderRecord | undefined> {
    const key = `order:${name}`;
    const before = this.#seen(seen);
    let now: OrderRecord | undefined;
    const changed = async (text: string | undefined) => {
      const isSeen = before !== undefined && text === before.stored?.value;
      const record = isSeen
        ? seen?.record
        : text === undefined
          ? undefined
          : this.#own(readRecord(text, key));
      const other = await change(record);
      const wanted = other && { ...other, merchant: this.#merchant };
      now = wanted ?? record;
      return wanted && { text: writeRecord(wanted), ttlMs: RECORD_TTL_MS };
    };
    await compareAndSet(this.#store, key, changed, before);
    return now;
  }

  /** Sees to it that `reconcile` finds the order: before the record says that there is something to find. */
  async #watch(name: string, record: OrderRecord): Promise<OrderRecord> {
    const until = this.#now() + WATCH_TTL_MS;
    // Once a day is often enough, and spares a write for each change.
    if ((record.watchedUntil ?? 0) > until - DAY_MS) return record;
    const key = WATCH_PREFIX + name;
    // Most are new, and have no mark yet.
    const seen = record.watchedUntil === undefined ? { stored: undefined } : undefined;
    await compareAndSet(this.#store, key, () => ({ text: '1', ttlMs: WATCH_TTL_MS }), seen);
    return { ...record, watchedUntil: until };
  }

  /**
   * Takes a settled order out of what `reconcile` looks at.
   * @param isSettled - asked of the record as it is now
   */
  async unwatch(name: string, isSettled: (record: OrderRecord) => boolean): Promise<void> {
    const key = WATCH_PREFIX + name;
    const mark = await this.#store.get(key);
    let settled = false;
    await this.#write(name, async (record) => {
      settled = !record || isSettled(record);
      return record && settled && record.watchedUntil ? { ...record, watchedUntil: 0 } : undefined;
    });
    // Compared with what it was before the record was read: an attempt that was made since has marked the order anew.
    if (mark && settled) await this.#store.set(key, '1', { version: mark.version, ttlMs: 1 });
  }

  /**
   * The names of orders that are not settled; where there are more than the limit, some of them.
   * @throws TypeError where the store has no `keys`
   */
  watched(limit: number): AsyncGenerator<string> {
    return namesUnder(this.#store, WATCH_PREFIX, limit);
  }
}

/**
 * What follows a prefix in the store's keys. Where there are more than the limit, it begins at another one each time: a
 * store lists in the same order again and again, and what comes late in it would never be looked at.
 * @throws TypeError where the store has no `keys`
 */
export async function* namesUnder(
  store: GuardedStore,
  prefix: string,
  limit: number,
): AsyncGenerator<string> {
  if (!store.keys)
    throw new TypeError(
      'reconcile: expected a store with keys(prefix, limit), received one without. memoryStore, sqlStore and redisStore have it.',
    );
  const names: string[] = [];
  for await (const key of store.keys(prefix, Math.max(limit, MOST_NAMES)))
    names.push(key.slice(prefix.length));
  const first = names.length > limit ? Math.floor(Math.random() * names.length) : 0;
  yield* [...names.slice(first), ...names.slice(0, first)].slice(0, limit);
}
