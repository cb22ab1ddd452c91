import { HTTPException } from 'hono/http-exception';
import { isObject, type JsonObject } from '../gateway/envelope.js';
import { isLoopback } from '../gateway/origins.js';

export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}

/** Whether a browser sent this request from another page than the sandbox's own. Servers send neither header. */
export function isCrossSite({ headers }: Request): boolean {
  const origin = headers.get('Origin');
  if (origin !== null && origin !== `http://${headers.get('Host')}`) return true;
  const site = headers.get('Sec-Fetch-Site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}

/** @returns undefined where it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param booleans - `true` and `false` will do as well */
export async function readJson(request: Request, booleans = false): Promise<JsonObject> {
  const body = parseJson(await request.text());
  if (isObject(body) || (booleans && typeof body === 'boolean')) return body as JsonObject;
  throw new HTTPException(400, { message: 'The body is not a JSON object.' });
}
