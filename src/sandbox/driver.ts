import { readChoice, type CardChoice } from './card-choice.js';
import type { DriveStep } from './protocol.js';
import { cvvOf, FILLED_IN, numberFor } from './test-cards.js';

/** What a form is to be filled in with, and sent. Everything that is left out is what an approved payment needs. */
export interface DriveInstruction extends CardChoice {
  /** Default: `123`, `1234` for Amex. */
  readonly cvv?: string;
  /** Milliseconds that the form waits before it fills itself in. Default: 0. */
  readonly delay?: number;
}

interface Waiting extends DriveInstruction {
  readonly id: number;
}

const NAMES = ['number', 'scenario', 'expiry', 'cvv', 'holder', 'delay'];

/** Fills forms in from outside, for tests: a secureId's or an order's form finds its instruction here. */
export class Driver {
  readonly #waiting = new Map<string, Waiting>();
  #id = 0;

  /** @throws TypeError, RangeError for what is no instruction */
  add(session: string, given: DriveInstruction | string): void {
    if (typeof session !== 'string' || !session)
      throw new TypeError('drive: expected a secureId, mchOrderNo or cardId.');
    const instruction = readChoice('drive', given, NAMES, ['delay']);
    this.#waiting.set(session, { ...instruction, id: ++this.#id });
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** @param names - what the form's session goes by */
  next(names: readonly string[], unionPay: boolean): DriveStep | undefined {
    const found = this.#find(names);
    if (!found) return undefined;
    const { id, scenario, expiry, cvv, holder, delay } = found.waiting;
    const number = found.waiting.number ?? numberFor(scenario, unionPay);
    return {
      id,
      number,
      expiry: expiry ?? FILLED_IN.expiry,
      cvv: cvv ?? cvvOf(number),
      holder: holder ?? FILLED_IN.holder,
      code: FILLED_IN.code,
      delayMs: delay ?? 0,
    };
  }

  /** The form has been sent: the instruction is used up. @returns the id of its scenario */
  take(names: readonly string[], id: number): string | undefined {
    const found = this.#find(names);
    if (found?.waiting.id !== id) return undefined;
    this.#waiting.delete(found.name);
    return found.waiting.scenario;
  }

  #find(names: readonly string[]) {
    for (const name of names) {
      const waiting = this.#waiting.get(name);
      if (waiting) return { name, waiting };
    }
    return undefined;
  }
}
