import { after } from 'node:test';

/** Longest time between two ticks, in milliseconds. It only has to tick. */
const TICK_MS = 1000;

/**
 * Keeps this process running while a test waits. The element's own timers keep no process alive (where a merchant's unit
 * tests run, that is a promise), so that a test which waits for nothing else would end in the middle.
 */
export function keepAlive(): void {
  const timer = setInterval(() => {}, TICK_MS);
  after(() => clearInterval(timer));
}
