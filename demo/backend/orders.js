import { randomInt } from 'node:crypto';
import { findProduct, MAX_QUANTITY, totalsOf } from './catalogue.js';

/**
 * One order of the shop.
 * @typedef {object} Order
 * @property {string} id the shop's own number, as the customer sees it
 * @property {string} session whose it is
 * @property {readonly import('./catalogue.js').Line[]} lines
 * @property {import('./catalogue.js').Totals} totals
 * @property {'CAD'} currency
 * @property {'open' | 'paid'} state
 * @property {Payment} [payment] how and when it was paid
 * @property {number} [asked] when a page first waited for its payment, in milliseconds
 *
 * @typedef {object} Payment
 * @property {string} at ISO time
 * @property {string} mchOrderNo
 * @property {string | undefined} payOrderId
 * @property {string | undefined} cardNum masked
 * @property {string | undefined} authNum
 *
 * @typedef {import('./catalogue.js').Line} Line
 */

/** An order for something that the shop does not sell. */
export class OrderError extends Error {
  name = 'OrderError';
}

/** The shop's orders, in memory. Only `onPaid` makes one paid. */
export class Orders {
  /** @type {Map<string, Order>} */
  #orders = new Map();
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
   * The money moved. Says the same as often as it is told.
   * @param {string} id
   * @param {Omit<Payment, 'at'>} payment
   */
  markPaid(id, { mchOrderNo, payOrderId, cardNum, authNum }) {
    const order = this.#orders.get(id);
    if (!order) throw new Error(`No order ${id}.`);
    if (order.state === 'paid') return;
    order.state = 'paid';
    order.payment = { mchOrderNo, payOrderId, cardNum, authNum, at: new Date().toISOString() };
  }
}
