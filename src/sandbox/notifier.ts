import type { Cancel, Clock } from './clock.js';
import { addAttempt, type NotificationEntry } from './ledger.js';
import { reasonOf, send } from './outgoing.js';

/** Milliseconds before each attempt; the last one repeats until the merchant acknowledges. */
export const NOTIFICATION_DELAYS_MS: readonly number[] = [
  100, 1000, 3000, 10_000, 30_000, 60_000, 300_000, 900_000,
];

/** How long the merchant's answer may take. */
const ANSWER_TIMEOUT_MS = 10_000;

/** How much of the merchant's answer is read, in characters. */
const ANSWER_LENGTH = 200;

/** One notification on its way. */
export interface Delivery {
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
  /** How often the first attempt is made, at the same moment. */
  readonly copies: number;
  /** How much later than usual the first attempt is made. */
  readonly delayMs: number;
  /** Once more after the acknowledgement. */
  readonly again: boolean;
}

/** Delivers notifications until they are acknowledged. */
export class Notifier {
  readonly #clock: Clock;
  readonly #delaysMs: readonly number[];
  readonly #log: (line: string) => void;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<Cancel>();
  /** What fell due while paused; `undefined`: not paused. */
  #held: (() => void)[] | undefined;
  #epoch = 0;

  constructor(clock: Clock, delaysMs: readonly number[], log: (line: string) => void) {
    this.#clock = clock;
    this.#delaysMs = delaysMs;
    this.#log = log;
  }

  send(entry: NotificationEntry, delivery: Delivery): void {
    this.#plan(entry, delivery, 0);
  }

  pause(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const attempt of held) attempt();
  }

  /** Drops what is still to be sent. */
  clear(): void {
    this.#epoch++;
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
    if (this.#held) this.#held = [];
  }

  close(): void {
    this.clear();
    this.#abort.abort();
  }

  /** @returns the milliseconds until the attempt, the first one being number 0 */
  #plan(entry: NotificationEntry, delivery: Delivery, number: number): number {
    const usual = this.#delaysMs[Math.min(number, this.#delaysMs.length - 1)] ?? 0;
    const delayMs = number === 0 ? usual + delivery.delayMs : usual;
    const attempt = () => void this.#attempt(entry, delivery, number);
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#waiting.delete(cancel);
      if (this.#held) this.#held.push(attempt);
      else attempt();
    });
    this.#waiting.add(cancel);
    return delayMs;
  }

  async #attempt(entry: NotificationEntry, delivery: Delivery, number: number): Promise<void> {
    const epoch = this.#epoch;
    const copies = number === 0 ? delivery.copies : 1;
    const outcomes = await Promise.all(Array.from({ length: copies }, () => this.#post(entry, delivery)));
    if (epoch !== this.#epoch) return;
    const failure = outcomes.find((outcome) => outcome !== undefined);
    const about = `Notification of ${entry.mchOrderNo} to ${delivery.url.origin}${delivery.url.pathname}`;
    if (failure === undefined) {
      this.#log(`${about}: acknowledged.`);
      if (delivery.again) this.#plan(entry, { ...delivery, again: false }, number + 1);
      return;
    }
    const delayMs = this.#plan(entry, delivery, number + 1);
    this.#log(`${about}: ${failure}. Next try in ${delayMs / 1000} s.`);
  }

  /** @returns why it is not acknowledged */
  async #post(entry: NotificationEntry, { url, contentType, body }: Delivery): Promise<string | undefined> {
    const at = this.#clock.now();
    try {
      const { http: status, text: answer } = await send(url, {
        method: 'POST',
        headers: { 'Content-Type': contentType },
        body,
        timeoutMs: ANSWER_TIMEOUT_MS,
        signal: this.#abort.signal,
        longest: ANSWER_LENGTH,
      });
      addAttempt(entry, { at, status, answer });
      const acknowledged = status >= 200 && status < 300 && /^(?:SUCCESS|success)$/.test(answer.trim());
      entry.acknowledged ||= acknowledged;
      return acknowledged
        ? undefined
        : `expected HTTP 200 with the text SUCCESS, received HTTP ${status} with ${JSON.stringify(answer)}`;
    } catch (cause) {
      const error = reasonOf(cause);
      addAttempt(entry, { at, error });
      return error;
    }
  }
}
