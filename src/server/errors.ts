/**
 * - `request`: an argument breaks the gateway's limits; nothing was sent.
 * - `refused`: the gateway answered `retCode: FAIL`.
 * - `timeout`, `network`: no answer in time; the gateway could not be reached, or the connection broke.
 * - `http`, `response`: not 2xx; no JSON of the gateway's form, too large, or about another order.
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
  /** Origin and path that were asked. */
  readonly address?: string | undefined;
  readonly cause?: unknown;
  /** The gateway's own words. */
  readonly retMsg?: string | undefined;
  /** With code `http`. */
  readonly httpStatus?: number | undefined;
  readonly violations?: readonly Violation[] | undefined;
  readonly outcomeUnknown?: boolean | undefined;
}

/** What went wrong between the merchant's backend and IOTPay. Holds no secret, no secureId and no card number. */
export class IotpayGatewayError extends Error {
  readonly code: IotpayGatewayErrorCode;
  /** Name of the client's method. */
  readonly call: string;
  /** Origin and path that were asked; `undefined` where nothing was sent. */
  readonly address: string | undefined;
  readonly retMsg: string | undefined;
  /** With code `http`. Not an order's status. */
  readonly httpStatus: number | undefined;
  readonly violations: readonly Violation[];
  /** The call may have moved money although no clear answer came: query the order before anything is tried again. */
  readonly outcomeUnknown: boolean;

  constructor(code: IotpayGatewayErrorCode, message: string, options: IotpayGatewayErrorOptions) {
    const { call, address } = options;
    const advice = options.outcomeUnknown
      ? ' The outcome is unknown: query the order before you try anything again.'
      : '';
    super(
      `${call}: ${message}${advice}${address ? ` (${address})` : ''}`,
      'cause' in options ? { cause: options.cause } : undefined,
    );
    this.name = 'IotpayGatewayError';
    this.code = code;
    this.call = call;
    this.address = address;
    this.retMsg = options.retMsg;
    this.httpStatus = options.httpStatus;
    this.violations = options.violations ?? [];
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }
}
