import { asText, type JsonObject } from '../gateway/envelope.js';
import { readWhole } from '../gateway/status.js';
import { maskText, withoutSecrets } from './secrets.js';

/** What the gateway answers to purchase and add card. Fields that nobody documents yet are kept. */
export interface SessionAnswer extends JsonObject {
  /** For the browser: `<iotpay-checkout>` mounts it. */
  readonly secureId: string;
}

/** An order as the gateway has it. Fields that nobody documents yet are kept. */
export interface Order extends JsonObject {
  readonly payOrderId: string | undefined;
  readonly mchOrderNo: string | undefined;
  /** 0 pending, 1 unknown, 2 and 3 paid, 9 failed; `undefined` where the answer has none that can be read. */
  readonly status: number | undefined;
  /** In cents. */
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  /** `pay` or `refund`. */
  readonly payType: string | undefined;
  /** What can still be given back, in cents. */
  readonly refundable: number | undefined;
  readonly retMsg: string;
}

/**
 * What an order of the gateway's is: a payment; a refund or void, by `payType` or because it names the order that it gives
 * back; or something with a payType that nobody documents.
 */
export type OrderKind = 'payment' | 'refund' | 'other';

/** @param originalOrderId - an empty one counts as none */
export function kindOfOrder(payType: string | undefined, originalOrderId: string | undefined): OrderKind {
  const type = payType?.trim().toLowerCase();
  if (type === 'refund' || type === 'void' || originalOrderId) return 'refund';
  return !type || type === 'pay' ? 'payment' : 'other';
}

/** A stored card as the gateway has it, without the verification value that the gateway sends along. */
export interface Card extends JsonObject {
  readonly cardId: string | undefined;
  /** Masked. */
  readonly cardNum: string | undefined;
  /** MMYY. */
  readonly expiryDate: string | undefined;
  readonly holder: string | undefined;
}

/** Whole numbers that arrive as numbers or as text. */
export function readNumber(value: unknown): number | undefined {
  const number = readWhole(value);
  return number === undefined || !Number.isSafeInteger(number) ? undefined : number;
}

/** `undefined` where the answer has no secureId. */
export function readSession(data: JsonObject): SessionAnswer | undefined {
  const { secureId } = data;
  if (typeof secureId !== 'string' || !secureId.trim()) return undefined;
  return Object.assign(withoutSecrets(data), { secureId });
}

export function readOrder(data: JsonObject): Order {
  return Object.assign(withoutSecrets(data), {
    payOrderId: asText(data['payOrderId']),
    mchOrderNo: asText(data['mchOrderNo']),
    status: readNumber(data['status']),
    amount: readNumber(data['amount']),
    currency: asText(data['currency']),
    payType: asText(data['payType']),
    refundable: readNumber(data['refundable']),
    retMsg: maskText(asText(data['retMsg']) ?? ''),
  });
}

export function readCard(data: JsonObject): Card {
  const kept = withoutSecrets(data);
  return Object.assign(kept, {
    cardId: asText(data['cardId']),
    cardNum: asText(kept['cardNum']),
    expiryDate: asText(data['expiryDate']),
    holder: asText(kept['holder']),
  });
}
