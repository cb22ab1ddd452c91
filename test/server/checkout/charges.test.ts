// When a saved card is charged beside a form, and what is known of a charge that the gateway refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCounter, paidFields, signedJson } from '../attacks/counter.js';

const CARD = { cardId: 'card-1', amount: 1999 };

/** A shop at a gateway that gives each form the status that the test says, and refuses what the test says. */
function shopWith() {
  const statuses = new Map<string, number>();
  const state = { refuses: undefined as string | undefined };
  const counter = openCounter({
    says: (path, { mchOrderNo }) => {
      if (path === 'cc_purchasewithtoken') return { status: 2, payOrderId: 'PC1' };
      if (path !== 'cc_query') return undefined;
      const status = statuses.get(String(mchOrderNo)) ?? 0;
      return { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status };
    },
    refuses: (path, { mchOrderNo }) => {
      if (path === state.refuses) return 'System busy';
      const isKnown = [...counter.made, ...counter.charged].includes(String(mchOrderNo));
      return path === 'cc_query' && !isKnown ? 'Order not found' : undefined;
    },
  });
  return { ...counter, statuses, state };
}

describe('a saved card is charged', () => {
  it('though a form of the order could not be made: nobody can pay in it', async () => {
    const shop = shopWith();
    shop.state.refuses = 'cc_purchase';
    assert.equal((await shop.form()).httpStatus, 502);
    assert.equal((await shop.checkout.charge('order-1', CARD)).state, 'paid');
    assert.equal(shop.charged.length, 1);
  });

  it('where the script reported a FAIL in a form, and another form could not be made', async () => {
    const shop = shopWith();
    const { mchOrderNo } = await shop.form();
    shop.state.refuses = 'cc_purchase';
    await shop.form({ failed: mchOrderNo });
    assert.equal((await shop.checkout.charge('order-1', CARD)).state, 'paid');
    assert.equal(shop.charged.length, 1);
  });

  it('where a form was declined, and another one that was asked for since could not be made', async () => {
    const shop = shopWith();
    const { mchOrderNo } = await shop.form();
    shop.statuses.set(String(mchOrderNo), 9);
    shop.state.refuses = 'cc_purchase';
    await shop.form();
    assert.equal((await shop.checkout.charge('order-1', CARD)).state, 'paid');
    assert.equal(shop.charged.length, 1);
  });
});

it('a saved card is not charged beside a form in which a card was declined and no other form was asked for', async () => {
  const shop = shopWith();
  const { mchOrderNo } = await shop.form();
  shop.statuses.set(String(mchOrderNo), 9);
  await shop.checkout.charge('order-1', CARD);
  assert.equal(shop.charged.length, 0);
});

for (const begun of [1, 7])
  for (const [what, status, state, charged] of [
    ['paid', 2, 'paid', 0],
    ['failed', 9, 'paid', 1],
  ] as const)
    it(`a saved card is not charged over a form that was taken away and has the status ${begun}, before it is known whether somebody has paid in it: ${what}`, async () => {
      const shop = shopWith();
      const number = String((await shop.form())['mchOrderNo']);
      const charge = () => shop.checkout.charge('order-1', { ...CARD, formClosed: true });
      shop.statuses.set(number, begun);
      assert.deepEqual([(await charge()).state, (await charge()).state], ['unknown', 'unknown']);
      assert.deepEqual([(await shop.form())['status'], shop.charged.length], [1, 0]);
      shop.statuses.set(number, status);
      assert.deepEqual([(await charge()).state, shop.charged.length], [state, charged]);
      assert.equal(shop.paid.length, 1);
    });

it('whoever charges an order that is paid is told so, though the gateway can’t be asked about another form of it', async () => {
  const shop = shopWith();
  const { mchOrderNo } = await shop.form();
  await shop.form({ failed: mchOrderNo });
  await shop.notify(signedJson(paidFields(mchOrderNo)));
  shop.state.refuses = 'cc_query';
  assert.equal((await shop.checkout.charge('order-1', CARD)).state, 'paid');
  assert.equal(shop.charged.length, 0);
});

it('a charge that was never sent, since the gateway would not take it, is the caller’s mistake: it is told, and the order stays open', async () => {
  const shop = shopWith();
  const wrong = { ...CARD, cardId: 'card'.padEnd(40, '1') };
  await assert.rejects(shop.checkout.charge('order-1', wrong), { code: 'request' });
  assert.equal((await shop.checkout.status('order-1')).state, 'open');
  assert.equal((await shop.checkout.charge('order-1', CARD)).state, 'paid');
  assert.equal(shop.charged.length, 1);
});

for (const refusal of ['sign error', 'mchId is not exist', 'loginName is wrong'])
  it(`a charge that the gateway refuses because of the shop (${refusal}) was no decline: it is told, and the order stays open`, async () => {
    let refused: string | undefined = refusal;
    const counter = openCounter({
      says: (path) => (path === 'cc_purchasewithtoken' ? { status: 2 } : undefined),
      refuses: (path) => (path === 'cc_purchasewithtoken' ? refused : undefined),
    });
    await assert.rejects(counter.checkout.charge('order-1', CARD), { code: 'refused', retMsg: refusal });
    assert.equal((await counter.checkout.status('order-1')).state, 'open');
    refused = undefined;
    assert.equal((await counter.checkout.charge('order-1', CARD)).state, 'paid');
    assert.equal(counter.paid.length, 1);
  });

it('a charge that a notification named paid before its call was refused stays paid, and is not asked about any more', async () => {
  const asked: string[] = [];
  const counter = openCounter({
    says: (path) => {
      asked.push(path);
      return path === 'cc_query' ? { status: 9 } : undefined;
    },
    refuses: async (path, { mchOrderNo }) => {
      if (path !== 'cc_purchasewithtoken') return undefined;
      assert.match(await counter.notify(signedJson(paidFields(mchOrderNo))), /^200 /);
      return 'mchOrderNo is duplicated';
    },
  });
  const { state, payment } = await counter.checkout.charge('order-1', CARD);
  assert.deepEqual([state, payment?.status, counter.paid.length], ['paid', 2, 1]);
  await counter.checkout.reconcile();
  assert.deepEqual(asked, []);
});
