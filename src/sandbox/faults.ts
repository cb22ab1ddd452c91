import { CALLS } from './api.js';

/** What can go wrong with a call of the v3 API. */
export const FAULTS = ['slow', 'nonsense', 'http-500', 'reset', 'lost-answer'] as const;

export type FaultKind = (typeof FAULTS)[number];

/** Something that goes wrong with the next calls of the v3 API. */
export interface Fault {
  /**
   * `slow`: the work is done and answered after `delayMs`; `nonsense`: HTTP 200 with a page that is no JSON, nothing is
   * done; `http-500`: nothing is done; `reset`: the connection is reset, nothing is done; `lost-answer`: the work is
   * done, then the connection is closed without an answer.
   */
  readonly kind: FaultKind;
  /** The call, such as `cc_purchase`. Default: every call. */
  readonly call?: string;
  /** How many calls it happens to. Default: 1; `Infinity`: all. */
  readonly times?: number;
  /** Of `slow`, in milliseconds. Default: 5000. */
  readonly delayMs?: number;
}

/** How long a slow call takes where nobody says, in milliseconds. */
const SLOW_MS = 5000;

interface Planned {
  readonly kind: FaultKind;
  readonly call: string | undefined;
  readonly delayMs: number;
  left: number;
}

/** Faults that are still to happen: of several, the one that was asked for first. */
export class Faults {
  #planned: Planned[] = [];

  /**
   * @param fault - `undefined`: no more faults
   * @throws TypeError for a fault that can't be
   */
  plan(fault: Fault | undefined): void {
    if (fault === undefined) {
      this.#planned = [];
      return;
    }
    const { kind, call, times = 1, delayMs = SLOW_MS } = fault;
    if (!FAULTS.includes(kind)) {
      throw new TypeError(`fault.kind: expected one of ${FAULTS.join(', ')}, got "${String(kind)}".`);
    }
    if (call !== undefined && !CALLS.includes(call)) {
      throw new TypeError(`fault.call: there is no "${String(call)}". There are: ${CALLS.join(', ')}.`);
    }
    if (!(times === Infinity || (Number.isInteger(times) && times >= 1))) {
      throw new TypeError(`fault.times: expected a whole number of 1 or more, or Infinity, got ${times}.`);
    }
    if (!(delayMs >= 0 && delayMs <= 600_000)) {
      throw new TypeError(`fault.delayMs: expected milliseconds from 0 to 600000, got ${delayMs}.`);
    }
    this.#planned.push({ kind, call, delayMs, left: times });
  }

  /** What goes wrong with a call that has just come in. */
  take(call: string): { readonly kind: FaultKind; readonly delayMs: number } | undefined {
    const found = this.#planned.find((planned) => planned.call === undefined || planned.call === call);
    if (!found) return undefined;
    found.left--;
    if (found.left === 0) this.#planned = this.#planned.filter((planned) => planned !== found);
    return found;
  }
}
