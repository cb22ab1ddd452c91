import { isPaid } from '../../gateway/status.js';
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
      const done = own && (await this.#settle(name, own, pending));
      const repeated = pending.kind === kind && (cents === undefined || cents === pending.amount);
      if (done && repeated && pending.mchOrderNo === payment.mchOrderNo) return done;
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
    try {
      if (refund.kind === 'void') await this.#iotpay.voidOrder(request);
      else await this.#iotpay.refund({ ...request, refundAmount: amount });
    } catch (error) {
      const known = error instanceof IotpayGatewayError && !error.outcomeUnknown;
      if (known) await this.#mark(name, refund, 'refused');
      throw error;
    }
    return this.#mark(name, refund, 'done');
  }

  /** Finds out what became of a refund whose answer was lost. `undefined`: it was not done, and never will be. */
  async #settle(name: string, payment: Payment, refund: Refund): Promise<Refund | undefined> {
    // In a refund's answer mchOrderNo is its mchRefundNo (source: IOTPay, credit card v3).
    const found = await findOrder(this.#iotpay, refund.mchRefundNo);
    // The gateway has never heard of it: sent again under the same number, it can't be done twice.
    if (!found) return this.#send(name, payment, refund);
    if (isPaid(found.status)) return this.#mark(name, refund, 'done');
    if (found.status === 9) {
      await this.#mark(name, refund, 'refused');
      return undefined;
    }
    throw new IotpayGatewayError('refused', `the refund ${refund.mchRefundNo} is still being done.`, {
      call: refund.kind,
      retMsg: found.retMsg,
      outcomeUnknown: true,
    });
  }

  async #mark(name: string, refund: Refund, state: Refund['state']): Promise<Refund> {
    const marked = { ...refund, state };
    await this.#records.change(name, (record) => {
      const refunds = record?.refunds?.map((each) =>
        each.mchRefundNo === refund.mchRefundNo ? marked : each,
      );
      return record && refunds && { ...record, refunds };
    });
    return marked;
  }
}
