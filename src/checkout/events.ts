import type { JsonObject } from '../gateway/envelope.js';
import type { IotpayCheckoutError } from './errors.js';

/** `pay`: a purchase. `add`: a card is tokenized for later purchases. */
export type IotpayMode = 'pay' | 'add';

/** The `detail` of `iotpay-success`, `iotpay-fail` and `iotpay-timeout`. */
export interface IotpayOutcome {
  /** `unknown` is neither paid nor failed: the order must be queried, never simply paid again. */
  readonly outcome: 'success' | 'fail' | 'unknown';
  readonly mode: IotpayMode;
  /** IOTPay's own words, or an empty text. */
  readonly message: string;
  readonly retCode: string | undefined;
  readonly retMsg: string | undefined;
  /** What IOTPay sent about the order or the card, unknown fields included. */
  readonly retData: JsonObject;
  /** 0 pending, 1 unknown, 2 and 3 paid, 9 failed; `undefined` where none came, `NaN` where it was no whole number. */
  readonly status: number | undefined;
  readonly mchOrderNo: string | undefined;
  /** Where IOTPay asks the page to go; only if it is safe to follow. */
  readonly redirectUrl: string | undefined;
  /** There was a redirectUrl, and it is not safe to follow. */
  readonly redirectBlocked: boolean;
  /** Why the outcome is unknown. */
  readonly reason: 'gateway-timeout' | 'unknown-status' | 'contradiction' | undefined;
  /** `gateway`: IOTPay's callback. `order-status`: the merchant's backend. */
  readonly source: 'gateway' | 'order-status';
  /** The event as it came. May hold what should not be logged. */
  readonly raw: unknown;
}

/** IOTPay's frame is in the page and has loaded. */
export type IotpayReadyEvent = CustomEvent<null>;
/** Paid, or card added. Default action: follow redirectUrl. */
export type IotpaySuccessEvent = CustomEvent<IotpayOutcome>;
/** Not paid, or card not added. Default action: follow redirectUrl. */
export type IotpayFailEvent = CustomEvent<IotpayOutcome>;
/** The outcome is unknown. Default action: ask order-status-endpoint until it knows; without one, follow redirectUrl. */
export type IotpayTimeoutEvent = CustomEvent<IotpayOutcome>;
/** The set-up broke; nothing was charged. */
export type IotpayErrorEvent = CustomEvent<IotpayCheckoutError>;

/** The events of `<iotpay-checkout>` by name; all bubble and are composed. */
export interface IotpayCheckoutEventMap {
  'iotpay-ready': IotpayReadyEvent;
  'iotpay-success': IotpaySuccessEvent;
  'iotpay-fail': IotpayFailEvent;
  'iotpay-timeout': IotpayTimeoutEvent;
  'iotpay-error': IotpayErrorEvent;
}

declare global {
  interface GlobalEventHandlersEventMap extends IotpayCheckoutEventMap {}
}

/**
 * Tells of an event at the element.
 * @param page - the document that the element is in, or was in: it is told where the element no longer reaches it
 * @returns false if a listener prevented the default action
 */
export function tell(
  element: HTMLElement,
  page: Document | undefined,
  type: keyof IotpayCheckoutEventMap,
  init: CustomEventInit,
): boolean {
  const make = () => new CustomEvent(type, { bubbles: true, composed: true, ...init });
  const proceed = element.dispatchEvent(make());
  if (!element.isConnected) page?.dispatchEvent(make());
  return proceed;
}
