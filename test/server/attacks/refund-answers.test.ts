// An answer about money that was given back, where a payment was asked about.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCounter, paidFields, signedJson } from './counter.js';

const REFUNDS: readonly [string, object][] = [
  ['names the order that it gives back', { payType: 'pay', originalOrderId: `PC${'2'.repeat(26)}` }],
  ['is a refund by its type', { payType: 'refund' }],
  ['is a refund in capital letters', { payType: 'REFUND' }],
  ['is a void', { payType: 'void' }],
];
const STATUSES = [2, 3, '2', 9, 0, undefined];

describe('an answer to a question about a payment that', () => {
  for (const [what, more] of REFUNDS) {
    it(`${what}: nothing ships, nobody pays again, and the log says why`, async () => {
      for (const status of STATUSES) {
        const refund = { payOrderId: 'RP1', amount: 1999, currency: 'CAD', status, ...more };
        const counter = openCounter({ says: (path) => (path === 'cc_query' ? refund : undefined) });
        const { mchOrderNo } = await counter.form();
        const { state } = await counter.checkout.status('order-1');
        const again = await counter.form();
        assert.deepEqual([state, again['status'], again['secureId']], ['unknown', 1, undefined], `${status}`);
        assert.deepEqual([counter.paid.length, counter.made.length], [0, 1]);
        assert.match(
          counter.log.join('\n'),
          /answered with a refund \(RP1\) where its payment was asked about/,
        );
        // The payment itself is not lost by it.
        assert.equal(await counter.notify(signedJson(paidFields(mchOrderNo))), '200 SUCCESS');
        assert.equal(counter.paid.length, 1);
      }
    });

    it(`${what}, to the charge of a saved card: it is not taken for paid, nor charged again`, async () => {
      const refund = { payOrderId: 'RP1', amount: 1999, currency: 'CAD', status: 2, ...more };
      let charges = 0;
      const counter = openCounter({
        says: (path) => {
          if (path === 'cc_purchasewithtoken') charges += 1;
          return refund;
        },
      });
      for (let i = 0; i < 2; i++) {
        const { state } = await counter.checkout.charge('order-1', { cardId: 'card-1', amount: 1999 });
        assert.equal(state, 'unknown');
      }
      assert.deepEqual([charges, counter.paid.length], [1, 0]);
    });
  }

  it('has an empty originalOrderId is about the payment', async () => {
    for (const originalOrderId of ['', null, undefined, '  ']) {
      const payment = { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2, originalOrderId };
      const counter = openCounter({ says: (path) => (path === 'cc_query' ? payment : undefined) });
      await counter.form();
      assert.equal((await counter.checkout.status('order-1')).state, 'paid');
      assert.equal(counter.paid.length, 1);
    }
  });
});
