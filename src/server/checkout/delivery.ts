import { CallbackError, inTime, named, type GuardedStore } from './guard.js';
import { withLease } from './lease.js';
import { wordsOf, type Logger } from './log.js';
import {
  attemptOf,
  changeAttempt,
  paymentOf,
  undelivered,
  type Attempt,
  type OrderRecord,
  type Payment,
} from './record.js';
import type { Records } from './records.js';
import { MARK_MS, retry } from './retry.js';

/**
 * How long one run of `onPaid` keeps others from running it, in milliseconds: an hour. A function that has not come back
 * by then never will.
 */
const ON_PAID_LIMIT_MS = 3_600_000;

/** What `onPaid` is told. */
export interface PaidOrder {
  /** The merchant's own id, as `order` gave it; a number as a text. */
  readonly orderId: string;
  readonly payment: Payment;
}

/** What `onPaidTwice` is told: an order that has been paid by `first` was paid again. */
export interface OrderPaidTwice extends PaidOrder {
  /** The payment that counts. `payment` is the one to give back. */
  readonly first: Payment;
}

export interface DeliveryOptions {
  readonly onPaid: (paid: PaidOrder) => unknown;
  readonly onPaidTwice: ((paid: OrderPaidTwice) => unknown) | undefined;
  readonly store: GuardedStore;
  readonly records: Records;
  readonly log: Logger;
}

/** Tells the merchant of payments: once, whoever heard of them first. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Runs `onPaid` (or `onPaidTwice`) for each payment on record that the merchant has not been told of. One that cannot be
   * told keeps nobody from hearing of the others.
   * @returns whether the merchant has been told of all of them; `false` where another process is telling
   * @throws CallbackError the first one, where `onPaid` throws: the payment stays on record, and is told of again
   */
  async deliver(name: string, record: OrderRecord | undefined): Promise<boolean> {
    if (!record) return true;
    let all = true;
    let failure: { readonly error: unknown } | undefined;
    for (const { mchOrderNo } of undelivered(record)) {
      try {
        all = (await this.#deliverOne(name, mchOrderNo)) && all;
      } catch (error) {
        if (failure) this.failed(record.id, error);
        else failure = { error };
      }
    }
    if (failure) throw failure.error;
    return all;
  }

  /** @returns whether the merchant has been told of this payment */
  async #deliverOne(name: string, mchOrderNo: string): Promise<boolean> {
    const told = await withLease(
      this.#options.store,
      `lease:${mchOrderNo}`,
      ON_PAID_LIMIT_MS,
      () => this.#tell(name, mchOrderNo),
      // Told, and that is on record: nobody has anything to do under this lease any more.
      (isOnRecord) => isOnRecord,
    );
    return told ? told.value : this.#isTold(name, mchOrderNo);
  }

  /** Whether whoever holds the lease has told already, since the record was read. */
  async #isTold(name: string, mchOrderNo: string): Promise<boolean> {
    return attemptOf(await this.#options.records.read(name), mchOrderNo)?.delivered ?? false;
  }

  /** The same, for whoever has something else to say: a failure goes into the log, and is tried again later. */
  async deliverQuietly(name: string, record: OrderRecord | undefined, ms: number): Promise<void> {
    if (!record || undelivered(record).length === 0) return;
    const told = this.deliver(name, record).catch((error: unknown) => this.failed(record.id, error));
    await inTime(told, ms);
  }

  /** Says in the log what kept the merchant from being told. The payment stays on record, and is told of again. */
  failed(id: string, error: unknown): void {
    const again = 'The shop is told again at the next notification, question or reconcile().';
    const line =
      error instanceof CallbackError
        ? `${error.callback}: order ${id} is paid, and the function failed: ${wordsOf(error.cause)} ${again}`
        : `order ${id} is paid, and the shop could not be told: ${wordsOf(error)} ${again}`;
    this.#options.log.error(line, error);
  }

  /** @returns whether it is on record that the merchant has been told */
  async #tell(name: string, mchOrderNo: string): Promise<boolean> {
    const { records, onPaid } = this.#options;
    // Read under the lease: who held it before may have told already.
    const record = await records.read(name);
    const attempt = attemptOf(record, mchOrderNo);
    if (!record || !attempt?.payment || attempt.delivered) return attempt?.delivered ?? false;
    const { payment } = attempt;
    if (record.paidBy === mchOrderNo) await named('onPaid', () => onPaid({ orderId: record.id, payment }));
    else await this.#twice(record, payment);
    return this.#mark(name, mchOrderNo, record);
  }

  /** Writes down that the merchant has been told: a connection that breaks just now is no reason to ship twice. */
  async #mark(name: string, mchOrderNo: string, record: OrderRecord): Promise<boolean> {
    const { records } = this.#options;
    const change = (found: OrderRecord | undefined) => changeAttempt(found, mchOrderNo, markDelivered);
    const marked = await retry(MARK_MS, () => records.change(name, change, { record }));
    return attemptOf(marked, mchOrderNo)?.delivered ?? false;
  }

  async #twice(record: OrderRecord, payment: Payment): Promise<void> {
    const { onPaidTwice, log } = this.#options;
    const first = paymentOf(record);
    if (onPaidTwice && first)
      return void (await named('onPaidTwice', () => onPaidTwice({ orderId: record.id, payment, first })));
    log.error(
      `order ${record.id} was paid twice. Give the second payment back: checkout.refund(${JSON.stringify(record.id)}, { mchOrderNo: ${JSON.stringify(payment.mchOrderNo)} }), payOrderId ${payment.payOrderId}, ${payment.amount} cents. (With onPaidTwice your own code is told.)`,
    );
  }
}

function markDelivered(attempt: Attempt): Attempt {
  return { ...attempt, delivered: true };
}
