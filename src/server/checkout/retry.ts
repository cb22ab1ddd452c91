/**
 * How long it is tried to write down what has been done (the merchant was told, money was given back), in milliseconds:
 * shorter than a lease lasts that cannot be renewed, so that nobody else does it meanwhile.
 */
export const MARK_MS = 15_000;
/** The pause after the first try, in milliseconds; each is twice as long as the one before. */
const FIRST_PAUSE_MS = 50;
/** The longest pause, in milliseconds. */
const LAST_PAUSE_MS = 1000;

/**
 * Does something again until it succeeds: a connection that breaks just now is replaced by the next one. A try that is
 * under way is not cut short.
 * @param limitMs - no try begins later than this, in milliseconds
 * @throws what the last try threw
 */
export async function retry<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const endMs = Date.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() + pauseMs >= endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
