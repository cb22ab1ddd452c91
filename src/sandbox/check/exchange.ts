import { lookup as lookUp } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../../gateway/origins.js';

/** How long one answer may take, in milliseconds. */
const ANSWER_MS = 20_000;

export interface Sent {
  /** Default: POST. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Received {
  readonly http: number;
  readonly headers: Headers;
  readonly text: string;
}

/** `shop.localhost` is this machine, whatever DNS says of it. */
const lookupLoopback: LookupFunction = (_hostname, options, done) => lookUp('localhost', options, done);

/**
 * One request on a connection of its own: one that a server has closed, because a body was too large for it, breaks no
 * later one. Redirects are not followed.
 */
export function exchange(address: string | URL, { method = 'POST', headers, body }: Sent): Promise<Received> {
  const url = new URL(address);
  const late = AbortSignal.timeout(ANSWER_MS);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      const why = late.aborted ? `no full answer within ${ANSWER_MS / 1000} seconds` : reasonOf(cause);
      reject(new Error(`${method} ${url.origin}${url.pathname}: ${why}`, { cause }));
    };
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
      signal: late,
      agent: false,
      ...(isLoopback(url.hostname) ? { lookup: lookupLoopback } : {}),
    };
    const request =
      url.protocol === 'https:'
        ? // A certificate for loopback is nearly always the developer's own.
          requestHttps(url, { ...options, rejectUnauthorized: !isLoopback(url.hostname) })
        : requestHttp(url, options);
    request.on('error', fail);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', fail);
      response.on('end', () => {
        const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({ http: response.statusCode ?? 0, headers: new Headers(pairs.map((p) => [...p])), text });
      });
    });
    request.end(body);
  });
}

function reasonOf(cause: Error): string {
  return cause instanceof AggregateError
    ? cause.errors.map((each) => reasonOf(each as Error)).join(', ')
    : cause.message;
}
