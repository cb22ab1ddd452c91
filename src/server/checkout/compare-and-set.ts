import type { StoredValue } from '../stores/store.js';
import type { GuardedStore } from './guard.js';

/** How often a change is tried again where others write at the same time. */
const TRIES = 50;
/** How much longer each pause between two tries may be than the one before, in milliseconds. */
const PAUSE_STEP_MS = 10;

/** A text to write, and how long it is kept. */
export interface Written {
  readonly text: string;
  /** Milliseconds. */
  readonly ttlMs: number;
}

/** What the caller has read of a value a moment ago, and its version. */
export interface Seen {
  /** `undefined`: nothing was there. */
  readonly stored: StoredValue | undefined;
}

/**
 * Changes one value of the store, however many processes write it at the same time.
 * @param change - gets what is there now, and says what shall be there; `undefined`: nothing is written. Asked again with
 *   what the others wrote where they were faster.
 * @param seen - spares the first reading. What is wrong in it costs another try and nothing else: the store compares. Where
 *   `change` wants nothing written, that is then said of what was seen.
 */
export async function compareAndSet(
  store: GuardedStore,
  key: string,
  change: (text: string | undefined) => Promise<Written | undefined> | Written | undefined,
  seen?: Seen,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const stored = seen && tries === 0 ? seen.stored : await store.get(key);
    const wanted = await change(stored?.value);
    if (!wanted) return;
    const { text, ttlMs } = wanted;
    if (await store.set(key, text, { version: stored?.version, ttlMs })) return;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_STEP_MS * tries));
  }
  throw new Error(
    `store.set: expected to write ${key} within ${TRIES} tries, somebody else was faster each time. Does \`get\` give the version that \`set\` compares with?`,
  );
}
