import { asObject } from '../../gateway/envelope.js';
import { jsonResponse, type Route } from '../route.js';
import { consoleLog, wordsOf } from './log.js';

/** What is needed of `node:http`'s request, and of what Express and others add to it. */
export interface NodeRequest extends AsyncIterable<Uint8Array | string> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: the address before the mount point was cut off. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
  readonly complete?: boolean;
  readonly readableEnded?: boolean;
  /** Whether anybody has begun to read the body. */
  readonly readableDidRead?: boolean;
  readonly socket?: unknown;
  /** Node's own way to read without cutting the connection. */
  iterator?(options: { readonly destroyOnReturn: boolean }): AsyncIterator<Uint8Array | string>;
}

/** What is needed of `node:http`'s response. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string | string[]): unknown;
  end(chunk?: Uint8Array): unknown;
}

/**
 * Serves the checkout to Express, Connect and `node:http`, also behind a body parser that has read the body already. The
 * Node request is the context: `order` finds `context.session` there.
 * @param checkout - what `createCheckout` made, or one of its routes
 */
export function toNodeHandler<Request extends NodeRequest>(
  checkout: { readonly handler: Route<Request> } | Route<Request>,
): (request: Request, response: NodeResponse, next?: (error: unknown) => void) => void {
  const route: unknown = typeof checkout === 'function' ? checkout : checkout?.handler;
  if (typeof route !== 'function')
    throw new TypeError(
      'toNodeHandler: expected what createCheckout makes, or one of its routes, received something else.',
    );
  return (request, response, next) => {
    serve(route as Route<Request>, request, response).catch((error: unknown) => {
      if (next) return next(error);
      console.error('iotpay-checkout: a request could not be served.', error);
      response.statusCode = 500;
      response.end();
    });
  };
}

async function serve<R extends NodeRequest>(route: Route<R>, request: R, response: NodeResponse) {
  const answer = await answerTo(route, request);
  response.statusCode = answer.status;
  answer.headers.forEach((value, name) => response.setHeader(name, value));
  // Each cookie is a header of its own, and the last one would take the place of the others.
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
  response.end(new Uint8Array(await answer.arrayBuffer()));
}

/** What the web has no request for (a host that is none, TRACE) is the sender's mistake, and no failure of the shop's. */
async function answerTo<R extends NodeRequest>(route: Route<R>, request: R): Promise<Response> {
  let asked: Request;
  try {
    asked = toWebRequest(request);
  } catch (error) {
    const [httpStatus, expected] = /^(?:CONNECT|TRACE|TRACK)$/i.test(request.method ?? '')
      ? [405, 'Expected POST.']
      : [400, 'Expected a request of the web: an address, a host, headers and a body that are such.'];
    consoleLog(`HTTP ${httpStatus}: ${expected} ${wordsOf(error)}`, { level: 'warn' });
    return jsonResponse({ retCode: 'FAIL', retMsg: expected }, httpStatus);
  }
  return route(asked, request);
}

function toWebRequest(request: NodeRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name.startsWith(':')) continue; // HTTP/2 has its own there.
    for (const each of typeof value === 'string' ? [value] : value) headers.append(name, each);
  }
  const encrypted = asObject(request.socket)['encrypted'] === true;
  const host = headers.get('Host') ?? 'localhost';
  const path = request.originalUrl ?? request.url ?? '/';
  const url = new URL(path, `${encrypted ? 'https' : 'http'}://${host}`);
  const method = request.method ?? 'GET';
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  const body = bodyOf(request);
  // What a parser has changed is as long as it is now.
  if (!(body instanceof ReadableStream)) headers.delete('Content-Length');
  return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit);
}

/** The body: from the request, or from the parser that was faster. */
function bodyOf(request: NodeRequest): Uint8Array | string | ReadableStream<Uint8Array> {
  const { body } = request;
  if (body instanceof Uint8Array || typeof body === 'string') return body;
  // All of it may have come in, and be unread: Express 4's parsers leave `{}` where they pass over a body.
  const read =
    request.readableEnded === true || (request.complete === true && request.readableDidRead !== false);
  if (body !== undefined && body !== null && read) {
    const form = /^application\/x-www-form-urlencoded/i.test(String(request.headers['content-type'] ?? ''));
    return form ? new URLSearchParams(flat(asObject(body))).toString() : JSON.stringify(body);
  }
  return streamOf(request);
}

/** The body as it comes in: the route limits its size and its time, and leaves the rest unread. */
function streamOf(request: NodeRequest): ReadableStream<Uint8Array> {
  // Node would cut the connection with the iterator, and the answer would not arrive.
  const chunks = request.iterator?.({ destroyOnReturn: false }) ?? request[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) return controller.close();
      const { value } = next;
      controller.enqueue(typeof value === 'string' ? new TextEncoder().encode(value) : value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

function flat(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
