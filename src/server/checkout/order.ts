import type { JsonObject } from '../../gateway/envelope.js';
import { CHANNELS, CURRENCIES, fitsIn, MAX_AMOUNT_CENTS, type Channel } from '../../gateway/limits.js';
import { CallbackError, withDeadline } from './guard.js';
import { kindOf } from './kind.js';

/** How long the merchant's `order` may take, in milliseconds. */
const ORDER_MS = 10_000;
/** Longest id of the merchant's own, in characters. */
const MAX_ID = 200;

/** What is read of an order. */
const FIELDS = [
  'id',
  'amount',
  'currency',
  'channel',
  'subject',
  'body',
  'mchUserId',
  'paid',
  'returnUrl',
] as const;

/** What `order` is asked with. */
export interface OrderQuestion<Context> {
  /** `pay`: an order to be paid. `add`: a card to be saved. */
  readonly mode: 'pay' | 'add';
  /** What the element was given as `request-data`. From the browser, so not to be trusted: prices come from your database. */
  readonly data: JsonObject;
  /** The request, for its cookies and headers. Its body has been read. */
  readonly request: Request;
  /** What `handler(request, context)` was given; with `toNodeHandler` the Node request, so `context.session`. */
  readonly context: Context;
  /**
   * The id of an order that is on record already, where the question is about one (an order status, a charge). It is not
   * proven that it is this visitor's: check it as you check `data`.
   */
  readonly orderId?: string | undefined;
}

/** An order to be paid, as the merchant's `order` returns it for mode `pay`. */
export interface PayableOrder {
  /** The merchant's own order id: a text of 1 to 200 characters (a UUID is fine), or a whole number. The same order has the same id, each time. */
  readonly id: string | number | bigint;
  /** In cents: a number, a bigint, or a text of digits, as SQL drivers give them. */
  readonly amount: number | bigint | string;
  /** Default: `CAD`, the only currency that IOTPay takes. */
  readonly currency?: 'CAD' | undefined;
  /** `PF_CC` (credit and debit cards, the default) or `UPI_EX` (UnionPay). */
  readonly channel?: Channel | undefined;
  /** Shown by the gateway; at most 64 characters. */
  readonly subject?: string | undefined;
  /** At most 250 characters. */
  readonly body?: string | undefined;
  /** The customer's id, at most 30 characters. */
  readonly mchUserId?: string | undefined;
  /** The merchant's own books say that it is paid: no form is made. */
  readonly paid?: boolean | undefined;
  /** Where the shopper goes afterwards. Default: the checkout's `returnUrl`. */
  readonly returnUrl?: string | undefined;
}

/** A card to be saved, as the merchant's `order` returns it for mode `add`. */
export interface CardRequest {
  /** The merchant's own: whose card it will be. A text of 1 to 200 characters, or a whole number. */
  readonly id: string | number | bigint;
  readonly channel?: Channel | undefined;
  readonly returnUrl?: string | undefined;
}

export type OrderFunction<Context> = (
  question: OrderQuestion<Context>,
) => PayableOrder | CardRequest | Response | Promise<PayableOrder | CardRequest | Response>;

/** An order, checked and complete. */
export interface CheckedOrder {
  readonly id: string;
  /** Cents. */
  readonly amount: number;
  readonly currency: string;
  readonly channel: Channel;
  readonly subject: string | undefined;
  readonly body: string | undefined;
  readonly mchUserId: string | undefined;
  readonly paid: boolean;
  readonly returnUrl: string | undefined;
}

/** A card request, checked and complete. */
export type CheckedCard = Pick<CheckedOrder, 'id' | 'channel' | 'returnUrl'>;

/**
 * Asks the merchant's `order`, and checks what it says.
 * @throws TypeError that names the field, what was expected and what was received; DeadlineError, CallbackError
 */
export function askOrder<Context>(
  order: OrderFunction<Context>,
  question: OrderQuestion<Context> & { readonly mode: 'pay' },
): Promise<CheckedOrder | Response>;
export function askOrder<Context>(
  order: OrderFunction<Context>,
  question: OrderQuestion<Context> & { readonly mode: 'add' },
): Promise<CheckedCard | Response>;
export async function askOrder<Context>(
  order: OrderFunction<Context>,
  question: OrderQuestion<Context>,
): Promise<CheckedOrder | CheckedCard | Response> {
  const answer: unknown = await withDeadline('order', ORDER_MS, async () => {
    try {
      return await order(question);
    } catch (thrown) {
      // As some frameworks have it: what is thrown refuses like what is returned.
      if (isResponse(thrown)) return thrown;
      throw thrown;
    }
  });
  if (isResponse(answer)) return answer;
  return question.mode === 'pay' ? checkOrder(answer) : cardOf(fieldsOf(answer));
}

/** @throws TypeError */
export function checkOrder(answer: unknown): CheckedOrder {
  const given = fieldsOf(answer);
  return {
    ...cardOf(given),
    amount: checkCents('order: amount', given['amount']),
    currency: oneOf('currency', CURRENCIES, given['currency']) ?? 'CAD',
    subject: text('subject', given['subject']),
    body: text('body', given['body']),
    mchUserId: text('mchUserId', given['mchUserId']),
    paid: flag('paid', given['paid']),
  };
}

function cardOf(given: JsonObject): CheckedCard {
  return {
    id: checkId('order', given['id']),
    channel: oneOf('channel', CHANNELS, given['channel']) ?? 'PF_CC',
    returnUrl: text('returnUrl', given['returnUrl']),
  };
}

/** The texts of an order that the gateway takes along, where there are any. */
export function textsOf({ subject, body, mchUserId }: CheckedOrder) {
  return {
    ...(subject ? { subject } : {}),
    ...(body ? { body } : {}),
    ...(mchUserId ? { mchUserId } : {}),
  };
}

/**
 * The merchant's own id as a text.
 * @param what - which one it is, for the error
 * @throws TypeError
 */
export function checkId(where: string, id: unknown, what = 'id: expected your own order id'): string {
  const written =
    typeof id === 'bigint' || (typeof id === 'number' && Number.isSafeInteger(id)) ? `${id}` : id;
  if (
    typeof written === 'string' &&
    written.trim() !== '' &&
    fitsIn(written, MAX_ID) &&
    written.isWellFormed()
  )
    return written;
  throw new TypeError(`${where}: ${what}, a text of 1 to ${MAX_ID} characters, received ${kindOf(id)}.`);
}

/** An amount in whole cents, however a database writes it. @throws TypeError */
export function checkCents(where: string, amount: unknown): number {
  const written = typeof amount === 'bigint' || typeof amount === 'string' ? `${amount}` : undefined;
  const cents = written !== undefined && /^\d{1,12}$/.test(written) ? Number(written) : amount;
  if (typeof cents === 'number' && Number.isSafeInteger(cents) && cents > 0 && cents <= MAX_AMOUNT_CENTS)
    return cents;
  const dollars = typeof amount === 'string' && /^\d+\.\d{1,2}$/.test(amount);
  throw new TypeError(
    `${where}: expected whole cents, from 1 to ${MAX_AMOUNT_CENTS} (a number, a bigint, or a text of digits), received ${
      typeof amount === 'number' || dollars ? String(amount) : kindOf(amount)
    }.${dollars || (typeof amount === 'number' && !Number.isInteger(amount)) ? ' Are these dollars? toCents("19.99") is 1999.' : ''}`,
  );
}

function fieldsOf(answer: unknown): JsonObject {
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) {
    const given = answer as JsonObject;
    try {
      const read: Record<string, unknown> = {};
      // Each is read once: a row of an ORM may be asked for what was not loaded, and throw.
      for (const name of FIELDS) read[name] = given[name];
      return read;
    } catch (cause) {
      throw new CallbackError('order', cause);
    }
  }
  throw new TypeError(
    `order: expected the visitor's order, { id, amount }, or a Response that refuses (new Response(null, { status: 404 })), received ${kindOf(answer)}.`,
  );
}

function oneOf<T extends string>(name: string, list: readonly T[], value: unknown): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = list.find((known) => known === value);
  if (found) return found;
  throw new TypeError(
    `order: ${name}: expected ${list.join(' or ')}, received ${typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value)}.`,
  );
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new TypeError(`order: ${name}: expected a text, received ${kindOf(value)}.`);
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === 0) return false;
  if (typeof value === 'boolean') return value;
  if (value === 1) return true; // As SQLite and MariaDB write it.
  throw new TypeError(`order: ${name}: expected true or false, received ${kindOf(value)}.`);
}

/** A `Response` of this realm or of another one (a framework may bring its own class). */
export function isResponse(value: unknown): value is Response {
  return (
    value instanceof Response ||
    (typeof value === 'object' &&
      value !== null &&
      Object.prototype.toString.call(value) === '[object Response]' &&
      typeof (value as Response).status === 'number')
  );
}
