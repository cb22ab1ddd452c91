import { asObject, asText, isObject, type JsonObject } from '../gateway/envelope.js';
import type { Channel } from '../gateway/limits.js';
import { DEVELOPMENT_ORIGIN, listedOrigin, PRODUCTION_ORIGIN } from '../gateway/origins.js';
import { meansTimeout } from '../gateway/status.js';
import { readCard, readNumber, readOrder, type Card, type Order, type SessionAnswer } from './answers.js';
import { IotpayGatewayError } from './errors.js';
import { checkFields, type Kind } from './fields.js';
import { checkNotification, parseNotification, type Notification } from './notification.js';
import { sign } from './signature.js';

/** Longest timeout, in milliseconds: what a timer can hold. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Milliseconds that one answer of the gateway may take where the options say nothing else. */
const DEFAULT_TIMEOUT_MS = 15_000;

export interface IotpayClientOptions {
  /** Assigned by IOTPay. */
  readonly mchId: string;
  /** The secret that signs. Never leaves the server, never shows in a log. */
  readonly merchantKey: string;
  /** Assigned by IOTPay. */
  readonly loginName: string;
  /** Default: IOTPay's production origin. `http` on loopback only (the sandbox). */
  readonly gatewayOrigin?: string;
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds for one answer, body included. Default: 15000. */
  readonly timeout?: number;
}

/** A purchase whose form the browser mounts. */
export interface PurchaseRequest {
  /** The merchant's order number, unique for each order; at most 30 characters. */
  readonly mchOrderNo: string;
  /** In cents. */
  readonly amount: number;
  readonly currency: 'CAD';
  readonly channel: Channel;
  /** Where the gateway posts the signed notification; at most 200 characters. */
  readonly notifyUrl: string;
  /** Where the shopper goes afterwards; at most 200 characters. */
  readonly returnUrl: string;
  /** At most 64 characters. */
  readonly subject?: string;
  /** At most 250 characters. */
  readonly body?: string;
  readonly mchUserId?: string;
}

/** A card to tokenize. */
export interface AddCardRequest {
  /** The merchant's own, unique: binds exactly one card; at most 30 characters. */
  readonly cardId: string;
  readonly channel: Channel;
  readonly returnUrl: string;
}

export interface PurchaseWithTokenRequest {
  readonly mchOrderNo: string;
  readonly cardId: string;
  /** In cents. */
  readonly amount: number;
  readonly currency: 'CAD';
  readonly subject?: string;
  readonly body?: string;
  /** Required for UnionPay cards. */
  readonly notifyUrl?: string;
  readonly mchUserId?: string;
  readonly clientIp?: string;
}

export interface PurchaseWithWalletRequest {
  readonly mchOrderNo: string;
  readonly cardId: string;
  /** In cents. */
  readonly amount: number;
  readonly currency: 'CAD';
  readonly walletType: string;
  readonly walletData: string;
}

/** An order by one of its numbers. */
export type OrderReference =
  | { readonly mchOrderNo: string; readonly payOrderId?: never }
  | { readonly payOrderId: string; readonly mchOrderNo?: never };

export interface VoidRequest {
  readonly mchRefundNo: string;
  readonly payOrderId: string;
  readonly notifyUrl?: string;
}

export interface RefundRequest extends VoidRequest {
  /** In cents; all or part of what is settled. */
  readonly refundAmount: number;
}

/** The gateway's v3 API for one merchant. */
export interface Iotpay {
  /** Where the signed calls go. */
  readonly gatewayOrigin: string;
  /** Makes an order and the secureId of its form. No money moves yet. */
  purchase(request: PurchaseRequest): Promise<SessionAnswer>;
  /** Makes the secureId of a form that stores a card. */
  addCard(request: AddCardRequest): Promise<SessionAnswer>;
  queryCard(request: { readonly cardId: string }): Promise<Card>;
  /** Charges a stored card. */
  purchaseWithToken(request: PurchaseWithTokenRequest): Promise<Order>;
  purchaseWithWallet(request: PurchaseWithWalletRequest): Promise<Order>;
  queryOrder(request: OrderReference): Promise<Order>;
  /** Cancels what is not settled yet. */
  voidOrder(request: VoidRequest): Promise<Order>;
  /** Restores all or part of what is settled. */
  refund(request: RefundRequest): Promise<Order>;
  /**
   * Checks a notification's signature, merchant and fields.
   * @throws IotpayGatewayError `signature`
   */
  verifyNotification(body: unknown): Notification;
}

const ORDER_FIELDS = { mchOrderNo: 'id', amount: 'cents', currency: 'currency' } as const;

/**
 * The client of one merchant.
 * @throws TypeError at once for options that are missing or wrong
 */
export function createIotpay(options: IotpayClientOptions): Iotpay {
  const { mchId, loginName, merchantKey } = checkOptions(options);
  const origin = checkOrigin(options.gatewayOrigin ?? PRODUCTION_ORIGIN);
  const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function send(call: string, path: string, params: object, movesMoney: boolean): Promise<JsonObject> {
    const signed: Record<string, unknown> = { mchId };
    for (const [name, value] of Object.entries(params)) {
      if (value !== undefined && value !== null && value !== '') signed[name] = value as unknown;
    }
    signed['sign'] = sign(signed, merchantKey);
    const fail = (
      code: 'timeout' | 'network' | 'http' | 'response' | 'refused',
      message: string,
      more: {
        cause?: unknown;
        retMsg?: string | undefined;
        status?: number;
        outcomeUnknown?: boolean;
      } = {},
    ) =>
      new IotpayGatewayError(code, message, {
        call,
        outcomeUnknown: movesMoney && code !== 'refused',
        ...more,
      });
    const signal = AbortSignal.timeout(timeout);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${origin}/v3/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json;charset=UTF-8', Accept: 'application/json' },
        body: JSON.stringify(signed),
        // Never followed: a signed order goes nowhere else. Not `error`, which Cloudflare's workers don't have.
        redirect: 'manual',
        signal,
      });
      text = await response.text();
    } catch (cause) {
      throw signal.aborted
        ? fail('timeout', `the gateway gave no full answer within ${timeout} ms.`, { cause })
        : fail('network', 'the gateway could not be reached, or the connection broke.', { cause });
    }
    if (!response.ok)
      throw fail('http', `the gateway answered HTTP ${response.status}.`, { status: response.status });
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw fail('response', 'the gateway answered what is no JSON.');
    }
    const { retCode, retMsg, retData } = asObject(answer);
    const data = asObject(retData);
    if (retCode === 'FAIL') {
      const words = withoutSecretWords(asText(retMsg), [merchantKey, signed['walletData'], data['secureId']]);
      // UnionPay's "Timeout", and an order that has not failed, are no refusals: the money may yet move.
      const status = readNumber(data['status']);
      const open = meansTimeout(words) || (status !== undefined && status !== 9);
      throw fail('refused', `the gateway refused${words ? `: ${words}` : ' without giving a reason.'}`, {
        retMsg: words,
        outcomeUnknown: movesMoney && open,
      });
    }
    if (retCode !== 'SUCCESS')
      throw fail('response', 'the gateway answered without a retCode of SUCCESS or FAIL.');
    for (const name of ['mchOrderNo', 'payOrderId']) {
      // A refund's answer has an order number of its own.
      if ('mchRefundNo' in params || data[name] === undefined || signed[name] === undefined) continue;
      if (asText(data[name]) !== signed[name])
        throw fail(
          'response',
          `the gateway answered about another order: its ${name} is not the one asked for.`,
        );
    }
    return { ...data, retMsg: asText(retMsg) ?? '' };
  }

  async function session(call: string, path: string, params: object): Promise<SessionAnswer> {
    const answer = await send(call, path, params, false);
    const { secureId } = answer;
    if (typeof secureId === 'string' && secureId.trim()) return { ...answer, secureId };
    throw new IotpayGatewayError('response', 'the gateway answered SUCCESS without a secureId.', { call });
  }

  const order = async (call: string, path: string, params: object, movesMoney: boolean) =>
    readOrder(await send(call, path, params, movesMoney));

  const check = (call: string, fields: Readonly<Record<string, Kind>>, request: object) =>
    checkFields(call, fields, request);

  return {
    gatewayOrigin: origin,
    purchase: async (request) => {
      check(
        'purchase',
        {
          ...ORDER_FIELDS,
          channel: 'channel',
          notifyUrl: 'url',
          returnUrl: 'url',
          subject: 'text?',
          body: 'text?',
          mchUserId: 'text?',
        },
        request,
      );
      return session('purchase', 'cc_purchase', { ...request, loginName });
    },
    addCard: async (request) => {
      check('addCard', { cardId: 'id', channel: 'channel', returnUrl: 'url' }, request);
      return session('addCard', 'cc_addCard', { ...request, loginName });
    },
    queryCard: async (request) => {
      check('queryCard', { cardId: 'id' }, request);
      return readCard(await send('queryCard', 'cc_querycard', request, false));
    },
    purchaseWithToken: async (request) => {
      check(
        'purchaseWithToken',
        {
          ...ORDER_FIELDS,
          cardId: 'id',
          subject: 'text?',
          body: 'text?',
          notifyUrl: 'url?',
          mchUserId: 'text?',
          clientIp: 'text?',
        },
        request,
      );
      return order('purchaseWithToken', 'cc_purchasewithtoken', { ...request, loginName }, true);
    },
    purchaseWithWallet: async (request) => {
      check(
        'purchaseWithWallet',
        { ...ORDER_FIELDS, cardId: 'id', walletType: 'text', walletData: 'text' },
        request,
      );
      return order('purchaseWithWallet', 'cc_purchasewithwallet', { ...request, loginName }, true);
    },
    queryOrder: async (request) => {
      const kind: Record<string, Kind> =
        asObject(request)['payOrderId'] === undefined ? { mchOrderNo: 'id' } : { payOrderId: 'id' };
      check('queryOrder', kind, request);
      return order('queryOrder', 'cc_query', request, false);
    },
    voidOrder: async (request) => {
      check('voidOrder', { mchRefundNo: 'id', payOrderId: 'id', notifyUrl: 'url?' }, request);
      return order('voidOrder', 'cc_void', { ...request, loginName }, true);
    },
    refund: async (request) => {
      check(
        'refund',
        { mchRefundNo: 'id', payOrderId: 'id', refundAmount: 'cents', notifyUrl: 'url?' },
        request,
      );
      return order('refund', 'cc_refund', { ...request, loginName }, true);
    },
    verifyNotification: (body) => readNotification(body, mchId, merchantKey),
  };
}

function checkOptions(options: IotpayClientOptions): IotpayClientOptions {
  const given = asObject(options);
  const wrong = (['mchId', 'merchantKey', 'loginName'] as const).filter(
    (name) => typeof given[name] !== 'string' || given[name].trim() === '',
  );
  if (wrong.length > 0) {
    throw new TypeError(
      `createIotpay: expected ${wrong.join(', ')} as texts that are not empty (IOTPay assigns them), received ${wrong.map((name) => (given[name] === '' ? 'an empty text' : typeof given[name])).join(', ')}. Is the environment set?`,
    );
  }
  checkFields(
    'createIotpay',
    { mchId: 'id', loginName: 'text' },
    { mchId: options.mchId, loginName: options.loginName },
  );
  const { timeout } = options;
  if (timeout !== undefined && !(timeout > 0 && timeout <= MAX_TIMEOUT_MS))
    throw new TypeError(
      `createIotpay: expected timeout in milliseconds, above 0 and at most ${MAX_TIMEOUT_MS}, received ${String(timeout)}.`,
    );
  return options;
}

/** IOTPay's two hosts, or a loopback origin: signed orders go nowhere else. */
function checkOrigin(wanted: string): string {
  const origin = listedOrigin(wanted, true);
  if (origin) return origin;
  throw new TypeError(
    `createIotpay: gatewayOrigin: expected ${PRODUCTION_ORIGIN}, ${DEVELOPMENT_ORIGIN} or a loopback origin, received ${URL.canParse(wanted) ? JSON.stringify(new URL(wanted).origin) : 'what is no URL'}.`,
  );
}

/** A notification that is verified, or the reason why it is not. */
function readNotification(body: unknown, mchId: string, merchantKey: string): Notification {
  const fields =
    typeof body === 'string' ? parseNotification(body, null, '') : isObject(body) ? body : undefined;
  const check = fields && checkNotification(fields, { mchId, merchantKeys: [merchantKey] });
  if (check?.verified) return check.notification;
  throw new IotpayGatewayError('signature', check?.reason ?? 'expected a notification as JSON or a form.', {
    call: 'verifyNotification',
  });
}

/** The gateway's words without what it may repeat of secrets and of card numbers (13 to 19 digits). */
function withoutSecretWords(words: string | undefined, secrets: readonly unknown[]): string | undefined {
  let text = words;
  for (const secret of secrets)
    if (typeof secret === 'string' && secret) text = text?.replaceAll(secret, '…');
  return text?.replace(/(?<!\w)\d(?:[ -]?\d){12,18}(?!\w)/g, '…');
}
