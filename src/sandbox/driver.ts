import { SCENARIOS, scenarioById } from './scenarios.js';
import { FILLED_IN, isUnionPay } from './test-cards.js';

/** What a form is to be filled in with, and sent. Everything that is left out is what an approved payment needs. */
export interface DriveInstruction {
  /** Default: the scenario's, or the approved test card's. */
  readonly number?: string;
  /** Id of the scenario that happens, whatever the number. */
  readonly scenario?: string;
  /** `MM/YY`. Default: `12/34`. */
  readonly expiry?: string;
  /** Default: `123`, `1234` for Amex. */
  readonly cvv?: string;
  /** Default: `Test Shopper`. */
  readonly holder?: string;
  /** Milliseconds that the form waits before it fills itself in. Default: 0. */
  readonly delay?: number;
}

/** An instruction as the form gets it. */
export interface DriveStep {
  readonly id: number;
  readonly number: string;
  readonly expiry: string;
  readonly cvv: string;
  readonly holder: string;
  readonly code: string;
  readonly delay: number;
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
  add(session: string, instruction: DriveInstruction): void {
    if (typeof session !== 'string' || !session)
      throw new TypeError('drive: expected a secureId, mchOrderNo or cardId.');
    for (const [name, value] of Object.entries(instruction)) {
      if (!NAMES.includes(name))
        throw new TypeError(`drive: there is no "${name}". There are: ${NAMES.join(', ')}.`);
      if (value === undefined) continue;
      if (name === 'delay' ? !(typeof value === 'number' && value >= 0) : typeof value !== 'string') {
        throw new TypeError(`drive: ${name} is not ${name === 'delay' ? 'milliseconds' : 'a text'}.`);
      }
    }
    if (instruction.scenario !== undefined) scenarioById(instruction.scenario);
    this.#waiting.set(session, { ...instruction, id: ++this.#id });
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** @param names - what the form's session goes by */
  next(names: readonly (string | undefined)[], unionPay: boolean): DriveStep | undefined {
    const found = this.#find(names);
    if (!found) return undefined;
    const { scenario, expiry, cvv, holder, delay } = found.waiting;
    const own = found.waiting.number ?? (scenario === undefined ? undefined : scenarioById(scenario).number);
    const fits = own !== undefined && (found.waiting.number !== undefined || !unionPay || isUnionPay(own));
    const number = fits ? own : cardFor(unionPay);
    return {
      id: found.waiting.id,
      number,
      expiry: expiry ?? FILLED_IN.expiry,
      cvv: cvv ?? (/^3[47]/.test(number) ? '1234' : FILLED_IN.cvv),
      holder: holder ?? FILLED_IN.holder,
      code: FILLED_IN.code,
      delay: delay ?? 0,
    };
  }

  /** The form has been sent: the instruction is used up. @returns the id of its scenario */
  take(names: readonly (string | undefined)[], id: number): string | undefined {
    const found = this.#find(names);
    if (found?.waiting.id !== id) return undefined;
    this.#waiting.delete(found.name);
    return found.waiting.scenario;
  }

  #find(names: readonly (string | undefined)[]) {
    for (const name of names) {
      const waiting = name === undefined ? undefined : this.#waiting.get(name);
      if (name !== undefined && waiting) return { name, waiting };
    }
    return undefined;
  }
}

function cardFor(unionPay: boolean): string {
  const card = SCENARIOS.find(({ id }) => id === (unionPay ? 'unionpay-approved' : 'approved'));
  if (!card) throw new Error('The approved test card is missing.');
  return card.number;
}
