// The merchant is told once, also where the store fails just after onPaid.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { memoryStore, type Store } from '../../../src/server/index.js';
import { shopFor, until } from './shop.js';

/** A store whose connection breaks when it shall be written down that the merchant was told. */
function breaking(times: number, isWritten: boolean): Store & { readonly broken: () => number } {
  const store = memoryStore();
  let broken = 0;
  return {
    ...store,
    set: async (key, value, options) => {
      const breaks = key.startsWith('order:') && value.includes('"delivered":true') && broken < times;
      if (!breaks) return store.set(key, value, options);
      broken += 1;
      if (isWritten) await store.set(key, value, options);
      throw new Error('The connection broke.');
    },
    broken: () => broken,
  };
}

for (const isWritten of [false, true]) {
  it(`onPaid runs once where the connection to the store breaks after it, ${isWritten ? 'after' : 'before'} it was written down`, async (test) => {
    const store = breaking(3, isWritten);
    const shop = await shopFor(test, { store });
    const { secureId } = await shop.secureId();
    await shop.pay(secureId);
    await until(
      'the notification is acknowledged',
      () => shop.sandbox.ledger.notifications()[0]?.acknowledged,
    );
    await shop.checkout.reconcile();
    assert.equal(shop.paid.length, 1);
    assert.equal(store.broken(), 3);
  });
}
