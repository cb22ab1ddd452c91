export interface Timings {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

/**
 * Runs a task `count` times, some of them at a time; `i` counts from 0. Each begins in a turn of its own of the event loop, as
 * a request from a socket does: one after the other without a turn in between, tasks that wait for no timer would keep
 * those that do waiting until all others are done.
 */
export async function inParallel(
  count: number,
  concurrency: number,
  task: (i: number) => Promise<unknown>,
): Promise<Timings> {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      await new Promise((resolve) => setImmediate(resolve));
      const start = performance.now();
      await task(i);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    perSecond: times.length / seconds,
  };
}
