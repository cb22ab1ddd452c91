// However long onPaid takes, no second server runs it; a server that died keeps nobody waiting for long.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { withLease } from '../../../src/server/checkout/lease.js';
import { memoryStore, type Store } from '../../../src/server/index.js';
import { pause, until } from '../checkout/shop.js';

const HOUR_MS = 3_600_000;

function clock(test: TestContext) {
  test.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  /** Time passes in steps of a second, as the event loop would have it. */
  return async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      test.mock.timers.tick(1000);
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
    }
  };
}

for (const seconds of [1, 29, 31, 119, 121, 600, 3000]) {
  it(`work of ${seconds} s is done by one process alone`, async (test) => {
    const pass = clock(test);
    const store = memoryStore(() => Date.now());
    let end: () => void = () => {};
    const works = new Promise<void>((resolve) => (end = resolve));
    const first = withLease(store, 'lease:1', HOUR_MS, async () => works);
    for (let at = 0; at < seconds; at += Math.ceil(seconds / 10)) {
      await pass(Math.ceil(seconds / 10));
      const other = await withLease(store, 'lease:1', HOUR_MS, async () => assert.fail(`at ${at} s`));
      assert.equal(other, undefined);
    }
    end();
    assert.ok(await first);
    assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
  });
}

it('the lease of a process that died is over half a minute later, and not before', async (test) => {
  const pass = clock(test);
  const real = memoryStore(() => Date.now());
  let dead = false;
  const dying: typeof real = {
    ...real,
    set: async (...args) => (dead ? Promise.reject(new Error('gone')) : real.set(...args)),
  };
  void withLease(dying, 'lease:1', HOUR_MS, () => new Promise(() => {}));
  await pass(1);
  dead = true;
  await pass(28);
  assert.equal(await withLease(real, 'lease:1', HOUR_MS, async () => 'mine'), undefined);
  await pass(3);
  assert.deepEqual(await withLease(real, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
});

it('a lease that was given back is taken, also where it runs out between the reading and the writing', async () => {
  let nowMs = 0;
  const real = memoryStore(() => nowMs);
  const store: Store = {
    ...real,
    get: async (key) => {
      const held = await real.get(key);
      if (held?.value === '-') nowMs += 10;
      return held;
    },
  };
  assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'first'), { value: 'first' });
  assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'second'), { value: 'second' });
});

it('a lease that has gone to somebody else is not given back by who held it before', async (test) => {
  let nowMs = 0;
  const store = memoryStore(() => nowMs);
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  test.after(() => ends.forEach((end) => end()));
  const first = withLease(store, 'lease:1', HOUR_MS, work);
  await until('the first works', () => ends.length === 1);
  // It stands still for longer than its lease lasts.
  nowMs += 31_000;
  const second = withLease(store, 'lease:1', HOUR_MS, work);
  await until('the second works', () => ends.length === 2);
  ends[0]?.();
  await first;
  assert.equal(
    await withLease(store, 'lease:1', HOUR_MS, async () => assert.fail('a third works')),
    undefined,
  );
  ends[1]?.();
  await second;
});

it('a lease is not renewed after its limit: work that never ends is done by another one', async (test) => {
  const pass = clock(test);
  const store = memoryStore(() => Date.now());
  void withLease(store, 'lease:1', 60_000, () => new Promise(() => {}));
  await pass(59);
  assert.equal(await withLease(store, 'lease:1', HOUR_MS, async () => 'mine'), undefined);
  await pass(31);
  assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
});

describe('a lease is there for the next one at once', () => {
  it('where it was written though its answer was lost: nobody works under it', async () => {
    const real = memoryStore();
    let isLost = true;
    const store: Store = {
      ...real,
      set: async (...args) => {
        const done = await real.set(...args);
        if (!isLost) return done;
        isLost = false;
        throw new Error('The connection broke.');
      },
    };
    await assert.rejects(
      withLease(store, 'lease:1', HOUR_MS, async () => assert.fail('worked')),
      /broke/,
    );
    assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
  });

  it('where the connection breaks once while it is given back', async () => {
    const real = memoryStore();
    let broken = 0;
    const store: Store = {
      ...real,
      set: async (key, value, options) => {
        if (value === '-' && (broken += 1) === 1) throw new Error('The connection broke.');
        return real.set(key, value, options);
      },
    };
    assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'first'), { value: 'first' });
    assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
  });

  it('where the work ends while the lease is being renewed', async (test) => {
    const pass = clock(test);
    const real = memoryStore(() => Date.now());
    let isRenewing = false;
    const store: Store = {
      ...real,
      // The renewal arrives while the lease is given back, and before that is written.
      set: async (key, value, options) => {
        const isRenewal = value !== '-' && options.version !== undefined;
        isRenewing ||= isRenewal;
        await pause(value === '-' ? 100 : isRenewal ? 50 : 0);
        return real.set(key, value, options);
      },
    };
    let end = () => {};
    const works = new Promise<void>((resolve) => (end = resolve));
    const first = withLease(store, 'lease:1', HOUR_MS, async () => works);
    await pause(20);
    await pass(10);
    assert.equal(isRenewing, true);
    end();
    await first;
    assert.deepEqual(await withLease(real, 'lease:1', HOUR_MS, async () => 'mine'), { value: 'mine' });
  });
});

it('work that was done is not said to have failed where its lease can’t be given back', async () => {
  const real = memoryStore();
  const store: Store = {
    ...real,
    set: async (key, value, options) => {
      if (value === '-') throw new Error('The connection broke.');
      return real.set(key, value, options);
    },
  };
  assert.deepEqual(await withLease(store, 'lease:1', HOUR_MS, async () => 'done'), { value: 'done' });
});
