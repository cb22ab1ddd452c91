/** The longest delay that a browser's timer takes, in milliseconds; beyond it a timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The same timer, which keeps no process alive: outside a browser (jsdom, happy-dom) one would wait for it. */
export function unref<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

/**
 * Runs one step under a deadline.
 * @param ms - time allowed, in milliseconds
 * @param outer - aborts the step from outside; its reason becomes the rejection
 * @param late - makes the error for a step that took too long
 * @param work - the step; its signal is aborted as soon as the step is over, however it ended
 */
export async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  late: () => Error,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const step = new AbortController();
  // Started before the clock, so that a deadline inside the work, which knows more of the cause, comes first.
  const working = (async () => work(step.signal))();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    timer = unref(setTimeout(() => reject(late()), Math.min(ms, LONGEST_TIMER_MS)));
    outer?.addEventListener('abort', () => reject(outer.reason as Error), { signal: step.signal });
  });
  try {
    return await Promise.race([working, interrupted]);
  } finally {
    clearTimeout(timer);
    step.abort();
  }
}

/** What sets a task before those that have less haste; Safari has none. */
const { scheduler } = globalThis as {
  scheduler?: { postTask?(callback: () => void, options: { priority: 'user-blocking' }): Promise<void> };
};

/** What is to be called back, in the order in which it was asked for: WebKit keeps none between two channels. */
const tasks: (() => void)[] = [];

/**
 * Calls back in a task of its own, after all that the page does in the present one, and in the order of the calls.
 * Not slowed down in hidden pages.
 */
export function nextTask(callback: () => void): void {
  // A callback that throws is reported by the browser, as an unhandled rejection.
  if (scheduler?.postTask) return void scheduler.postTask(callback, { priority: 'user-blocking' });
  // jsdom has none under jest.
  if (typeof MessageChannel === 'undefined') return void setTimeout(callback, 0);
  const { port1, port2 } = new MessageChannel();
  tasks.push(callback);
  port1.onmessage = () => {
    port1.close();
    tasks.shift()?.();
  };
  port2.postMessage(0);
}

/**
 * Calls back once, at the end of the present task. Behind the page's own scripts its end is `DOMContentLoaded`: the
 * browser lays out the page before the next task comes.
 */
export function taskEnd(callback: () => void, page: Document): void {
  const over = new AbortController();
  const end = () => {
    if (over.signal.aborted) return;
    over.abort();
    callback();
  };
  const { signal } = over;
  nextTask(end);
  if (page.readyState !== 'interactive') return;
  // At the window, and only once the event is under way: behind everybody else who listens there.
  const last = () => page.defaultView?.addEventListener('DOMContentLoaded', end, { signal });
  page.addEventListener('DOMContentLoaded', last, { signal });
}

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. Never rejects; leaves no listener behind. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = unref(setTimeout(over, ms));
    signal.addEventListener('abort', over);
  });
}
