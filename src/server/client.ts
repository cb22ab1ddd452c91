import { isObject, type JsonObject } from '../gateway/envelope.js';
import { FIELD_LIMITS, fitsIn } from '../gateway/limits.js';
import { DEVELOPMENT_ORIGIN, listedOrigin, PRODUCTION_ORIGIN } from '../gateway/origins.js';
import { readCard, readOrder, readSession, type Card, type Order, type SessionAnswer } from './answers.js';
import { callGateway, type Connection } from './call.js';
import { isProduction } from './environment.js';
import { IotpayGatewayError } from './errors.js';
import { checkNotification, parseNotification, type Notification } from './notification.js';
import {
  CALLS,
  checkRequest,
  type AddCardRequest,
  type CallName,
  type OrderReference,
  type PurchaseRequest,
  type PurchaseWithTokenRequest,
  type PurchaseWithWalletRequest,
  type RefundRequest,
  type VoidRequest,
} from './requests.js';

/** Longest timeout, in milliseconds: what a timer can hold. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Milliseconds that one answer of the gateway may take where the options say nothing else. */
const DEFAULT_TIMEOUT_MS = 15_000;
/** How every merchant key of the simulated gateway begins. */
const SANDBOX_KEY = 'sandbox';

export interface IotpayClientOptions {
  /** Assigned by IOTPay. */
  readonly mchId: string;
  /**
   * The secret that signs. Never leaves the server, never shows in a log. While a key is rotated a list: the first one
   * signs, all verify notifications.
   */
  readonly merchantKey: string | readonly string[];
  /** Assigned by IOTPay; at most 12 characters. */
  readonly loginName: string;
  /** Default: IOTPay's production origin. `http` on loopback only (the sandbox). */
  readonly gatewayOrigin?: string | undefined;
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds for one answer, body included. Default: 15000. */
  readonly timeout?: number | undefined;
}

/** The gateway's v3 API for one merchant. Every call throws `IotpayGatewayError`s. */
export interface Iotpay {
  /** Where the signed calls go. */
  readonly gatewayOrigin: string;
  /** Whose orders they are. */
  readonly mchId: string;
  /** Makes an order and the secureId of its form. No money moves yet. */
  purchase(request: PurchaseRequest): Promise<SessionAnswer>;
  /** Makes the secureId of a form that stores a card. */
  addCard(request: AddCardRequest): Promise<SessionAnswer>;
  queryCard(request: { readonly cardId: string }): Promise<Card>;
  /** Charges a stored card. */
  purchaseWithToken(request: PurchaseWithTokenRequest): Promise<Order>;
  /** Charges what Apple Pay or Google Pay has given to the page. */
  purchaseWithWallet(request: PurchaseWithWalletRequest): Promise<Order>;
  queryOrder(request: OrderReference): Promise<Order>;
  /** Cancels what is not settled yet. */
  voidOrder(request: VoidRequest): Promise<Order>;
  /** Restores all or part of what is settled. */
  refund(request: RefundRequest): Promise<Order>;
  /**
   * Checks a notification: its signature, in both ways in which IOTPay may write the signed text, its merchant, and the
   * form of the fields that decide something. What it means is yours to decide: look at `kind` and `status`.
   * @param body - the request's body as it was received, text or bytes (numbers count as they were written), or the object
   *   that a body parser has made of it
   * @throws IotpayGatewayError `signature`
   */
  verifyNotification(body: unknown): Notification;
}

/**
 * The client of one merchant.
 * @throws TypeError at once for options that are missing or wrong
 */
export function createIotpay(options: IotpayClientOptions): Iotpay {
  const { connection, merchantKeys } = checkOptions(options);

  const call = async (name: CallName, request: object) =>
    callGateway(connection, name, checkRequest(name, request));
  const order = (name: CallName) => async (request: object) => readOrder(await call(name, request));
  const session = (name: CallName) => async (request: object) => {
    const answer = readSession(await call(name, request));
    if (answer) return answer;
    throw new IotpayGatewayError('response', 'the gateway answered SUCCESS without a secureId.', {
      call: name,
      address: connection.origin + CALLS[name].path,
    });
  };

  return {
    gatewayOrigin: connection.origin,
    mchId: connection.mchId,
    purchase: session('purchase'),
    addCard: session('addCard'),
    queryCard: async (request) => readCard(await call('queryCard', request)),
    purchaseWithToken: order('purchaseWithToken'),
    purchaseWithWallet: order('purchaseWithWallet'),
    queryOrder: order('queryOrder'),
    voidOrder: order('voidOrder'),
    refund: order('refund'),
    verifyNotification(body) {
      const fields = fieldsOf(body);
      const check = fields && checkNotification(fields, { mchId: connection.mchId, merchantKeys });
      if (check?.verified) return check.notification;
      const reason = check?.reason ?? 'expected a notification of IOTPay’s as JSON or as a form.';
      throw new IotpayGatewayError('signature', reason, { call: 'verifyNotification' });
    },
  };
}

/** A notification as text, as bytes, or as what a body parser has made of it. */
function fieldsOf(body: unknown): JsonObject | undefined {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  if (typeof text === 'string') return parseNotification(text, null, '');
  return isObject(text) ? text : undefined;
}

interface CheckedOptions {
  readonly connection: Connection;
  readonly merchantKeys: readonly string[];
}

function checkOptions(options: IotpayClientOptions): CheckedOptions {
  if (!isObject(options))
    throw new TypeError(
      `createIotpay: expected an object with mchId, merchantKey and loginName, received ${options === null ? 'null' : typeof options}.`,
    );
  const { mchId, merchantKey, loginName, timeout = DEFAULT_TIMEOUT_MS, gatewayOrigin, fetch } = options;
  checkText('mchId', 'IOTPAY_MCH_ID', mchId, FIELD_LIMITS.mchId);
  checkText('loginName', 'IOTPAY_LOGIN_NAME', loginName, FIELD_LIMITS.loginName);
  const keys = Array.isArray(merchantKey) ? (merchantKey as readonly string[]) : [merchantKey as string];
  for (const key of keys) checkText('merchantKey', 'IOTPAY_MERCHANT_KEY', key);
  const [signingKey] = keys;
  if (signingKey === undefined)
    throw new TypeError('createIotpay: merchantKey: expected at least one key, received an empty list.');
  if (!(typeof timeout === 'number' && timeout > 0 && timeout <= MAX_TIMEOUT_MS))
    throw new TypeError(
      `createIotpay: timeout: expected milliseconds, above 0 and at most ${MAX_TIMEOUT_MS}, received ${String(timeout)}.`,
    );
  const origin = checkOrigin(gatewayOrigin ?? PRODUCTION_ORIGIN);
  checkSandboxKeys(keys, origin);
  return {
    merchantKeys: keys,
    connection: {
      mchId,
      loginName,
      merchantKey: signingKey,
      origin,
      fetch: fetch ?? globalThis.fetch.bind(globalThis),
      timeoutMs: timeout,
    },
  };
}

function checkText(name: string, variable: string, value: unknown, longest = Infinity): void {
  if (typeof value === 'string' && value.trim() !== '' && fitsIn(value, longest)) {
    if (value === value.trim()) return;
    throw new TypeError(
      `createIotpay: ${name}: expected a text without white space around it. Has the environment variable (${variable}, say) a line break at its end?`,
    );
  }
  const limit = longest === Infinity ? 'that is not empty' : `of 1 to ${longest} characters`;
  const received =
    typeof value !== 'string'
      ? typeof value
      : value.trim() === ''
        ? 'an empty one'
        : `${[...value].length} characters`;
  throw new TypeError(
    `createIotpay: ${name}: expected a text ${limit} (IOTPay assigns it), received ${received}. Is the environment variable set (${variable}, say)?`,
  );
}

/** IOTPay's two hosts, or a loopback origin: signed orders go nowhere else. */
function checkOrigin(wanted: string): string {
  const origin = listedOrigin(wanted, true);
  if (origin) return origin;
  throw new TypeError(
    `createIotpay: gatewayOrigin: expected ${PRODUCTION_ORIGIN}, ${DEVELOPMENT_ORIGIN} or a loopback origin, received ${receivedOrigin(wanted)}.`,
  );
}

/** What an address is, for an error: its origin, and what it has beyond. Never the parts themselves: one may be a password. */
function receivedOrigin(wanted: string): string {
  if (!URL.canParse(wanted)) return 'what is no URL';
  const { origin, username, password, pathname, search, hash } = new URL(wanted);
  const more = [
    username || password ? 'a user' : '',
    pathname === '/' || pathname === '' ? '' : 'a path',
    search && 'a query',
    hash && 'a fragment',
  ].filter(Boolean);
  return JSON.stringify(origin) + (more.length > 0 ? ` with ${more.join(' and ')}` : '');
}

/** Everybody may know the sandbox's keys: with one of them, anybody could sign a notification that an order is paid. */
function checkSandboxKeys(keys: readonly string[], origin: string): void {
  if (!keys.some((key) => key.startsWith(SANDBOX_KEY))) return;
  if (origin === PRODUCTION_ORIGIN || origin === DEVELOPMENT_ORIGIN)
    throw new TypeError(
      `createIotpay: merchantKey is one of the sandbox's (it begins with "${SANDBOX_KEY}"), and gatewayOrigin is IOTPay's. Set the key that IOTPay gave you (IOTPAY_MERCHANT_KEY), or the sandbox's origin as gatewayOrigin.`,
    );
  if (isProduction())
    console.warn(
      'iotpay-checkout: NODE_ENV is "production", and the merchant key is one of the sandbox’s. No real payment can be made. Set the key that IOTPay gave you (IOTPAY_MERCHANT_KEY) and remove gatewayOrigin.',
    );
}
