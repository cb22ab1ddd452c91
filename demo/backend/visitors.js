import { randomBytes } from 'node:crypto';
import { findProduct, MAX_QUANTITY } from './catalogue.js';

const COOKIE = 'brindle_session';
const MAX_AGE_S = 24 * 60 * 60;
/** Beyond this the visitors who were here longest ago are forgotten: a flood of them fills no disk. */
const MAX_VISITORS = 10_000;

/**
 * Somebody with a browser, known by a cookie.
 * @typedef {object} Visitor
 * @property {string} id
 *
 * @typedef {object} SavedCard
 * @property {string} cardId
 * @property {'PF_CC' | 'UPI_EX'} channel
 * @property {string | undefined} cardNum masked
 * @property {string | undefined} expiryDate MMYY
 * @property {string | undefined} holder
 */

/** Visitors, with their carts and saved cards, in the shop's database. */
export class Visitors {
  /** @type {import('./database.js').Database} */
  #database;

  /** @param {import('./database.js').Database} database */
  constructor(database) {
    this.#database = database;
  }

  /**
   * @param {Request} request
   * @returns {Promise<Visitor | undefined>}
   */
  async of(request) {
    const cookies = request.headers.get('Cookie') ?? '';
    const id = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{32})(?:;|$)`).exec(cookies)?.[1];
    if (id === undefined) return undefined;
    const now = Date.now();
    const rows = await this.#database.query(
      'update visitors set seen = ? where id = ? and seen > ? returning id',
      [now, id, now - MAX_AGE_S * 1000],
    );
    return rows.length > 0 ? { id } : undefined;
  }

  /** @returns {Promise<Visitor>} */
  async open() {
    const id = randomBytes(24).toString('base64url');
    await this.#database.query('insert into visitors (id, seen) values (?, ?)', [id, Date.now()]);
    return { id };
  }

  /** Forgets who has not been here for a day, with their carts. For a timer. */
  async sweep() {
    await this.#database.query('delete from visitors where seen < ?', [Date.now() - MAX_AGE_S * 1000]);
    await this.#database.query(
      `delete from visitors where id not in (select id from visitors order by seen desc limit ${MAX_VISITORS})`,
    );
    await this.#database.query('delete from carts where visitor not in (select id from visitors)');
    await this.#database.query('delete from cards where visitor not in (select id from visitors)');
  }

  /**
   * @param {Visitor} visitor
   * @param {boolean} secure whether the shop is served over https
   */
  cookie({ id }, secure) {
    return `${COOKIE}=${id}; Path=/; Max-Age=${MAX_AGE_S}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /**
   * @param {Visitor} visitor
   * @returns {Promise<import('./catalogue.js').Line[]>}
   */
  async cart({ id }) {
    const rows = await this.#database.query(
      'select slug, quantity from carts where visitor = ? and quantity > 0 order by slug',
      [id],
    );
    return rows.flatMap(({ slug, quantity }) => {
      const product = findProduct(slug);
      return product ? [{ product, quantity: Number(quantity) }] : [];
    });
  }

  /**
   * Puts so many more into the cart, or takes them out; within what an order may have.
   * @param {Visitor} visitor
   * @param {string} slug
   * @param {number} more negative: out of it
   */
  async addToCart({ id }, slug, more) {
    const first = Math.min(Math.max(more, 0), MAX_QUANTITY);
    await this.#database.query(
      `insert into carts (visitor, slug, quantity) values (?, ?, ?) on conflict (visitor, slug) do update set quantity =
        case when carts.quantity + ${more} > ${MAX_QUANTITY} then ${MAX_QUANTITY}
          when carts.quantity + ${more} < 0 then 0 else carts.quantity + ${more} end`,
      [id, slug, first],
    );
  }

  /**
   * @param {Visitor} visitor
   * @param {string} slug
   * @param {number} quantity
   */
  async setInCart({ id }, slug, quantity) {
    await this.#database.query(
      `insert into carts (visitor, slug, quantity) values (?, ?, ?)
        on conflict (visitor, slug) do update set quantity = excluded.quantity`,
      [id, slug, Math.min(quantity, MAX_QUANTITY)],
    );
  }

  /**
   * @param {Visitor} visitor
   * @returns {Promise<SavedCard[]>}
   */
  async cards({ id }) {
    const rows = await this.#database.query('select * from cards where visitor = ? order by added', [id]);
    const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : undefined);
    return rows.map((row) => ({
      cardId: String(row['card_id']),
      channel: row['channel'] === 'UPI_EX' ? 'UPI_EX' : 'PF_CC',
      cardNum: text(row['card_num']),
      expiryDate: text(row['expiry']),
      holder: text(row['holder']),
    }));
  }

  /**
   * Says the same as often as it is told.
   * @param {string} visitor
   * @param {SavedCard} card
   */
  async saveCard(visitor, { cardId, channel, cardNum = '', expiryDate = '', holder = '' }) {
    await this.#database.query(
      `insert into cards (card_id, visitor, channel, card_num, expiry, holder, added) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (card_id) do nothing`,
      [cardId, visitor, channel, cardNum, expiryDate, holder, Date.now()],
    );
  }

  /**
   * @param {Visitor} visitor
   * @param {string} cardId
   */
  async forgetCard({ id }, cardId) {
    await this.#database.query('delete from cards where visitor = ? and card_id = ?', [id, cardId]);
  }
}
