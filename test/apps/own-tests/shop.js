// The shop that the tests of src/sandbox/README.md are about.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createCheckout, createIotpay, memoryStore } from 'iotpay-checkout/server';

const iotpay = () =>
  createIotpay({
    mchId: process.env.IOTPAY_MCH_ID,
    merchantKey: process.env.IOTPAY_MERCHANT_KEY,
    loginName: process.env.IOTPAY_LOGIN_NAME,
    gatewayOrigin: process.env.IOTPAY_GATEWAY_ORIGIN,
  });

export const payWithWallet = (mchOrderNo, walletData) =>
  iotpay().purchaseWithWallet({
    mchOrderNo,
    amount: 1500,
    currency: 'CAD',
    cardId: 'customer-7',
    walletType: 'GooglePay',
    walletData,
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const checkout = createCheckout({
    iotpay: iotpay(),
    store: memoryStore(),
    notifyUrl: 'http://localhost:3000/api/notify',
    returnUrl: 'http://localhost:3000/thanks',
    order: ({ orderId = crypto.randomUUID() }) => ({ id: orderId, amount: 1500 }),
    onPaid: () => {},
  });
  const app = new Hono();
  const cdn = import.meta.resolve('iotpay-checkout/cdn/iotpay-checkout.js');
  for (const name of ['iotpay-checkout.js', 'iotpay-checkout-extras.js']) {
    const file = readFileSync(fileURLToPath(new URL(name, cdn)));
    app.get(`/${name}`, ({ body }) => body(file, 200, { 'Content-Type': 'text/javascript' }));
  }
  app.all('/api/*', ({ req }) => checkout.handler(req.raw));
  app.get('/checkout', ({ html }) =>
    html(`<!doctype html><html lang="en"><title>Checkout</title>
<script type="module" src="/iotpay-checkout.js"></script>
<iotpay-checkout secure-id-endpoint="/api/secure-id" gateway-origin="${process.env.IOTPAY_GATEWAY_ORIGIN}"></iotpay-checkout>`),
  );
  serve({ fetch: app.fetch, port: 3000, hostname: 'localhost' });
}
