import { randomBytes } from 'node:crypto';
import {
  createIotpay,
  memoryStore,
  notificationHandler,
  orderStatusHandler,
  secureIdHandler,
} from 'iotpay-checkout/server';
import { OrderError } from './orders.js';

/** @typedef {import('./orders.js').Order} Order */

/** IOTPay is asked about one order no more often than this, in milliseconds. */
const ASK_AGAIN_MS = 2500;
/** How long the signed notification may take before the shop asks by itself, in milliseconds. */
const NOTIFICATION_GRACE_MS = 4000;
const CHANNELS = ['PF_CC', 'UPI_EX'];
/** How many orders one request looks back. */
const LOOK_BACK = 5;

/** @param {unknown} status */
const isPaid = (status) => Number(status) === 2 || Number(status) === 3;

/**
 * @param {number} status
 * @param {string} retMsg
 */
const refuse = (status, retMsg) =>
  Response.json({ retCode: 'FAIL', retMsg }, { status, headers: { 'Cache-Control': 'no-store' } });

/**
 * The shop's side of the payment: three routes for the element and for IOTPay, and what the pages ask.
 * @param {object} shop
 * @param {import('./settings.js').Settings['merchant']} shop.merchant
 * @param {string} shop.gatewayOrigin
 * @param {string} shop.notifyUrl
 * @param {import('./orders.js').Orders} shop.orders
 * @param {import('./sessions.js').Sessions} shop.sessions
 * @param {(request: Request) => string} shop.originOf where the visitor sees this shop
 */
export function createPayments({ merchant, gatewayOrigin, notifyUrl, orders, sessions, originOf }) {
  const iotpay = createIotpay({ ...merchant, gatewayOrigin });
  const store = memoryStore();

  const secureId = secureIdHandler(iotpay, {
    store,
    scope: (request) => sessions.of(request)?.id ?? '',
    resolve: async ({ mode, data, request }) => {
      const session = sessions.of(request);
      if (!session) return refuse(403, 'Open the shop in this browser first.');
      const wanted = data['channel'] ?? 'PF_CC';
      if (typeof wanted !== 'string' || !CHANNELS.includes(wanted)) {
        return refuse(400, `channel: expected ${CHANNELS.join(' or ')}.`);
      }
      const channel = /** @type {'PF_CC' | 'UPI_EX'} */ (wanted);
      const origin = originOf(request);
      if (mode === 'add') {
        const cardId = `card-${randomBytes(8).toString('hex')}`;
        session.cards.push({ cardId, channel, saved: false });
        return { cardId, channel, returnUrl: `${origin}/cards` };
      }
      const order = orderFor(session, data);
      if (order instanceof Response) return order;
      // Asked before a new form is made: an order that was paid, or may still be, is not offered for payment again.
      await ask(order, 0);
      if (order.state === 'paid') return { status: 2, mchOrderNo: order.payment?.mchOrderNo };
      const pending = order.attempts.find(({ tried, status }) => tried && status !== 9);
      if (pending) return { status: pending.status, mchOrderNo: pending.mchOrderNo };
      const { mchOrderNo } = orders.attempt(order, channel);
      return {
        mchOrderNo,
        amount: order.totals.total,
        currency: order.currency,
        channel,
        subject: `Brindle Cove ${order.id}`,
        notifyUrl,
        returnUrl: `${origin}/orders/${order.id}`,
      };
    },
  });

  /**
   * The order that a form is for: one from the checkout, or one piece bought straight away.
   * @param {import('./sessions.js').Session} session
   * @param {Readonly<Record<string, unknown>>} data
   */
  function orderFor(session, data) {
    if (data['order'] !== undefined) {
      return orders.of(session, data['order']) ?? refuse(404, 'You have no such order.');
    }
    try {
      return orders.place(session, [{ slug: data['product'], quantity: data['quantity'] ?? 1 }]);
    } catch (error) {
      if (error instanceof OrderError) return refuse(400, error.message);
      throw error;
    }
  }

  const orderStatus = orderStatusHandler(iotpay, {
    resolve: ({ data, request }) => {
      const session = sessions.of(request);
      const order = orders.of(session, data['order']);
      const asked = data['mchOrderNo'];
      const found =
        typeof asked === 'string'
          ? orders.byAttempt(asked)
          : order && { order, attempt: order.attempts.at(-1) };
      if (!found?.attempt || !session || found.order.session !== session.id) {
        return refuse(404, 'You have no such order.');
      }
      found.attempt.tried = true;
      return { mchOrderNo: found.attempt.mchOrderNo };
    },
  });

  const notification = notificationHandler(iotpay, {
    store,
    order: (mchOrderNo) => {
      const found = orders.byAttempt(mchOrderNo);
      return found && { amount: found.order.totals.total, currency: found.order.currency };
    },
    onPaid: async (paid) => {
      await settle(paid.mchOrderNo, paid, 'notification');
    },
  });

  /**
   * IOTPay says that the money moved.
   * @param {string} mchOrderNo
   * @param {{payOrderId?: string | undefined, cardNum?: string | undefined, authNum?: string | undefined}} paid
   * @param {import('./orders.js').Payment['by']} by
   */
  async function settle(mchOrderNo, { payOrderId = '', cardNum, authNum }, by) {
    const twice = orders.markPaid(mchOrderNo, {
      by,
      payOrderId,
      ...(cardNum ? { cardNum } : {}),
      ...(authNum ? { authNum } : {}),
    });
    if (!twice) return;
    // Two tabs, two forms, two payments: the second one is given back.
    console.warn(`${twice.id} was paid twice; ${mchOrderNo} is being voided.`);
    await iotpay.voidOrder({ mchRefundNo: `V-${mchOrderNo}`.slice(0, 30), payOrderId });
  }

  /**
   * Asks IOTPay about what is still open in an order.
   * @param {Order} order
   * @param {number} again milliseconds that must lie between two questions
   */
  async function ask(order, again = ASK_AGAIN_MS) {
    const now = Date.now();
    // Failed ones too: a form lets the shopper try again, so a failure may yet become a payment.
    for (const attempt of order.attempts.slice(-LOOK_BACK)) {
      if (order.state === 'paid' || now - attempt.asked < again) continue;
      attempt.asked = now;
      try {
        const answer = await iotpay.queryOrder({ mchOrderNo: attempt.mchOrderNo });
        if (isPaid(answer.status) && Number(answer.amount) === order.totals.total) {
          await settle(attempt.mchOrderNo, answer, 'order-query');
        } else if (!isPaid(answer.status)) {
          attempt.status = answer.status ?? 0;
        }
      } catch (error) {
        // Not known yet: the notification or the next question will tell.
        console.warn(`${attempt.mchOrderNo} could not be queried: ${/** @type {Error} */ (error).message}`);
      }
    }
  }

  return {
    secureId,
    orderStatus,
    notification,

    /**
     * What a page is told about an order. The notification comes first; where it stays away, the shop asks.
     * @param {Order} order
     * @param {{waiting: boolean}} how whether the visitor has just paid, as far as the browser knows
     */
    async look(order, { waiting }) {
      const latest = order.attempts.at(-1);
      if (order.state !== 'paid' && latest) {
        if (waiting && latest.asked === 0) latest.asked = Date.now() - ASK_AGAIN_MS + NOTIFICATION_GRACE_MS;
        else await ask(order);
      }
      return order;
    },

    /**
     * The cards that IOTPay has for this visitor.
     * @param {import('./sessions.js').Session} session
     */
    async cards(session) {
      for (const card of session.cards.filter(({ saved }) => !saved).slice(-LOOK_BACK)) {
        try {
          const { cardNum, expiryDate, holder } = await iotpay.queryCard({ cardId: card.cardId });
          if (cardNum) Object.assign(card, { saved: true, cardNum, expiryDate, holder });
        } catch (error) {
          // IOTPay refuses to tell of a card that was never finished.
          if (/** @type {{code?: string}} */ (error).code !== 'refused') {
            console.warn(`${card.cardId} could not be queried: ${/** @type {Error} */ (error).message}`);
          }
        }
      }
      return session.cards.filter(({ saved }) => saved);
    },

    /**
     * Charges a saved card for an order.
     * @param {Order} order
     * @param {import('./sessions.js').SavedCard} card
     * @returns {Promise<'paid' | 'failed' | 'unknown'>}
     */
    async chargeCard(order, card) {
      if (order.charging) return 'unknown';
      order.charging = true;
      try {
        await ask(order, 0);
        if (order.state === 'paid') return 'paid';
        if (order.attempts.some(({ tried, status }) => tried && status !== 9)) return 'unknown';
        const attempt = orders.attempt(order, card.channel);
        attempt.tried = true;
        const answer = await iotpay.purchaseWithToken({
          mchOrderNo: attempt.mchOrderNo,
          cardId: card.cardId,
          amount: order.totals.total,
          currency: order.currency,
          subject: `Brindle Cove ${order.id}`,
          notifyUrl,
        });
        attempt.status = answer.status ?? 1;
        if (!isPaid(answer.status)) return attempt.status === 9 ? 'failed' : 'unknown';
        await settle(attempt.mchOrderNo, answer, 'saved-card');
        return 'paid';
      } catch (error) {
        const { outcomeUnknown, message } = /** @type {{outcomeUnknown?: boolean, message: string}} */ (
          error
        );
        console.warn(`${order.id} could not be charged: ${message}`);
        if (outcomeUnknown) return 'unknown';
        const attempt = order.attempts.at(-1);
        if (attempt) attempt.status = 9;
        return 'failed';
      } finally {
        order.charging = false;
      }
    },
  };
}
