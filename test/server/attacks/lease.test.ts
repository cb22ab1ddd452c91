// However long onPaid takes, no second server runs it; a server that died keeps nobody waiting for long.
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { withLease } from '../../../src/server/checkout/lease.js';
import { memoryStore, type Store } from '../../../src/server/index.js';

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
