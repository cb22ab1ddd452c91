import { asText, type JsonObject } from '../../gateway/envelope.js';
import { isUnderWay, stateOf } from '../../gateway/status.js';
import { hexDigest } from '../digest.js';
import {
  corsHeaders,
  jsonResponse,
  preflight,
  readJsonObject,
  requireOwnPage,
  requirePost,
  RouteRefusal,
  withHeaders,
  type Origins,
  type Route,
} from '../route.js';
import { answerFailure } from './answers.js';
import type { Attempts } from './attempts.js';
import type { Cards } from './cards.js';
import type { Delivery } from './delivery.js';
import type { Forms } from './forms.js';
import { named, type GuardedStore } from './guard.js';
import { wordsOf, type Logger } from './log.js';
import { askOrder, isResponse, type CheckedCard, type CheckedOrder, type OrderFunction } from './order.js';
import { attemptOf, nameIn, nameOf, paymentOf, undecidedIn, type OrderRecord } from './record.js';
import type { Records } from './records.js';

/** How long an Idempotency-Key is remembered, in milliseconds: as long as a secureId lives. */
const KEY_TTL_MS = 3_600_000;
/** Longest Idempotency-Key, in characters. */
const MAX_KEY = 255;
/** How long a browser waits for `onPaid`, in milliseconds: it is told of the payment in any case. */
const ON_PAID_WAIT_MS = 5000;
/** The gateway is asked about one attempt no more often than this, in milliseconds, however many browsers ask. */
const ASK_AGAIN_MS = 900;

/** Everything that the routes stand on. */
export interface Parts<Context> {
  readonly order: OrderFunction<Context>;
  readonly store: GuardedStore;
  readonly records: Records;
  readonly attempts: Attempts;
  readonly forms: Forms;
  readonly cards: Cards;
  readonly delivery: Delivery;
  readonly origins: Origins;
  readonly log: Logger;
  /** Sent to the element, which refuses to mount where the page means another gateway. */
  readonly gatewayOrigin: string | undefined;
}

type Mode = 'pay' | 'add';

/** What a route says: an answer of ours, or the response with which `order` refused. */
type Answer = Response | JsonObject;

/** `POST …/secure-id`. */
export function secureIdRoute<Context>(parts: Parts<Context>): Route<Context> {
  return browserRoute('secure-id', parts, async (request, context, text, { mode, failed, ...data }) => {
    const question = { data, request, context };
    const key = readKey(request);
    if (requireMode(mode) === 'add') {
      const card = await askOrder(parts.order, { ...question, mode: 'add' });
      if (isResponse(card)) return card;
      await requireSameBody(parts.store, key, text);
      return openCard(parts, card, key);
    }
    const order = await askOrder(parts.order, { ...question, mode: 'pay' });
    if (isResponse(order)) return order;
    await requireSameBody(parts.store, key, text);
    return openForm(parts, order, asText(failed));
  });
}

async function openCard<Context>(
  { cards, gatewayOrigin }: Parts<Context>,
  card: CheckedCard,
  key: string | undefined,
): Promise<Answer> {
  const secureId = await cards.open(card, key && hash(key));
  return { secureId, gatewayOrigin };
}

async function openForm<Context>(
  { forms, delivery, gatewayOrigin }: Parts<Context>,
  order: CheckedOrder,
  failed: string | undefined,
): Promise<Answer> {
  const { amount, currency } = order;
  if (order.paid) return { status: 2, amount, currency };
  const answer = await forms.open(order, failed);
  if (answer.is === 'paid') {
    const { status, mchOrderNo, amount, currency } = answer.payment;
    await delivery.deliverQuietly(nameOf(order.id), answer.record, ON_PAID_WAIT_MS);
    return { status, mchOrderNo, amount, currency };
  }
  if (answer.is === 'undecided') {
    const { mchOrderNo, amount, currency } = answer;
    return { status: 1, mchOrderNo, amount, currency };
  }
  const { secureId, mchOrderNo } = answer.attempt;
  const expiresIn = Math.floor(answer.expiresInMs / 1000);
  return { secureId, mchOrderNo, amount, currency, expiresIn, gatewayOrigin };
}

/** `POST …/order-status`. */
export function orderStatusRoute<Context>(parts: Parts<Context>): Route<Context> {
  return browserRoute('order-status', parts, async (request, context, _text, body) => {
    const { mode = 'pay', mchOrderNo: number, frameRemoved, ...data } = body;
    delete (data as Record<string, unknown>)['payOrderId'];
    const asked = asText(number);
    const name = nameIn(asked);
    const known = name === undefined ? undefined : await parts.records.read(name);
    const question = { data, request, context, orderId: known?.id };
    if (requireMode(mode) === 'add') {
      const card = await askOrder(parts.order, { ...question, mode: 'add' });
      if (isResponse(card)) return card;
      const { isSaved, failure } = await parts.cards.settle(nameOf(card.id));
      // The customer's card is saved, whatever becomes of the merchant's function: that is asked again later.
      if (failure)
        parts.log.error(`order-status: a card of ${card.id} is saved. ${wordsOf(failure)}`, failure);
      return { status: isSaved ? 2 : 0 };
    }
    const order = await askOrder(parts.order, { ...question, mode: 'pay' });
    if (isResponse(order)) return order;
    return tellStatus(parts, order, asked, frameRemoved !== true);
  });
}

async function tellStatus<Context>(
  parts: Parts<Context>,
  order: CheckedOrder,
  asked: string | undefined,
  submitted: boolean,
): Promise<Answer> {
  const { records, attempts, delivery } = parts;
  const name = nameOf(order.id);
  const before = await records.read(name);
  const meant = before?.attempts.findLast(({ dead, mchOrderNo }) => (asked ? mchOrderNo === asked : !dead));
  if (!meant) {
    if (order.paid) return { status: 2, amount: order.amount, currency: order.currency };
    throw new RouteRefusal(
      404,
      'There is no such payment of this order.',
      asked
        ? `Asked about ${nameIn(asked) ? asked : 'an unknown number'}, and \`order\` returned the order ${JSON.stringify(order.id)}, which has no such attempt on record. \`order\` must return the same order for the same request-data each time: does it make a new one?`
        : `\`order\` returned the order ${JSON.stringify(order.id)}, for which no form was made. \`order\` must return the same order for the same request-data each time.`,
    );
  }
  const { mchOrderNo } = meant;
  const told = submitted ? await attempts.tell(name, mchOrderNo) : before;
  let record = await settleOnce(parts, name, mchOrderNo, told);
  // A frame was taken away: nobody is known to have submitted anything, unless the gateway has begun with it.
  if (!submitted && isUnderWay(attemptOf(record, mchOrderNo)?.status))
    record = (await attempts.tell(name, mchOrderNo)) ?? record;
  await delivery.deliverQuietly(name, record, ON_PAID_WAIT_MS);
  return statusOf(record, mchOrderNo);
}

/** Settles an order, unless it was asked about a moment ago; what can't be asked is not known yet. */
async function settleOnce<Context>(
  { store, attempts }: Parts<Context>,
  name: string,
  mchOrderNo: string,
  record: OrderRecord | undefined,
): Promise<OrderRecord | undefined> {
  if (paymentOf(record)) return record;
  const mayAsk = await store.set(`asked:${mchOrderNo}`, '1', { version: undefined, ttlMs: ASK_AGAIN_MS });
  if (!mayAsk) return record;
  const settled = await attempts.settle(name, record);
  if (settled.failure !== undefined) attempts.warn(settled.failure);
  return settled.record;
}

/** What the element is told of one attempt: the order's state, under the attempt's number. */
function statusOf(record: OrderRecord | undefined, mchOrderNo: string): JsonObject {
  const payment = paymentOf(record);
  if (payment) {
    const { status, payOrderId, amount, currency } = payment;
    return { status, mchOrderNo, payOrderId, amount, currency };
  }
  const attempt = attemptOf(record, mchOrderNo);
  const { amount, currency } = attempt ?? {};
  if (record && undecidedIn(record, Date.now())) return { status: 1, mchOrderNo, amount, currency };
  const failed = attempt?.dead || stateOf(attempt?.status) === 'failed';
  return { status: failed ? 9 : 0, mchOrderNo, amount, currency };
}

/** What both routes for browsers have in common: CORS, method, origin, content type, size, JSON, failures. */
function browserRoute<Context>(
  route: string,
  { origins, log }: Parts<Context>,
  work: (request: Request, context: Context, text: string, data: JsonObject) => Promise<Answer>,
): Route<Context> {
  return async (request, context) => {
    requireWebRequest(request);
    try {
      const answered = preflight(request, origins);
      if (answered) return answered;
      requirePost(request);
      requireOwnPage(request, origins);
      const { text, data } = await readJsonObject(request);
      const answer = await work(request, context as Context, text, data);
      if (!isResponse(answer)) return jsonResponse(answer, 200, corsHeaders(request, origins));
      if (answer.status >= 400)
        log.warn(
          `${route}: HTTP ${answer.status}: \`order\` refused this visitor's request${modeHint(data)}.`,
        );
      const headers = { 'Cache-Control': 'no-store', ...corsHeaders(request, origins) };
      // One that was sent before, or has a status that can't be sent, is a mistake of `order`'s.
      return await named('order', () => withHeaders(answer, headers));
    } catch (error) {
      return withHeaders(answerFailure(route, error, log), corsHeaders(request, origins));
    }
  };
}

/** @throws TypeError where something else than a Web request comes in: Express's, for one */
export function requireWebRequest(request: unknown): asserts request is Request {
  const headers = (request as Request | undefined)?.headers;
  if (typeof headers?.get === 'function' && 'url' in (request as Request)) return;
  throw new TypeError(
    'checkout.handler: expected a Web Request, received something else. Express and node:http hand over their own: use toNodeHandler(checkout).',
  );
}

/** An `order` that knows of payments only finds no order in what a page sends to save a card. */
const modeHint = ({ mode }: JsonObject): string =>
  mode === 'add' ? ' (mode "add": a card is to be saved, expected { id } of the customer)' : '';

function requireMode(mode: unknown): Mode {
  if (mode === 'pay' || mode === 'add') return mode;
  throw new RouteRefusal(400, 'mode: expected "pay" or "add".', 'Was this sent by <iotpay-checkout>?');
}

function readKey(request: Request): string | undefined {
  const key = request.headers.get('Idempotency-Key')?.trim() || undefined;
  if (key && key.length > MAX_KEY)
    throw new RouteRefusal(400, `Idempotency-Key: expected at most ${MAX_KEY} characters.`);
  return key;
}

/** One Idempotency-Key belongs to one body. @throws RouteRefusal */
async function requireSameBody(store: GuardedStore, key: string | undefined, text: string): Promise<void> {
  if (!key) return;
  const name = `key:${hash(key)}`;
  const body = hash(text);
  if (await store.set(name, body, { version: undefined, ttlMs: KEY_TTL_MS })) return;
  const found = await store.get(name);
  if (!found || found.value === body) return;
  throw new RouteRefusal(
    409,
    'This Idempotency-Key was used with another body: use a new key for another order.',
  );
}

const hash = (text: string): string => hexDigest('sha256', text);
