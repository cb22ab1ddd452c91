import { SECURE_ID_LIFETIME_MS } from '../../gateway/limits.js';
import { stateOf } from '../../gateway/status.js';
import type { Order } from '../answers.js';
import { refusesMerchant } from '../call.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import type { Attempts } from './attempts.js';
import { wordsOf, type Logger } from './log.js';
import { textsOf, type CheckedOrder } from './order.js';
import {
  changeAttempt,
  isOver,
  isUnknown,
  nameOf,
  newNumber,
  paymentOf,
  undecidedIn,
  withAttempt,
  type Attempt,
  type OrderRecord,
} from './record.js';
import type { Records } from './records.js';

export interface ChargesOptions {
  readonly iotpay: Pick<Iotpay, 'purchaseWithToken'>;
  readonly attempts: Attempts;
  readonly records: Records;
  readonly notifyUrl: string;
  readonly now: () => number;
  readonly log: Logger;
}

/** Charges saved cards: an attempt like any other, on the same record as the forms. */
export class Charges {
  readonly #options: ChargesOptions;

  constructor(options: ChargesOptions) {
    this.#options = options;
  }

  /**
   * @param formClosed - the page has taken its form away: a form that is still open is no obstacle, but stays watched. One with
   *   which the gateway has begun is: it may be paid
   * @returns the record as it is afterwards
   * @throws IotpayGatewayError where an earlier attempt could not be asked about, nothing could be sent, or the gateway
   *   knows no such merchant
   */
  async charge(order: CheckedOrder, cardId: string, formClosed: boolean): Promise<OrderRecord | undefined> {
    const { attempts, records, now, log } = this.#options;
    const name = nameOf(order.id);
    const { record, failure } = await attempts.settle(name, await records.read(name));
    if (isClosed(record, now())) return record;
    if (failure) throw failure;
    const { amount, currency, channel } = order;
    const mchOrderNo = newNumber(order.id);
    // Told from the beginning: until its outcome is known, nobody else may pay.
    const attempt: Attempt = { mchOrderNo, by: 'card', amount, currency, channel, at: now(), told: true };
    let obstacle: Attempt | undefined;
    let begun: Attempt | undefined;
    let put = false;
    const changed = await records.change(name, (found) => {
      obstacle = formClosed ? undefined : openForm(found, now());
      begun = formClosed ? begunForm(found, now()) : undefined;
      put = !obstacle && !begun && !isClosed(found, now());
      return put ? withAttempt(found, order.id, attempt) : undefined;
    });
    // Nobody sees any more what becomes of it, so that it is as if it had been told of.
    if (begun) return attempts.tell(name, begun.mchOrderNo);
    if (obstacle)
      log.warn(
        `charge: order ${order.id} was not charged: a form of it (${obstacle.mchOrderNo}) is open and can be paid in. Let the shopper pay there; or take the form off the page and call charge(…, { formClosed: true }).`,
      );
    return put ? this.#send(name, order, cardId, attempt) : changed;
  }

  async #send(name: string, order: CheckedOrder, cardId: string, attempt: Attempt) {
    const { iotpay, attempts, records, notifyUrl, log } = this.#options;
    const { mchOrderNo } = attempt;
    let answer: Order;
    try {
      answer = await iotpay.purchaseWithToken({
        mchOrderNo,
        cardId,
        amount: order.amount,
        currency: order.currency as 'CAD',
        notifyUrl,
        ...textsOf(order),
      });
    } catch (error) {
      log.warn(`charge: order ${order.id}: ${wordsOf(error)}`, error);
      const known = error instanceof IotpayGatewayError && !error.outcomeUnknown;
      if (!known) return records.read(name);
      // What was never sent, or comes from nobody whom the gateway knows, is the shop's mistake: no card was declined.
      const isOurs = error.code === 'request' || refusesMerchant(error);
      const over = isOurs ? ({ dead: true } as const) : { status: 9 };
      const record = await records.change(name, (found) =>
        changeAttempt(found, mchOrderNo, (each) => (each.payment ? undefined : { ...each, ...over })),
      );
      if (isOurs) throw error;
      return record;
    }
    return attempts.put(name, attempt, answer);
  }
}

/**
 * A form that can be paid in at this moment, as far as anybody knows. After a decline the shopper may try another card in
 * it, until there is another form.
 */
function openForm(record: OrderRecord | undefined, now: number): Attempt | undefined {
  const forms = record?.attempts.filter(({ by }) => by === 'form') ?? [];
  return forms.find(
    (attempt) =>
      !isOver(attempt) &&
      !attempt.hinted &&
      (stateOf(attempt.status) !== 'failed' || attempt === forms.at(-1)) &&
      now - attempt.at < SECURE_ID_LIFETIME_MS,
  );
}

/** A form that the page has taken away, and in which somebody may have paid. */
function begunForm(record: OrderRecord | undefined, now: number): Attempt | undefined {
  return record?.attempts.find((each) => each.by === 'form' && !each.hinted && isUnknown(each, now));
}

/** Whether nobody may pay: the order is paid, or may be. */
function isClosed(record: OrderRecord | undefined, now: number): boolean {
  return !!record && (!!paymentOf(record) || !!undecidedIn(record, now));
}
