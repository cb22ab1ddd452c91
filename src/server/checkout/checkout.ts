import type { Iotpay } from '../client.js';
import { jsonResponse, readOrigins, type Route } from '../route.js';
import type { Store } from '../stores/store.js';
import { Attempts } from './attempts.js';
import { Cards, type SavedCard } from './cards.js';
import { Charges } from './charges.js';
import { Delivery, type OrderPaidTwice, type PaidOrder } from './delivery.js';
import { Forms } from './forms.js';
import { guardStore, kindOf } from './guard.js';
import { consoleLog, loggerOf, type Log } from './log.js';
import { notificationRoute } from './notifications.js';
import { askOrder, checkCents, checkId, checkOrder, type CheckedOrder, type OrderFunction } from './order.js';
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
   * in both. Default: false.
   */
  readonly formClosed?: boolean | undefined;
}

export interface RefundOptions extends RefundChoice {
  /** In cents. Default: all that is left. */
  readonly amount?: number | bigint | string | undefined;
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
   */
  charge(orderId: string, options: ChargeOptions<Context>): Promise<OrderStanding>;
  /**
   * Restores all or part of a payment. After an error with `outcomeUnknown`, call again with the same arguments: it is
   * found out what became of the first, and none is made twice.
   */
  refund(orderId: string, options?: RefundOptions): Promise<Refund>;
  /** Cancels a payment that is not settled yet. */
  void(orderId: string, options?: RefundChoice): Promise<Refund>;
  /** Settles what neither a browser nor a notification has told of. For a timer: every few minutes, on one server or all. */
  reconcile(options?: { readonly limit?: number }): Promise<Reconciled>;
  /** Asks the gateway for cards that were saved since, tells `onCardSaved`, and returns those found just now. */
  cards(id: string): Promise<readonly SavedCard[]>;
}

/**
 * The merchant's half of every promise: one order is paid at most once, and no paid order is lost.
 * @throws TypeError at once for options that are missing or wrong
 */
export function createCheckout<Context = unknown>(options: CheckoutOptions<Context>): Checkout<Context> {
  checkOptions(options);
  const { iotpay, order, onPaid, onPaidTwice, onCardSaved, notifyUrl, returnUrl } = options;
  const log = loggerOf(options.log ?? consoleLog);
  const now = Date.now;
  const store = guardStore(options.store);
  const records = new Records(store, now);
  const attempts = new Attempts(iotpay, records, now, log);
  const delivery = new Delivery({ onPaid, onPaidTwice, store, records, log });
  const cards = new Cards({ iotpay, store, returnUrl, onCardSaved, now, log });
  const charges = new Charges({ iotpay, attempts, records, notifyUrl, now, log });
  const refunds = new Refunds(iotpay, records, notifyUrl);
  const parts: Parts<Context> = {
    order,
    store,
    records,
    attempts,
    forms: new Forms({ iotpay, attempts, records, notifyUrl, returnUrl, now }),
    cards,
    delivery,
    origins: readOrigins(options.allowedOrigins, options.publicOrigin),
    log,
    gatewayOrigin: iotpay.gatewayOrigin,
  };
  const secureId = secureIdRoute(parts);
  const orderStatus = orderStatusRoute(parts);
  const notification = notificationRoute(iotpay, parts);
  const routes: Readonly<Record<string, Route<Context>>> = {
    'secure-id': secureId,
    'order-status': orderStatus,
    notify: notification,
  };

  const standing = async (name: string, record: OrderRecord | undefined): Promise<OrderStanding> => {
    await delivery.deliverQuietly(name, record, ON_PAID_WAIT_MS);
    const payment = paymentOf(record);
    return { state: stateOfOrder(record, now()), ...(payment ? { payment } : {}) };
  };

  return {
    async handler(request, context) {
      requireWebRequest(request);
      const last = new URL(request.url).pathname.split('/').filter(Boolean).at(-1) ?? '';
      const route = Object.hasOwn(routes, last) ? routes[last] : undefined;
      if (route) return route(request, context);
      log.warn(
        `handler: HTTP 404: expected a path that ends in /secure-id, /order-status or /notify, received ${new URL(request.url).pathname}.`,
      );
      return jsonResponse({ retCode: 'FAIL', retMsg: 'No such route.' }, 404);
    },
    secureId,
    orderStatus,
    notification,
    async status(orderId) {
      const name = nameOf(checkId('status', orderId));
      const before = await records.read(name);
      if (paymentOf(before)) return standing(name, before);
      const { record, failure } = await attempts.settle(name, before);
      const found = await standing(name, record);
      if (failure === undefined || found.state === 'paid') return found;
      attempts.warn(failure);
      return { state: 'unknown' };
    },
    async charge(orderId, choice) {
      const id = checkId('charge', orderId);
      const name = nameOf(id);
      const cardId: unknown = choice?.cardId;
      if (typeof cardId !== 'string' || cardId === '')
        throw new TypeError(`charge: cardId: expected a saved card's number, received ${kindOf(cardId)}.`);
      const wanted = await orderToCharge(order, id, choice, await records.read(name));
      const record = wanted.paid
        ? await records.read(name)
        : await charges.charge(wanted, cardId, choice.formClosed ?? false);
      return wanted.paid && !paymentOf(record) ? { state: 'paid' } : standing(name, record);
    },
    async refund(orderId, { amount, ...choice } = {}) {
      const id = checkId('refund', orderId);
      return refunds.giveBack(
        id,
        'refund',
        amount === undefined ? undefined : checkCents('refund: amount', amount),
        choice,
      );
    },
    async void(orderId, choice = {}) {
      return refunds.giveBack(checkId('void', orderId), 'void', undefined, choice);
    },
    async reconcile({ limit } = {}) {
      const told = onCardSaved ? cards : undefined;
      return reconcile({ store, records, attempts, delivery, cards: told, log, now }, limit);
    },
    async cards(id) {
      return cards.settle(nameOf(checkId('cards', id)));
    },
  };
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
  if (answer instanceof Response)
    throw new TypeError(
      `charge: \`order\` refused (HTTP ${answer.status}) to give the order ${JSON.stringify(id)}. Give charge what \`order\` needs to know the visitor: { request, context, data }; or give the amount.`,
    );
  if (answer.id !== id)
    throw new TypeError(
      `charge: expected \`order\` to return the order ${JSON.stringify(id)} (it is asked with orderId), received ${JSON.stringify(answer.id)}.`,
    );
  return answer;
}

function checkOptions<Context>(options: CheckoutOptions<Context>): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`createCheckout: expected an object of options, received ${kindOf(given)}.`);
  const fail = (name: string, expected: string, value: unknown) => {
    throw new TypeError(`createCheckout: ${name}: expected ${expected}, received ${kindOf(value)}.`);
  };
  const { iotpay, store } = options;
  if (typeof iotpay?.purchase !== 'function' || typeof iotpay.queryOrder !== 'function')
    fail('iotpay', 'the client that createIotpay makes', iotpay);
  if (typeof store?.get !== 'function' || typeof store.set !== 'function')
    fail('store', 'a store: memoryStore(), sqlStore(…), redisStore(…), or { get, set } of your own', store);
  for (const name of ['order', 'onPaid'] as const)
    if (typeof options[name] !== 'function') fail(name, 'a function', options[name]);
  for (const name of ['onCardSaved', 'onPaidTwice', 'log'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      fail(name, 'a function, or nothing', options[name]);
  for (const name of ['notifyUrl', 'returnUrl'] as const) {
    const url: unknown = options[name];
    if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:/i.test(url))
      fail(name, 'an absolute http(s) address', url);
  }
}
