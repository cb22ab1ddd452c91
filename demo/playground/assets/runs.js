/** Runs: what a shopper, or the page, does on the stage, to the end. */

/** The longest that a step waits for what comes before it, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Runs that are more than one card; every other name is a scenario of the sandbox. */
const STEPS = {
  'declined-twice': [{ drive: 'declined' }, { drive: 'declined' }],
  'frame-removed': [{ removeFrame: true }],
};

/** The steps of a run. @param {string} run */
const stepsOf = (run) => STEPS[run] ?? [{ drive: run }];

/** The channel that a run is for. @param {string} run @param {Readonly<Record<string, string>>} channels */
export const channelOf = (run, channels) => channels[run] || 'PF_CC';

/**
 * Plays a run: each step once the form is there, or once the step before has been answered.
 * @param {string} run
 * @param {{send: (message: object) => void, status: () => string, outcomes: () => number, signal: AbortSignal}} stage
 * @throws Error where the form is not there in time
 */
export async function play(run, { send, status, outcomes, signal }) {
  for (const [i, step] of stepsOf(run).entries()) {
    const before = i;
    const end = performance.now() + PATIENCE_MS;
    while (!/^(?:ready|failed)$/.test(status()) || outcomes() < before) {
      if (signal.aborted) return;
      if (performance.now() > end)
        throw new Error(`The run "${run}" waited in vain: the status is ${status()}.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // So that one sees what happens.
    await new Promise((resolve) => setTimeout(resolve, 700));
    if (signal.aborted) return;
    send({ to: 'stage', ...step });
  }
}
