// Money is given back once, and from the payment that was meant, whatever becomes of the answers.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { IotpayGatewayError } from '../../../src/server/index.js';
import { payTwice, shopFor, until, type Shop } from './shop.js';

/** A shop whose one order was paid. */
async function paidShop(test: TestContext): Promise<Shop & { readonly mchOrderNo: string }> {
  const shop = await shopFor(test);
  const { secureId, mchOrderNo } = await shop.secureId();
  await shop.pay(secureId);
  await until('the merchant knows', () => shop.paid.length === 1);
  return { ...shop, mchOrderNo: String(mchOrderNo) };
}

/** What was given back, by the gateway's own books: the payment's number there and the cents, for each refund. */
const givenBack = ({ sandbox }: Shop) =>
  sandbox.ledger
    .orders()
    .filter(({ payType, status }) => payType === 'refund' && (status === 2 || status === 3))
    .map(({ originalOrderId, amount }) => [originalOrderId, amount]);

const payOrderIdOf = ({ sandbox }: Shop, mchOrderNo: string) =>
  sandbox.ledger.orders().find((order) => order.mchOrderNo === mchOrderNo)?.payOrderId;

const unknown = (error: IotpayGatewayError) => error.outcomeUnknown;

describe('a refund', () => {
  it('whose answer was lost is found again by the same call, and not made twice', async (test) => {
    const shop = await paidShop(test);
    shop.sandbox.fault({ kind: 'lost-answer', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
    const refund = await shop.checkout.refund('order-1', { amount: 500 });
    assert.deepEqual([refund.amount, refund.state], [500, 'done']);
    assert.deepEqual(givenBack(shop), [[payOrderIdOf(shop, shop.mchOrderNo), 500]]);
  });

  it('that never arrived is sent again by the same call, under the same number', async (test) => {
    const shop = await paidShop(test);
    shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1'), unknown);
    await shop.checkout.refund('order-1');
    assert.deepEqual(givenBack(shop), [[payOrderIdOf(shop, shop.mchOrderNo), 1999]]);
  });

  it('is never more than what is left, however many ask at once', async (test) => {
    const shop = await paidShop(test);
    const calls = Array.from({ length: 5 }, () => shop.checkout.refund('order-1', { amount: 800 }));
    const answers = await Promise.allSettled(calls);
    const sum = givenBack(shop).reduce((all, [, cents]) => all + Number(cents), 0);
    assert.ok(sum <= 1999, `${sum} cents were given back`);
    assert.ok(answers.some(({ status }) => status === 'fulfilled'));
  });

  it('of one payment, under way when another payment is given back, is sent for its own', async (test) => {
    const shop = await shopFor(test);
    const { first, second } = await payTwice(shop);
    shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
    await shop.checkout.refund('order-1', { mchOrderNo: String(first.mchOrderNo) });
    assert.deepEqual(givenBack(shop), [
      [payOrderIdOf(shop, String(second.mchOrderNo)), 500],
      [payOrderIdOf(shop, String(first.mchOrderNo)), 1999],
    ]);
  });

  it('of all that is left is the same when it is asked for again, after a crash for instance', async (test) => {
    const shop = await paidShop(test);
    const first = await shop.checkout.void('order-1');
    assert.deepEqual(await shop.checkout.void('order-1'), first);
    assert.deepEqual(await shop.checkout.refund('order-1'), first);
    await assert.rejects(shop.checkout.refund('order-1', { amount: 1 }), RangeError);
    assert.equal(shop.sandbox.ledger.orders().filter(({ payType }) => payType === 'refund').length, 1);
  });
});
