import { asText } from '../gateway/envelope.js';
import { backendRequest, post, type BackendRequest } from './backend.js';
import type { Config } from './config.js';
import type { IotpayOutcome } from './events.js';
import { aboutOrder, readOrder } from './outcome.js';
import { listen } from './shared.js';
import { pause, within } from './wait.js';

/** Pause after the first question, in milliseconds. */
const FIRST_MS = 500;
/** Longest pause between two questions, in milliseconds. */
const LONGEST_MS = 5000;
/** All the time that the order is asked for, in milliseconds, while the page can be seen. */
const TOTAL_MS = 600_000;
/** How long one answer may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Longest body that is sent with `keepalive`, in characters: browsers refuse more than 64 KiB, all such requests together. */
const KEEPALIVE_MAX = 16_384;

interface Question extends BackendRequest {
  /** Sent to its end, whether the page is left or nobody waits for the answer any more. */
  readonly keepalive?: boolean;
}

/** The question about an order of which IOTPay has reported something. */
export function questionAbout(
  { mchOrderNo, retData }: Pick<IotpayOutcome, 'mchOrderNo' | 'retData'>,
  config: Config,
): BackendRequest {
  const named = { mchOrderNo, payOrderId: asText(retData['payOrderId']) };
  return backendRequest(config.orderStatusEndpoint ?? '', config, named);
}

/** Who is told, once, of a route that does not answer. */
export interface Listener {
  warnOnce(text: string): void;
}

/**
 * Asks the merchant's backend about an order until it knows. Whatever goes wrong with one question (no answer, HTTP
 * errors, nonsense) means "not yet known". Stops while the page is hidden, goes on when it is shown.
 *
 * The first question leaves at once, and is not taken back by a reload: it is what tells the backend that something was
 * submitted, so that a shopper who reloads in that moment gets no new form.
 * @param order - what is known of it: an answer about another order is no answer
 * @param hurry - an event `hurry` on it cuts the present pause short, or while a question is on its way the next one
 * @returns the outcome, or `undefined` when the time is over and the order is still unknown
 */
export async function pollOrder(
  request: () => BackendRequest,
  order: Pick<IotpayOutcome, 'mode' | 'mchOrderNo'>,
  listener: Listener | undefined,
  signal: AbortSignal,
  hurry: EventTarget,
  page: Document = document,
): Promise<IotpayOutcome | undefined> {
  let wait = 0;
  // Ends one pause: the present one, or the next where a question is on its way.
  let over = new AbortController();
  const end = () => over.abort();
  hurry.addEventListener('hurry', end, { signal });
  signal.addEventListener('abort', end);
  for (let spent = 0; spent < TOTAL_MS && !signal.aborted; wait = longer(wait)) {
    const began = performance.now();
    // Up to a third less than the full pause, so that many shoppers don't ask in step.
    if (wait) await pause(wait * (1 - Math.random() / 3), over.signal);
    over = new AbortController();
    if (isHidden(page)) {
      await shown(page, signal);
      wait = 0;
    }
    if (signal.aborted) break;
    const question = request();
    const keepalive = wait === 0 && question.body.length <= KEEPALIVE_MAX;
    const asked = await askOnce({ ...question, keepalive }, order, ANSWER_TIMEOUT_MS, signal, listener);
    if (asked && asked.outcome !== 'unknown') return asked;
    spent += Math.min(performance.now() - began, wait + ANSWER_TIMEOUT_MS);
  }
  return undefined;
}

const longer = (wait: number) => Math.min(wait === 0 ? FIRST_MS : wait * 1.5, LONGEST_MS);

/**
 * Asks once. The developer hears of a route that does not answer: it would otherwise be silent for ten minutes.
 * @param ms - how long the answer may take, in milliseconds
 * @returns what the backend said of the order; `undefined` where it said nothing: the next question may get an answer
 */
export async function askOnce(
  request: Question,
  { mode, mchOrderNo }: Pick<IotpayOutcome, 'mode' | 'mchOrderNo'>,
  ms: number,
  signal: AbortSignal,
  listener?: Listener,
): Promise<IotpayOutcome | undefined> {
  let received = 'no full answer (a network failure, or CORS?)';
  const warn = () => {
    // The address's query is the page's own business.
    const url = request.url.replace(/[?#].*/, '');
    listener?.warnOnce(
      `order-status-endpoint ${url}: expected an answer such as {"status": 2}, received ${received}. Until it answers, nobody knows whether the order is paid.`,
    );
  };
  try {
    return await within(ms, signal, late, async (step) => {
      const response = await post(request, request.keepalive ? { keepalive: true } : { signal: step });
      received = `HTTP ${response.status}`;
      if (!response.ok) throw new Error(received);
      const text = await response.text();
      received = 'no JSON';
      const outcome = aboutOrder(readOrder(JSON.parse(text), mode), mchOrderNo);
      received = 'one about another order';
      if (outcome.reason === 'contradiction') warn();
      return outcome;
    });
  } catch {
    if (!signal.aborted) warn();
    return undefined;
  }
}

const late = () => new DOMException('The order status did not come in time.', 'TimeoutError');

/** An image or a form of that name in the page's markup would be `hidden` for ever. */
const isHidden = (page: Document) => page.hidden === true;

/** Resolves when the page can be seen, or as soon as the signal is aborted. */
async function shown(page: Document, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  await new Promise<void>((resolve) => {
    listen(page, 'visibilitychange', () => isHidden(page) || resolve(), over.signal);
    signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  });
  over.abort();
}
