import { DEVELOPMENT_ORIGIN, PRODUCTION_ORIGIN } from '../../gateway/origins.js';
import type { Iotpay } from '../client.js';
import { jsonResponse, readOrigins, type Route } from '../route.js';
import type { Store } from '../stores/store.js';
import { Attempts } from './attempts.js';
import { Cards, type SavedCard } from './cards.js';
import { Charges } from './charges.js';
import { Delivery, type OrderPaidTwice, type PaidOrder } from './delivery.js';
import { Forms } from './forms.js';
import { guardStore } from './guard.js';
import { headTags, type HeadOptions } from './head.js';
import { kindOf } from './kind.js';
import { consoleLog, loggerOf, type Log } from './log.js';
import { checkNames, checkOptions, forgetsIn, strangersIn } from './options.js';
import { notificationRoute } from './notifications.js';
import {
  askOrder,
  checkCents,
  checkId,
  checkOrder,
  isResponse,
  type CheckedOrder,
  type OrderFunction,
} from './order.js';
import {
  nameOf,
  paymentOf,
  stateOfOrder,
  type CheckoutState,
  type OrderRecord,
  type Payment,
  type Refund,
} from './record.js';
import { reconcile, type Reconciled } from './reconcile.js';
import { Records } from './records.js';
import { Refunds, type RefundChoice } from './refunds.js';
import { orderStatusRoute, requireWebRequest, secureIdRoute, type Parts } from './routes.js';

/** How long `status` and `charge` wait for `onPaid`, in milliseconds. */
const ON_PAID_WAIT_MS = 20_000;

export interface CheckoutOptions<Context = unknown> {
  /** The gateway's client: `createIotpay(…)`. */
  readonly iotpay: Iotpay;
  /** What all servers share: `memoryStore()` for one process, else `sqlStore(…)`, `redisStore(…)`, or one of your own. */
  readonly store: Store;
  /** Where the gateway posts its notifications: the public https address of the route …/notify; at most 200 characters. */
  readonly notifyUrl: string;
  /** Where the shopper goes after a payment, where `order` gives no other; at most 200 characters. */
  readonly returnUrl: string;
  /**
   * Your part: the visitor's order (mode `pay`) or whose card it will be (mode `add`), or a `Response` that refuses. The
   * same order has the same `id` each time; its amount comes from your database, never from `data`. At most 10 seconds.
   */
  readonly order: OrderFunction<Context>;
  /** Ships the goods. Once for each order; again only after a crash in the middle, so make it idempotent. */
  readonly onPaid: (paid: PaidOrder) => unknown;
  /** Hears of a card that was saved. Once for each; again only after a crash in the middle. */
  readonly onCardSaved?: ((saved: SavedCard) => unknown) | undefined;
  /** Hears of a second payment of one order. Default: an error in the log that says what to refund. */
  readonly onPaidTwice?: ((paid: OrderPaidTwice) => unknown) | undefined;
  /** Other origins whose pages may call, such as `https://shop.example`. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** The shop's own origin, where a proxy hides it from the request. Default: the request's own. */
  readonly publicOrigin?: string | undefined;
  /** Hears of every refusal and failure. Default: the console. */
  readonly log?: Log | undefined;
}

/** What an order stands at. */
export interface OrderStanding {
  /** `open`: nobody has paid. `unknown`: somebody may have paid, ask again. `failed`: the last attempt has failed. */
  readonly state: CheckoutState;
  /** What was paid, with state `paid`. */
  readonly payment?: Payment;
}

export interface ChargeOptions<Context = unknown> {
  /** The saved card, as `onCardSaved` told of it. Make sure that it is this visitor's. */
  readonly cardId: string;
  /** In cents. Default: what `order` says, or the amount of the order's last attempt. */
  readonly amount?: number | bigint | string | undefined;
  /** For `order`, which is asked for the amount where one of these three is given, or nothing is on record. */
  readonly request?: Request | undefined;
  readonly context?: Context | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The page has taken its form away. Without it an order with an open form is not charged, since the shopper could pay
   * in both. Also with it, where IOTPay says that somebody has paid in that form and not whether it worked (status 1), the
   * state is `unknown` and nothing is charged. Default: false.
   */
  readonly formClosed?: boolean | undefined;
}

export interface RefundOptions extends RefundChoice {
  /** In cents. Default: all that is left. */
  readonly amount?: number | bigint | string | undefined;
  /**
   * Your own number for this refund (of the return, of the row in your table), a text of 1 to 200 characters or a whole number:
   * it is given back once, however often and from wherever it is asked for. Two refunds of the same amount have two.
   */
  readonly refundId?: string | number | bigint | undefined;
}

/** The merchant's half. Its functions need no `this`. */
export interface Checkout<Context = unknown> {
  /** One mount point: the last part of the path chooses, …/secure-id, …/order-status or …/notify. */
  readonly handler: Route<Context>;
  readonly secureId: Route<Context>;
  readonly orderStatus: Route<Context>;
  readonly notification: Route<Context>;
  /** What an order stands at; asks the gateway where that is needed. `unknown` also where it could not be asked. */
  status(orderId: string): Promise<OrderStanding>;
  /**
   * Charges a saved card, unless the order is paid, may be paid, or has a form open.
   * @returns the order's state afterwards. `open`: nothing was charged because a form is open
   * @throws IotpayGatewayError where nothing was charged and no card was declined: an earlier attempt could not be asked
   *   about, an argument is beyond IOTPay's limits, or IOTPay knows no such merchant (`sign error`)
   */
  charge(orderId: string, options: ChargeOptions<Context>): Promise<OrderStanding>;
  /**
   * Restores all or part of a payment, one refund of an order after the other. With a `refundId` each is given back once.
   * Without one, calls for the same amount that overlap (a double click) are one refund, and calls one after the other are two.
   * After an error with `outcomeUnknown`, call again with the same arguments: it is found out what became of the first, and
   * none is made twice. One that never arrived is sent by that call, or by one for all that is left, and by no other.
   */
  refund(orderId: string, options?: RefundOptions): Promise<Refund>;
  /** Cancels a payment that is not settled yet. */
  void(orderId: string, options?: RefundChoice): Promise<Refund>;
  /** Settles what neither a browser nor a notification has told of. For a timer: every few minutes, on one server or all. */
  reconcile(options?: { readonly limit?: number }): Promise<Reconciled>;
  /**
   * HTML for the `<head>` of a page with a form, early in it: the starter, which asks for secureId and script before the
   * element's file is there, and hints.
   * @throws TypeError that names the option that is wrong
   */
  head(options?: HeadOptions): string;
  /** Asks the gateway for cards that were saved since, tells `onCardSaved`, and returns those found just now. */
  cards(id: string): Promise<readonly SavedCard[]>;
}

/**
 * The merchant's half of every promise: one order is paid at most once, and no paid order is lost.
 * @throws TypeError at once for options that are missing or wrong
 */
export function createCheckout<Context = unknown>(options: CheckoutOptions<Context>): Checkout<Context> {
  checkOptions(options);
  const works = worksOf(options);
  for (const line of [...strangersIn(options), ...forgetsIn(options)]) works.log.warn(line);
  const secureId = secureIdRoute(works);
  const orderStatus = orderStatusRoute(works);
  const notification = notificationRoute(options.iotpay, works);
  const routes = new Map([
    ['secure-id', secureId],
    ['order-status', orderStatus],
    ['notify', notification],
  ]);
  return {
    async handler(request, context) {
      requireWebRequest(request);
      const { pathname } = new URL(request.url);
      const route = routes.get(pathname.split('/').findLast((part) => part !== '') ?? '');
      if (route) return route(request, context);
      works.log.warn(
        `handler: HTTP 404: expected a path that ends in /secure-id, /order-status or /notify, received ${pathname}.`,
      );
      return jsonResponse({ retCode: 'FAIL', retMsg: 'No such route.' }, 404);
    },
    secureId,
    orderStatus,
    notification,
    status: async (orderId) => standingOf(works, nameOf(checkId('status', orderId))),
    charge: async (orderId, choice) => charge(works, checkId('charge', orderId), choice),
    refund: async (orderId, choice = {}) => refund(works, orderId, choice),
    async void(orderId, choice = {}) {
      checkNames('void', choice, ['mchOrderNo']);
      const { mchOrderNo } = choice;
      const question = { kind: 'void', cents: undefined, refundId: undefined, mchOrderNo } as const;
      return works.refunds.giveBack(checkId('void', orderId), question);
    },
    async reconcile(choice = {}) {
      checkNames('reconcile', choice, ['limit']);
      const { limit } = choice;
      return reconcile({ ...works, cards: options.onCardSaved ? works.cards : undefined }, limit);
    },
    head: (options) => headTags(works.gatewayOrigin, options),
    async cards(id) {
      const { saved, failure } = await works.cards.settle(nameOf(checkId('cards', id)));
      if (failure) throw failure;
      return saved;
    },
  };
}

/** Everything that one checkout works with. */
interface Works<Context> extends Parts<Context> {
  readonly charges: Charges;
  readonly refunds: Refunds;
  readonly now: () => number;
}

function worksOf<Context>(options: CheckoutOptions<Context>): Works<Context> {
  const { iotpay, order, onPaid, onPaidTwice, onCardSaved, notifyUrl, returnUrl } = options;
  const log = loggerOf(options.log ?? consoleLog);
  const now = () => Date.now();
  const store = guardStore(options.store);
  const records = new Records(store, now, merchantOf(iotpay));
  const attempts = new Attempts(iotpay, records, now, log);
  return {
    order,
    store,
    records,
    attempts,
    forms: new Forms({ iotpay, attempts, records, notifyUrl, returnUrl, now }),
    charges: new Charges({ iotpay, attempts, records, notifyUrl, now, log }),
    refunds: new Refunds({ iotpay, store, records, notifyUrl, log }),
    cards: new Cards({ iotpay, store, returnUrl, onCardSaved, now, log }),
    delivery: new Delivery({ onPaid, onPaidTwice, store, records, log }),
    origins: readOrigins(options.allowedOrigins, options.publicOrigin),
    log,
    now,
    gatewayOrigin: iotpay.gatewayOrigin,
  };
}

/** A sandbox is one, whatever its port. */
function merchantOf({ mchId, gatewayOrigin }: Iotpay): string {
  const isReal = gatewayOrigin === PRODUCTION_ORIGIN || gatewayOrigin === DEVELOPMENT_ORIGIN;
  return `merchant ${mchId} at ${isReal ? gatewayOrigin : 'a sandbox'}`;
}

function refund<Context>(
  { refunds }: Works<Context>,
  orderId: unknown,
  choice: RefundOptions,
): Promise<Refund> {
  checkNames('refund', choice, ['amount', 'refundId', 'mchOrderNo']);
  const { amount, refundId, mchOrderNo } = choice;
  return refunds.giveBack(checkId('refund', orderId), {
    kind: 'refund',
    cents: amount === undefined ? undefined : checkCents('refund: amount', amount),
    refundId:
      refundId === undefined
        ? undefined
        : checkId('refund', refundId, 'refundId: expected your own number of this refund'),
    mchOrderNo,
  });
}

/** What an order stands at, after the gateway was asked where that is needed. */
async function standingOf<Context>(works: Works<Context>, name: string): Promise<OrderStanding> {
  const before = await works.records.read(name);
  if (paymentOf(before)) return tell(works, name, before);
  const { record, failure } = await works.attempts.settle(name, before);
  const found = await tell(works, name, record);
  if (failure === undefined || found.state === 'paid') return found;
  works.attempts.warn(failure);
  return { state: 'unknown' };
}

/** Tells the merchant of what is new on a record, and the caller what it says. */
async function tell<Context>(
  { delivery, now }: Works<Context>,
  name: string,
  record: OrderRecord | undefined,
): Promise<OrderStanding> {
  await delivery.deliverQuietly(name, record, ON_PAID_WAIT_MS);
  const payment = paymentOf(record);
  return { state: stateOfOrder(record, now()), ...(payment ? { payment } : {}) };
}

async function charge<Context>(
  works: Works<Context>,
  id: string,
  choice: ChargeOptions<Context>,
): Promise<OrderStanding> {
  checkNames('charge', choice, ['cardId', 'amount', 'request', 'context', 'data', 'formClosed']);
  const name = nameOf(id);
  const cardId: unknown = choice.cardId;
  if (typeof cardId !== 'string' || cardId === '')
    throw new TypeError(`charge: cardId: expected a saved card's number, received ${kindOf(cardId)}.`);
  const wanted = await orderToCharge(works.order, id, choice, await works.records.read(name));
  const record = wanted.paid
    ? await works.records.read(name)
    : await works.charges.charge(wanted, cardId, choice.formClosed ?? false);
  if (wanted.paid && !paymentOf(record)) return { state: 'paid' };
  return tell(works, name, record);
}

/** The order that a saved card is charged for: as the caller says, as `order` says, or as it is on record. */
async function orderToCharge<Context>(
  order: OrderFunction<Context>,
  id: string,
  choice: ChargeOptions<Context>,
  record: OrderRecord | undefined,
): Promise<CheckedOrder> {
  const { amount, request, context, data } = choice;
  const latest = record?.attempts.at(-1);
  if (amount !== undefined)
    return checkOrder({ id, amount: checkCents('charge: amount', amount), channel: latest?.channel });
  const asks = request !== undefined || context !== undefined || data !== undefined;
  if (latest && !asks) {
    const { amount, currency, channel } = latest;
    return checkOrder({ id, amount, currency, channel });
  }
  const answer = await askOrder(order, {
    mode: 'pay',
    data: data ?? { orderId: id },
    request: request ?? new Request('http://localhost/charge', { method: 'POST' }),
    context: context as Context,
    orderId: id,
  });
  if (isResponse(answer))
    throw new TypeError(
      `charge: \`order\` refused (HTTP ${answer.status}) to give the order ${JSON.stringify(id)}. Give charge what \`order\` needs to know the visitor: { request, context, data }; or give the amount.`,
    );
  if (answer.id !== id)
    throw new TypeError(
      `charge: expected \`order\` to return the order ${JSON.stringify(id)} (it is asked with orderId), received ${JSON.stringify(answer.id)}.`,
    );
  return answer;
}
