import { asText, type JsonObject } from '../gateway/envelope.js';
import { kindOfOrder, readNumber, type Order, type OrderKind } from './answers.js';
import { ambiguousField, malformed } from './deciding-fields.js';
import { parseObject, WrittenNumber } from './exact-json.js';
import { maskText, withoutSecrets } from './secrets.js';
import { isSignatureOf, writings, type SignedPart } from './signature.js';

/** Longest body or query string that is read, in characters; IOTPay's notifications have less than a thousand. */
const MAX_LENGTH = 256 * 1024;

/** A notification whose signature and fields are right. The caller decides what it means: look at `kind` and `status`. */
export interface Notification extends Order {
  /**
   * `payment`: a payment, paid or not (look at `status`). `refund`: a refund or void, by `payType` or because it names an
   * `originalOrderId`; `mchOrderNo` is then the mchRefundNo. `other`: a payType that nobody documents.
   */
  readonly kind: OrderKind;
  readonly mchId: string;
  readonly mchOrderNo: string;
  readonly payOrderId: string;
  /** In cents; a void may have 0. */
  readonly amount: number;
  readonly currency: string;
  /** 0 pending, 1 unknown, 2 and 3 paid, 9 failed, or a number that nobody documents; `NaN` for what is no number. */
  readonly status: number;
  /** The order that a refund is about. */
  readonly originalOrderId: string | undefined;
}

export type NotificationCheck =
  | { readonly verified: true; readonly notification: Notification }
  | {
      readonly verified: false;
      /** What was expected, what was received, what to do. No secret, no value of a field. */
      readonly reason: string;
      /** Which order it claims to be about. Not to be believed: a reason to ask the gateway, no more. */
      readonly mchOrderNo: string | undefined;
      readonly payOrderId: string | undefined;
    };

export interface NotificationKeys {
  readonly mchId: string;
  /** All that are in use while a key is rotated. */
  readonly merchantKeys: readonly string[];
}

/**
 * Reads a notification's fields, whatever its form: JSON under any content type (with a byte order mark, inside a form
 * field such as `params`, or encoded twice), form fields, or the query string where the body is empty. Numbers that
 * JavaScript would write differently stay as they were written. Of a name that occurs twice the last counts, as in PHP.
 * Source: IOTPay's redirect page ("post request in json format"); its v1/v2 API sent forms and query strings.
 * @param search - the address's query, with or without `?`
 * @returns `undefined` where nothing in it looks like a notification
 */
export function parseNotification(
  text: string,
  contentType: string | null,
  search: string,
): JsonObject | undefined {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (body.length > MAX_LENGTH || search.length > MAX_LENGTH) return undefined;
  if (!body) return parseForm(search);
  const object = parseObject(body);
  if (object) return object;
  return /json|multipart/i.test(contentType ?? '') ? undefined : parseForm(body);
}

function parseForm(text: string): JsonObject | undefined {
  const entries = [...new URLSearchParams(text)];
  for (const pair of entries) {
    // `params=<json>`; a JSON text sent as a form is a name without a value.
    const json = pair.find((each) => each.trimStart().startsWith('{'));
    const object = json === undefined ? undefined : parseObject(json);
    if (object) return object;
  }
  const fields: JsonObject = Object.fromEntries(entries);
  return Object.hasOwn(fields, 'sign') || Object.hasOwn(fields, 'mchOrderNo') ? fields : undefined;
}

/**
 * Checks a notification: its signature (in both ways of writing the signed text, with every merchant key), whose it is,
 * and the form of each field that decides something. A field that decides nothing never refuses a payment.
 */
export function checkNotification(fields: JsonObject, keys: NotificationKeys): NotificationCheck {
  const refuse = (reason: string): NotificationCheck => ({
    verified: false,
    reason,
    mchOrderNo: claimed(fields['mchOrderNo']),
    payOrderId: claimed(fields['payOrderId']),
  });
  const received = Object.hasOwn(fields, 'sign') ? fields['sign'] : undefined;
  if (typeof received !== 'string' || received === '')
    return refuse('expected the field sign, a text; received none. Is this a notification of IOTPay’s?');
  const isSigned = (parts: readonly SignedPart[]) =>
    keys.merchantKeys.some((key) => isSignatureOf(received, parts, key));
  let signed: readonly SignedPart[] | undefined;
  for (const parts of writings(fields)) {
    if (!isSigned(parts)) continue;
    signed = parts;
    break;
  }
  if (!signed) {
    return refuse(
      'the signature is not the one of these fields, in neither of the two ways in which IOTPay may write them. Is the merchant key (IOTPAY_MERCHANT_KEY) the one of this mchId? Has something on the way changed the body?',
    );
  }
  const values = new Map(signed);
  const wrong = malformed(values);
  if (wrong.length > 0) return refuse(`signed, but not of the known form: ${wrong.join(', ')}.`);
  if (values.get('mchId') !== keys.mchId)
    return refuse('signed, but for another merchant: mchId is not the one of this client (IOTPAY_MCH_ID).');
  const ambiguous = ambiguousField(signed);
  if (ambiguous !== undefined)
    return refuse(`signed, but the signed text can be read in two ways: ${ambiguous}.`);
  return { verified: true, notification: notificationOf(fields, values) };
}

/** Every deciding value is read from the text that was signed, so that nothing else can be meant by it. */
function notificationOf(fields: JsonObject, values: ReadonlyMap<string, string>): Notification {
  const text = (name: string) => values.get(name) ?? '';
  const payType = text('payType') || undefined;
  const originalOrderId = text('originalOrderId') || undefined;
  return Object.assign(withoutSecrets(plain(fields)), {
    mchId: text('mchId'),
    mchOrderNo: text('mchOrderNo'),
    payOrderId: text('payOrderId'),
    amount: Number(text('amount')),
    currency: text('currency'),
    status: /^\d{1,4}$/.test(text('status')) ? Number(text('status')) : NaN,
    payType,
    originalOrderId,
    refundable: readNumber(values.get('refundable')),
    retMsg: maskText(asText(fields['retMsg']) ?? ''),
    kind: kindOfOrder(payType, originalOrderId),
  });
}

/** Fields as a merchant wants them. Lists and objects go: the signature says nothing of what is in them. */
function plain(fields: JsonObject): JsonObject {
  if (Object.values(fields).every((value) => typeof value !== 'object')) return fields;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => typeof value !== 'object' || value === null || value instanceof WrittenNumber)
      .map(([name, value]) => [name, value instanceof WrittenNumber ? value.toJSON() : value]),
  );
}

/** An order's number as somebody claims it, if it can be one. */
function claimed(value: unknown): string | undefined {
  const text = value instanceof WrittenNumber ? value.text : asText(value);
  return text !== undefined && /^[^\s&=\p{C}]{1,30}$/u.test(text) ? text : undefined;
}
