// How often a form that another hand takes away is put back, and how long that waits; by a clock of the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Config } from '../../src/checkout/config.js';
import { IotpayCheckoutError } from '../../src/checkout/errors.js';
import type { IotpayOutcome } from '../../src/checkout/events.js';
import { Losses, type Loss } from '../../src/checkout/loss.js';
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

describe('an order that is watched after its form was put back', () => {
  const real = globalThis.fetch;
  /** What the backend says of the order, each time it is asked. */
  let status: number;
  let asked: number;
  beforeEach(() => {
    status = 0;
    asked = 0;
    globalThis.fetch = async () => {
      asked += 1;
      return new Response(JSON.stringify({ status }));
    };
    Object.assign(globalThis, { document: new EventTarget(), location: { href: 'https://shop.example/' } });
  });
  afterEach(() => {
    globalThis.fetch = real;
    Reflect.deleteProperty(globalThis, 'document');
  });

  const asks = {
    mode: 'pay',
    orderStatusEndpoint: 'https://shop.example/api/order-status',
    requestData: {},
    credentials: 'same-origin',
  } as Config;

  /** Watches an order; `paid` is what it was told. */
  function watched(of: Partial<Loss> = {}, settings: Partial<Config> = {}) {
    const life = new AbortController();
    const paid: IotpayOutcome[] = [];
    const over = new Losses(silent, () => true).watch(
      { ...loss, ...of },
      { ...asks, ...settings },
      life.signal,
      (outcome) => paid.push(outcome),
    );
    return { life, paid, over };
  }

  /** So much time goes by, with all that happens in it. */
  async function pass(ms: number): Promise<void> {
    for (let spent = 0; spent < ms; spent += 500) {
      mock.timers.tick(500);
      for (let i = 0; i < 3; i++) await turn();
    }
  }

  it('is told as paid, once, and is asked for no longer', async () => {
    const { paid, over } = watched();
    await pass(3000);
    assert.deepEqual(paid, []);
    status = 2;
    await pass(10_000);
    await over;
    assert.deepEqual(
      paid.map(({ outcome }) => outcome),
      ['success'],
    );
    const before = asked;
    await pass(20_000);
    assert.equal(asked, before);
  });

  it('is asked for a minute and a half, for a charge takes no longer', async () => {
    const { paid } = watched();
    await pass(80_000);
    const before = asked;
    await pass(10_000);
    assert.ok(asked > before, 'it is still asked for');
    const after = asked;
    status = 2;
    await pass(60_000);
    assert.deepEqual([asked, paid], [after, []]);
  });

  it('is asked for no longer where the form is gone, whose end is somebody else’s to tell', async () => {
    const { life, paid } = watched();
    await pass(3000);
    status = 2;
    life.abort();
    const before = asked;
    await pass(20_000);
    assert.deepEqual([asked, paid], [before, []]);
  });

  it('is not told of as paid once the form is gone, in whatever moment it goes', async () => {
    const told: boolean[] = [];
    for (let moment = 0; moment < 40; moment++) {
      const life = new AbortController();
      globalThis.fetch = async () =>
        Object.assign(new Response(), {
          text: async () => {
            void (async () => {
              for (let i = 0; i < moment; i++) await Promise.resolve();
              life.abort();
            })();
            return '{"status": 2}';
          },
        });
      const paid = () => told.push(life.signal.aborted);
      const over = new Losses(silent, () => true).watch(loss, asks, life.signal, paid);
      await pass(500);
      await over;
    }
    assert.ok(told.length > 0 && told.length < 40, 'the form goes before it, and after it');
    assert.ok(!told.includes(true));
  });

  it('is not asked for where nobody can have paid in the form, or no order belongs to it', async () => {
    watched({ paidIn: false });
    watched({}, { mode: 'add' });
    watched({}, { orderStatusEndpoint: undefined });
    await pass(3000);
    assert.equal(asked, 0);
  });
});
