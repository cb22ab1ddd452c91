import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { giveBack } from '../../demo/backend/give-back.js';
import { IotpayGatewayError } from '../../src/server/index.js';

type Checkout = Parameters<typeof giveBack>[0];

/** A checkout whose void throws, and what was called. */
function checkoutThatThrows(error: Error | undefined) {
  const calls: string[] = [];
  const call = (name: string) => (id: string, choice?: { mchOrderNo?: string }) => {
    calls.push(`${name} ${id} ${choice?.mchOrderNo}`);
    return name === 'void' && error ? Promise.reject(error) : Promise.resolve({ kind: name });
  };
  return { calls, checkout: { void: call('void'), refund: call('refund') } as unknown as Checkout };
}

describe('a second payment in the demo shop', () => {
  it('is voided', async () => {
    const { calls, checkout } = checkoutThatThrows(undefined);
    await giveBack(checkout, 'A1', 'n2');
    assert.deepEqual(calls, ['void A1 n2']);
  });

  it('is refunded where it can no longer be voided', async () => {
    const { calls, checkout } = checkoutThatThrows(
      new IotpayGatewayError('refused', 'Order is settled', { call: 'void' }),
    );
    await giveBack(checkout, 'A1', 'n2');
    assert.deepEqual(calls, ['void A1 n2', 'refund A1 n2']);
  });

  for (const error of [
    new IotpayGatewayError('refused', 'still being done', { call: 'void', outcomeUnknown: true }),
    new IotpayGatewayError('timeout', 'no answer', { call: 'void', outcomeUnknown: true }),
    new Error('the store is gone'),
  ]) {
    it(`is not refunded beside a void of which nobody knows (${error.message}): it is tried again`, async () => {
      const { calls, checkout } = checkoutThatThrows(error);
      await assert.rejects(giveBack(checkout, 'A1', 'n2'), error);
      assert.deepEqual(calls, ['void A1 n2']);
    });
  }
});
