// What a merchant may write: compiled against the packed package, in strict mode, declarations checked as well.
import {
  IotpayCheckout,
  IotpayCheckoutError,
  type IotpayErrorCode,
  type IotpayOutcome,
} from 'iotpay-checkout';
import { IotpayCheckout as Bare } from 'iotpay-checkout/element.js';
import { IotpayCheckout as FromCdn } from 'iotpay-checkout/cdn/iotpay-checkout.js';
import { startSandbox } from 'iotpay-checkout/sandbox';
import {
  createIotpay,
  memoryStore,
  notificationHandler,
  orderStatusHandler,
  secureIdHandler,
  sign,
  toCents,
  verify,
} from 'iotpay-checkout/server';

const element = document.createElement('iotpay-checkout');
element.secureIdEndpoint = '/api/secure-id';
element.requestData = { orderId: 'A-1', channel: 'UPI_EX' };
element.requestHeaders = { 'X-Csrf-Token': 'abc' };
element.options = { darkMode: true, button: { text: 'Pay', height: '60px' } };
element.noRedirect = true;
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
const store = memoryStore();
export const secureId: (request: Request) => Promise<Response> = secureIdHandler(iotpay, {
  store,
  resolve: ({ mode, data }) =>
    mode === 'add'
      ? { cardId: '604567999', channel: 'PF_CC', returnUrl: 'https://shop.example/return' }
      : {
          mchOrderNo: '1234567890abc',
          amount: toCents('15.00'),
          currency: 'CAD',
          channel: data.channel === 'UPI_EX' ? 'UPI_EX' : 'PF_CC',
          notifyUrl: 'https://shop.example/notify',
          returnUrl: 'https://shop.example/return',
        },
});
export const orderStatus: (request: Request) => Promise<Response> = orderStatusHandler(iotpay, {
  resolve: () => ({ mchOrderNo: '1234567890abc' }),
});
export const notify: (request: Request) => Promise<Response> = notificationHandler(iotpay, {
  store,
  order: () => ({ amount: 1500, currency: 'CAD' }),
  onPaid: async ({ mchOrderNo }) => {
    await Promise.resolve(mchOrderNo);
  },
});
export const signed: string = sign({ a: 'apple' }, 'key');
export const genuine: boolean = verify({ a: 'apple', sign: signed }, 'key');

const sandbox = await startSandbox();
export const origin: string = sandbox.origin;
await sandbox.close();
