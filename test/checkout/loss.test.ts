// How often a form that another hand takes away is put back, and how long that waits; by a clock of the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Config } from '../../src/checkout/config.js';
import { IotpayCheckoutError } from '../../src/checkout/errors.js';
import { Losses } from '../../src/checkout/loss.js';
import { keepAlive } from '../support/alive.js';

keepAlive();

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

const { signal } = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const silent = { warnOnce: () => {} };
/** Nobody to ask: the form comes back by itself. */
const config = { mode: 'pay', orderStatusEndpoint: undefined } as Config;
const loss = { issued: { secureId: 's', at: 0 }, byHand: true, paidIn: true, failed: false };

/** What each of so many losses in a row comes to: the pause before the form is put back, or the error's code. */
async function settled(losses: Losses, count: number): Promise<(number | string)[]> {
  const all: (number | string)[] = [];
  while (all.length < count) {
    let end: string | undefined;
    void losses.settle(loss, config, signal).then(
      () => (end = 'put back'),
      (error: unknown) => (end = error instanceof IotpayCheckoutError ? error.code : 'strange'),
    );
    await turn();
    // A timer of 0 ms is one of 1 ms.
    mock.timers.tick(1);
    let ms = 0;
    for (await turn(); end === undefined && ms < 5000; await turn()) {
      mock.timers.tick(50);
      ms += 50;
    }
    all.push(end === 'put back' ? ms : `${end}`);
  }
  return all;
}

describe('a form that is taken away again and again', () => {
  it('is put back five times, each later than the last; then it is an error', async () => {
    const losses = new Losses(silent, () => true);
    assert.deepEqual(await settled(losses, 7), [0, 100, 250, 500, 700, 'frame-removed', 'frame-removed']);
  });

  it('is put back again once ten minutes have gone by, or somebody has started anew', async () => {
    const losses = new Losses(silent, () => true);
    await settled(losses, 5);
    mock.timers.tick(590_000);
    assert.deepEqual(await settled(losses, 1), ['frame-removed']);
    mock.timers.tick(10_000);
    assert.deepEqual(await settled(losses, 2), [0, 100]);
    losses.forget();
    assert.deepEqual(await settled(losses, 2), [0, 100]);
  });

  it('is no matter of tries where the page has moved its element', async () => {
    const losses = new Losses(silent, () => true);
    const moved = { ...loss, byHand: false };
    for (let times = 0; times < 20; times += 1)
      assert.equal(await losses.settle(moved, config, signal), undefined);
  });
});
