// `iotpay-checkout check`: our own backend passes, and one that is broken in each way is caught by the trial that names it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkShop, ourShop } from './check-shop.js';

describe('check', () => {
  it('finds nothing in a backend of createCheckout', async (test) => {
    const { trials, findings } = await checkShop(test, (sandbox) => ourShop(test, sandbox));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      trials.filter(({ result }) => result !== 'passed'),
      [],
    );
    assert.ok(trials.length >= 30);
  });
});
