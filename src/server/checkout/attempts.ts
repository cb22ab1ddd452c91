import { asText } from '../../gateway/envelope.js';
import { stateOf } from '../../gateway/status.js';
import { kindOfOrder, type Order } from '../answers.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import { wordsOf, type Logger } from './log.js';
import { findOrder } from './query.js';
import {
  canBePaid,
  changeAttempt,
  isWatched,
  UNDECIDED_MS,
  WATCHED_MS,
  withPayment,
  type Attempt,
  type OrderRecord,
  type Payment,
} from './record.js';
import type { Records } from './records.js';

/**
 * How old the charge of a saved card must be before the gateway is believed that it has no such order, in milliseconds:
 * longer than a call that makes one can be on its way. A form is known to have been made, and nobody documents whether the
 * gateway has an order of it before somebody pays: there it is believed when the form is over.
 */
const KNOWN_AFTER_MS = 120_000;

/** Every attempt at an order is settled here: the gateway is asked, and its word is put on record. */
export class Attempts {
  readonly #iotpay: Pick<Iotpay, 'queryOrder'>;
  readonly #records: Records;
  readonly #now: () => number;
  readonly #log: Logger;

  constructor(iotpay: Pick<Iotpay, 'queryOrder'>, records: Records, now: () => number, log: Logger) {
    this.#iotpay = iotpay;
    this.#records = records;
    this.#now = now;
    this.#log = log;
  }

  /**
   * Asks the gateway about every attempt that may yet change.
   * @returns the record with its answers, and the first failure of a question; what could not be asked is as it was. What the
   *   gateway refuses to answer for longer than an order is kept closed is no failure any more: it would be closed for ever
   */
  async settle(
    name: string,
    record: OrderRecord | undefined,
  ): Promise<{ readonly record: OrderRecord | undefined; readonly failure: Error | undefined }> {
    const asked = record?.attempts.filter((attempt) => isWatched(attempt, this.#now()) && canBePaid(attempt));
    if (!asked?.length) return { record, failure: undefined };
    const answers = await Promise.allSettled(
      asked.map(({ mchOrderNo }) => findOrder(this.#iotpay, mchOrderNo)),
    );
    let failure: Error | undefined;
    let now = record;
    for (const [i, answer] of answers.entries()) {
      const attempt = asked[i];
      if (!attempt) continue;
      if (answer.status === 'fulfilled') now = await this.put(name, attempt, answer.value);
      else if (this.#isGivenUp(attempt, answer.reason)) this.warn(answer.reason);
      else failure ??= answer.reason as Error;
    }
    return { record: now, failure };
  }

  #isGivenUp(attempt: Attempt, error: unknown): boolean {
    const isRefused = error instanceof IotpayGatewayError && error.code === 'refused';
    return isRefused && this.#now() - attempt.at >= UNDECIDED_MS;
  }

  /**
   * Puts on record what the gateway says of an attempt: in an answer, or in a notification.
   * @param seen - the record, where it was read just now: a payment that is on it stays there, so that reading it again
   *   would tell nothing new
   * @returns the record as it is now
   */
  put(
    name: string,
    attempt: Attempt,
    order: Order | undefined,
    seen?: OrderRecord,
  ): Promise<OrderRecord | undefined> {
    const { mchOrderNo } = attempt;
    // What became of money given back says nothing of the payment: neither paid nor failed may come of it.
    if (order && kindOfOrder(order.payType, asText(order['originalOrderId'])) === 'refund') {
      this.#log.error(
        `order attempt ${mchOrderNo}: the gateway answered with a refund (${order.payOrderId}) where its payment was asked about. Nothing was shipped, and no other payment is taken for this order: look at it in IOTPay's portal.`,
      );
      return this.#dispute(name, mchOrderNo);
    }
    if (stateOf(order?.status) === 'paid' && order) {
      if (fits(order, attempt)) {
        const payment = paymentFrom(order, attempt);
        const put = (record: OrderRecord | undefined) => withPayment(record, payment);
        return this.#records.change(name, put, seen && { record: seen });
      }
      this.#log.error(
        `order attempt ${mchOrderNo}: the gateway says that ${order.amount} ${order.currency} were paid, expected ${attempt.amount} ${attempt.currency}. Nothing was shipped, and no other payment is taken for this order: look at it in IOTPay's portal.`,
      );
      return this.#dispute(name, mchOrderNo);
    }
    return this.#change(name, mchOrderNo, (each) => this.#heard(each, order));
  }

  /** Somebody told that an attempt was submitted and is not decided. */
  tell(name: string, mchOrderNo: string): Promise<OrderRecord | undefined> {
    return this.#change(name, mchOrderNo, (each) =>
      each.told || each.payment ? undefined : { ...each, told: true },
    );
  }

  /** Until the gateway has another word for it, nobody else pays. What was paid stays paid. */
  #dispute(name: string, mchOrderNo: string): Promise<OrderRecord | undefined> {
    return this.#change(name, mchOrderNo, (each) =>
      each.payment || each.disputed ? undefined : { ...each, told: true, disputed: true },
    );
  }

  #change(name: string, mchOrderNo: string, change: (attempt: Attempt) => Attempt | undefined) {
    return this.#records.change(name, (record) => changeAttempt(record, mchOrderNo, change));
  }

  /** An attempt after an answer that names no payment. */
  #heard(attempt: Attempt, order: Order | undefined): Attempt | undefined {
    // What was paid stays paid, whatever a later or late answer says.
    if (attempt.payment) return undefined;
    const ageMs = this.#now() - attempt.at;
    if (!order) {
      if (attempt.dead || ageMs < (attempt.by === 'card' ? KNOWN_AFTER_MS : WATCHED_MS)) return undefined;
      this.#log.warn(
        `order attempt ${attempt.mchOrderNo}: the gateway has no such order. It counts as never made.`,
      );
      return { ...attempt, dead: true };
    }
    const { status = attempt.status } = order;
    const lapses = ageMs >= WATCHED_MS && !attempt.lapsed;
    const { disputed, ...rest } = attempt;
    if (status === attempt.status && !lapses && !disputed) return undefined;
    return {
      ...rest,
      ...(status === undefined ? {} : { status }),
      ...(lapses ? { lapsed: true } : {}),
    };
  }

  /** Says in the log that an attempt could not be asked about. */
  warn(error: unknown): void {
    this.#log.warn(`the gateway could not be asked about an order. ${wordsOf(error)}`, error);
  }
}

/** Whether a payment is the one that was asked for. What the answer leaves out decides nothing. */
export function fits(order: Order, attempt: Attempt): boolean {
  return (
    (order.amount === undefined || order.amount === attempt.amount) &&
    (order.currency === undefined || order.currency === attempt.currency)
  );
}

function paymentFrom(order: Order, attempt: Attempt): Payment {
  const text = (name: string) => {
    const value = order[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    mchOrderNo: attempt.mchOrderNo,
    payOrderId: order.payOrderId,
    amount: order.amount ?? attempt.amount,
    currency: order.currency ?? attempt.currency,
    status: order.status ?? 2,
    channel: text('channel') ?? attempt.channel,
    cardNum: text('cardNum'),
    cardType: text('cardType'),
    paySuccTime: text('paySuccTime'),
    authNum: text('authNum'),
    invoiceNum: text('invoiceNum'),
    transNum: text('transNum'),
  };
}
