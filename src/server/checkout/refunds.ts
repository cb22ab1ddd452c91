import { stateOf } from '../../gateway/status.js';
import type { Order } from '../answers.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import { kindOf } from './kind.js';
import { findOrder } from './query.js';
import { attemptOf, nameOf, newNumber, type OrderRecord, type Payment, type Refund } from './record.js';
import type { Records } from './records.js';

/** Which payment is given back. */
export interface RefundChoice {
  /** The payment's mchOrderNo. Default: the one that paid the order; `onPaidTwice` names others. */
  readonly mchOrderNo?: string | undefined;
}

/** Gives money back: each refund once, however often its answer is lost. */
export class Refunds {
  readonly #iotpay: Pick<Iotpay, 'refund' | 'voidOrder' | 'queryOrder'>;
  readonly #records: Records;
  readonly #notifyUrl: string;

  constructor(
    iotpay: Pick<Iotpay, 'refund' | 'voidOrder' | 'queryOrder'>,
    records: Records,
    notifyUrl: string,
  ) {
    this.#iotpay = iotpay;
    this.#records = records;
    this.#notifyUrl = notifyUrl;
  }

  /**
   * @param cents - how much; `undefined`: all that is left
   * @returns the refund as it was done. A refund of the same amount whose answer was lost is found again, and not made twice
   * @throws RangeError, TypeError; IotpayGatewayError (with `outcomeUnknown`: call again, with the same arguments)
   */
  async giveBack(
    id: string,
    kind: Refund['kind'],
    cents: number | undefined,
    choice: RefundChoice,
  ): Promise<Refund> {
    const name = nameOf(id);
    const record = await this.#records.read(name);
    const payment = this.#paymentOf(id, record, choice);
    for (const pending of (record?.refunds ?? []).filter(({ state }) => state === 'asked')) {
      // Its own payment's: under another one's number the wrong money would be given back.
      const own = attemptOf(record, pending.mchOrderNo)?.payment;
      if (!own) continue;
      if (own.mchOrderNo !== payment.mchOrderNo) {
        // What can't be known of another payment's keeps nobody from giving back this one.
        await this.#settle(name, own, pending).catch(() => {});
        continue;
      }
      const settled = await this.#settle(name, own, pending);
      // The same call again. Where all is asked for, it is what is left that counts.
      if (settled.state === 'done' && pending.kind === kind && cents === pending.amount) return settled;
    }
    const planned = await this.#plan(name, id, kind, cents, payment);
    if (planned.state === 'done') return planned;
    return this.#send(name, payment, planned);
  }

  #paymentOf(id: string, record: OrderRecord | undefined, { mchOrderNo }: RefundChoice): Payment {
    const number = mchOrderNo ?? record?.paidBy;
    const payment = attemptOf(record, number)?.payment;
    if (payment?.payOrderId !== undefined) return payment;
    throw new TypeError(
      `refund: expected the id of an order that is paid, received ${JSON.stringify(id)}${
        mchOrderNo === undefined ? '' : ` with the payment ${kindOf(mchOrderNo)}`
      }, of which no payment is on record.`,
    );
  }

  /**
   * Puts a refund on record, within what is left of its payment.
   * @returns where all is asked for and all was given back already: the refund that did it. Whoever calls again after a crash
   *   is not refused
   */
  async #plan(
    name: string,
    id: string,
    kind: Refund['kind'],
    cents: number | undefined,
    payment: Payment,
  ): Promise<Refund> {
    let planned: Refund | undefined;
    let left = 0;
    await this.#records.change(name, (record) => {
      const given = (record?.refunds ?? []).filter(
        (each) => each.mchOrderNo === payment.mchOrderNo && each.state !== 'refused',
      );
      left = payment.amount - given.reduce((sum, { amount }) => sum + amount, 0);
      const amount = cents ?? left;
      planned =
        cents === undefined && left <= 0 ? given.findLast(({ state }) => state === 'done') : undefined;
      if (planned) return undefined;
      if (!record || amount > left || left <= 0) return undefined;
      planned = { mchRefundNo: newNumber(id), kind, mchOrderNo: payment.mchOrderNo, amount, state: 'asked' };
      return { ...record, refunds: [...(record.refunds ?? []), planned] };
    });
    if (planned) return planned;
    throw new RangeError(
      `${kind}: order ${id}: expected at most ${left} cents, which is what is left of the payment, received ${cents ?? payment.amount}.`,
    );
  }

  async #send(name: string, payment: Payment, refund: Refund): Promise<Refund> {
    const { mchRefundNo, amount } = refund;
    const request = { mchRefundNo, payOrderId: payment.payOrderId ?? '', notifyUrl: this.#notifyUrl };
    let answer: Order;
    try {
      answer = await (refund.kind === 'void'
        ? this.#iotpay.voidOrder(request)
        : this.#iotpay.refund({ ...request, refundAmount: amount }));
    } catch (error) {
      if (!(error instanceof IotpayGatewayError) || error.outcomeUnknown) throw error;
      // Refused may be what another call has sent under the same number a moment before, and that was done.
      const other = error.code === 'request' ? undefined : await this.#find(refund);
      if (other) return this.#hear(name, refund, other);
      await this.#mark(name, refund, 'refused');
      throw error;
    }
    // Of an answer without a status its SUCCESS is all there is.
    const heard = await this.#hear(name, refund, { ...answer, status: answer.status ?? 2 });
    if (heard.state === 'done') return heard;
    throw new IotpayGatewayError('refused', `the gateway says that the refund ${mchRefundNo} has failed.`, {
      call: refund.kind,
      retMsg: answer.retMsg,
    });
  }

  /** Finds out what became of a refund whose answer was lost. */
  async #settle(name: string, payment: Payment, refund: Refund): Promise<Refund> {
    const found = await this.#find(refund);
    // The gateway has never heard of it: sent again under the same number, it can't be done twice.
    return found ? this.#hear(name, refund, found) : this.#send(name, payment, refund);
  }

  /** In a refund's answer mchOrderNo is its mchRefundNo (source: IOTPay, credit card v3). */
  #find({ mchRefundNo }: Refund): Promise<Order | undefined> {
    return findOrder(this.#iotpay, mchRefundNo);
  }

  /**
   * Puts on record what the gateway says of a refund.
   * @throws IotpayGatewayError `outcomeUnknown` where it says neither that it was done nor that it failed
   */
  async #hear(name: string, refund: Refund, { status, retMsg }: Order): Promise<Refund> {
    const state = stateOf(status);
    if (state === 'paid') return this.#mark(name, refund, 'done');
    if (state === 'failed') return this.#mark(name, refund, 'refused');
    throw new IotpayGatewayError('refused', `the refund ${refund.mchRefundNo} is still being done.`, {
      call: refund.kind,
      retMsg,
      outcomeUnknown: true,
    });
  }

  async #mark(name: string, refund: Refund, state: Refund['state']): Promise<Refund> {
    const marked = { ...refund, state };
    await this.#records.change(name, (record) => {
      // What was done stays done, whatever is heard of the same number later.
      const refunds = record?.refunds?.map((each) =>
        each.mchRefundNo === refund.mchRefundNo && each.state !== 'done' ? marked : each,
      );
      return record && refunds && { ...record, refunds };
    });
    return marked;
  }
}
