import { createCheckout, createIotpay } from 'iotpay-checkout/server';
import { orders, store } from './orders';

const { IOTPAY_MCH_ID, IOTPAY_MERCHANT_KEY, IOTPAY_LOGIN_NAME, IOTPAY_GATEWAY_ORIGIN, SHOP_ORIGIN } =
  process.env;

export const checkout = createCheckout({
  iotpay: createIotpay({
    mchId: IOTPAY_MCH_ID,
    merchantKey: IOTPAY_MERCHANT_KEY,
    loginName: IOTPAY_LOGIN_NAME,
    gatewayOrigin: IOTPAY_GATEWAY_ORIGIN,
  }),
  store,
  notifyUrl: `${SHOP_ORIGIN}/pay/notify`,
  returnUrl: `${SHOP_ORIGIN}/`,
  // The price is the shop's. Yours also looks whose order it is: `context` is the event, with its session.
  order({ data }) {
    const order = orders.get(String(data.orderId));
    return order
      ? { id: order.id, amount: order.cents, paid: order.paid }
      : new Response(null, { status: 404 });
  },
  onPaid({ orderId }) {
    orders.get(orderId).paid = true;
  },
});
