// A connection to the store breaks while a request waits for another server, or gives a lease back: nobody waits longer for it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { withLease } from '../../../src/server/checkout/lease.js';
import { memoryStore, type Store } from '../../../src/server/index.js';
import { shopFor, until } from './shop.js';

/** A store that counts its readings, and breaks the connection when it is told to. */
function watched(): Store & { gets: number; breaks: number } {
  const store = memoryStore();
  const self = {
    ...store,
    gets: 0,
    breaks: 0,
    get: async (key: string) => {
      self.gets += 1;
      if (self.breaks > 0) {
        self.breaks -= 1;
        throw new Error('The connection broke.');
      }
      return store.get(key);
    },
  };
  return self;
}

describe('an attempt that another server makes', () => {
  it('is waited for, also where a connection breaks meanwhile', async (test) => {
    const store = watched();
    const shop = await shopFor(test, { store });
    shop.sandbox.fault({ kind: 'slow', call: 'cc_purchase', delayMs: 1500 });
    const first = shop.secureId();
    await until('the attempt is on record', () => isOnRecord(store));
    const before = store.gets;
    const second = shop.secureId();
    await until('the second waits', () => store.gets > before + 4);
    store.breaks = 1;
    assert.deepEqual([(await second).httpStatus, (await second).secureId], [200, (await first).secureId]);
    assert.equal(store.breaks, 0);
  });
});

it('a lease is given back, also where the connection breaks over it', async () => {
  const store = watched();
  const guarded = guardStore(store);
  await withLease(guarded, 'lease:1', 60_000, async () => {
    store.breaks = 1;
  });
  assert.equal(store.breaks, 0);
  const next = await withLease(guarded, 'lease:1', 60_000, async () => 'mine');
  assert.equal(next?.value, 'mine');
});

async function isOnRecord(store: Store): Promise<boolean> {
  for await (const _ of store.keys?.('order:', 1) ?? []) return true;
  return false;
}
