// Deadlines and pauses, by a clock of the test's own.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { nextTask, pause, unref, within } from '../../src/checkout/wait.js';
import { keepAlive } from '../support/alive.js';

keepAlive();

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const late = () => new Error('late');
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('pause', () => {
  it('resolves when the time is over, and not before', async () => {
    let over = false;
    const { signal } = new AbortController();
    void pause(100, signal).then(() => (over = true));
    mock.timers.tick(99);
    await turn();
    assert.equal(over, false);
    mock.timers.tick(1);
    await turn();
    assert.equal(over, true);
  });

  it('resolves at once when its signal is aborted, before or meanwhile', async () => {
    const controller = new AbortController();
    const meanwhile = pause(100, controller.signal);
    controller.abort();
    await meanwhile;
    await pause(100, controller.signal);
  });

  it('leaves no listener behind', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    for (let i = 0; i < 40; i++) {
      const one = pause(10, signal);
      assert.equal(listeners(signal), 1);
      mock.timers.tick(10);
      await one;
    }
    assert.equal(listeners(signal), 0);
    const last = pause(10, signal);
    controller.abort();
    await last;
    assert.equal(listeners(signal), 0);
  });
});

describe('within', () => {
  it('gives what the step gives, in time', async () => {
    assert.equal(await within(100, undefined, late, () => 'done'), 'done');
  });

  it('rejects as the step does, also where it throws at once', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    await assert.rejects(within(100, undefined, late, broken), /broken/);
  });

  it('rejects when the time is over, and aborts the step', async () => {
    let step: AbortSignal | undefined;
    const result = within(100, undefined, late, (signal) => {
      step = signal;
      return new Promise(() => {});
    });
    mock.timers.tick(100);
    await assert.rejects(result, /late/);
    assert.equal(step?.aborted, true);
  });

  it("rejects with the outer signal's reason, before or meanwhile, and leaves no listener there", async () => {
    const outer = new AbortController();
    const never = () => new Promise(() => {});
    const result = within(100, outer.signal, late, never);
    assert.equal(listeners(outer.signal), 1);
    outer.abort(new Error('superseded'));
    await assert.rejects(result, /superseded/);
    assert.equal(listeners(outer.signal), 0);
    await assert.rejects(within(100, outer.signal, late, never), /superseded/);
  });

  it('lets a deadline inside the step come first', async () => {
    mock.timers.reset();
    const never = () => new Promise(() => {});
    const inside = () => within(20, undefined, () => new Error('inside'), never);
    await assert.rejects(within(20, undefined, late, inside), /inside/);
  });

  it('is not late any more once the step is over, however it ended', async () => {
    let calls = 0;
    const count = () => new Error(`late ${++calls}`);
    await within(100, undefined, count, () => 'done');
    await assert.rejects(within(100, undefined, count, () => Promise.reject(new Error('broken'))));
    mock.timers.tick(1000);
    assert.equal(calls, 0);
  });

  it('does not fire at once for a time that no timer can hold', async () => {
    let finish!: () => void;
    const result = within(
      Infinity,
      undefined,
      late,
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
    mock.timers.tick(60_000);
    await turn();
    finish();
    await result;
  });
});

describe('nextTask', () => {
  it('calls back once, after the microtasks of the present task', async () => {
    const log: string[] = [];
    const called = new Promise<void>((resolve) =>
      nextTask(() => {
        log.push('task');
        resolve();
      }),
    );
    await Promise.resolve().then(() => log.push('microtask'));
    await called;
    assert.deepEqual(log, ['microtask', 'task']);
  });

  it('calls back where there is no MessageChannel, as in jsdom under jest', async (test) => {
    const { MessageChannel } = globalThis;
    Reflect.deleteProperty(globalThis, 'MessageChannel');
    test.after(() => Object.assign(globalThis, { MessageChannel }));
    const log: string[] = [];
    nextTask(() => log.push('task'));
    assert.deepEqual(log, []);
    mock.timers.tick(0);
    assert.deepEqual(log, ['task']);
  });
});

describe('unref', () => {
  it('is for deadlines and pauses too: a process that has nothing else to do ends', async () => {
    mock.timers.reset();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const outer = new AbortController();
    const paused = pause(60_000, outer.signal);
    const deadline = within(60_000, outer.signal, late, () => new Promise(() => {}));
    assert.equal(timers(), before);
    outer.abort(new Error('over'));
    await paused;
    await assert.rejects(deadline, /over/);
  });

  it('keeps no process alive, and takes a number, which is what a browser’s timer is', () => {
    mock.timers.reset();
    const timer = unref(setTimeout(() => {}, 60_000));
    assert.equal(timer.hasRef(), false);
    clearTimeout(timer);
    assert.equal(unref(1), 1);
  });
});
