import type { Stage } from './stage.js';

/** The first server is killed at this step. */
const FIRST_KILL = 10;
const FAULTS = ['slow', 'nonsense', 'http-500', 'reset', 'lost-answer'] as const;
const CALLS = ['cc_purchase', 'cc_query', 'cc_purchasewithtoken', 'cc_refund'] as const;

/**
 * What goes wrong, at random after so much shopping rather than after so many milliseconds: a busy machine sees
 * the same as an idle one.
 * @returns to be called at each question and payment, and what is still under way
 */
export function troubleFor({ backend, sandbox, servers, random, tally, fail }: Stage) {
  const { notifications } = sandbox;
  let victim = 0;
  let steps = 0;
  let killing: Promise<void> | undefined;
  const kill = () => {
    // One server after the other.
    killing ??= servers
      .kill(victim, random.between(0, 200))
      .catch(fail)
      .finally(() => (killing = undefined));
    victim = (victim + 1) % servers.ports.length;
  };
  const cut = () => {
    backend.cut();
    tally.cuts += 1;
  };
  const mishaps = [
    () => sandbox.fault({ kind: random.pick(FAULTS), call: random.pick(CALLS), delayMs: 300 }),
    () => notifications.drop(random.between(1, 3)),
    () => notifications.double(random.between(1, 5)),
    () => notifications.delay(random.between(100, 2000), random.between(1, 3)),
    () => {
      notifications.pause();
      setTimeout(() => notifications.resume(), random.between(50, 500));
    },
  ];
  return {
    step: () => {
      if (tally.calm) return;
      steps += 1;
      // A short run sees one too.
      if (steps === FIRST_KILL || random.chance(0.02)) kill();
      if (random.chance(0.04)) cut();
      if (random.chance(0.2)) random.pick(mishaps)();
    },
    over: async () => killing,
  };
}
