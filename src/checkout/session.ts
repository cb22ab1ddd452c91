import { asObject, asText, isObject, type JsonObject } from '../gateway/envelope.js';
import { SECURE_ID_LIFETIME_MS } from '../gateway/limits.js';
import { readMoney, type Money } from '../gateway/money.js';
import { readWhole } from '../gateway/status.js';
import { backendRequest, post, type BackendRequest, type BackendSettings } from './backend.js';
import { IotpayCheckoutError, networkError } from './errors.js';
import { watchPolicy } from './page-policy.js';
import { measured } from './phases.js';
import { join, joinable, type Started } from './started.js';

/**
 * How long a secureId may lie untouched before it is replaced, in milliseconds: five minutes less than the hour that it
 * lives (source: IOTPay's iOS SDK).
 */
export const SECURE_ID_AGE_MS = SECURE_ID_LIFETIME_MS - 5 * 60_000;

/** HTTP statuses below 500 that may pass: timeout, conflict, too early, too many requests. */
const PASSING_HTTP = [408, 409, 425, 429];

/** What the merchant's backend answers: a secureId, or the status of an order that has already been tried. */
export interface Answer {
  readonly secureId?: string | undefined;
  readonly status?: number | undefined;
  readonly mchOrderNo?: string | undefined;
  /** What is to be paid, or has been, where the backend tells. */
  readonly money?: Money | undefined;
  /** The gateway that the backend uses, where it tells. */
  readonly gatewayOrigin?: string | undefined;
  /** How long the secureId can still be used, in milliseconds, where the backend tells. */
  readonly expiresInMs?: number | undefined;
  /** The answer as it came. */
  readonly raw?: unknown;
}

/** An answer with the time when its secureId was made, in milliseconds since the epoch. */
export type Dated<T> = T & { readonly at: number };

/** A secureId in hand. */
export type Issued = Dated<Answer & { readonly secureId: string }>;

/** Where secureIds come from. */
export interface SecureIdSource extends BackendSettings {
  /** The page's own secureId. */
  readonly secureId: string | undefined;
  /** The merchant's backend. */
  readonly endpoint: string | undefined;
}

/** Gets secureIds for one element: the page's own first, then the merchant's backend's. */
export class SecureIds {
  readonly #request: typeof requestSecureId;
  readonly #now: () => number;
  /** The page's own secureId, once it has been in a form. */
  #spent: string | undefined;
  /** Idempotency keys of requests that never got an answer, by address and body. */
  readonly #unanswered = new Map<string, string>();
  #started: Started | undefined;

  constructor(request: typeof requestSecureId = requestSecureId, now: () => number = Date.now) {
    this.#request = request;
    this.#now = now;
  }

  /** Takes over what was begun before the element was there: the next request joins it, or has replaced it. */
  adopt(started: Started | undefined): void {
    this.#started ??= started;
  }

  /**
   * @param failed - the order of this intent that IOTPay has reported as failed: the backend then asks the gateway
   * @throws as `requestSecureId` does
   */
  async next(source: SecureIdSource, signal: AbortSignal, failed?: string): Promise<Dated<Answer>> {
    const { secureId, endpoint } = source;
    const started = this.#begun();
    if (!endpoint || (secureId && secureId !== this.#spent)) {
      started?.abort();
      return { secureId, at: this.#now() };
    }
    const request = backendRequest(endpoint, source, failed === undefined ? {} : { failed });
    const id = idOf(request);
    const key = this.#unanswered.get(id) ?? uuid();
    this.#unanswered.set(id, key);
    const joined = started && joinable(started, request);
    const answer = await measured(
      'secure-id',
      this.#request(
        { ...request, key },
        signal,
        () => this.#unanswered.delete(id),
        undefined,
        joined && join(joined),
      ),
      joined && joined.at - performance.timeOrigin,
    );
    // One that was shared by another tab, or lay on the server for a while, is as old as the backend says.
    const ageMs = SECURE_ID_LIFETIME_MS - (answer.expiresInMs ?? SECURE_ID_LIFETIME_MS);
    return { ...answer, at: (joined?.at ?? this.#now()) - Math.max(ageMs, 0) };
  }

  /** What was begun before the element was there. Nobody has read its answer: its key is that of a request without one. */
  #begun(): Started | undefined {
    const started = this.#started;
    this.#started = undefined;
    if (!started) return undefined;
    // Its secureId would be too old to be mounted.
    if (this.#now() - started.at < SECURE_ID_AGE_MS) {
      this.#unanswered.set(idOf(started.request), started.request.key);
      return started;
    }
    started.abort();
    return undefined;
  }

  /** A secureId goes into a form: the page's own is good for one. */
  spend(secureId: string, { secureId: own }: Pick<SecureIdSource, 'secureId'>): void {
    if (secureId === own) this.#spent = own;
  }

  /** Whether a secureId is still young enough to be mounted. */
  isFresh({ at }: Issued): boolean {
    return this.#now() - at < SECURE_ID_AGE_MS;
  }
}

/**
 * Asks the merchant's backend for a secureId.
 * @param answered - called as soon as the whole answer is here, whatever it says
 * @throws IotpayCheckoutError `offline`, `endpoint-network`, `endpoint-http`, `endpoint-response`, `endpoint-rejected`
 */
export async function requestSecureId(
  request: BackendRequest,
  signal: AbortSignal,
  answered: () => void,
  page: Document = document,
  send: typeof fetch = fetch,
): Promise<Answer> {
  const refusedBy = watchPolicy(page, signal);
  let response: Response;
  let text: string;
  try {
    response = await post(request, { signal }, send);
    text = await response.text();
  } catch (cause) {
    const directive = await refusedBy('connect', new URL(request.url).origin);
    throw networkError(
      'endpoint-network',
      directive
        ? `secure-id-endpoint is refused by the page's Content Security Policy: add its origin to ${directive}.`
        : `secure-id-endpoint gave no full answer: expected JSON from ${request.url}, received a network failure. Is the address right, the server up, and this page allowed to ask it (CORS there, connect-src here)?`,
      cause,
    );
  }
  answered();
  return readAnswer(response, text, request.url);
}

function readAnswer(response: Response, text: string, url: string): Answer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // An answer that is no JSON is reported below, together with JSON that has no secureId.
  }
  const retMsg = asText(asObject(answer)['retMsg']);
  const { status: httpStatus } = response;
  if (!response.ok) {
    throw new IotpayCheckoutError(
      'endpoint-http',
      `secure-id-endpoint answered HTTP ${httpStatus}${retMsg ? ` (${retMsg})` : ''}; expected 2xx with a secureId from ${url}. See the server's log.`,
      { retMsg, retryable: httpStatus >= 500 || PASSING_HTTP.includes(httpStatus) },
    );
  }
  const data = isObject(answer) && 'retCode' in answer ? unwrap(answer, retMsg) : asObject(answer);
  const mchOrderNo = asText(data['mchOrderNo']);
  const secureId = typeof data['secureId'] === 'string' ? asText(data['secureId']) : undefined;
  const status = readWhole(data['status']);
  if (secureId || status !== undefined)
    return { secureId, status, mchOrderNo, ...detailsOf(data), raw: answer };
  const received = isObject(answer)
    ? `an object with ${Object.keys(data).join(', ') || 'nothing in it'}`
    : text
      ? `${response.headers.get('Content-Type') ?? 'an unknown type'}${response.redirected ? ' after a redirect (a login page?)' : ''}`
      : `an empty body (HTTP ${httpStatus})`;
  throw new IotpayCheckoutError(
    'endpoint-response',
    `secure-id-endpoint answered without a secureId: expected JSON such as {"secureId": "…"} from ${url}, received ${received}.`,
  );
}

/** What an answer may tell besides; what is of another form is left out. */
function detailsOf(data: JsonObject): Pick<Answer, 'money' | 'gatewayOrigin' | 'expiresInMs'> {
  const seconds = readWhole(data['expiresIn']);
  const gatewayOrigin = asText(data['gatewayOrigin']);
  const money = readMoney(data);
  return {
    ...(money ? { money } : {}),
    ...(gatewayOrigin ? { gatewayOrigin } : {}),
    ...(seconds !== undefined && Number.isSafeInteger(seconds) ? { expiresInMs: seconds * 1000 } : {}),
  };
}

function unwrap(envelope: JsonObject, retMsg: string | undefined): JsonObject {
  if (envelope['retCode'] === 'SUCCESS') return asObject(envelope['retData']);
  throw new IotpayCheckoutError(
    'endpoint-rejected',
    `The gateway refused to make a secureId: ${retMsg ?? `retCode ${String(envelope['retCode'])} without a retMsg`}. Check the order's fields on the server.`,
    { retMsg },
  );
}

/** Two requests with the same one are the same, sent again. */
function idOf({ url, body }: BackendRequest): string {
  return `${url}\n${body}`;
}

/** A random UUID; `crypto.randomUUID` is missing where a page is developed over plain http. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, i) =>
    ((i === 6 ? (byte & 15) | 64 : i === 8 ? (byte & 63) | 128 : byte) + 256).toString(16).slice(1),
  ).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
