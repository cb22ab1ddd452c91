import { post, type BackendRequest } from './backend.js';
import type { IotpayOutcome } from './events.js';
import { aboutOrder, readOrder } from './outcome.js';
import { pause, within } from './wait.js';

/** Pause before the first question, in milliseconds. */
const FIRST_MS = 500;
/** Longest pause between two questions, in milliseconds. */
const LONGEST_MS = 5000;
/** All the time that the order is asked for, in milliseconds, while the page can be seen. */
const TOTAL_MS = 600_000;
/** How long one answer may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Asks the merchant's backend about an order until it knows. Whatever goes wrong with one question (no answer, HTTP
 * errors, nonsense) means "not yet known". Stops while the page is hidden, goes on when it is shown.
 * @param order - what is known of it: an answer about another order is no answer
 * @param hurry - an event `hurry` on it cuts the present pause short
 * @returns the outcome, or `undefined` when the time is over and the order is still unknown
 */
export async function pollOrder(
  request: () => BackendRequest,
  order: Pick<IotpayOutcome, 'mode' | 'mchOrderNo'>,
  signal: AbortSignal,
  hurry: EventTarget,
  page: Document = document,
): Promise<IotpayOutcome | undefined> {
  let wait = FIRST_MS;
  for (let spent = 0; spent < TOTAL_MS && !signal.aborted; wait = Math.min(wait * 1.5, LONGEST_MS)) {
    const began = performance.now();
    // Up to a third less than the full pause, so that many shoppers don't ask in step.
    await rest(wait * (1 - Math.random() / 3), signal, hurry);
    if (page.hidden) {
      await shown(page, signal);
      wait = FIRST_MS;
    }
    if (signal.aborted) break;
    const asked = await askOnce(request(), order, ANSWER_TIMEOUT_MS, signal);
    if (asked && asked.outcome !== 'unknown') return asked;
    spent += Math.min(performance.now() - began, wait + ANSWER_TIMEOUT_MS);
  }
  return undefined;
}

/**
 * Asks once.
 * @param ms - how long the answer may take, in milliseconds
 * @returns what the backend said of the order; `undefined` where it said nothing: the next question may get an answer
 */
export function askOnce(
  request: BackendRequest,
  order: Pick<IotpayOutcome, 'mode' | 'mchOrderNo'>,
  ms: number,
  signal: AbortSignal,
): Promise<IotpayOutcome | undefined> {
  return within(
    ms,
    signal,
    () => new DOMException('The order status did not come in time.', 'TimeoutError'),
    async (step) => {
      const response = await post(request, step);
      return response.ok
        ? aboutOrder(readOrder(await response.json(), order.mode), order.mchOrderNo)
        : undefined;
    },
  ).catch(() => undefined);
}

/** A pause that `hurry` cuts short. */
async function rest(ms: number, signal: AbortSignal, hurry: EventTarget): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  hurry.addEventListener('hurry', end, { signal: over.signal });
  signal.addEventListener('abort', end, { signal: over.signal });
  await pause(ms, over.signal);
  over.abort();
}

/** Resolves when the page can be seen, or as soon as the signal is aborted. */
async function shown(page: Document, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  await new Promise<void>((resolve) => {
    page.addEventListener('visibilitychange', () => page.hidden || resolve(), { signal: over.signal });
    signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  });
  over.abort();
}
