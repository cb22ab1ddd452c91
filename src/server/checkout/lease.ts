import { randomUUID } from 'node:crypto';
import type { GuardedStore } from './guard.js';
import { retry } from './retry.js';

/** How long a lease lasts when it is not renewed, in milliseconds: what a crash costs. */
const LEASE_MS = 30_000;
/** How often a live process renews its lease, in milliseconds. */
const RENEW_MS = 10_000;
/** How long it is tried to give a lease back, in milliseconds. */
const GIVE_BACK_MS = 400;
/** What stands in place of an owner once a lease was given back. Not empty: to some databases an empty text is none. */
const NOBODY = '-';

/**
 * Runs `work` unless another process holds the lease. While the work goes on the lease is renewed, so that a slow server
 * and a dead one are told apart; the store's clock decides when it is over.
 * @param limitMs - after so many milliseconds the lease is not renewed any more: whoever comes next runs the work again
 * @param isDone - whether work that ended like this leaves nothing to do: its lease is not given back, but runs out. Where it
 *   fails, others may try at once
 * @returns `undefined` where somebody else holds the lease
 */
export async function withLease<T>(
  store: GuardedStore,
  key: string,
  limitMs: number,
  work: () => Promise<T>,
  isDone: (value: T) => boolean = () => false,
): Promise<{ readonly value: T } | undefined> {
  const owner = randomUUID();
  // A store that does not answer keeps the lease until its time is over: that costs seconds and loses nothing.
  const giveBack = () => retry(GIVE_BACK_MS, () => replace(store, key, owner, NOBODY, 1)).catch(() => {});
  try {
    if (!(await take(store, key, owner))) return undefined;
  } catch (error) {
    await giveBack(); // It may have been written although no answer came.
    throw error;
  }
  const endMs = Date.now() + limitMs;
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    if (Date.now() >= endMs) clearInterval(timer);
    else renewing = renewing.then(() => replace(store, key, owner, owner, LEASE_MS)).catch(() => {}); // The next may pass.
  }, RENEW_MS);
  let isSpent = false;
  try {
    const value = await work();
    isSpent = isDone(value);
    return { value };
  } finally {
    clearInterval(timer);
    await renewing;
    if (!isSpent) await giveBack();
  }
}

async function take(store: GuardedStore, key: string, owner: string): Promise<boolean> {
  // Nearly always nobody holds it or has held it, so that no reading is needed first.
  if (await store.set(key, owner, { version: undefined, ttlMs: LEASE_MS })) return true;
  const held = await store.get(key);
  if (held && held.value !== NOBODY) return false;
  if (held && (await store.set(key, owner, { version: held.version, ttlMs: LEASE_MS }))) return true;
  // What was given back has run out in the meantime.
  return store.set(key, owner, { version: undefined, ttlMs: LEASE_MS });
}

/** Writes over a lease of our own; does nothing where it has gone to somebody else. */
async function replace(
  store: GuardedStore,
  key: string,
  owner: string,
  value: string,
  ttlMs: number,
): Promise<void> {
  const held = await store.get(key);
  if (held?.value === owner) await store.set(key, value, { version: held.version, ttlMs });
}
