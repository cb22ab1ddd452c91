// What comes before a start that follows a failure, by a clock of the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Rests, type Rest } from '../../src/checkout/rest.js';
import { keepAlive } from '../support/alive.js';

keepAlive();

const real = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
const pressed = (isActive: boolean) =>
  Object.defineProperty(globalThis, 'navigator', {
    configurable: true,
    value: { userActivation: { isActive } },
  });

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  pressed(false);
});
afterEach(() => {
  mock.timers.reset();
  Object.defineProperty(globalThis, 'navigator', real ?? { configurable: true, value: undefined });
});

const { signal } = new AbortController();
/** The end of the present task. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** How long a rest takes, in milliseconds by the clock; longer than the longest: it never ends. */
async function lengthOf(rest: Rest): Promise<number> {
  let over = false;
  void rest(signal).then(() => (over = true));
  for (let ms = 0; ms <= 20_000; ms += 50) {
    await turn();
    await turn();
    if (over) return ms;
    mock.timers.tick(50);
  }
  return Infinity;
}

async function lengthsOf(rests: Rests, count: number): Promise<number[]> {
  const lengths: number[] = [];
  while (lengths.length < count) lengths.push(await lengthOf(rests.next()));
  return lengths;
}

describe('a start after a failure', () => {
  it('is never in the same task, whoever starts: a page that does so in each event of ours goes on living', async () => {
    for (const active of [false, true]) {
      pressed(active);
      let over = false;
      void new Rests()
        .next()(signal)
        .then(() => (over = true));
      for (let i = 0; i < 100; i++) await Promise.resolve();
      assert.equal(over, false);
      await turn();
      await turn();
      assert.equal(over, true);
    }
  });

  it('by code, waits longer each time', async () => {
    assert.deepEqual(await lengthsOf(new Rests(), 9), [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('by somebody who has pressed something, waits for nothing, and makes nobody else wait longer', async () => {
    const rests = new Rests();
    await lengthsOf(rests, 3);
    pressed(true);
    assert.deepEqual(await lengthsOf(rests, 3), [0, 0, 0]);
    pressed(false);
    assert.deepEqual(await lengthsOf(rests, 1), [1000]);
  });

  it('waits for nothing again, once a minute has gone by', async () => {
    const rests = new Rests();
    await lengthsOf(rests, 3);
    mock.timers.tick(60_000);
    assert.deepEqual(await lengthsOf(rests, 2), [0, 250]);
  });

  it('is not waited for by whoever has given it up', async () => {
    const rests = new Rests();
    await lengthsOf(rests, 1);
    const given = new AbortController();
    const resting = rests.next()(given.signal);
    given.abort();
    await resting;
  });
});
