import { isObject, type JsonObject } from '../gateway/envelope.js';
import { readText } from './body.js';

/** Largest body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** How long a body may take to arrive, in milliseconds. */
const BODY_MS = 15_000;

/** A route: give it a request, send its response. */
export type Route<Context> = (request: Request, context?: Context) => Promise<Response>;

/** A request that is not served, and why: told to the log, and in a few words to whoever asked. */
export class RouteRefusal extends Error {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What the merchant should look at; for the log only. */
  readonly advice: string;

  constructor(
    httpStatus: number,
    message: string,
    advice = '',
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'RouteRefusal';
    this.httpStatus = httpStatus;
    this.advice = advice;
    this.headers = headers;
  }
}

/** Who may call the routes for browsers. */
export interface Origins {
  /** Other origins whose pages may call. */
  readonly allowed: ReadonlySet<string>;
  /** The shop's own origin, where a proxy hides it from the request. */
  readonly own: string | undefined;
}

/**
 * Checks a list of origins.
 * @throws TypeError
 */
export function readOrigins(
  allowedOrigins: readonly string[] | undefined,
  publicOrigin: string | undefined,
): Origins {
  const given: unknown = allowedOrigins ?? [];
  if (!Array.isArray(given))
    throw new TypeError(
      'createCheckout: allowedOrigins: expected a list of origins such as ["https://shop.example"].',
    );
  const check = (name: string, origin: unknown): string => {
    if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin)
      return origin;
    throw new TypeError(
      `createCheckout: ${name}: expected an origin such as "https://shop.example" (without a path or a slash at its end), received ${JSON.stringify(origin)}.`,
    );
  };
  return {
    allowed: new Set(given.map((origin) => check('allowedOrigins', origin))),
    own: publicOrigin === undefined ? undefined : check('publicOrigin', publicOrigin),
  };
}

/** The CORS headers of an answer to this origin. */
export function corsHeaders(request: Request, { allowed }: Origins): Record<string, string> {
  const origin = allowed.size > 0 ? request.headers.get('Origin') : null;
  if (origin === null || !allowed.has(origin)) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    Vary: 'Origin',
  };
}

/** Answers a CORS preflight; `undefined` where the request is none. @throws RouteRefusal */
export function preflight(request: Request, origins: Origins): Response | undefined {
  if (request.method !== 'OPTIONS' || !request.headers.has('Access-Control-Request-Method')) return undefined;
  const origin = request.headers.get('Origin') ?? '';
  if (!origins.allowed.has(origin))
    throw new RouteRefusal(
      403,
      'This origin may not call this route.',
      `Add ${JSON.stringify(origin)} to allowedOrigins if it is yours.`,
    );
  const wanted = request.headers.get('Access-Control-Request-Headers') ?? '';
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request, origins),
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': wanted || 'content-type, idempotency-key',
      'Access-Control-Max-Age': '600',
      'Cache-Control': 'no-store',
    },
  });
}

/** Whether this is a POST. @throws RouteRefusal */
export function requirePost(request: Request): void {
  if (request.method === 'POST') return;
  throw new RouteRefusal(405, 'Expected POST.', `Received ${request.method}.`, { Allow: 'POST' });
}

/** Refuses what a page of another site sends. @throws RouteRefusal */
export function requireOwnPage(request: Request, { allowed, own }: Origins): void {
  const origin = request.headers.get('Origin');
  if (origin !== null && (allowed.has(origin) || origin === own)) return;
  const site = request.headers.get('Sec-Fetch-Site');
  if (origin === null && site === null) return;
  const here = new URL(request.url).origin;
  const foreign =
    site === null ? origin !== null && origin !== here : site !== 'same-origin' && site !== 'none';
  if (!foreign) return;
  throw new RouteRefusal(
    403,
    'Requests from other sites are refused.',
    `It came from ${origin ?? 'an unnamed origin'} (Sec-Fetch-Site: ${site ?? 'none'}), and this server believes that it is ${here}. Add the page's origin to allowedOrigins, or where a proxy hides your own, give it as publicOrigin.`,
  );
}

/** Reads the JSON object that the element sends. @throws RouteRefusal */
export async function readJsonObject(request: Request): Promise<{ text: string; data: JsonObject }> {
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(request.headers.get('Content-Type') ?? ''))
    throw new RouteRefusal(
      415,
      'Expected Content-Type: application/json.',
      `Received ${request.headers.get('Content-Type') ?? 'none'}.`,
    );
  const text = await readBody(request);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new RouteRefusal(
      400,
      'Expected JSON.',
      text === ''
        ? 'The body is empty. Does a body parser in front of this route (express.json(), for one) read it first? Put the route before it, or use toNodeHandler, which understands it.'
        : 'The body is no JSON.',
    );
  }
  if (!isObject(data)) throw new RouteRefusal(400, 'Expected a JSON object.');
  return { text, data };
}

/** The body as text, read within limits of size and time. @throws RouteRefusal */
export async function readBody(request: Request): Promise<string> {
  if (request.bodyUsed)
    throw new RouteRefusal(
      400,
      'The body is gone.',
      'Something in front of this route has read it: a body parser, or your own request.json(). Hand over the request unread, or a clone of it.',
    );
  const tooLarge = () => new RouteRefusal(413, `Expected at most ${BODY_LIMIT_BYTES} bytes.`);
  if (Number(request.headers.get('Content-Length') ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return '';
  let text: string | undefined;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel().catch(() => {}); // The reading ends with it.
  }, BODY_MS);
  try {
    text = await readText(reader, BODY_LIMIT_BYTES);
  } catch (error) {
    if (!late) throw new RouteRefusal(400, 'The body did not arrive in full.', String(error));
  } finally {
    clearTimeout(timer);
  }
  if (late) throw new RouteRefusal(408, `The body did not arrive within ${BODY_MS} ms.`);
  if (text === undefined) throw tooLarge();
  return text;
}

/** JSON that no cache keeps. */
export function jsonResponse(
  answer: object,
  httpStatus = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(answer), {
    status: httpStatus,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  });
}

/** A response of somebody else's with headers of ours. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const copy = new Response(response.body, response);
  for (const [name, value] of Object.entries(headers)) copy.headers.set(name, value);
  return copy;
}
