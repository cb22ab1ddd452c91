import { createCheckout, createIotpay, sqlStore } from 'iotpay-checkout/server';
import { giveBack } from './give-back.js';
import { OrderError } from './orders.js';

const CHANNELS = ['PF_CC', 'UPI_EX'];
/** Milliseconds after a payment in which the notification may come before the shop asks by itself. */
const NOTIFICATION_GRACE_MS = 4000;

/**
 * @param {number} status
 * @param {string} retMsg
 */
const refuse = (status, retMsg) => Response.json({ retCode: 'FAIL', retMsg }, { status });

/**
 * The shop's side of the payment: what the library cannot know.
 * @param {object} shop
 * @param {import('./settings.js').Settings['merchant']} shop.merchant
 * @param {string} shop.gatewayOrigin
 * @param {string} shop.notifyUrl
 * @param {string} shop.returnUrl
 * @param {import('./orders.js').Orders} shop.orders
 * @param {import('./visitors.js').Visitors} shop.visitors
 * @param {import('./database.js').Database} shop.database the library keeps its record in it, in a table of its own
 * @param {(request: Request) => string} shop.originOf where the visitor sees this shop
 */
export function createPayments({
  merchant,
  gatewayOrigin,
  notifyUrl,
  returnUrl,
  orders,
  visitors,
  database,
  originOf,
}) {
  const iotpay = createIotpay({ ...merchant, gatewayOrigin });
  const checkout = createCheckout({
    iotpay,
    store: sqlStore(database.library, { dialect: database.dialect }),
    notifyUrl,
    returnUrl,
    order: async ({ mode, data, request, orderId }) => {
      const visitor = await visitors.of(request);
      if (!visitor) return refuse(403, 'Open the shop in this browser first.');
      const wanted = data['channel'] ?? 'PF_CC';
      if (typeof wanted !== 'string' || !CHANNELS.includes(wanted)) {
        return refuse(400, `channel: expected ${CHANNELS.join(' or ')}.`);
      }
      const channel = /** @type {'PF_CC' | 'UPI_EX'} */ (wanted);
      const origin = originOf(request);
      if (mode === 'add') return { id: visitor.id, channel, returnUrl: `${origin}/cards` };
      const order = await orderFor(visitor, orderId === undefined ? data : { order: orderId });
      if (order instanceof Response) return order;
      return {
        id: order.id,
        amount: order.totals.total,
        channel,
        subject: `Brindle Cove ${order.id}`,
        paid: order.state === 'paid',
        returnUrl: `${origin}/orders/${order.id}`,
      };
    },
    onPaid: ({ orderId, payment }) => orders.markPaid(orderId, payment),
    onPaidTwice: async ({ orderId, payment }) => {
      console.warn(`${orderId} was paid twice; ${payment.mchOrderNo} is being given back.`);
      await orders.markGivenBack(orderId, payment, false);
      await giveBack(checkout, orderId, payment.mchOrderNo);
      await orders.markGivenBack(orderId, payment, true);
    },
    onCardSaved: ({ id, cardId, channel, card: { cardNum, expiryDate, holder } }) =>
      visitors.saveCard(id, { cardId, channel, cardNum, expiryDate, holder }),
  });

  /**
   * The order that a form is for: one from the checkout, or one piece bought straight away.
   * @param {import('./visitors.js').Visitor} visitor
   * @param {Readonly<Record<string, unknown>>} data
   */
  async function orderFor(visitor, data) {
    if (data['order'] !== undefined) {
      return (await orders.of(visitor, data['order'])) ?? refuse(404, 'You have no such order.');
    }
    try {
      return await orders.place(visitor, [{ slug: data['product'], quantity: data['quantity'] ?? 1 }]);
    } catch (error) {
      if (error instanceof OrderError) return refuse(400, error.message);
      throw error;
    }
  }

  return {
    handler: checkout.handler,
    reconcile: checkout.reconcile,

    /**
     * What a page is told about an order. The notification comes first; where it stays away, the shop asks.
     * @param {import('./orders.js').Order} order
     * @param {{waiting: boolean}} how whether the visitor has just paid, as far as the browser knows
     * @returns {Promise<'open' | 'unknown' | 'paid' | 'failed'>}
     */
    async look(order, { waiting }) {
      if (order.state === 'paid') return 'paid';
      const asked = await orders.firstAsked(order);
      if (waiting && Date.now() - asked < NOTIFICATION_GRACE_MS) return 'unknown';
      return this.standing(order);
    },

    /**
     * How an order stands. The gateway is asked where that is needed.
     * @param {import('./orders.js').Order} order
     */
    async standing({ id }) {
      const { state } = await checkout.status(id);
      return state;
    },

    /**
     * The cards that IOTPay has for this visitor.
     * @param {import('./visitors.js').Visitor} visitor
     */
    async cards(visitor) {
      await checkout.cards(visitor.id);
      return visitors.cards(visitor);
    },

    /**
     * Charges a saved card for an order.
     * @param {import('./orders.js').Order} order
     * @param {import('./visitors.js').SavedCard} card
     * @param {Request} request the visitor's
     */
    async chargeCard(order, { cardId }, request) {
      // The page shows one way to pay at a time: whoever pays with a saved card has closed the form.
      const { state } = await checkout.charge(order.id, { cardId, request, formClosed: true });
      return state;
    },
  };
}
