import { Tries } from './tries.js';
import { nextTask, pause } from './wait.js';

/** Pauses before a start that code makes after a failure, in milliseconds: the first of them is a task. */
const FAILURE_PAUSES_MS = [0, 250, 500, 1000, 2000, 4000, 8000];
const LONGEST_FAILURE_PAUSE_MS = 10_000;
/** How long a failure is remembered, in milliseconds. */
const FAILURE_MEMORY_MS = 60_000;

/** What a start waits for, besides the page. */
export type Rest = (signal: AbortSignal) => Promise<unknown>;

/** What comes before a start that follows a failure: a task, or a pause where code starts again and again. */
export class Rests {
  readonly #failures = new Tries(FAILURE_PAUSES_MS, FAILURE_MEMORY_MS);

  next(): Rest {
    // With an activation, somebody has just pressed something.
    const ms = navigator.userActivation?.isActive ? 0 : (this.#failures.next() ?? LONGEST_FAILURE_PAUSE_MS);
    return ms === 0 ? () => new Promise<void>(nextTask) : (signal) => pause(ms, signal);
  }
}
