/**
 * - `request`: an argument breaks the gateway's limits; nothing was sent.
 * - `refused`: the gateway answered `retCode: FAIL`.
 * - `timeout`, `network`: no answer in time; the gateway could not be reached, or the connection broke.
 * - `http`, `response`: not 2xx; no JSON of the gateway's form.
 * - `signature`: a notification whose signature, or whose fields, are not the gateway's.
 */
export type IotpayGatewayErrorCode =
  'request' | 'refused' | 'timeout' | 'network' | 'http' | 'response' | 'signature';

/** One argument that the gateway would not take. */
export interface Violation {
  readonly field: string;
  /** What is expected. */
  readonly limit: string;
  /** What was received: a length or a type, never the value. */
  readonly received: string;
}

export interface IotpayGatewayErrorOptions {
  readonly call: string;
  readonly cause?: unknown;
  /** The gateway's own words. */
  readonly retMsg?: string | undefined;
  /** HTTP status, with code `http`. */
  readonly status?: number | undefined;
  readonly violations?: readonly Violation[];
  readonly outcomeUnknown?: boolean;
}

/** What went wrong between the merchant's backend and IOTPay. Holds no secret, no secureId and no card number. */
export class IotpayGatewayError extends Error {
  readonly code: IotpayGatewayErrorCode;
  /** Name of the client's method. */
  readonly call: string;
  readonly retMsg: string | undefined;
  readonly status: number | undefined;
  readonly violations: readonly Violation[];
  /** The call may have moved money although no answer came: query the order before anything is tried again. */
  readonly outcomeUnknown: boolean;

  constructor(code: IotpayGatewayErrorCode, message: string, options: IotpayGatewayErrorOptions) {
    const advice = options.outcomeUnknown
      ? ' The outcome is unknown: query the order before you try anything again.'
      : '';
    super(`${options.call}: ${message}${advice}`, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'IotpayGatewayError';
    this.code = code;
    this.call = options.call;
    this.retMsg = options.retMsg;
    this.status = options.status;
    this.violations = options.violations ?? [];
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }
}
