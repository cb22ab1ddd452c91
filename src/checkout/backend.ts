import type { Config } from './config.js';

/** A POST to one of the merchant's routes. */
export interface BackendRequest {
  readonly url: string;
  /** JSON text. */
  readonly body: string;
  readonly headers: HeadersInit | undefined;
  readonly credentials: RequestCredentials;
  /** Sent as `Idempotency-Key`. */
  readonly key?: string;
}

/** What the page's settings say of every request to the merchant's backend. */
export type BackendSettings = Pick<Config, 'requestData' | 'mode' | 'headers' | 'credentials'>;

/** A request to one of the merchant's routes: the page's data, the mode, and what the route needs besides. */
export function backendRequest(
  url: string,
  { requestData, mode, headers, credentials }: BackendSettings,
  more: Readonly<Record<string, unknown>> = {},
): BackendRequest {
  return { url, body: JSON.stringify({ ...requestData, mode, ...more }), headers, credentials };
}

/**
 * Sends it. Rejects as `fetch` does; never repeats anything by itself.
 * @param end - what ends it
 */
export function post(
  { url, body, headers: extra, credentials, key }: BackendRequest,
  end: Pick<RequestInit, 'signal' | 'keepalive'>,
  send: typeof fetch = fetch,
): Promise<Response> {
  const headers = new Headers(extra);
  headers.set('Content-Type', 'application/json');
  headers.set('Accept', 'application/json');
  if (key) headers.set('Idempotency-Key', key);
  return send(url, { method: 'POST', body, headers, credentials, ...end });
}
