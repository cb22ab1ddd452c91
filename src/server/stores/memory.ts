import { checkKey, checkListing, checkWrite } from './checks.js';
import type { Store, StoredValue } from './store.js';

/** How often what has expired is thrown away, in milliseconds. */
const SWEEP_MS = 60_000;

/** Those that were made here. */
const ALL = new WeakSet<Store>();

/** Whether a store forgets when its process ends. */
export const isMemoryStore = (store: Store): boolean => ALL.has(store);

interface Entry extends StoredValue {
  /** By the store's clock, in milliseconds. */
  readonly expiresAt: number;
}

/**
 * A store for development, tests and a single process: what it knows is gone when the process ends, and a second process
 * knows nothing of it. A shop with real customers needs `sqlStore` or `redisStore`. Its size is bounded by `ttlMs` alone:
 * throwing away what has not expired could mean a second charge.
 * @param now - the clock, in milliseconds
 */
export function memoryStore(now: () => number = Date.now): Store {
  const entries = new Map<string, Entry>();
  let writes = 0;
  let nextSweep = now() + SWEEP_MS;

  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry && entry.expiresAt > now() ? entry : undefined;
  };
  const sweep = (): void => {
    if (now() < nextSweep) return;
    nextSweep = now() + SWEEP_MS;
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now()) entries.delete(key);
  };

  const store: Store = {
    get: async (key) => {
      checkKey('memoryStore.get', key);
      const entry = find(key);
      return entry && { value: entry.value, version: entry.version };
    },
    set: async (key, value, options) => {
      checkWrite('memoryStore.set', key, value, options);
      sweep();
      if (find(key)?.version !== options.version) return false;
      writes += 1;
      entries.set(key, { value, version: String(writes), expiresAt: now() + options.ttlMs });
      return true;
    },
    keys: async function* (prefix, limit) {
      checkListing('memoryStore.keys', prefix, limit);
      let left = limit;
      // A copy: what is written while the caller works through it would prolong the listing without end.
      for (const key of [...entries.keys()]) {
        if (left === 0) return;
        if (!key.startsWith(prefix) || !find(key)) continue;
        left -= 1;
        yield key;
      }
    },
  };
  ALL.add(store);
  return store;
}
