// An order that was paid with something else than was asked for, and cards that were saved while nobody looked.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openCounter, paidFields, signedJson } from './counter.js';

const HOUR_MS = 3_600_000;

for (const heardBy of ['question', 'notification'] as const)
  it(`an order that was paid with another amount stays closed for longer than a day: by a ${heardBy}`, async (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
    const odd = { payOrderId: 'PC1', amount: 1, currency: 'CAD', status: 2 };
    const counter = openCounter({ says: (path) => (path === 'cc_query' ? odd : undefined) });
    const { mchOrderNo } = await counter.form();
    if (heardBy === 'question') await counter.checkout.status('order-1');
    else assert.match(await counter.notify(signedJson({ ...paidFields(mchOrderNo), amount: 1 })), /^409 /);
    for (const hours of [1, 24, 24 * 30]) {
      test.mock.timers.tick(hours * HOUR_MS);
      const { secureId, status } = await counter.form();
      assert.deepEqual([secureId, status, counter.made.length], [undefined, 1, 1]);
      const charge = await counter.checkout.charge('order-1', { cardId: 'card-1', amount: 1999 });
      assert.deepEqual([charge.state, counter.charged.length], ['unknown', 0]);
    }
    assert.equal(counter.paid.length, 0);
  });

for (const before of [0, 9])
  it(`an order that was paid with another amount, as a notification said, is open again where the gateway says that it has failed: it said ${before} before`, async () => {
    let status = before;
    const counter = openCounter({
      says: (path) =>
        path === 'cc_query' ? { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status } : undefined,
    });
    const { mchOrderNo } = await counter.form();
    await counter.checkout.status('order-1');
    assert.match(await counter.notify(signedJson({ ...paidFields(mchOrderNo), amount: 1 })), /^409 /);
    status = 9;
    assert.equal((await counter.checkout.status('order-1')).state, 'failed');
    assert.equal(typeof (await counter.form())['secureId'], 'string');
    assert.equal(counter.made.length, 2);
  });

it('an attempt that had failed, and of which another amount is told days later, keeps the order closed until the gateway has a word for it', async (test) => {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  let isBusy = false;
  const counter = openCounter({
    says: (path) =>
      path === 'cc_query' ? { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 9 } : undefined,
    refuses: (path) => (path === 'cc_query' && isBusy ? 'System busy' : undefined),
  });
  const { mchOrderNo } = await counter.form();
  test.mock.timers.tick(72 * HOUR_MS);
  await counter.checkout.reconcile();
  isBusy = true;
  assert.match(await counter.notify(signedJson({ ...paidFields(mchOrderNo), amount: 1 })), /^409 /);
  const { status, secureId } = await counter.form();
  assert.deepEqual([status, secureId], [1, undefined]);
  isBusy = false;
  assert.equal((await counter.checkout.reconcile()).orders, 1);
  assert.equal((await counter.checkout.status('order-1')).state, 'failed');
  assert.equal(typeof (await counter.form())['secureId'], 'string');
});

for (const left of ['amount', 'currency'])
  it(`an answer that says paid and leaves out the ${left} is about the payment that was asked for`, async () => {
    const answer = { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2, [left]: undefined };
    const counter = openCounter({ says: (path) => (path === 'cc_query' ? answer : undefined) });
    await counter.form();
    assert.equal((await counter.checkout.status('order-1')).state, 'paid');
    const [told] = counter.paid;
    assert.deepEqual([told?.payment.amount, told?.payment.currency], [1999, 'CAD']);
  });

it('a form about which the gateway can’t be asked does not hide that another one was paid', async () => {
  const counter = openCounter({
    says: (path) =>
      path === 'cc_query' ? { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2 } : undefined,
    refuses: (path, { mchOrderNo }) =>
      path === 'cc_query' && counter.made.length > 1 && mchOrderNo === counter.made[0]
        ? 'System busy'
        : path === 'cc_query' && counter.made.length < 2
          ? 'Order not found'
          : undefined,
  });
  const { mchOrderNo } = await counter.form();
  await counter.form({ failed: mchOrderNo });
  const { status, secureId } = await counter.form();
  assert.deepEqual([status, secureId, counter.made.length], [2, undefined, 2]);
});

it('a card that was saved while all servers were down for a day is told of', async (test) => {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const counter = openCounter({
    says: (path, { cardId }) =>
      path === 'cc_querycard' ? { cardId, cardNum: '432567******2266' } : undefined,
  });
  await counter.form({ mode: 'add' });
  test.mock.timers.tick(24 * HOUR_MS);
  assert.equal((await counter.checkout.reconcile()).cards, 1);
  assert.equal(counter.cards.length, 1);
});

it('a notification of a kind that nobody documents is decided by the gateway’s answer', async () => {
  for (const isPaid of [true, false]) {
    const retData = { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: isPaid ? 2 : 0 };
    const counter = openCounter({ says: (path) => (path === 'cc_query' ? retData : undefined) });
    const { mchOrderNo } = await counter.form();
    const fields = { ...paidFields(mchOrderNo), payType: 'consume' };
    assert.equal(await counter.notify(signedJson(fields)), '200 SUCCESS');
    assert.equal(counter.paid.length, isPaid ? 1 : 0);
  }
});
