import type { Attempts } from './attempts.js';
import { CARDS_PREFIX, type Cards } from './cards.js';
import type { Delivery } from './delivery.js';
import type { GuardedStore } from './guard.js';
import { kindOf } from './kind.js';
import { wordsOf, type Logger } from './log.js';
import { isWatched, stateOfOrder, undelivered, type OrderRecord } from './record.js';
import { namesUnder, type Records } from './records.js';

/** How many orders are settled at the same time. */
const AT_ONCE = 4;
/** How many orders one run looks at, where the call says nothing else. Where there are more, the next ones look at others. */
const DEFAULT_LIMIT = 1000;

/** What one run found. */
export interface Reconciled {
  /** Orders looked at. */
  readonly orders: number;
  /** Payments that the merchant was told of by this run. */
  readonly paid: number;
  /** Orders of which nobody knows yet. */
  readonly unknown: number;
  /** Cards that the merchant was told of by this run. */
  readonly cards: number;
  /** Orders that could not be settled this time; the log says why. */
  readonly failures: number;
}

export interface ReconcileParts {
  readonly store: GuardedStore;
  readonly records: Records;
  readonly attempts: Attempts;
  readonly delivery: Delivery;
  /** `undefined`: nobody wants to hear of saved cards. */
  readonly cards: Cards | undefined;
  readonly log: Logger;
  readonly now: () => number;
}

/** Settles what neither a browser nor a notification has told of. */
export async function reconcile(parts: ReconcileParts, limit = DEFAULT_LIMIT): Promise<Reconciled> {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new TypeError(`reconcile: limit: expected a whole number from 0, received ${kindOf(limit)}.`);
  const sum = { orders: 0, paid: 0, unknown: 0, cards: 0, failures: 0 };
  await each(parts.records.watched(limit), async (name) => {
    sum.orders += 1;
    try {
      const found = await settleOne(parts, name);
      sum.paid += found.paid;
      sum.unknown += found.unknown ? 1 : 0;
      sum.failures += found.failed ? 1 : 0;
    } catch (error) {
      sum.failures += 1;
      parts.log.error(`reconcile: an order could not be settled: ${wordsOf(error)}`, error);
    }
  });
  const { cards, store } = parts;
  if (cards) {
    await each(namesUnder(store, CARDS_PREFIX, limit), async (name) => {
      try {
        const { saved, failure } = await cards.settle(name);
        sum.cards += saved.length;
        if (failure) throw failure;
      } catch (error) {
        sum.failures += 1;
        parts.log.error(`reconcile: a card could not be settled: ${wordsOf(error)}`, error);
      }
    });
  }
  return sum;
}

async function settleOne(
  { records, attempts, delivery, log, now }: ReconcileParts,
  name: string,
): Promise<{ readonly paid: number; readonly unknown: boolean; readonly failed: boolean }> {
  const { record, failure } = await attempts.settle(name, await records.read(name));
  if (failure !== undefined) attempts.warn(failure);
  const news = record ? undelivered(record).length : 0;
  let told: boolean;
  try {
    told = await delivery.deliver(name, record);
    if (!told)
      log.warn(
        `reconcile: order ${record?.id ?? name} is paid, and another server is telling the shop just now (or has died, less than 30 s ago). Looked at again the next time.`,
      );
  } catch (error) {
    told = false;
    delivery.failed(record?.id ?? name, error);
  }
  await records.unwatch(name, (found) => isSettled(found, now()));
  return {
    paid: told ? news : 0,
    unknown: stateOfOrder(record, now()) === 'unknown',
    failed: failure !== undefined || !told,
  };
}

/** Whether nothing can happen to an order any more that the merchant has not been told of. */
function isSettled(record: OrderRecord, now: number): boolean {
  return undelivered(record).length === 0 && !record.attempts.some((attempt) => isWatched(attempt, now));
}

/** Works on a few items at a time. */
async function each<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const one = work(item).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}
