/** How often the memory store looks for what is over, in milliseconds. */
const SWEEP_MS = 60_000;

/** What a claim found. */
export type Claim<T> =
  /** The key is the caller's now, for `ttl`. */
  | { readonly state: 'claimed' }
  /** Somebody else has it and is not done. */
  | { readonly state: 'busy' }
  /** It is done, with this value. */
  | { readonly state: 'done'; readonly value: T };

/**
 * Remembers what has been done under a key, so that it is done once. Over any database: one row for each key, inserted
 * where there is none yet (or an expired one), updated with the value, deleted on release.
 */
export interface Store<T = unknown> {
  /**
   * Takes a key, atomically: of several callers at the same time one gets it.
   * @param owner - names this claim, and no other
   * @param ttl - milliseconds after which a claim that was neither completed nor released is over
   */
  claim(key: string, owner: string, ttl: number): Promise<Claim<T>>;
  /** Keeps the value for `ttl` milliseconds, whoever owns the key: what has been done has been done. */
  complete(key: string, value: T, ttl: number): Promise<void>;
  /** Gives a key back, undone; does nothing where another owner has claimed it since, or it is done. */
  release(key: string, owner: string): Promise<void>;
}

/** A store for a single process: what it knows is gone when the process ends. */
export function memoryStore<T = unknown>(now: () => number = Date.now): Store<T> {
  const entries = new Map<string, { owner?: string; until: number; value?: { readonly done: T } }>();
  let nextSweep = 0;
  const sweep = () => {
    if (now() < nextSweep) return;
    nextSweep = now() + SWEEP_MS;
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key);
  };
  return {
    claim: async (key, owner, ttl) => {
      sweep();
      const entry = entries.get(key);
      if (entry && entry.until > now()) {
        return entry.value ? { state: 'done', value: entry.value.done } : { state: 'busy' };
      }
      entries.set(key, { owner, until: now() + ttl });
      return { state: 'claimed' };
    },
    complete: async (key, value, ttl) =>
      void entries.set(key, { until: now() + ttl, value: { done: value } }),
    release: async (key, owner) => {
      if (entries.get(key)?.owner === owner) entries.delete(key);
    },
  };
}
