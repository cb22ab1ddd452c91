import { LateError, reasonOf, send, type Received } from '../outgoing.js';

/** How long one answer may take, in milliseconds. */
const ANSWER_MS = 20_000;

export interface Sent {
  /** Default: POST. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request to the backend that is checked. */
export async function exchange(
  address: string | URL,
  { method = 'POST', headers, body }: Sent,
): Promise<Received> {
  const url = new URL(address);
  try {
    return await send(url, { method, headers, body, timeoutMs: ANSWER_MS });
  } catch (cause) {
    const why =
      cause instanceof LateError ? `no full answer within ${ANSWER_MS / 1000} seconds` : reasonOf(cause);
    throw new Error(`${method} ${url.origin}${url.pathname}: ${why}`, { cause });
  }
}
