// The package's main entry on edge workers.
export { IotpayCheckout } from './edge-element.js';
export { IotpayCheckoutError } from './checkout/errors.js';
