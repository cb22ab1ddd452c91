// A bundler for browsers ends up here instead of in the merchant's backend, whose key must never reach a browser.
const explain = (): never => {
  throw new Error(
    'iotpay-checkout/server was loaded in a browser. It signs with the merchant key, which must stay on your server: import it in your backend, and point <iotpay-checkout secure-id-endpoint> at a route there.',
  );
};

export const createIotpay = explain;
export const sign = explain;
export const verify = explain;
export const toCents = explain;
export const memoryStore = explain;
export const redisStore = explain;
export const sqlStore = explain;
export const sqlStoreSchema = explain;
export const createCheckout = explain;
export const toNodeHandler = explain;

export class IotpayGatewayError extends Error {
  constructor() {
    super();
    explain();
  }
}
