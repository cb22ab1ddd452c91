/** What a set-up waits for. */
export type Phase = 'secure-id' | 'script' | 'frame';

/**
 * The same promise, and a measure of how long it took for whoever watches the page's performance: `iotpay:secure-id`,
 * `iotpay:script` or `iotpay:frame`, whose detail says whether it worked and nothing else. The latest of each name is
 * kept, so that they never pile up; an observer sees every one.
 * @param since - when it began, in milliseconds of the page's own clock
 */
export async function measured<T>(phase: Phase, work: Promise<T>, since = now()): Promise<T> {
  let done = false;
  try {
    const result = await work;
    done = true;
    return result;
  } finally {
    tell(`iotpay:${phase}`, since, done);
  }
}

function now(): number {
  return globalThis.performance?.now() ?? 0;
}

function tell(name: string, start: number, done: boolean): void {
  try {
    performance.clearMeasures(name);
    performance.measure(name, { start, end: performance.now(), detail: { done } });
  } catch {
    // A simulated page has no such thing, or an older one: no payment depends on it.
  }
}
