import { randomBytes } from 'node:crypto';

const COOKIE = 'brindle_session';
const MAX_AGE_S = 24 * 60 * 60;
/** Beyond this the oldest visitors are forgotten: a flood of them fills no memory. */
const MAX_SESSIONS = 10_000;

/**
 * A visitor: what they have in the cart, and which cards and orders are theirs.
 * @typedef {object} Session
 * @property {string} id
 * @property {Map<string, number>} cart pieces by slug
 * @property {SavedCard[]} cards
 * @property {string[]} orders the ids of those that came from the cart and are not paid yet, newest last
 *
 * @typedef {object} SavedCard
 * @property {string} cardId
 * @property {'PF_CC' | 'UPI_EX'} channel
 * @property {string | undefined} cardNum masked
 * @property {string | undefined} expiryDate MMYY
 * @property {string | undefined} holder
 */

/** Visitors by their cookie, in memory. */
export class Sessions {
  /** @type {Map<string, Session & {seen: number}>} */
  #sessions = new Map();

  /**
   * @param {Request} request
   * @returns {Session | undefined}
   */
  of(request) {
    const cookies = request.headers.get('Cookie') ?? '';
    const id = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{32})(?:;|$)`).exec(cookies)?.[1];
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (!session) return undefined;
    if (Date.now() - session.seen > MAX_AGE_S * 1000) {
      this.#sessions.delete(session.id);
      return undefined;
    }
    session.seen = Date.now();
    // The map keeps the order of insertion: whoever was here last goes last.
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** @param {string} id */
  byId(id) {
    return this.#sessions.get(id);
  }

  /** @returns {Session} */
  open() {
    const id = randomBytes(24).toString('base64url');
    const session = { id, cart: new Map(), cards: [], orders: [], seen: Date.now() };
    this.#sessions.set(id, session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return session;
  }

  /**
   * @param {Session} session
   * @param {boolean} secure whether the shop is served over https
   */
  cookie(session, secure) {
    return `${COOKIE}=${session.id}; Path=/; Max-Age=${MAX_AGE_S}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }
}
