import { asText, isObject, type Envelope, type JsonObject } from '../gateway/envelope.js';
import { CHANNELS, CURRENCIES, FIELD_LIMITS, type Channel } from '../gateway/limits.js';
import { isPaid } from '../gateway/status.js';
import { verify } from '../server/signature.js';
import type { Gateway } from './gateway.js';
import type { Order, Writable } from './ledger.js';
import { apiFields } from './report.js';
import { scenarioById } from './scenarios.js';

/** A request that the gateway answers with FAIL. */
class Refusal extends Error {
  readonly retData: JsonObject;

  constructor(retMsg: string, retData: JsonObject = {}) {
    super(retMsg);
    this.retData = retData;
  }
}

type Handler = (gateway: Gateway, fields: Fields) => JsonObject | Promise<JsonObject>;

/** The largest amount, in cents: what fits into the gateway's Int. */
const MAX_AMOUNT = 2 ** 31 - 1;

const HANDLERS: Readonly<Record<string, Handler>> = {
  cc_purchase: purchase,
  cc_addCard: addCard,
  cc_addcard: addCard,
  cc_query: queryOrder,
  cc_querycard: queryCard,
  cc_purchasewithtoken: purchaseWithToken,
  cc_purchasewithwallet: purchaseWithWallet,
  cc_void: voidOrder,
  cc_refund: refund,
};

/** Whether the v3 API has such a call. */
export function hasCall(name: string): boolean {
  return Object.hasOwn(HANDLERS, name);
}

/** Answers a call of the v3 API, as the gateway does: refusals are answers like any other. */
export async function callApi(gateway: Gateway, name: string, body: unknown): Promise<Envelope> {
  try {
    const handler = HANDLERS[name];
    if (!handler) throw new Refusal(`No such call: ${name}`);
    if (!isObject(body)) throw new Refusal('Body is not a JSON object');
    checkSignature(gateway, body);
    return { retCode: 'SUCCESS', retMsg: '', retData: await handler(gateway, new Fields(body)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { retCode: 'FAIL', retMsg: error.message, retData: error.retData };
  }
}

function checkSignature(gateway: Gateway, body: JsonObject): void {
  const { mchId, merchantKey } = gateway.options.merchant;
  if (body['mchId'] === undefined || body['mchId'] === '') throw new Refusal('mchId is missing');
  if (asText(body['mchId']) !== mchId) throw new Refusal('mchId not found');
  if (verify(body, merchantKey)) return;
  // Steps 7 and 8 of IOTPay's signing page: these two may be sent URL-encoded, signed as they were before.
  const decoded = { ...body };
  for (const name of ['subject', 'body']) {
    const value = body[name];
    if (typeof value === 'string') decoded[name] = decode(value);
  }
  if (!verify(decoded, merchantKey)) throw new Refusal('sign error');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A request's fields, each checked as it is read. */
class Fields {
  readonly #body: JsonObject;

  constructor(body: JsonObject) {
    this.#body = body;
  }

  /** A text that may be left out. */
  optional(name: string): string | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw new Refusal(`${name} is not a text`);
    const text = String(value);
    const limit = (FIELD_LIMITS as Readonly<Record<string, number>>)[name];
    if (limit !== undefined && [...text].length > limit) {
      throw new Refusal(`${name} is longer than ${limit} characters`);
    }
    return text;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new Refusal(`${name} is missing`);
    return value;
  }

  /** Cents. */
  amount(name: string): number {
    const text = this.text(name);
    if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > MAX_AMOUNT) {
      throw new Refusal(`${name} is not a whole number of cents`);
    }
    return Number(text);
  }

  currency(): string {
    const currency = this.text('currency');
    if (!CURRENCIES.some((known) => known === currency)) throw new Refusal('currency is not supported');
    return currency;
  }

  channel(): Channel {
    const text = this.text('channel');
    const channel = CHANNELS.find((known) => known === text);
    if (!channel) throw new Refusal('channel is not supported');
    return channel;
  }

  url(name: string): string {
    const value = this.optionalUrl(name);
    if (value === undefined) throw new Refusal(`${name} is missing`);
    return value;
  }

  optionalUrl(name: string): string | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      throw new Refusal(`${name} is not an absolute http(s) address`);
    }
    return value;
  }

  loginName(gateway: Gateway): void {
    if (this.text('loginName') !== gateway.options.merchant.loginName) {
      throw new Refusal('loginName not found');
    }
  }
}

/** Leaves out what isn't there, for types that tell absent from undefined. */
function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function newOrder(gateway: Gateway, fields: Fields) {
  const mchOrderNo = fields.text('mchOrderNo');
  const order = {
    mchOrderNo,
    amount: fields.amount('amount'),
    currency: fields.currency(),
    ...(present({ subject: fields.optional('subject'), body: fields.optional('body') }) as Partial<Order>),
  };
  fields.loginName(gateway);
  if (gateway.findOrder({ mchOrderNo })) throw new Refusal('mchOrderNo is duplicated');
  return order;
}

function purchase(gateway: Gateway, fields: Fields): JsonObject {
  const channel = fields.channel();
  const notifyUrl = fields.url('notifyUrl');
  const returnUrl = fields.url('returnUrl');
  const { secureId } = gateway.openPurchase({ ...newOrder(gateway, fields), channel, notifyUrl, returnUrl });
  const redirectUrl = `${gateway.options.origin()}/cc/purchase?key=${secureId}`;
  return apiFields({ redirectUrl, secureId }, gateway.options.quirks());
}

function addCard(gateway: Gateway, fields: Fields): JsonObject {
  const cardId = fields.text('cardId');
  const channel = fields.channel();
  const returnUrl = fields.url('returnUrl');
  fields.loginName(gateway);
  if (gateway.findCard(cardId)) throw new Refusal('cardId is duplicated');
  const { secureId } = gateway.openAddCard({ cardId, channel, returnUrl });
  const redirectUrl = `${gateway.options.origin()}/cc/addcard?key=${secureId}`;
  return apiFields({ redirectUrl, secureId, channel }, gateway.options.quirks());
}

function queryOrder(gateway: Gateway, fields: Fields): JsonObject {
  const mchOrderNo = fields.optional('mchOrderNo');
  const payOrderId = fields.optional('payOrderId');
  if (mchOrderNo === undefined && payOrderId === undefined) {
    throw new Refusal('mchOrderNo or payOrderId is missing');
  }
  const order = gateway.findOrder({ mchOrderNo, payOrderId });
  if (!order) throw new Refusal('Order not found');
  return gateway.orderFields(order);
}

function savedCard(gateway: Gateway, fields: Fields) {
  const card = gateway.findCard(fields.text('cardId'));
  if (!card?.saved) throw new Refusal('Card not found');
  return card;
}

function queryCard(gateway: Gateway, fields: Fields): JsonObject {
  const { cardId, cardNum, expiryDate, holder } = savedCard(gateway, fields);
  // Documented, and made up here: what was typed is never kept. A merchant must not pass it on.
  return apiFields({ cardId, cardNum, expiryDate, holder, cvv: '999' }, gateway.options.quirks());
}

async function purchaseWithToken(gateway: Gateway, fields: Fields): Promise<JsonObject> {
  const card = savedCard(gateway, fields);
  const notifyUrl = card.channel === 'UPI_EX' ? fields.url('notifyUrl') : fields.optionalUrl('notifyUrl');
  const order = gateway.addOrder({
    ...newOrder(gateway, fields),
    channel: card.channel,
    ...(present({ notifyUrl, cardNum: card.cardNum, expiryDate: card.expiryDate }) as Partial<Order>),
  });
  return charge(gateway, order, card.scenario);
}

async function purchaseWithWallet(gateway: Gateway, fields: Fields): Promise<JsonObject> {
  fields.text('walletType');
  fields.text('walletData');
  fields.optional('cardId');
  const notifyUrl = fields.optionalUrl('notifyUrl');
  const order = gateway.addOrder({
    ...newOrder(gateway, fields),
    channel: 'PF_CC',
    ...(present({ notifyUrl }) as Partial<Order>),
  });
  return charge(gateway, order, undefined);
}

async function charge(
  gateway: Gateway,
  order: Writable<Order>,
  scenarioId = 'approved',
): Promise<JsonObject> {
  const { id, plan } = scenarioById(gateway.forced ?? scenarioId);
  if (plan.breaks) throw new Error('Broken, as asked for.');
  await gateway.charge(order, plan, id);
  const retData = gateway.orderFields(order);
  if (order.status === 9) throw new Refusal(order.message ?? 'Failed', retData);
  return retData;
}

function paidOrder(gateway: Gateway, fields: Fields): Writable<Order> {
  const order = gateway.findOrder({ payOrderId: fields.text('payOrderId') });
  if (!order || order.payType !== 'pay') throw new Refusal('Order not found');
  if (!isPaid(order.status)) throw new Refusal('Order is not paid');
  return order;
}

function refundNo(gateway: Gateway, fields: Fields): string {
  const mchRefundNo = fields.text('mchRefundNo');
  if (gateway.findOrder({ mchOrderNo: mchRefundNo })) throw new Refusal('mchRefundNo is duplicated');
  return mchRefundNo;
}

function giveBack(gateway: Gateway, fields: Fields, payment: Writable<Order>, amount: number): JsonObject {
  const mchOrderNo = refundNo(gateway, fields);
  const notifyUrl = fields.optionalUrl('notifyUrl');
  const refund = gateway.refund(payment, { mchOrderNo, amount, ...(notifyUrl ? { notifyUrl } : {}) });
  return gateway.orderFields(refund);
}

function voidOrder(gateway: Gateway, fields: Fields): JsonObject {
  const payment = paidOrder(gateway, fields);
  fields.loginName(gateway);
  if (gateway.isSettled(payment)) throw new Refusal('Order is settled: refund it');
  if (payment.refundable !== payment.amount) throw new Refusal('Order has been voided or refunded');
  return giveBack(gateway, fields, payment, payment.amount);
}

/** IOTPay restores with it what is settled; the sandbox refunds at once too, so that nobody waits for a day. */
function refund(gateway: Gateway, fields: Fields): JsonObject {
  const payment = paidOrder(gateway, fields);
  fields.loginName(gateway);
  const amount = fields.amount('refundAmount');
  if (amount > payment.refundable) throw new Refusal('refundAmount is more than refundable');
  return giveBack(gateway, fields, payment, amount);
}
