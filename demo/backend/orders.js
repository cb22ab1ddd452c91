import { randomBytes, randomInt } from 'node:crypto';
import { findProduct, MAX_QUANTITY, totalsOf } from './catalogue.js';

/**
 * One order of the shop. IOTPay may know it under several numbers: one for each time that a form was made for it.
 * @typedef {object} Order
 * @property {string} id the shop's own number, as the customer sees it
 * @property {string} session whose it is
 * @property {readonly import('./catalogue.js').Line[]} lines
 * @property {import('./catalogue.js').Totals} totals
 * @property {'CAD'} currency
 * @property {'open' | 'paid'} state
 * @property {Attempt[]} attempts newest last
 * @property {Payment} [payment] how and when it was paid
 * @property {boolean} charging a saved card is being charged right now
 *
 * @typedef {object} Attempt
 * @property {string} mchOrderNo
 * @property {'PF_CC' | 'UPI_EX'} channel
 * @property {number} status IOTPay's: 0 pending, 1 unknown, 2 and 3 paid, 9 failed
 * @property {boolean} tried somebody has asked what became of it: it may be paid any moment
 * @property {number} asked when IOTPay was last asked about it, in milliseconds
 * @property {string} [message] why it failed
 *
 * @typedef {object} Payment
 * @property {'notification' | 'order-query' | 'saved-card'} by who said so: never the browser
 * @property {string} at ISO time
 * @property {string} mchOrderNo
 * @property {string} payOrderId
 * @property {string} [cardNum] masked
 * @property {string} [authNum]
 *
 * @typedef {import('./catalogue.js').Line} Line
 */

/** An order for something that the shop does not sell. */
export class OrderError extends Error {
  name = 'OrderError';
}

/** The shop's orders, in memory. Only a signed notification or an answer of IOTPay's makes one paid. */
export class Orders {
  /** @type {Map<string, Order>} */
  #orders = new Map();
  /** @type {Map<string, {order: Order, attempt: Attempt}>} */
  #attempts = new Map();
  #serial = 10_000 + randomInt(1000);

  /**
   * @param {import('./sessions.js').Session} session
   * @param {readonly {slug: unknown, quantity: unknown}[]} wanted
   * @throws {OrderError}
   */
  place(session, wanted) {
    const lines = wanted.map(({ slug, quantity }) => {
      const product = findProduct(slug);
      if (!product) throw new OrderError(`Unknown product: ${JSON.stringify(slug) ?? 'none'}.`);
      if (!Number.isInteger(quantity) || Number(quantity) < 1 || Number(quantity) > MAX_QUANTITY) {
        throw new OrderError(`quantity: expected a whole number from 1 to ${MAX_QUANTITY}.`);
      }
      return { product, quantity: Number(quantity) };
    });
    if (lines.length === 0) throw new OrderError('The cart is empty.');
    this.#serial += 1 + randomInt(9);
    const order = /** @type {Order} */ ({
      id: `BC-${this.#serial}`,
      session: session.id,
      lines,
      totals: totalsOf(lines),
      currency: 'CAD',
      state: 'open',
      attempts: [],
      charging: false,
    });
    this.#orders.set(order.id, order);
    return order;
  }

  /**
   * A visitor's own order.
   * @param {import('./sessions.js').Session | undefined} session
   * @param {unknown} id
   */
  of(session, id) {
    const order = typeof id === 'string' ? this.#orders.get(id) : undefined;
    return order && session && order.session === session.id ? order : undefined;
  }

  /**
   * A number for IOTPay: a new one for each form, since IOTPay takes none twice.
   * @param {Order} order
   * @param {'PF_CC' | 'UPI_EX'} channel
   */
  attempt(order, channel) {
    const mchOrderNo = `${order.id}-${randomBytes(5).toString('hex')}`;
    const attempt = { mchOrderNo, channel, status: 0, tried: false, asked: 0 };
    order.attempts.push(attempt);
    this.#attempts.set(mchOrderNo, { order, attempt });
    return attempt;
  }

  /** @param {string} mchOrderNo */
  byAttempt(mchOrderNo) {
    return this.#attempts.get(mchOrderNo);
  }

  /**
   * The money moved. Says the same as often as it is told.
   * @param {string} mchOrderNo
   * @param {Omit<Payment, 'at' | 'mchOrderNo'>} payment
   * @returns {Order | undefined} the order, where it was paid before by another attempt: one of the two must go back
   */
  markPaid(mchOrderNo, payment) {
    const found = this.#attempts.get(mchOrderNo);
    if (!found) throw new Error(`No order ${mchOrderNo}.`);
    const { order, attempt } = found;
    if (attempt.status < 2 || attempt.status === 9) attempt.status = 2;
    if (order.state === 'paid') {
      return order.payment?.mchOrderNo === mchOrderNo ? undefined : order;
    }
    order.state = 'paid';
    order.payment = { ...payment, mchOrderNo, at: new Date().toISOString() };
    return undefined;
  }
}
