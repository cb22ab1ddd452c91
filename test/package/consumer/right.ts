// What a merchant may write: compiled against the packed package, in strict mode, declarations checked as well.
import {
  IotpayCheckout,
  IotpayCheckoutError,
  type IotpayErrorCode,
  type IotpayOutcome,
} from 'iotpay-checkout';
import { IotpayCheckout as Bare } from 'iotpay-checkout/element.js';
import { IotpayCheckout as FromCdn } from 'iotpay-checkout/cdn/iotpay-checkout.js';
import { IotpayCheckout as Component, type IotpayCheckoutProps } from 'iotpay-checkout/react';
import { startSandbox } from 'iotpay-checkout/sandbox';
import {
  createCheckout,
  createIotpay,
  memoryStore,
  sign,
  toCents,
  toNodeHandler,
  verify,
  type Store,
} from 'iotpay-checkout/server';

// With `exactOptionalPropertyTypes`, what a page may not have is handed over as it is.
const unset = process.env['IOTPAY_GATEWAY_ORIGIN'];
export const props: IotpayCheckoutProps = {
  secureIdEndpoint: '/pay/secure-id',
  gatewayOrigin: unset,
  mode: undefined,
  onSuccess: ({ detail }) => detail.mchOrderNo?.toUpperCase(),
  onError: undefined,
};
export const component: typeof Component = Component;
export const client = createIotpay({
  mchId: '10000701',
  merchantKey: 'key',
  loginName: 'jack123',
  gatewayOrigin: unset,
});

const element = document.createElement('iotpay-checkout');
element.secureIdEndpoint = '/api/secure-id';
element.requestData = { orderId: 'A-1', channel: 'UPI_EX' };
element.requestHeaders = { 'X-Csrf-Token': 'abc' };
element.options = { darkMode: true, button: { text: 'Pay', height: '60px' } };
element.noRedirect = true;
element.secureId = unset;
element.mode = 'add';
element.credentials = 'include';
element.orderStatusEndpoint = '/api/order-status';
element.loading = 'lazy';
element.theme = 'card';
element.colorScheme = 'dark';
element.buttonText = 'Pay';
element.debug = true;
element.setupTimeout = 5000;
element.gatewayOrigin = 'https://ccapi.iotpaycloud.com';
element.strings = { paid: 'Thank you' };
export const told: IotpayOutcome | IotpayCheckoutError | undefined = element.result ?? element.error;
element.addEventListener('iotpay-ready', ({ detail }) => detail satisfies null);
element.addEventListener('iotpay-fail', ({ detail }) => detail.message);
element.addEventListener('iotpay-timeout', ({ detail }) => detail.reason);
element.addEventListener('iotpay-success', (event) => {
  const outcome: IotpayOutcome = event.detail;
  const order: string | undefined = outcome.mchOrderNo;
  event.preventDefault();
  return order;
});
document.addEventListener('iotpay-error', ({ detail }) => {
  const code: IotpayErrorCode = detail.code;
  return [code, detail.retryable, detail.message, detail.cause];
});
document
  .querySelector('iotpay-checkout')
  ?.load()
  .then(() => element.status === 'ready');
const same: typeof IotpayCheckout = Bare;
customElements.define('my-checkout', class extends same {});
export const isOurs = (error: unknown): boolean => error instanceof IotpayCheckoutError;
export const cdn: typeof FromCdn = FromCdn;

const iotpay = createIotpay({ mchId: '10000701', merchantKey: 'key', loginName: 'jack123' });
const store: Store = memoryStore();
const checkout = createCheckout<{ session?: { user: string } } | undefined>({
  iotpay,
  store,
  notifyUrl: 'https://shop.example/pay/notify',
  returnUrl: 'https://shop.example/return',
  order: ({ mode, data, context }) => {
    if (!context?.session) return new Response(null, { status: 403 });
    if (mode === 'add') return { id: context.session.user };
    return { id: 7n, amount: toCents('15.00'), channel: data['channel'] === 'UPI_EX' ? 'UPI_EX' : 'PF_CC' };
  },
  onPaid: async ({ orderId, payment }) => {
    await Promise.resolve([orderId, payment.amount]);
  },
  onCardSaved: ({ id, cardId, card }) => [id, cardId, card.cardNum],
});
export const handler: (request: Request) => Promise<Response> = checkout.handler;
export const secureId: (request: Request) => Promise<Response> = checkout.secureId;
export const node: unknown = toNodeHandler(
  createCheckout({
    iotpay,
    store,
    notifyUrl: 'https://shop.example/pay/notify',
    returnUrl: 'https://shop.example/return',
    order: () => ({ id: 'order-7', amount: '1500' }),
    onPaid: () => {},
  }),
);
export const standing: 'open' | 'unknown' | 'paid' | 'failed' = (await checkout.status('7')).state;
export const signed: string = sign({ a: 'apple' }, 'key');
export const genuine: boolean = verify({ a: 'apple', sign: signed }, 'key');

const sandbox = await startSandbox();
export const origin: string = sandbox.origin;
await sandbox.close();
