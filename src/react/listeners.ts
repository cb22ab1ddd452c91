import type {
  IotpayCheckout,
  IotpayCheckoutEventMap,
  IotpayErrorEvent,
  IotpayFailEvent,
  IotpayReadyEvent,
  IotpaySuccessEvent,
  IotpayTimeoutEvent,
} from '../index.js';

/** Called with the element's own events: `event.preventDefault()` keeps the page from following redirectUrl. */
export interface Handlers {
  /** IOTPay's frame is in the page and has loaded. */
  readonly onReady?: ((event: IotpayReadyEvent) => void) | undefined;
  /** Paid, or card added. */
  readonly onSuccess?: ((event: IotpaySuccessEvent) => void) | undefined;
  /** Not paid, or card not added. The shopper may try again in the frame, so it may be called more than once. */
  readonly onFail?: ((event: IotpayFailEvent) => void) | undefined;
  /** The outcome is unknown: query the order, never simply pay again. */
  readonly onTimeout?: ((event: IotpayTimeoutEvent) => void) | undefined;
  /** The set-up broke; nothing was charged. `event.detail` is an `IotpayCheckoutError`. */
  readonly onError?: ((event: IotpayErrorEvent) => void) | undefined;
}

/** The event behind each prop. */
export const EVENTS = {
  onReady: 'iotpay-ready',
  onSuccess: 'iotpay-success',
  onFail: 'iotpay-fail',
  onTimeout: 'iotpay-timeout',
  onError: 'iotpay-error',
} as const satisfies Record<keyof Handlers, keyof IotpayCheckoutEventMap>;

/** Lets the handlers of the moment hear the element, for as long as it lives. */
export function listen(element: IotpayCheckout, handlers: () => Handlers): void {
  const tell = (prop: keyof Handlers, event: Event) =>
    (handlers()[prop] as ((event: Event) => void) | undefined)?.(event);
  for (const prop of Object.keys(EVENTS) as (keyof Handlers)[]) {
    element.addEventListener(EVENTS[prop], (event) => tell(prop, event));
  }
  const [prop, detail] = standing(element) ?? [];
  if (prop) queueMicrotask(() => tell(prop, new CustomEvent(EVENTS[prop], { detail })));
}

/** What an element that somebody else has started, before React was there, has told already. */
function standing({ status, result, error }: IotpayCheckout): [keyof Handlers, unknown] | undefined {
  switch (status) {
    case 'ready':
      return ['onReady', null];
    case 'succeeded':
      return ['onSuccess', result];
    case 'failed':
      return ['onFail', result];
    case 'unknown':
      return ['onTimeout', result];
    case 'error':
      return ['onError', error];
    default:
      return undefined;
  }
}
