import { discardCopies } from './mount-point.js';
import { Tries } from './tries.js';
import { nextTask } from './wait.js';

/** How often the attribute `status` is set right within ten seconds: a hand that is faster wins, for a while. */
const REFLECTIONS = 20;
const REFLECTIONS_MEMORY_MS = 10_000;

/** `status` is output only: what a clone, the page's markup or another hand says is overwritten. */
export function reflect(host: Element, status: string): void {
  if (host.getAttribute('status') !== status) host.setAttribute('status', status);
}

/**
 * Notices what other hands do to the element itself: copies of a form that a parser adds after it was connected are
 * discarded, and the attribute `status` says what is so.
 * @param status - what the attribute should say
 * @param signal - ends the watch
 */
export function watchHost(host: HTMLElement, status: () => string, signal: AbortSignal): void {
  const reflections = new Tries(REFLECTIONS, REFLECTIONS_MEMORY_MS);
  const watch = new MutationObserver(() => {
    discardCopies(host);
    // In a task of its own: two hands that correct each other in microtasks would freeze the page.
    nextTask(() => {
      if (signal.aborted || host.getAttribute('status') === status()) return;
      if (reflections.take()) reflect(host, status());
    });
  });
  watch.observe(host, { childList: true, attributeFilter: ['status'] });
  signal.addEventListener('abort', () => watch.disconnect());
}
