// Records in a store that many servers write to: no change is lost, no order is forgotten while something may happen to it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { changeAttempt, nameOf, newNumber, withAttempt } from '../../../src/server/checkout/record.js';
import { Records } from '../../../src/server/checkout/records.js';
import { memoryStore, type Store } from '../../../src/server/index.js';

const DAY_MS = 24 * 3_600_000;
const ID = 'order-1';
const NAME = nameOf(ID);

/** The records of one shop, as two of its servers have them, and what happens each time that a key is written. */
function recordsOf(merchant = 'merchant 1', store: Store = memoryStore()) {
  const state: { now: number; after: (key: string) => unknown } = {
    now: 1_800_000_000_000,
    after: () => undefined,
  };
  const clocked = guardStore({
    ...store,
    set: async (key, value, options) => {
      const isWritten = await store.set(key, value, options);
      await state.after(key);
      return isWritten;
    },
  });
  const one = new Records(clocked, () => state.now, merchant);
  const other = new Records(guardStore(store), () => state.now, merchant);
  return { one, other, state };
}

/** A new attempt at the order is put on record; gives its number. */
async function attemptIn(records: Records, at: number): Promise<string> {
  const mchOrderNo = newNumber(ID);
  const attempt = {
    mchOrderNo,
    by: 'form',
    amount: 1999,
    currency: 'CAD',
    channel: 'PF_CC',
    at,
  } as const;
  await records.change(NAME, (record) => withAttempt(record, ID, attempt));
  return mchOrderNo;
}

const tell = (records: Records, mchOrderNo: string, seen?: Awaited<ReturnType<Records['read']>>) =>
  records.change(
    NAME,
    (record) => changeAttempt(record, mchOrderNo, (attempt) => ({ ...attempt, told: true })),
    seen && { record: seen },
  );

const numbersIn = async (records: Records) =>
  (await records.read(NAME))?.attempts.map(({ mchOrderNo }) => mchOrderNo);

describe('a change', () => {
  it('of what was read a moment ago loses nothing that another server has written since', async () => {
    const { one, other, state } = recordsOf();
    const first = await attemptIn(one, state.now);
    const seen = await one.read(NAME);
    const second = await attemptIn(other, state.now);
    const changed = await tell(one, first, seen);
    assert.deepEqual(await numbersIn(one), [first, second]);
    assert.deepEqual(await one.read(NAME), changed);
    assert.equal(changed?.attempts[0]?.told, true);
  });

  it('of what was not there a moment ago loses nothing that another server has written since', async () => {
    const { one, other, state } = recordsOf();
    const first = await attemptIn(other, state.now);
    const mchOrderNo = newNumber(ID);
    const sum = { amount: 1999, currency: 'CAD', channel: 'PF_CC' } as const;
    const add = (record: Awaited<ReturnType<Records['read']>>) =>
      withAttempt(record, ID, { mchOrderNo, by: 'form', ...sum, at: state.now });
    await one.change(NAME, add, { record: undefined });
    assert.deepEqual(await numbersIn(one), [first, mchOrderNo]);
  });
});

describe('an order of another shop in the same store', () => {
  it('is neither read nor written, whichever comes first', async () => {
    const store = memoryStore();
    const own = recordsOf('merchant 1', store);
    const foreign = recordsOf('merchant 2', store);
    const mchOrderNo = await attemptIn(own.one, own.state.now);
    const before = await own.one.read(NAME);
    assert.equal(before?.merchant, 'merchant 1');
    const refusal = { name: 'TypeError', message: /^store: order "order-1" is on record for merchant 1/ };
    await assert.rejects(foreign.one.read(NAME), refusal);
    await assert.rejects(tell(foreign.one, mchOrderNo), refusal);
    await assert.rejects(attemptIn(foreign.one, own.state.now), refusal);
    assert.deepEqual(await own.one.read(NAME), before);
  });
});

describe('reconcile finds an order', () => {
  const watched = async (records: Records) => {
    const names: string[] = [];
    for await (const name of records.watched(10)) names.push(name);
    return names;
  };

  /** Records on a store whose clock is theirs. */
  function watchedShop() {
    let now = 1_800_000_000_000;
    const shop = recordsOf(
      '',
      memoryStore(() => now),
    );
    const later = (ms: number) => (shop.state.now = now += ms);
    return { ...shop, later };
  }

  it('for thirty days after its last attempt, not after its first', async () => {
    const { one, state, later } = watchedShop();
    await attemptIn(one, state.now);
    later(20 * DAY_MS);
    await attemptIn(one, state.now);
    later(29 * DAY_MS);
    assert.deepEqual(await watched(one), [NAME]);
    later(DAY_MS);
    assert.deepEqual(await watched(one), []);
  });

  it('no more once it is settled, and again after the next attempt', async () => {
    const { one, state, later } = watchedShop();
    await attemptIn(one, state.now);
    await one.unwatch(NAME, () => false);
    later(1000);
    assert.deepEqual(await watched(one), [NAME], 'not settled');
    await one.unwatch(NAME, () => true);
    later(1000);
    assert.deepEqual(await watched(one), [], 'settled');
    await attemptIn(one, state.now);
    later(1000);
    assert.deepEqual(await watched(one), [NAME], 'anew');
  });

  it('also where its next attempt is made while another server takes it out', async () => {
    const { one, other, state, later } = watchedShop();
    await attemptIn(one, state.now);
    state.after = async (key) => {
      state.after = () => undefined;
      assert.equal(key, `order:${NAME}`);
      await attemptIn(other, state.now);
    };
    await one.unwatch(NAME, () => true);
    later(1000);
    assert.equal((await numbersIn(one))?.length, 2);
    assert.deepEqual(await watched(one), [NAME]);
  });

  it('also where a server died between marking it and writing its record', async () => {
    const { one, state, later } = watchedShop();
    state.after = (key) => {
      assert.ok(key.startsWith('watch:'));
      throw new Error('The server died.');
    };
    await assert.rejects(attemptIn(one, state.now), /The server died/);
    state.after = () => undefined;
    later(25 * DAY_MS);
    await attemptIn(one, state.now);
    later(29 * DAY_MS);
    assert.deepEqual(await watched(one), [NAME]);
  });
});
