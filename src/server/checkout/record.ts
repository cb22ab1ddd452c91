import { randomFillSync } from 'node:crypto';
import { SECURE_ID_LIFETIME_MS, type Channel } from '../../gateway/limits.js';
import { isUnderWay, stateOf } from '../../gateway/status.js';
import { digest } from '../digest.js';

/**
 * How old a secureId may be and still be handed out again, in milliseconds: five minutes less than it lives, so that
 * there is time to pay in it.
 */
export const SECURE_ID_YOUNG_MS = SECURE_ID_LIFETIME_MS - 5 * 60_000;
/**
 * How long an attempt is watched, in milliseconds: a form in which nobody has paid by then will not be paid in, whatever
 * the clocks of the gateway and the shopper say, and a UnionPay payment that was submitted in its last minute is decided.
 * The gateway is asked once more after that: what was paid in it while nobody looked is not lost.
 */
export const WATCHED_MS = 2 * SECURE_ID_LIFETIME_MS;
/**
 * How long an attempt that was submitted and never decided keeps the shopper from paying anew, in milliseconds: a day.
 * After that it is still watched.
 */
export const UNDECIDED_MS = 24 * 3_600_000;
/** How many attempts that are over stay on record. */
const KEPT_ATTEMPTS = 30;

/** What was paid: the fields of the gateway's answer that a merchant keeps. */
export interface Payment {
  /** The gateway's order number for this payment; what the shopper and IOTPay's support can name. */
  readonly mchOrderNo: string;
  /** The gateway's own number. */
  readonly payOrderId: string | undefined;
  /** In cents: what was really paid. Another amount than the order's where the order was changed after the form was made. */
  readonly amount: number;
  readonly currency: string;
  /** 2 or 3; both mean that the money moved. */
  readonly status: number;
  readonly channel: string | undefined;
  /** Masked. */
  readonly cardNum: string | undefined;
  /** `V`, `M`, `D`, … */
  readonly cardType: string | undefined;
  /** As the gateway writes it: `2021-04-07 19:44:51`. */
  readonly paySuccTime: string | undefined;
  readonly authNum: string | undefined;
  readonly invoiceNum: string | undefined;
  readonly transNum: string | undefined;
}

/** One try at an order's payment: an order of the gateway's. */
export interface Attempt {
  readonly mchOrderNo: string;
  /** `form`: the shopper pays in IOTPay's frame. `card`: a saved card is charged. */
  readonly by: 'form' | 'card';
  /** Cents. */
  readonly amount: number;
  readonly currency: string;
  readonly channel: Channel;
  /** When it was put on record, in milliseconds since the epoch. */
  readonly at: number;
  /** What the browser mounts, once the gateway has given it. */
  readonly secureId?: string;
  /** The gateway's last word. */
  readonly status?: number;
  /** Somebody told that it was submitted and is not decided: an order-status question, a notification, a Timeout. */
  readonly told?: true;
  /** The gateway's last word was of another amount or currency than was asked for, or of a refund: somebody has to look. */
  readonly disputed?: true;
  /** The script reported a FAIL without a status; a hint of the browser's. */
  readonly hinted?: true;
  /** It was given up before it had a secureId, or the gateway does not know it: nobody can pay in it any more. */
  readonly dead?: true;
  /** The gateway was asked about it after its time was over, and did not say that it was paid. */
  readonly lapsed?: true;
  /** What was paid in it. */
  readonly payment?: Payment;
  /** The merchant has been told of this payment (`onPaid` or `onPaidTwice`). */
  readonly delivered?: true;
}

/** Money given back. */
export interface Refund {
  readonly mchRefundNo: string;
  readonly kind: 'refund' | 'void';
  /** The payment that it belongs to. */
  readonly mchOrderNo: string;
  /** Cents. */
  readonly amount: number;
  /** `asked`: not known whether it was done. */
  readonly state: 'asked' | 'done' | 'refused';
  /** The merchant's own number for it, where one was given. */
  readonly refundId?: string;
}

/** Everything that is known of one order. */
export interface OrderRecord {
  /** The merchant's own id. */
  readonly id: string;
  /** Whose numbers the attempts have: the merchant id and its gateway. */
  readonly merchant?: string;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  /** The attempt whose payment paid the order: the first that was told of. */
  readonly paidBy?: string;
  readonly refunds?: readonly Refund[];
  /** Until when `reconcile` finds it, in milliseconds since the epoch. */
  readonly watchedUntil?: number;
}

/** What an order stands at. */
export type CheckoutState = 'open' | 'unknown' | 'paid' | 'failed';

/* Names. */

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** Characters of an order's part in the numbers made for it: 80 bits. */
const OWN = 16;
/** Characters that tell its attempts apart: 50 bits, so that nobody guesses one. */
const RANDOM = 10;

/** What a number made here looks like. */
const NUMBER = new RegExp(`^[${LETTERS}]{${OWN + RANDOM}}$`);

function letters(bytes: Uint8Array, count: number): string {
  let text = '';
  for (let at = 0; at < count; at += 1) text += LETTERS.charAt(bytes[at]! % 32);
  return text;
}

/** The part that all numbers made for this id begin with, and under which its record is kept. */
export function nameOf(id: string): string {
  return letters(digest('sha256', id), OWN);
}

/** Random bytes that nobody has had yet: to ask the system for ten costs as much as to ask it for a thousand. */
const pool = new Uint8Array(100 * RANDOM);
let used = pool.length;

function random(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM;
  return pool.subarray(used - RANDOM, used);
}

/**
 * A new mchOrderNo, cardId or mchRefundNo: 26 characters of the gateway's 30, of which the first 16 are the order's.
 * @param name - of this id, where the caller has it already
 */
export function newNumber(id: string, name = nameOf(id)): string {
  return name + letters(random(), RANDOM);
}

/** The name of the order that a number was made for; `undefined` for what was not made here. */
export function nameIn(number: string | undefined): string | undefined {
  const made = number !== undefined && NUMBER.test(number);
  return made ? number.slice(0, OWN) : undefined;
}

/* Reading a record. PURE. */

export const isOver = (attempt: Attempt): boolean => !!attempt.dead || stateOf(attempt.status) === 'paid';

/** Whether there is something to ask the gateway about: without a secureId nobody has a form. A saved card needs none. */
export const canBePaid = ({ secureId, by }: Attempt): boolean => secureId !== undefined || by === 'card';

/** Submitted, as somebody told or the gateway says, and not decided. */
function isSubmitted(attempt: Attempt): boolean {
  if (isOver(attempt) || stateOf(attempt.status) === 'failed') return false;
  return !!attempt.told || isUnderWay(attempt.status);
}

/** Whether the gateway may yet say something new about an attempt. A form that has failed may be tried again by the shopper. */
export function isWatched(attempt: Attempt, now: number): boolean {
  if (isOver(attempt)) return false;
  // What keeps the order closed until the gateway has another word for it is asked about until then.
  if (attempt.disputed || isSubmitted(attempt) || now - attempt.at < WATCHED_MS) return true;
  return !attempt.lapsed && canBePaid(attempt);
}

/**
 * Submitted and not decided: while there is one, nobody may pay again. Where only the gateway says so, its form is shared as
 * long as it can be: whoever has it open sees what becomes of it.
 */
export function isUndecided(attempt: Attempt, now: number): boolean {
  if (attempt.disputed && !isOver(attempt)) return true;
  const ageMs = now - attempt.at;
  const isOpen = !attempt.told && (attempt.hinted || ageMs < SECURE_ID_YOUNG_MS);
  return isSubmitted(attempt) && !isOpen && ageMs < UNDECIDED_MS;
}

/**
 * Whether nobody can say that an attempt was not paid, also where its form may still be shared: IOTPay does not know itself, or
 * says what nobody documents while somebody can pay in it.
 */
export function isUnknown(attempt: Attempt, now: number): boolean {
  if (isUndecided(attempt, now)) return true;
  const ageMs = now - attempt.at;
  if (stateOf(attempt.status) === 'strange') return !isOver(attempt) && ageMs < SECURE_ID_LIFETIME_MS;
  return isSubmitted(attempt) && ageMs < UNDECIDED_MS;
}

/** The attempt that keeps others from paying. */
export function undecidedIn(record: OrderRecord, now: number): Attempt | undefined {
  return record.attempts.find((attempt) => isUndecided(attempt, now));
}

/** The attempt that has a number. */
export function attemptOf(
  record: OrderRecord | undefined,
  mchOrderNo: string | undefined,
): Attempt | undefined {
  return record?.attempts.find((attempt) => attempt.mchOrderNo === mchOrderNo);
}

/** The payment that paid the order. */
export function paymentOf(record: OrderRecord | undefined): Payment | undefined {
  return attemptOf(record, record?.paidBy)?.payment;
}

/** Payments that the merchant has not been told of. */
export function undelivered(record: OrderRecord): readonly (Attempt & { readonly payment: Payment })[] {
  return record.attempts.filter(
    (attempt): attempt is Attempt & { readonly payment: Payment } =>
      attempt.payment !== undefined && !attempt.delivered,
  );
}

/** What an order stands at, as far as the record says. */
export function stateOfOrder(record: OrderRecord | undefined, now: number): CheckoutState {
  if (!record) return 'open';
  if (record.paidBy !== undefined) return 'paid';
  if (record.attempts.some((attempt) => isUnknown(attempt, now))) return 'unknown';
  const latest = record.attempts.findLast(({ dead }) => !dead);
  if (latest && stateOf(latest.status) === 'failed') return 'failed';
  return latest && !isWatched(latest, now) ? 'failed' : 'open';
}

/** What is asked of the record: a form for an order as it is now. */
export interface Wanted {
  readonly amount: number;
  readonly currency: string;
  readonly channel: Channel;
  /** `failed` of the request: the attempt of which the browser heard a FAIL. */
  readonly failed?: string | undefined;
}

/** What happens to a request for a form. */
export type Verdict =
  /** The order is paid. */
  | { readonly do: 'tell-paid'; readonly payment: Payment }
  /** An earlier attempt is not decided: the shopper waits. */
  | { readonly do: 'wait'; readonly attempt: Attempt }
  /** A form that is still open is shared. */
  | { readonly do: 'share'; readonly attempt: Attempt & { readonly secureId: string } }
  /** Another request is making an attempt just now. */
  | { readonly do: 'join'; readonly attempt: Attempt }
  /** A new attempt may be made. */
  | { readonly do: 'make' };

/**
 * Decides what a request for a form gets. To be asked when every watched attempt has been settled: the gateway's word
 * about each is in the record. PURE.
 */
export function verdictOf(record: OrderRecord | undefined, wanted: Wanted, now: number): Verdict {
  const payment = paymentOf(record);
  if (payment) return { do: 'tell-paid', payment };
  const undecided = record && undecidedIn(record, now);
  if (undecided) return { do: 'wait', attempt: undecided };
  const latest = record?.attempts.findLast(({ dead }) => !dead);
  if (!latest || stateOf(latest.status) === 'failed') return { do: 'make' };
  if (latest.by === 'card') return { do: 'make' };
  if (latest.secureId === undefined) return { do: 'join', attempt: latest };
  const { secureId } = latest;
  const isLeft = latest.hinted || latest.mchOrderNo === wanted.failed;
  if (isLeft || now - latest.at >= SECURE_ID_YOUNG_MS) return { do: 'make' };
  if (isAsWanted(latest, wanted)) return { do: 'share', attempt: { ...latest, secureId } };
  return isUnderWay(latest.status) ? { do: 'wait', attempt: latest } : { do: 'make' };
}

function isAsWanted(attempt: Attempt, wanted: Wanted): boolean {
  const { amount, currency, channel } = wanted;
  return attempt.amount === amount && attempt.currency === currency && attempt.channel === channel;
}

/* Changing a record: each gives a new one. PURE. */

export function withAttempt(record: OrderRecord | undefined, id: string, attempt: Attempt): OrderRecord {
  const earlier = record?.attempts ?? [];
  const gone = earlier.length + 1 - KEPT_ATTEMPTS;
  // What was paid, or may yet be, is never dropped.
  const droppable = new Set(
    earlier.filter((each) => !each.payment && !isWatched(each, attempt.at)).slice(0, Math.max(gone, 0)),
  );
  return { ...record, id, attempts: [...earlier.filter((each) => !droppable.has(each)), attempt] };
}

/** Changes one attempt. `undefined` where there is none of that number, or nothing changes. */
export function changeAttempt(
  record: OrderRecord | undefined,
  mchOrderNo: string,
  change: (attempt: Attempt) => Attempt | undefined,
): OrderRecord | undefined {
  const attempt = attemptOf(record, mchOrderNo);
  const changed = attempt && change(attempt);
  if (!record || !attempt || !changed || changed === attempt) return undefined;
  return { ...record, attempts: record.attempts.map((each) => (each === attempt ? changed : each)) };
}

/** A payment is put on record; the first one pays the order. Nothing changes where it is there already. */
export function withPayment(record: OrderRecord | undefined, payment: Payment): OrderRecord | undefined {
  const changed = changeAttempt(record, payment.mchOrderNo, (attempt) =>
    attempt.payment ? undefined : { ...attempt, status: payment.status, payment },
  );
  return changed && { ...changed, paidBy: changed.paidBy ?? payment.mchOrderNo };
}

/* As text. */

export function writeRecord(record: OrderRecord): string {
  return JSON.stringify(record);
}

/**
 * @param where - the key, for the error
 * @throws TypeError for what is no record: another program writes into this store, or a newer version of this package
 */
export function readRecord(text: string, where: string): OrderRecord {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    record = undefined;
  }
  const { id, attempts } = (record ?? {}) as { id?: unknown; attempts?: unknown };
  if (typeof id === 'string' && Array.isArray(attempts)) return record as OrderRecord;
  throw new TypeError(
    `store.get: expected a record of an order under ${where}, received something else. Does another program write into this store?`,
  );
}
