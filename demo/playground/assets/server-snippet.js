/** The backend that belongs to a state of the playground. */
import { SANDBOX_ORIGIN } from './snippets.js';
import { parse } from './state.js';

/** @param {string | undefined} path */
const folderOf = (path = '') => path.replace(/\/[^/]*$/, '') || '/api/iotpay';

/** @param {import('./state.js').State} state */
export function server(state) {
  const folder = folderOf(state['secure-id-endpoint']);
  const data = /** @type {Record<string, unknown>} */ (parse(state['request-data'] ?? '') ?? {});
  const names = Object.keys(data).filter((name) => /^[a-z_]\w*$/i.test(name));
  const adding = state['mode']?.toLowerCase() === 'add';
  return `import { createServer } from 'node:http';
import { createCheckout, createIotpay, memoryStore, toNodeHandler } from 'iotpay-checkout/server';

const { IOTPAY_MCH_ID, IOTPAY_MERCHANT_KEY, IOTPAY_LOGIN_NAME, IOTPAY_GATEWAY_ORIGIN } = process.env;

const checkout = createCheckout({
  iotpay: createIotpay({
    mchId: IOTPAY_MCH_ID,
    merchantKey: IOTPAY_MERCHANT_KEY,
    loginName: IOTPAY_LOGIN_NAME,
    // ${SANDBOX_ORIGIN} is the sandbox; without it, IOTPay's own gateway.
    gatewayOrigin: IOTPAY_GATEWAY_ORIGIN,
  }),
  // One process, for a start: sqlStore() and redisStore() keep what several servers share.
  store: memoryStore(),
  notifyUrl: 'https://shop.example${folder}/notify',
  returnUrl: 'https://shop.example/thanks',

  // What is paid for is decided here, never in the browser. data: ${names.join(', ') || 'your request-data'}.
  async order({ mode, data }) {
    const order = await findOrder(data);
    if (!order) return new Response('No such order.', { status: 404 });
    ${adding ? "if (mode === 'add') return { id: order.id };\n    " : ''}return { id: order.id, amount: order.cents${names.includes('channel') ? ', channel: data.channel' : ''} };
  },

  // Once for each order, whoever tells first: IOTPay's notification or the order query.
  async onPaid({ orderId, payment }) {
    console.log('Ship', orderId, payment);
  },${adding ? "\n  async onCardSaved({ id, cardId }) {\n    console.log('Saved for', id, cardId);\n  }," : ''}
});

/** Yours: from your database, with the price that it has there. */
async function findOrder(data) {
  return { id: \`test-\${Date.now()}\`, cents: 1999, data };
}

// ${folder}/secure-id, ${folder}/order-status, ${folder}/notify
createServer(toNodeHandler(checkout)).listen(3000);
`;
}
