// Defines the tag: a component that is rendered needs it.
import '../index.js';

export { IotpayCheckout } from './component.js';
export type { IotpayCheckoutProps } from './props.js';
export type {
  IotpayErrorEvent,
  IotpayFailEvent,
  IotpayMode,
  IotpayOutcome,
  IotpayReadyEvent,
  IotpaySuccessEvent,
  IotpayTimeoutEvent,
} from '../index.js';
