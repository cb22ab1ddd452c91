import { lookup as lookUp } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../gateway/origins.js';
import type { Cancel, Clock } from './clock.js';
import type { NotificationEntry } from './ledger.js';

/** Milliseconds before each attempt; the last one repeats until the merchant acknowledges. */
export const NOTIFICATION_DELAYS_MS: readonly number[] = [
  100, 1000, 3000, 10_000, 30_000, 60_000, 300_000, 900_000,
];

/** How long the merchant's answer may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

/** How much of the merchant's answer is read, in characters. */
const ANSWER_LENGTH = 200;

/**
 * Every name stands for this machine, whatever DNS says of it: `shop.localhost` is never looked up outside.
 */
const lookupLoopback: LookupFunction = (_hostname, options, done) => lookUp('localhost', options, done);

/** Sends notifications, to this machine only, until they are acknowledged. */
export class Notifier {
  readonly #clock: Clock;
  readonly #delays: readonly number[];
  readonly #log: (line: string) => void;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<Cancel>();
  #epoch = 0;

  constructor(clock: Clock, delays: readonly number[], log: (line: string) => void) {
    this.#clock = clock;
    this.#delays = delays;
    this.#log = log;
  }

  /** @param options - `asText`: as `text/plain`; `again`: once more after the acknowledgement */
  send(entry: NotificationEntry, options: { asText: boolean; again: boolean }): void {
    const url = new URL(entry.url);
    if (!isLoopback(url.hostname)) {
      entry.blocked = true;
      this.#log(
        `Not notified: ${url.origin} is not on loopback, and the sandbox sends nothing off the machine.`,
      );
      return;
    }
    this.#plan(entry, url, options.asText ? 'text/plain' : 'application/json;charset=UTF-8', options.again);
  }

  /** Drops what is still to be sent. */
  clear(): void {
    this.#epoch++;
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
  }

  close(): void {
    this.clear();
    this.#abort.abort();
  }

  #plan(entry: NotificationEntry, url: URL, type: string, again: boolean): void {
    const delay = this.#delays[Math.min(entry.attempts.length, this.#delays.length - 1)] ?? 0;
    const cancel = this.#clock.schedule(delay, () => {
      this.#waiting.delete(cancel);
      void this.#attempt(entry, url, type, again);
    });
    this.#waiting.add(cancel);
  }

  async #attempt(entry: NotificationEntry, url: URL, type: string, again: boolean): Promise<void> {
    const epoch = this.#epoch;
    const at = this.#clock.now();
    try {
      const { status, answer } = await post(url, type, JSON.stringify(entry.body), this.#abort.signal);
      entry.attempts.push({ at, status, answer });
      const acknowledged = status >= 200 && status < 300 && /^(?:SUCCESS|success)$/.test(answer.trim());
      entry.acknowledged ||= acknowledged;
      if (acknowledged && !again) return;
      again &&= !acknowledged;
    } catch (cause) {
      entry.attempts.push({ at, error: cause instanceof Error ? cause.message : String(cause) });
    }
    if (epoch === this.#epoch) this.#plan(entry, url, type, again);
  }
}

function post(url: URL, type: string, body: string, signal: AbortSignal) {
  return new Promise<{ status: number; answer: string }>((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) },
      lookup: lookupLoopback,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      agent: false as const,
    };
    const request =
      url.protocol === 'https:'
        ? // A certificate for loopback is nearly always the developer's own.
          requestHttps(url, { ...options, rejectUnauthorized: false })
        : requestHttp(url, options);
    request.on('error', reject);
    request.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer = (answer + chunk).slice(0, ANSWER_LENGTH);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, answer }));
    });
    request.end(body);
  });
}
