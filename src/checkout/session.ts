import { asObject, asText, isObject, type JsonObject } from '../gateway/envelope.js';
import { readWhole } from '../gateway/status.js';
import { watchPolicy } from './csp.js';
import { IotpayCheckoutError } from './errors.js';

/** What the merchant's backend answers: a secureId, or the status of an order that has already been tried. */
export interface Session {
  readonly secureId?: string | undefined;
  readonly status?: number | undefined;
  readonly mchOrderNo?: string | undefined;
  /** Where the status came from, as it came. */
  readonly raw?: unknown;
}

/** A POST to the merchant's backend. */
export interface BackendRequest {
  readonly url: string;
  /** JSON text. */
  readonly body: string;
  readonly headers: HeadersInit | undefined;
  readonly credentials: RequestCredentials;
  /** Sent as `Idempotency-Key`. */
  readonly key?: string;
}

/** Sends JSON to the merchant's backend. Rejects as `fetch` does; never repeats anything by itself. */
export function post(request: BackendRequest, signal: AbortSignal): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set('Content-Type', 'application/json');
  headers.set('Accept', 'application/json');
  if (request.key) headers.set('Idempotency-Key', request.key);
  return fetch(request.url, {
    method: 'POST',
    body: request.body,
    headers,
    credentials: request.credentials,
    signal,
  });
}

/**
 * Asks the merchant's backend for a secureId.
 * @param answered - called as soon as the whole answer is here, whatever it says
 * @throws IotpayCheckoutError `offline`, `endpoint-network`, `endpoint-http`, `endpoint-response`, `endpoint-rejected`
 */
export async function requestSession(
  request: BackendRequest,
  signal: AbortSignal,
  answered: () => void,
): Promise<Session> {
  const refusedBy = watchPolicy(document, signal);
  let response: Response;
  let text: string;
  try {
    response = await post(request, signal);
    text = await response.text();
  } catch (cause) {
    const directive = await refusedBy(/^connect-src|^default-src/, new URL(request.url).origin);
    throw networkError(
      'endpoint-network',
      directive
        ? `secure-id-endpoint is refused by the page's Content Security Policy: add its origin to ${directive}.`
        : `secure-id-endpoint gave no full answer: expected JSON from ${request.url}, received a network failure. Is the address right, the server up, and this page allowed to ask it (CORS there, connect-src here)?`,
      cause,
    );
  }
  answered();
  return readSession(response, text);
}

/** A failure of the network: `offline` if the browser says that it is, else the given code. */
export function networkError(
  code: 'endpoint-network' | 'script-network',
  message: string,
  cause?: unknown,
): IotpayCheckoutError {
  return new IotpayCheckoutError(navigator.onLine ? code : 'offline', message, { cause });
}

function readSession(response: Response, text: string): Session {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // What is no JSON is told below, together with what is JSON but no answer.
  }
  const retMsg = asText(asObject(answer)['retMsg']);
  if (!response.ok) {
    throw new IotpayCheckoutError(
      'endpoint-http',
      `secure-id-endpoint answered HTTP ${response.status}${retMsg ? ` (${retMsg})` : ''}; expected 2xx with a secureId. See the server's log.`,
      // Too early, too many, conflict, timeout and the server's own faults may pass; a refusal will not.
      { retMsg, retryable: response.status >= 500 || [408, 409, 425, 429].includes(response.status) },
    );
  }
  const data = isObject(answer) && 'retCode' in answer ? unwrap(answer, retMsg) : asObject(answer);
  const mchOrderNo = asText(data['mchOrderNo']);
  const secureId = typeof data['secureId'] === 'string' ? asText(data['secureId']) : undefined;
  const status = readWhole(data['status']);
  if (secureId || status !== undefined) return { secureId, status, mchOrderNo, raw: answer };
  throw new IotpayCheckoutError(
    'endpoint-response',
    `secure-id-endpoint answered without a secureId: expected JSON such as {"secureId": "…"}, received ${
      isObject(answer)
        ? `an object with ${Object.keys(data).join(', ') || 'nothing in it'}`
        : text
          ? `${response.headers.get('Content-Type') ?? 'an unknown type'}${response.redirected ? ' after a redirect (a login page?)' : ''}`
          : `an empty body (HTTP ${response.status})`
    }.`,
  );
}

function unwrap(envelope: JsonObject, retMsg: string | undefined): JsonObject {
  if (envelope['retCode'] === 'SUCCESS') return asObject(envelope['retData']);
  throw new IotpayCheckoutError(
    'endpoint-rejected',
    `The gateway refused to make a secureId: ${retMsg ?? `retCode ${String(envelope['retCode'])} without a retMsg`}. Check the order's fields on the server.`,
    { retMsg },
  );
}
