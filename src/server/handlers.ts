import { createHash, randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../gateway/envelope.js';
import { isPaid } from '../gateway/status.js';
import type { AddCardRequest, Iotpay, OrderReference, PurchaseRequest } from './client.js';
import { IotpayGatewayError } from './errors.js';
import type { Notification } from './notification.js';
import type { Store } from './store.js';

/** Largest body that is read, in bytes. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** How long a key is kept for the one who works on it, in milliseconds: longer than `resolve`, `onPaid` and the gateway take. */
const CLAIM_MS = 120_000;
/** How long an answer is kept for a repeated key, in milliseconds: as long as a secureId lives. */
const ANSWER_MS = 3_600_000;
/** How long an acknowledged notification is remembered, in milliseconds: a week. */
const NOTIFIED_MS = 7 * 24 * 3_600_000;
/** How long a repeat waits for the first one to be done, in milliseconds: less than who asks has patience for. */
const REPEAT_WAIT_MS = 8000;
/** When a repeat looks for the first time whether the first one is done, and how far apart at most, in milliseconds. */
const LOOK_MS = { first: 10, most: 500 } as const;

/** A route: give it a request, send its response. */
export type Handler = (request: Request) => Promise<Response>;

/** An order that has been tried already, told in place of a new one. */
export interface TriedOrder {
  /** 2 or 3: paid. 0 or 1: unknown. */
  readonly status: number;
  readonly mchOrderNo?: string;
}

export interface SecureIdHandlerOptions {
  /**
   * The merchant's part: makes the order, a new mchOrderNo (or cardId) each time it is called. The amount comes from
   * the server, never from `data`. Answers with the parameters of `purchase` or `addCard`, with `{status}` of an order
   * that has been tried already, or with a `Response` that refuses.
   */
  resolve(input: {
    readonly mode: 'pay' | 'add';
    /** What the element was given as `request-data`; from the browser, so not to be trusted. */
    readonly data: JsonObject;
    readonly request: Request;
  }): MaybePromise<PurchaseRequest | AddCardRequest | TriedOrder | Response>;
  /** Remembers the answers to Idempotency-Keys: `memoryStore()` for one process, else a shared one. */
  readonly store: Store;
  /** Keeps the Idempotency-Keys of different visitors apart: a session id. Default: one scope for all. */
  scope?(request: Request): MaybePromise<string>;
  /** Other origins whose pages may call this route, such as `https://shop.example`. Default: none. */
  readonly allowedOrigins?: readonly string[];
}

export interface OrderStatusHandlerOptions {
  /** The merchant's part: which order may this visitor ask about? A `Response` refuses. */
  resolve(input: {
    readonly data: JsonObject;
    readonly request: Request;
  }): MaybePromise<OrderReference | Response>;
  readonly allowedOrigins?: readonly string[];
}

export interface NotificationHandlerOptions {
  /** The merchant's own record of an order; `undefined` where there is none. Amount in cents. */
  order(
    mchOrderNo: string,
  ): MaybePromise<{ readonly amount: number; readonly currency: string } | undefined | null>;
  /** Ships the goods. At least once across crashes: should be idempotent. */
  onPaid(notification: Notification): MaybePromise<unknown>;
  readonly store: Store;
}

type MaybePromise<T> = T | Promise<T>;

const EXPECTED_ORDER =
  'expected the parameters of purchase or addCard, { status } of an order already tried, or a Response';

/** What a repeated key gets. */
interface Answered {
  readonly body: string;
  readonly answer: JsonObject;
}

/**
 * `POST secure-id-endpoint`: answers `{secureId, mchOrderNo?}`, or `{status, mchOrderNo?}`.
 * One Idempotency-Key makes one order: a repeat gets the first one's answer, the same key with another body 409.
 */
export function secureIdHandler(iotpay: Iotpay, options: SecureIdHandlerOptions): Handler {
  const { store } = options;
  return browserRoute(options.allowedOrigins, async (request, body, data) => {
    const { mode, ...rest } = data;
    if (mode !== 'pay' && mode !== 'add') return refusal(400, 'mode: expected "pay" or "add".');
    const make = async (): Promise<Response | JsonObject> => {
      const order: unknown = await options.resolve({ mode, data: rest, request });
      if (order instanceof Response) return order;
      if (!isObject(order))
        throw new TypeError(`secureIdHandler: resolve: ${EXPECTED_ORDER}, received nothing.`);
      const { mchOrderNo, status } = order;
      if ('status' in order) {
        if (status === 0 || status === 1 || isPaid(status as number)) return { status, mchOrderNo };
        throw new TypeError(
          `secureIdHandler: resolve: expected status 0, 1, 2 or 3 of an order already tried, received ${String(status)}. An order that has failed (9) gets a new mchOrderNo.`,
        );
      }
      const { secureId } =
        mode === 'pay'
          ? await iotpay.purchase(order as unknown as PurchaseRequest)
          : await iotpay.addCard(order as unknown as AddCardRequest);
      return { secureId, mchOrderNo };
    };
    const idempotencyKey = request.headers.get('Idempotency-Key')?.trim();
    if (!idempotencyKey) return respond(await make());
    if (idempotencyKey.length > 255) return refusal(400, 'Idempotency-Key: expected at most 255 characters.');
    const scope = (await options.scope?.(request)) ?? '';
    const key = `secure-id:${hash(JSON.stringify([scope, idempotencyKey]))}`;
    const fingerprint = hash(body);
    const owner = randomUUID();
    const claim = await claimOrWait(store, key, owner);
    if (claim.state === 'busy')
      return refusal(409, 'The first request with this Idempotency-Key is still at work.');
    if (claim.state === 'done') {
      const { body: first, answer } = claim.value as Answered;
      return first === fingerprint
        ? respond(answer)
        : refusal(409, 'This Idempotency-Key was used with another body: use a new key for another order.');
    }
    let answer: Response | JsonObject;
    try {
      answer = await make();
    } catch (error) {
      await giveBack(store, key, owner);
      throw error;
    }
    // What was made without an order, by a refusal, may be asked for again.
    if (answer instanceof Response) await giveBack(store, key, owner);
    else await store.complete(key, { body: fingerprint, answer } satisfies Answered, ANSWER_MS);
    return respond(answer);
  });
}

/** `POST order-status-endpoint`: answers `{status, mchOrderNo, payOrderId, retMsg}`, and nothing else of the gateway's. */
export function orderStatusHandler(iotpay: Iotpay, options: OrderStatusHandlerOptions): Handler {
  return browserRoute(options.allowedOrigins, async (request, _body, data) => {
    const reference = await options.resolve({ data, request });
    if (reference instanceof Response) return respond(reference);
    const { status, mchOrderNo, payOrderId, retMsg } = await iotpay.queryOrder(reference);
    return respond({ status, mchOrderNo, payOrderId, retMsg });
  });
}

/**
 * notifyUrl: answers the plain text `SUCCESS` once `onPaid` has finished (or where there is nothing to ship), and `FAIL`
 * for everything else, upon which the gateway sends again. Any content type, as long as the body is the JSON.
 */
export function notificationHandler(iotpay: Iotpay, options: NotificationHandlerOptions): Handler {
  const { store } = options;
  const say = (status: number, text: 'SUCCESS' | 'FAIL') =>
    new Response(text, {
      status,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
    });
  return async (request) => {
    if (request.method !== 'POST') return withHeaders(say(405, 'FAIL'), { Allow: 'POST' });
    let notification: Notification;
    try {
      const body = await readBody(request);
      if (body === undefined) return say(413, 'FAIL');
      notification = iotpay.verifyNotification(body);
    } catch (error) {
      console.warn(`iotpay-checkout: a notification was refused. ${describeError(error)}`);
      return say(400, 'FAIL');
    }
    const { mchOrderNo, payOrderId, payType } = notification;
    // Refunds and voids are notified too, and an order that is not paid ships nothing.
    if (!isPaid(notification.status) || (payType ?? 'pay').toLowerCase() !== 'pay')
      return say(200, 'SUCCESS');
    try {
      const order = await options.order(mchOrderNo);
      if (!order || order.amount !== notification.amount || order.currency !== notification.currency) {
        console.error(
          `iotpay-checkout: the notification for order ${mchOrderNo} does not fit: ${order ? 'amount or currency differ from the order’s' : 'there is no such order'}. Nothing was shipped.`,
        );
        return say(409, 'FAIL');
      }
      const key = `notification:${hash(JSON.stringify([notification['mchId'], mchOrderNo, payOrderId]))}`;
      const owner = randomUUID();
      const claim = await claimOrWait(store, key, owner);
      if (claim.state === 'busy') return say(503, 'FAIL');
      if (claim.state === 'done') return say(200, 'SUCCESS');
      try {
        await options.onPaid(notification);
      } catch (error) {
        await giveBack(store, key, owner);
        throw error;
      }
      await store.complete(key, true, NOTIFIED_MS);
      return say(200, 'SUCCESS');
    } catch (error) {
      console.error(
        `iotpay-checkout: order ${mchOrderNo} could not be marked as paid; the gateway will notify again.`,
        error,
      );
      return say(500, 'FAIL');
    }
  };
}

/** What both routes for the browser have in common: method, origin, CORS, content type, size, JSON, errors. */
function browserRoute(
  allowedOrigins: readonly string[] = [],
  work: (request: Request, body: string, data: JsonObject) => Promise<Response>,
): Handler {
  const allowed = new Set(allowedOrigins);
  for (const origin of allowed) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new TypeError(
        `allowedOrigins: expected origins such as "https://shop.example", received ${JSON.stringify(origin)}.`,
      );
  }
  return async (request) => {
    const origin = request.headers.get('Origin') ?? '';
    const cors: Record<string, string> = allowed.has(origin)
      ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true', Vary: 'Origin' }
      : {};
    if (request.method === 'OPTIONS' && request.headers.has('Access-Control-Request-Method')) {
      if (!allowed.has(origin)) return refusal(403, 'This origin may not call this route.');
      const wanted = request.headers.get('Access-Control-Request-Headers') ?? '';
      return withHeaders(new Response(null, { status: 204 }), {
        ...cors,
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': wanted || 'content-type, idempotency-key',
        'Access-Control-Max-Age': '600',
        'Cache-Control': 'no-store',
      });
    }
    return withHeaders(await answer(request), cors);
  };

  async function answer(request: Request): Promise<Response> {
    if (request.method !== 'POST') return withHeaders(refusal(405, 'Expected POST.'), { Allow: 'POST' });
    if (isCrossSite(request, allowed)) return refusal(403, 'Requests from other sites are refused.');
    if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(request.headers.get('Content-Type') ?? ''))
      return refusal(415, 'Expected Content-Type: application/json.');
    let body: string | undefined;
    try {
      body = await readBody(request);
    } catch {
      return refusal(400, 'The body did not arrive in full.');
    }
    if (body === undefined) return refusal(413, `Expected at most ${BODY_LIMIT_BYTES} bytes.`);
    let data: unknown;
    try {
      data = JSON.parse(body);
    } catch {
      return refusal(400, 'Expected JSON.');
    }
    if (!isObject(data)) return refusal(400, 'Expected a JSON object.');
    try {
      return await work(request, body, data);
    } catch (error) {
      return gatewayTrouble(error);
    }
  }
}

function isCrossSite(request: Request, allowed: ReadonlySet<string>): boolean {
  const origin = request.headers.get('Origin');
  if (origin !== null && allowed.has(origin)) return false;
  const site = request.headers.get('Sec-Fetch-Site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return origin !== null && origin !== new URL(request.url).origin;
}

/** The body as text, or `undefined` where it is larger than the limit. */
async function readBody(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('Content-Length') ?? 0) > BODY_LIMIT_BYTES) return undefined;
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    size += part.value.byteLength;
    if (size > BODY_LIMIT_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return new TextDecoder().decode(all);
}

/** Claims a key; where another request has it, waits for a while until that one is done. */
async function claimOrWait(store: Store, key: string, owner: string) {
  const end = Date.now() + REPEAT_WAIT_MS;
  for (let pause: number = LOOK_MS.first; ; pause = Math.min(pause * 2, LOOK_MS.most)) {
    const claim = await store.claim(key, owner, CLAIM_MS);
    if (claim.state !== 'busy' || Date.now() >= end) return claim;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Releases a key whose work has failed. That failure is the one to tell: a store's comes on top of it. */
async function giveBack(store: Store, key: string, owner: string): Promise<void> {
  try {
    await store.release(key, owner);
  } catch (error) {
    console.error(
      'iotpay-checkout: the store could not release a key; it is free when its time is over.',
      error,
    );
  }
}

/** A failure, told to the browser without what is the server's own business. */
function gatewayTrouble(error: unknown): Response {
  console.error(`iotpay-checkout: ${describeError(error)}`);
  if (!(error instanceof IotpayGatewayError)) return refusal(500, 'The server failed.');
  switch (error.code) {
    case 'refused':
      return respond({ retCode: 'FAIL', retMsg: error.retMsg ?? 'The gateway refused.' }, 502);
    case 'timeout':
      return refusal(504, 'The gateway did not answer in time.');
    case 'request':
      return refusal(500, 'The order breaks the gateway’s limits; see the server’s log.');
    default:
      return refusal(502, 'The gateway could not be reached.');
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function respond(answer: Response | JsonObject, status = 200): Response {
  if (answer instanceof Response) return withHeaders(answer, { 'Cache-Control': 'no-store' });
  return new Response(JSON.stringify(answer), {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

function refusal(status: number, message: string): Response {
  return respond({ retCode: 'FAIL', retMsg: message }, status);
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const copy = new Response(response.body, response);
  for (const [name, value] of Object.entries(headers)) copy.headers.set(name, value);
  return copy;
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
