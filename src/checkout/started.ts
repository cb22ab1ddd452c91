import type { BackendRequest } from './backend.js';

/** Under this name the starter leaves on a tag what it has begun for it. Every copy of the package knows it. */
const STARTED = Symbol.for('iotpay-checkout.started');

/** A request for a secureId that has left before the element was defined. */
export interface Started {
  readonly request: BackendRequest & { readonly key: string };
  readonly response: Promise<Response>;
  readonly abort: () => void;
  /** When it has left, in milliseconds since the epoch. */
  readonly at: number;
  /** The page's Content Security Policy has kept it from leaving. */
  refused: boolean;
}

/** Leaves it on the tag, for the element that the tag becomes; a clone of the tag has none. */
export function leaveStarted(tag: Element, started: Started): void {
  (tag as { [STARTED]?: Started })[STARTED] = started;
}

/** What was begun for this tag: once. */
export function takeStarted(tag: Element): Started | undefined {
  const holder = tag as { [STARTED]?: Started | undefined };
  const started = holder[STARTED];
  if (started) holder[STARTED] = undefined;
  return started;
}

/**
 * What was started, where a request is to go to the same place and say the same in the same way; otherwise that one is
 * given up.
 */
export function joinable(
  started: Started,
  { url, body, credentials, headers }: BackendRequest,
): Started | undefined {
  const { request, refused, abort } = started;
  const same = request.url === url && request.body === body && request.credentials === credentials;
  if (same && !headers && !refused) return started;
  abort();
  return undefined;
}

/** `fetch` for a request that has left already: gives the answer to it, and gives it up with the signal. */
export function join({ response, abort }: Started): typeof fetch {
  return (_url, init) => {
    init?.signal?.addEventListener('abort', abort);
    return response;
  };
}
