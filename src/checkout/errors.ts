/**
 * What broke while the form was being set up. Nothing was charged in any of these cases but the last.
 *
 * - `config`: an attribute is missing or wrong.
 * - `offline`: a network failure while the browser says that it is offline.
 * - `endpoint-network`, `endpoint-timeout`, `endpoint-http`, `endpoint-response`, `endpoint-rejected`: the merchant's
 *   backend is unreachable (or CORS refuses); gave no full answer in time; answered something other than 2xx; answered
 *   no JSON or no secureId; answered `retCode: FAIL`.
 * - `script-network`, `script-timeout`, `script-blocked`, `script-invalid`: IOTPay's script did not load; not in time;
 *   is refused by the page's CSP or Trusted Types; loaded but defines no function `Iotpay`.
 * - `mount-failed`, `mount-timeout`, `frame-blocked`: `Iotpay()` or `mount()` threw, rejected or gave nothing usable; no
 *   frame appeared and loaded in time; the page's CSP refuses the frame.
 * - `frame-removed`: something in the page has taken the frame away again and again. Only here may a payment have been
 *   under way: the order is asked for, and `load()` goes on with the same secureId.
 */
export type IotpayErrorCode =
  | 'config'
  | 'offline'
  | 'endpoint-network'
  | 'endpoint-timeout'
  | 'endpoint-http'
  | 'endpoint-response'
  | 'endpoint-rejected'
  | 'script-network'
  | 'script-timeout'
  | 'script-blocked'
  | 'script-invalid'
  | 'mount-failed'
  | 'mount-timeout'
  | 'frame-blocked'
  | 'frame-removed';

/** Whether the same attempt may succeed later without a change to the page. */
const RETRYABLE: Readonly<Record<IotpayErrorCode, boolean>> = {
  config: false,
  offline: true,
  'endpoint-network': true,
  'endpoint-timeout': true,
  'endpoint-http': true,
  'endpoint-response': true,
  'endpoint-rejected': true,
  'script-network': true,
  'script-timeout': true,
  'script-blocked': false,
  'script-invalid': true,
  'mount-failed': true,
  'mount-timeout': true,
  'frame-blocked': false,
  'frame-removed': true,
};

export interface IotpayErrorOptions {
  /** The error underneath, where there is one. */
  cause?: unknown;
  /** Default: true, but for what only a change of the page can mend (`config` and the `…-blocked` codes). */
  retryable?: boolean;
  /** The gateway's own words, where it refused. */
  retMsg?: string | undefined;
}

/** The `detail` of `iotpay-error`. Its message is for the developer: what was expected, what was received, what to do. */
export class IotpayCheckoutError extends Error {
  /** What happened, for code to decide on. */
  readonly code: IotpayErrorCode;
  /** Whether the same attempt may succeed later without a change to the page. */
  readonly retryable: boolean;
  /** The gateway's or the backend's own words, with `endpoint-rejected` and where an HTTP error carried them. */
  readonly retMsg: string | undefined;

  constructor(code: IotpayErrorCode, message: string, options: IotpayErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'IotpayCheckoutError';
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE[code];
    this.retMsg = options.retMsg;
  }

  /** For logs: the code and the message, which `JSON.stringify` would leave out. No data of the order. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, retryable, retMsg } = this;
    return { name, code, message, retryable, retMsg };
  }
}

/** An error of the page's own making: a wrong attribute or property. */
export function configError(message: string, cause?: unknown): IotpayCheckoutError {
  return new IotpayCheckoutError('config', message, cause === undefined ? {} : { cause });
}

/** A failure of the network: `offline` if the browser says that it is, else the given code. */
export function networkError(
  code: 'endpoint-network' | 'script-network',
  message: string,
  cause: unknown,
  { onLine }: Pick<Navigator, 'onLine'> = navigator,
): IotpayCheckoutError {
  return new IotpayCheckoutError(onLine ? code : 'offline', message, { cause });
}

/** The errors of steps that take longer than `ms` milliseconds. */
export function lateAfter(ms: number) {
  return (code: 'endpoint-timeout' | 'script-timeout' | 'mount-timeout', what: string) => () =>
    new IotpayCheckoutError(code, `${what} within ${ms} ms (setup-timeout).`);
}

/** What broke, as the page is told of it. */
export function setUpError(cause: unknown): IotpayCheckoutError {
  if (cause instanceof IotpayCheckoutError) return cause;
  return new IotpayCheckoutError('mount-failed', `The set-up broke: ${String(cause)}`, {
    cause,
  });
}
