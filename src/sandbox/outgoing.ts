import { lookup as lookUp } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../gateway/origins.js';

/** A request to somebody's server, and what is waited for. */
export interface Outgoing {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** How long the whole answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives it up. */
  readonly signal?: AbortSignal;
  /** How much of the answer is read, in characters. Default: all. */
  readonly longest?: number;
}

/** What came back. */
export interface Received {
  readonly http: number;
  readonly headers: Headers;
  readonly text: string;
}

/** There was no full answer in time. */
export class LateError extends Error {}

/** `shop.localhost` is this machine, whatever DNS says of it. */
const lookupLoopback: LookupFunction = (_hostname, options, done) => lookUp('localhost', options, done);

/**
 * One request on a connection of its own: one that a server has closed, because a body was too large for it, breaks no
 * later one. Redirects are not followed.
 * @throws LateError where the time is over
 */
export function send(
  url: URL,
  { method, headers, body, timeoutMs, signal, longest = Infinity }: Outgoing,
): Promise<Received> {
  const late = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(late.aborted ? new LateError(`no full answer within ${timeoutMs} ms`, { cause: error }) : error);
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
      signal: signal ? AbortSignal.any([signal, late]) : late,
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
      response.on('data', (chunk: string) => {
        text = (text + chunk).slice(0, longest);
      });
      response.on('error', fail);
      response.on('end', () => {
        const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve({ http: response.statusCode ?? 0, headers: new Headers(pairs), text });
      });
    });
    request.end(body);
  });
}

/** Why a request failed, in words. An AggregateError, which Node gives for names with several addresses, has none. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ');
  return cause instanceof Error ? cause.message : String(cause);
}
