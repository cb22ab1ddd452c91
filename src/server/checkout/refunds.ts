import { stateOf } from '../../gateway/status.js';
import type { Order } from '../answers.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import type { GuardedStore } from './guard.js';
import { kindOf } from './kind.js';
import { withLease } from './lease.js';
import { wordsOf, type Logger } from './log.js';
import { findOrder } from './query.js';
import { attemptOf, nameOf, newNumber, type OrderRecord, type Payment, type Refund } from './record.js';
import type { Records } from './records.js';
import { MARK_MS, retry } from './retry.js';

/** How long a call waits for another one that gives back money of the same order, in milliseconds: a server that dies keeps its turn for half a minute. */
const TURN_MS = 120_000;
/** After so many milliseconds a call that is still at work keeps no other from its turn. */
const TURN_LIMIT_MS = 600_000;
/** How often it is looked whether the turn has come, in milliseconds. */
const LOOK_MS = 50;

/** Which payment is given back. */
export interface RefundChoice {
  /** The payment's mchOrderNo. Default: the one that paid the order; `onPaidTwice` names others. */
  readonly mchOrderNo?: string | undefined;
}

/** What is asked for. */
export interface RefundQuestion extends RefundChoice {
  readonly kind: Refund['kind'];
  /** How much, in cents; `undefined`: all that is left. */
  readonly cents: number | undefined;
  /** The merchant's own number for it. */
  readonly refundId: string | undefined;
}

export interface RefundsOptions {
  readonly iotpay: Pick<Iotpay, 'refund' | 'voidOrder' | 'queryOrder'>;
  readonly store: GuardedStore;
  readonly records: Records;
  readonly notifyUrl: string;
  readonly log: Logger;
}

/** Gives money back: each refund once, however often its answer is lost and however many ask at once. */
export class Refunds {
  readonly #iotpay: RefundsOptions['iotpay'];
  readonly #store: GuardedStore;
  readonly #records: Records;
  readonly #notifyUrl: string;
  readonly #log: Logger;

  constructor({ iotpay, store, records, notifyUrl, log }: RefundsOptions) {
    this.#iotpay = iotpay;
    this.#store = store;
    this.#records = records;
    this.#notifyUrl = notifyUrl;
    this.#log = log;
  }

  /**
   * Gives back one at a time of an order, on whatever server, so that each knows of the one before.
   * @returns the refund as it was done. The one of another call, where that was under way when this one began and both ask for
   *   the same: a double click, a request that a proxy repeats. What was done before this call began is another refund, unless
   *   both have the same refundId
   * @throws RangeError, TypeError; IotpayGatewayError (with `outcomeUnknown`: call again, with the same arguments)
   */
  async giveBack(id: string, question: RefundQuestion): Promise<Refund> {
    const name = nameOf(id);
    const record = await this.#records.read(name);
    const payment = this.#paymentOf(id, record, question);
    const over = (record?.refunds ?? []).filter(({ state }) => state !== 'asked');
    const earlier = new Set(over.map(({ mchRefundNo }) => mchRefundNo));
    return this.#inTurn(name, question.kind, async () => {
      const now = await this.#records.read(name);
      const found =
        sameIn(now, payment, question, earlier) ?? (await this.#settleAll(name, payment, question, now));
      if (found) return found;
      const planned = await this.#plan(name, id, question, payment);
      return planned.state === 'done' ? planned : this.#send(name, payment, planned);
    });
  }

  /** @throws IotpayGatewayError where another refund of the order takes too long */
  async #inTurn(name: string, kind: Refund['kind'], work: () => Promise<Refund>): Promise<Refund> {
    const endMs = Date.now() + TURN_MS;
    for (;;) {
      const turn = await withLease(this.#store, `refund:${name}`, TURN_LIMIT_MS, work);
      if (turn) return turn.value;
      if (Date.now() >= endMs)
        throw new IotpayGatewayError(
          'timeout',
          `another refund of this order has been under way for ${TURN_MS} ms.`,
          {
            call: kind,
            outcomeUnknown: true,
          },
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /**
   * Finds out what became of every refund of the order of which that is not known. One that the gateway has never heard of
   * is sent only for whoever asks for it, or for all that is left: nobody else wants that money given back now.
   * @returns the one that is asked for, where it is among them and was done
   */
  async #settleAll(
    name: string,
    payment: Payment,
    question: RefundQuestion,
    record: OrderRecord | undefined,
  ): Promise<Refund | undefined> {
    for (const pending of (record?.refunds ?? []).filter(({ state }) => state === 'asked')) {
      if (pending.mchOrderNo !== payment.mchOrderNo) {
        // What can't be known of another payment's keeps nobody from giving back this one.
        await this.#settle(name, pending).catch(() => {});
        continue;
      }
      const isAsked = isSame(pending, question);
      const settled = await this.#settle(
        name,
        pending,
        isAsked || question.cents === undefined ? payment : undefined,
      );
      // The same call again. Where all is asked for, it is what is left that counts.
      if (settled.state === 'done' && isAsked) return settled;
    }
    return undefined;
  }

  #paymentOf(id: string, record: OrderRecord | undefined, { kind, mchOrderNo }: RefundQuestion): Payment {
    const number = mchOrderNo === undefined ? record?.paidBy : mchOrderNo;
    const payment = attemptOf(record, number)?.payment;
    if (payment?.payOrderId !== undefined) return payment;
    if (payment)
      throw new TypeError(
        `${kind}: expected a payment with a payOrderId, and IOTPay gave none for ${payment.mchOrderNo} of order ${id}. Give it back in IOTPay's portal.`,
      );
    throw new TypeError(
      `${kind}: expected the id of an order that is paid, received ${JSON.stringify(id)}${
        mchOrderNo === undefined ? '' : ` with the payment ${kindOf(mchOrderNo)}`
      }, of which no payment is on record.`,
    );
  }

  /**
   * Puts a refund on record, within what is left of its payment.
   * @returns where all is asked for and all was given back already: the refund that did it. Whoever calls again after a crash
   *   is not refused. It may be on its way yet, where another server has sent it since
   */
  async #plan(
    name: string,
    id: string,
    { kind, cents, refundId }: RefundQuestion,
    payment: Payment,
  ): Promise<Refund> {
    let planned: Refund | undefined;
    let left = 0;
    let open: Refund | undefined;
    await this.#records.change(name, (record) => {
      const given = (record?.refunds ?? []).filter(
        (each) => each.mchOrderNo === payment.mchOrderNo && each.state !== 'refused',
      );
      open = given.find(({ state }) => state === 'asked');
      left = payment.amount - given.reduce((sum, { amount }) => sum + amount, 0);
      const amount = cents ?? left;
      // Of its own number nothing was done, or it would have been found.
      const isDone = cents === undefined && refundId === undefined && left <= 0;
      planned = isDone ? given.at(-1) : undefined;
      if (planned) return undefined;
      if (!record || amount > left || left <= 0) return undefined;
      const { mchOrderNo } = payment;
      planned = {
        mchRefundNo: newNumber(id),
        kind,
        mchOrderNo,
        amount,
        state: 'asked',
        ...(refundId === undefined ? {} : { refundId }),
      };
      return { ...record, refunds: [...(record.refunds ?? []), planned] };
    });
    if (planned) return planned;
    throw new RangeError(
      `${kind}: order ${id}: expected at most ${left} cents, which is what is left of the payment, received ${cents ?? payment.amount}.${
        open
          ? ` Of a ${open.kind} of ${open.amount} cents it is not known whether it was done: call it again with the same arguments.`
          : ''
      }`,
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
      const marked = await this.#mark(name, refund, 'refused');
      if (marked.state === 'done') return marked;
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

  /**
   * Finds out what became of a refund whose answer was lost.
   * @param payment - its own, where it is sent if the gateway has never heard of it: under the same number it can't be done twice
   */
  async #settle(name: string, refund: Refund, payment?: Payment): Promise<Refund> {
    const found = await this.#find(refund);
    if (found) return this.#hear(name, refund, found);
    return payment ? this.#send(name, payment, refund) : refund;
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

  /**
   * Puts on record what became of a refund. What the gateway has said is true, also where the store fails over it for so long:
   * then it is asked again by the next refund of the order.
   * @returns the refund as it is on record now
   */
  async #mark(name: string, refund: Refund, state: Refund['state']): Promise<Refund> {
    const marked = { ...refund, state };
    const change = (record: OrderRecord | undefined) => {
      // What was done stays done, whatever is heard of the same number later.
      const refunds = record?.refunds?.map((each) =>
        each.mchRefundNo === refund.mchRefundNo && each.state !== 'done' ? marked : each,
      );
      return record && refunds && { ...record, refunds };
    };
    try {
      const now = await retry(MARK_MS, () => this.#records.change(name, change));
      return now?.refunds?.find(({ mchRefundNo }) => mchRefundNo === refund.mchRefundNo) ?? marked;
    } catch (error) {
      this.#log.warn(
        `${refund.kind}: ${refund.mchRefundNo} is ${state}, and this could not be put on record. ${wordsOf(error)}`,
        error,
      );
      return marked;
    }
  }
}

/** Whether a refund on record is the one that is asked for. */
function isSame(refund: Refund, { kind, cents, refundId }: RefundQuestion): boolean {
  if (refundId !== undefined || refund.refundId !== undefined) return refund.refundId === refundId;
  return refund.kind === kind && refund.amount === cents;
}

/**
 * The refund on record that is the one asked for, and was done.
 * @param earlier - the numbers of those that were over before this was asked: without a refundId, the same again is another one
 * @throws TypeError where the refundId is that of another refund
 */
function sameIn(
  record: OrderRecord | undefined,
  payment: Payment,
  question: RefundQuestion,
  earlier: ReadonlySet<string>,
): Refund | undefined {
  const { kind, cents, refundId } = question;
  const known = (record?.refunds ?? []).filter(({ state }) => state !== 'refused');
  if (refundId === undefined)
    return known.find(
      (refund) =>
        refund.state === 'done' &&
        refund.mchOrderNo === payment.mchOrderNo &&
        !earlier.has(refund.mchRefundNo) &&
        isSame(refund, question),
    );
  const found = known.find((refund) => isSame(refund, question));
  if (found && (found.mchOrderNo !== payment.mchOrderNo || (cents !== undefined && found.amount !== cents)))
    throw new TypeError(
      `${kind}: refundId: expected a number of its own for each refund, received ${JSON.stringify(refundId)}, which is that of ${found.amount} cents of the payment ${found.mchOrderNo}.`,
    );
  return found?.state === 'done' ? found : undefined;
}
