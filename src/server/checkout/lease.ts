import { randomUUID } from 'node:crypto';
import type { GuardedStore } from './guard.js';

/** How long a lease lasts when it is not renewed, in milliseconds: what a crash costs. */
const LEASE_MS = 30_000;
/** How often a live process renews its lease, in milliseconds. */
const RENEW_MS = 10_000;

/**
 * Runs `work` unless another process holds the lease. While the work goes on the lease is renewed, so that a slow server
 * and a dead one are told apart; the store's clock decides when it is over.
 * @param limitMs - after so many milliseconds the lease is not renewed any more: whoever comes next runs the work again
 * @returns `undefined` where somebody else holds the lease
 */
export async function withLease<T>(
  store: GuardedStore,
  key: string,
  limitMs: number,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  if (await store.get(key)) return undefined;
  const owner = randomUUID();
  if (!(await store.set(key, owner, { version: undefined, ttlMs: LEASE_MS }))) return undefined;
  const endMs = Date.now() + limitMs;
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    if (Date.now() >= endMs) clearInterval(timer);
    else renewing = renewing.then(() => extend(store, key, owner, LEASE_MS)).catch(() => {}); // The next one may pass.
  }, RENEW_MS);
  try {
    return { value: await work() };
  } finally {
    clearInterval(timer);
    await renewing;
    // A store that fails just now keeps the lease until its time is over: that costs seconds and loses nothing.
    await extend(store, key, owner, 1).catch(() => {});
  }
}

/** Sets the time that is left; does nothing where the lease has gone to somebody else. */
async function extend(store: GuardedStore, key: string, owner: string, ttlMs: number): Promise<void> {
  const held = await store.get(key);
  if (held?.value === owner) await store.set(key, owner, { version: held.version, ttlMs });
}
