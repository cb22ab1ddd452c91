import { isObject, type Envelope, type JsonObject } from '../gateway/envelope.js';
import { isPaid } from '../gateway/status.js';
import { checkSignature, Fields, Refusal } from './fields.js';
import type { Gateway } from './gateway.js';
import type { Books, Card, Order, OrderChannel, Writable } from './ledger.js';
import { scenarioById } from './scenarios.js';
import type { SandboxMerchant, Wire } from './wire.js';

/** What a call works with. */
export interface ApiContext {
  readonly merchant: SandboxMerchant;
  readonly gateway: Gateway;
  readonly books: Books;
  readonly wire: Wire;
}

type Handler = (api: ApiContext, fields: Fields) => JsonObject | Promise<JsonObject>;

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

/** Names of the v3 API's calls. */
export const CALLS: readonly string[] = Object.keys(HANDLERS);

/** Answers a call of the v3 API, as the gateway does: refusals are answers like any other. */
export async function callApi(api: ApiContext, name: string, body: unknown): Promise<Envelope> {
  try {
    const handler = HANDLERS[name];
    if (!handler) throw new Refusal(`No such call: ${name}`);
    if (!isObject(body)) throw new Refusal('Body is not a JSON object');
    checkSignature(body, api.merchant);
    return { retCode: 'SUCCESS', retMsg: '', retData: await handler(api, new Fields(body)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { retCode: 'FAIL', retMsg: error.message, retData: error.retData };
  }
}

/** Leaves out what isn't there, for types that tell absent from undefined. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function newOrder({ merchant, books }: ApiContext, fields: Fields) {
  const mchOrderNo = fields.text('mchOrderNo');
  const order = {
    mchOrderNo,
    amount: fields.amount('amount'),
    currency: fields.currency(),
    ...present({ subject: fields.optional('subject'), body: fields.optional('body') }),
  };
  fields.optional('mchUserId');
  fields.optional('clientIp');
  fields.loginName(merchant);
  if (books.orderByNo(mchOrderNo)) throw new Refusal('mchOrderNo is duplicated');
  return order;
}

function purchase(api: ApiContext, fields: Fields): JsonObject {
  const channel = fields.channel();
  const notifyUrl = fields.url('notifyUrl');
  const returnUrl = fields.url('returnUrl');
  const session = api.gateway.openPurchase({ ...newOrder(api, fields), channel, notifyUrl, returnUrl });
  return api.wire.opened('purchase', session);
}

function addCard({ gateway, books, wire, merchant }: ApiContext, fields: Fields): JsonObject {
  const cardId = fields.text('cardId');
  const channel = fields.channel();
  const returnUrl = fields.url('returnUrl');
  fields.loginName(merchant);
  if (books.card(cardId)) throw new Refusal('cardId is duplicated');
  return wire.opened('addcard', gateway.openAddCard({ cardId, channel, returnUrl }));
}

function queryOrder({ books, wire }: ApiContext, fields: Fields): JsonObject {
  const mchOrderNo = fields.optional('mchOrderNo');
  const payOrderId = fields.optional('payOrderId');
  if (mchOrderNo === undefined && payOrderId === undefined) {
    throw new Refusal('mchOrderNo or payOrderId is missing');
  }
  const order = payOrderId === undefined ? books.orderByNo(mchOrderNo ?? '') : books.orderById(payOrderId);
  if (!order || (mchOrderNo !== undefined && order.mchOrderNo !== mchOrderNo)) {
    throw new Refusal('Order not found');
  }
  return wire.order(order);
}

function savedCard({ books }: ApiContext, fields: Fields): Card {
  const card = books.card(fields.text('cardId'));
  if (!card?.saved) throw new Refusal('cardId is not binding');
  return card;
}

function queryCard(api: ApiContext, fields: Fields): JsonObject {
  // The cvv is documented, and made up here: what was typed is never kept. A merchant must not pass it on.
  return api.wire.card(savedCard(api, fields), { cvv: '999' });
}

async function purchaseWithToken(api: ApiContext, fields: Fields): Promise<JsonObject> {
  const card = savedCard(api, fields);
  const { channel, cardNum, cardType, expiryDate } = card;
  const notifyUrl = channel === 'UPI_EX' ? fields.url('notifyUrl') : fields.optionalUrl('notifyUrl');
  const order = api.gateway.addOrder(
    { ...newOrder(api, fields), channel, ...present({ notifyUrl, cardNum, cardType, expiryDate }) },
    'CS',
  );
  return charge(api, order, card.scenario);
}

async function purchaseWithWallet(api: ApiContext, fields: Fields): Promise<JsonObject> {
  const channel: OrderChannel = fields.walletType() === 'ApplePay' ? 'CC_CA' : 'CC_CG';
  fields.base64('walletData');
  // IOTPay's PHP SDK sends one all the same.
  fields.optional('cardId');
  const notifyUrl = fields.optionalUrl('notifyUrl');
  const order = api.gateway.addOrder({ ...newOrder(api, fields), channel, ...present({ notifyUrl }) });
  return charge(api, order, undefined);
}

async function charge(
  { gateway, wire }: ApiContext,
  order: Writable<Order>,
  scenarioId = 'approved',
): Promise<JsonObject> {
  const { id, plan } = scenarioById(gateway.forced ?? scenarioId);
  if (plan.breaks) throw new Error(`Broken, as the scenario "${id}" asks for.`);
  await gateway.charge(order, plan, id);
  const retData = wire.order(order);
  if (order.status === 9) throw new Refusal(order.message ?? 'Failed', retData);
  return retData;
}

function paidOrder({ books }: ApiContext, fields: Fields): Writable<Order> {
  const order = books.orderById(fields.text('payOrderId'));
  if (!order || order.payType !== 'pay') throw new Refusal('Order not found');
  if (!isPaid(order.status)) throw new Refusal('Order is not paid');
  return order;
}

function giveBack(api: ApiContext, fields: Fields, payment: Writable<Order>, amount: number): JsonObject {
  const mchOrderNo = fields.text('mchRefundNo');
  if (api.books.orderByNo(mchOrderNo)) throw new Refusal('mchRefundNo is duplicated');
  const notifyUrl = fields.optionalUrl('notifyUrl');
  const order = api.gateway.refund(payment, { mchOrderNo, amount, ...(notifyUrl ? { notifyUrl } : {}) });
  return api.wire.order(order);
}

function voidOrder(api: ApiContext, fields: Fields): JsonObject {
  const payment = paidOrder(api, fields);
  fields.loginName(api.merchant);
  if (api.gateway.isSettled(payment)) throw new Refusal('Order is settled: refund it');
  if (payment.refundable !== payment.amount) throw new Refusal('Order has been voided or refunded');
  return giveBack(api, fields, payment, payment.amount);
}

/** IOTPay restores with it what is settled; the sandbox refunds at once too, so that nobody waits for a day. */
function refund(api: ApiContext, fields: Fields): JsonObject {
  const payment = paidOrder(api, fields);
  fields.loginName(api.merchant);
  const amount = fields.amount('refundAmount');
  if (amount > payment.refundable) throw new Refusal('refundAmount is more than refundable');
  return giveBack(api, fields, payment, amount);
}
