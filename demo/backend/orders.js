import { randomInt } from 'node:crypto';
import { findProduct, MAX_QUANTITY, totalsOf } from './catalogue.js';

/**
 * One order of the shop, as it was when it was read.
 * @typedef {object} Order
 * @property {string} id the shop's own number, as the customer sees it
 * @property {string} visitor whose it is
 * @property {readonly import('./catalogue.js').Line[]} lines
 * @property {import('./catalogue.js').Totals} totals
 * @property {'CAD'} currency
 * @property {'open' | 'paid'} state
 * @property {Payment} [payment] how and when it was paid
 * @property {readonly GivenBack[]} givenBack payments beyond the first
 *
 * @typedef {object} Payment
 * @property {string} at ISO time
 * @property {string} mchOrderNo
 * @property {string | undefined} payOrderId
 * @property {string | undefined} cardNum masked
 * @property {string | undefined} authNum
 *
 * @typedef {object} GivenBack
 * @property {number} amount in cents
 * @property {boolean} done whether IOTPay has taken it on
 *
 * @typedef {import('./catalogue.js').Line} Line
 */

/** An order for something that the shop does not sell. */
export class OrderError extends Error {
  name = 'OrderError';
}

/** The shop's orders, in its database. Only `onPaid` makes one paid. */
export class Orders {
  /** @type {import('./database.js').Database} */
  #database;

  /** @param {import('./database.js').Database} database */
  constructor(database) {
    this.#database = database;
  }

  /**
   * @param {import('./visitors.js').Visitor} visitor
   * @param {readonly {slug: unknown, quantity: unknown}[]} wanted
   * @param {{fromCart?: boolean}} [how]
   * @returns {Promise<Order>}
   * @throws {OrderError}
   */
  async place(visitor, wanted, { fromCart = false } = {}) {
    for (const { slug, quantity } of wanted) {
      if (!findProduct(slug)) throw new OrderError(`Unknown product: ${JSON.stringify(slug) ?? 'none'}.`);
      if (!Number.isInteger(quantity) || Number(quantity) < 1 || Number(quantity) > MAX_QUANTITY) {
        throw new OrderError(`quantity: expected a whole number from 1 to ${MAX_QUANTITY}.`);
      }
    }
    if (wanted.length === 0) throw new OrderError('The cart is empty.');
    const lines = JSON.stringify(wanted.map(({ slug, quantity }) => ({ slug, quantity: Number(quantity) })));
    for (;;) {
      // A number that is taken is drawn again.
      const [row] = await this.#database.query(
        `insert into orders (id, visitor, lines, state, placed, in_cart) values (?, ?, ?, 'open', ?, ?)
          on conflict (id) do nothing returning *`,
        [`BC-${randomInt(10_000, 1_000_000)}`, visitor.id, lines, Date.now(), fromCart ? 1 : 0],
      );
      if (row) return orderOf(row);
    }
  }

  /**
   * A visitor's own order.
   * @param {import('./visitors.js').Visitor | undefined} visitor
   * @param {unknown} id
   * @returns {Promise<Order | undefined>}
   */
  async of(visitor, id) {
    if (!visitor || typeof id !== 'string') return undefined;
    const [row] = await this.#database.query('select * from orders where id = ? and visitor = ?', [
      id,
      visitor.id,
    ]);
    if (!row) return undefined;
    const back = await this.#database.query('select * from given_back where order_id = ?', [id]);
    return orderOf(row, back);
  }

  /**
   * The newest order that came from the visitor's cart and is still in it.
   * @param {import('./visitors.js').Visitor} visitor
   * @returns {Promise<Order | undefined>}
   */
  async latestFromCart(visitor) {
    const [row] = await this.#database.query(
      'select * from orders where visitor = ? and in_cart = 1 order by placed desc limit 1',
      [visitor.id],
    );
    return row && orderOf(row);
  }

  /**
   * What has been paid leaves the cart.
   * @param {Order} order
   * @returns {Promise<boolean>} true once, for whoever is to take it out
   */
  async leavesCart({ id }) {
    const rows = await this.#database.query(
      'update orders set in_cart = 0 where id = ? and in_cart = 1 returning id',
      [id],
    );
    return rows.length > 0;
  }

  /**
   * When a page first waited for the order's payment, in milliseconds.
   * @param {Order} order
   * @returns {Promise<number>}
   */
  async firstAsked({ id }) {
    const [row] = await this.#database.query(
      'update orders set asked = coalesce(asked, ?) where id = ? returning asked',
      [Date.now(), id],
    );
    return Number(row?.['asked'] ?? 0);
  }

  /**
   * The money moved. Says the same as often as it is told.
   * @param {string} id
   * @param {Omit<Payment, 'at'>} payment
   */
  async markPaid(id, { mchOrderNo, payOrderId, cardNum, authNum }) {
    const payment = { mchOrderNo, payOrderId, cardNum, authNum, at: new Date().toISOString() };
    const rows = await this.#database.query(
      `update orders set state = 'paid', payment = coalesce(payment, ?) where id = ? returning id`,
      [JSON.stringify(payment), id],
    );
    if (rows.length === 0) throw new Error(`No order ${id}.`);
  }

  /**
   * A payment beyond the first is given back. Says the same as often as it is told.
   * @param {string} id
   * @param {{mchOrderNo: string, amount: number}} payment
   * @param {boolean} done whether IOTPay has taken it on
   */
  async markGivenBack(id, { mchOrderNo, amount }, done) {
    await this.#database.query(
      `insert into given_back (mch_order_no, order_id, amount, done) values (?, ?, ?, ?)
        on conflict (mch_order_no) do update set done = excluded.done`,
      [mchOrderNo, id, amount, done ? 1 : 0],
    );
  }
}

/**
 * @param {Record<string, unknown>} row
 * @param {readonly Record<string, unknown>[]} [back] what was given back of it
 * @returns {Order}
 */
function orderOf(row, back = []) {
  const wanted = /** @type {{slug: string, quantity: number}[]} */ (JSON.parse(String(row['lines'])));
  const lines = wanted.flatMap(({ slug, quantity }) => {
    const product = findProduct(slug);
    return product ? [{ product, quantity }] : [];
  });
  const payment = row['payment'];
  return {
    id: String(row['id']),
    visitor: String(row['visitor']),
    lines,
    totals: totalsOf(lines),
    currency: 'CAD',
    state: row['state'] === 'paid' ? 'paid' : 'open',
    ...(typeof payment === 'string' ? { payment: JSON.parse(payment) } : {}),
    givenBack: back.map(({ amount, done }) => ({ amount: Number(amount), done: Number(done) === 1 })),
  };
}
