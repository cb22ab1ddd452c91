/** What a claim found. */
export type Claim<T> =
  /** The key is the caller's now, for `ttl`. */
  | { readonly state: 'claimed' }
  /** Somebody else has it and is not done. */
  | { readonly state: 'busy' }
  /** It is done, with this value. */
  | { readonly state: 'done'; readonly value: T };

/**
 * Remembers what has been done under a key, so that it is done once. Over any database: a row a key, inserted where it
 * isn't there yet (or has expired), updated with the value, deleted on release.
 */
export interface Store<T = unknown> {
  /** Takes a key, atomically: of several callers at the same time one gets it. A claim that is never completed ends after `ttl` milliseconds. */
  claim(key: string, ttl: number): Promise<Claim<T>>;
  /** Keeps the value for `ttl` milliseconds. */
  complete(key: string, value: T, ttl: number): Promise<void>;
  /** Gives a key back, undone. */
  release(key: string): Promise<void>;
}

/** A store for a single process: what it knows is gone when the process ends. */
export function memoryStore<T = unknown>(now: () => number = Date.now): Store<T> {
  const entries = new Map<string, { until: number; value?: { readonly done: T } }>();
  const sweep = () => {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key);
  };
  return {
    claim: async (key, ttl) => {
      if (entries.size > 10_000) sweep();
      const entry = entries.get(key);
      if (entry && entry.until > now()) {
        return entry.value ? { state: 'done', value: entry.value.done } : { state: 'busy' };
      }
      entries.set(key, { until: now() + ttl });
      return { state: 'claimed' };
    },
    complete: async (key, value, ttl) =>
      void entries.set(key, { until: now() + ttl, value: { done: value } }),
    release: async (key) => void entries.delete(key),
  };
}
