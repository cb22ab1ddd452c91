import { IotpayCheckout } from './iotpay-checkout.js';

// A second copy of the package on one page leaves the first in charge. Where there is no DOM, there is nothing to define.
if (typeof customElements !== 'undefined' && !customElements.get('iotpay-checkout')) {
  customElements.define('iotpay-checkout', IotpayCheckout);
}

export { IotpayCheckout };
export { IotpayCheckoutError, type IotpayErrorCode } from './checkout/errors.js';
export type { IotpayStatus } from './checkout/status.js';
export type {
  IotpayCheckoutEventMap,
  IotpayErrorEvent,
  IotpayFailEvent,
  IotpayMode,
  IotpayOutcome,
  IotpayReadyEvent,
  IotpaySuccessEvent,
  IotpayTimeoutEvent,
} from './checkout/events.js';
export type { IotpayButtonOptions, IotpayOptions } from './gateway/script-api.js';
export type { IotpayLanguage, IotpayStrings } from './ui/strings.js';
