// What becomes of an order while nobody looks, and where the gateway's answers come late, or say nothing for a while.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openCounter } from './counter.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A shop whose clock the test moves, at a gateway that answers questions about orders as the test says. */
function shopAt(test: TestContext) {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const paidFor = new Set<string>();
  const state = {
    asked: 0,
    unpaid: { status: 0 } as object,
    refuses: undefined as string | undefined,
    isDown: false,
  };
  const counter = openCounter({
    says: (path, { mchOrderNo }) => {
      if (path === 'cc_purchasewithtoken') return { status: 1 };
      if (path !== 'cc_query') return undefined;
      state.asked += 1;
      const number = String(mchOrderNo);
      return paidFor.has(number)
        ? { mchOrderNo: number, payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2 }
        : state.unpaid;
    },
    refuses: (path) => {
      if (state.isDown) throw new TypeError('fetch failed');
      return path === 'cc_query' ? state.refuses : undefined;
    },
  });
  return { ...counter, paidFor, state, later: (ms: number) => test.mock.timers.tick(ms) };
}

describe('a form that was paid in while all servers were down, and whose notification was lost,', () => {
  for (const hours of [1, 3, 30, 24 * 20]) {
    it(`is found by reconcile ${hours} hours later`, async (test) => {
      const shop = shopAt(test);
      const { mchOrderNo } = await shop.form();
      shop.paidFor.add(String(mchOrderNo));
      shop.later(hours * HOUR_MS);
      assert.equal((await shop.checkout.reconcile()).paid, 1);
      assert.equal(shop.paid.length, 1);
    });

    it(`is told of ${hours} hours later, and no second form is made`, async (test) => {
      const shop = shopAt(test);
      const { mchOrderNo } = await shop.form();
      shop.paidFor.add(String(mchOrderNo));
      shop.later(hours * HOUR_MS);
      const { status, secureId } = await shop.form();
      assert.deepEqual([status, secureId, shop.made.length], [2, undefined, 1]);
      assert.equal((await shop.checkout.status('order-1')).state, 'paid');
    });
  }
});

it('a form that nobody paid in is asked about once after its time, and then no more', async (test) => {
  const shop = shopAt(test);
  await shop.form();
  shop.later(3 * HOUR_MS);
  for (let i = 0; i < 3; i++) await shop.checkout.reconcile();
  assert.equal(shop.state.asked, 1);
  assert.equal((await shop.checkout.status('order-1')).state, 'failed');
  assert.equal(shop.state.asked, 1);
});

describe('a gateway that has no such order before somebody pays in its form', () => {
  it('makes no second form of one that can be paid in, and loses no payment', async (test) => {
    const shop = shopAt(test);
    shop.state.refuses = 'Order not found';
    const first = await shop.form();
    shop.later(5 * MINUTE_MS);
    const second = await shop.form();
    assert.deepEqual([second['secureId'], shop.made.length], [first['secureId'], 1]);
    shop.state.refuses = undefined;
    shop.paidFor.add(String(first['mchOrderNo']));
    await shop.checkout.reconcile();
    assert.equal(shop.paid.length, 1);
  });

  it('never makes the shop say that a payment has failed which was submitted a moment ago', async (test) => {
    const shop = shopAt(test);
    shop.state.refuses = 'Order not found';
    const { mchOrderNo } = await shop.form();
    shop.later(5 * MINUTE_MS);
    assert.deepEqual((await shop.orderStatus({ mchOrderNo }))['status'], 1);
    assert.equal((await shop.form())['status'], 1);
  });

  it('frees the order once nobody can have paid any more', async (test) => {
    const shop = shopAt(test);
    shop.state.refuses = 'Order not found';
    const { mchOrderNo } = await shop.form();
    await shop.orderStatus({ mchOrderNo });
    shop.later(2 * HOUR_MS);
    assert.equal(typeof (await shop.form())['secureId'], 'string');
    assert.equal(shop.made.length, 2);
  });
});

for (const status of [1, 7])
  it(`an order of which the gateway says ${status} is unknown to whoever asks, from the beginning, though its form is still shared`, async (test) => {
    const shop = shopAt(test);
    const { secureId } = await shop.form();
    assert.equal((await shop.checkout.status('order-1')).state, 'open');
    shop.state.unpaid = { status };
    assert.equal((await shop.checkout.status('order-1')).state, 'unknown');
    assert.equal((await shop.checkout.reconcile()).unknown, 1);
    assert.equal((await shop.form())['secureId'], secureId);
    shop.state.unpaid = { status: 0 };
    assert.equal((await shop.checkout.status('order-1')).state, 'open');
    shop.state.unpaid = { status };
    shop.later(49 * HOUR_MS);
    await shop.checkout.reconcile();
    // What it calls unknown is asked about for as long as that lasts, and keeps nobody from paying after a day.
    assert.equal((await shop.checkout.status('order-1')).state, status === 1 ? 'open' : 'failed');
  });

describe('a payment that the gateway says is under way (1), of which nobody told,', () => {
  for (const [what, wait, amount] of [
    ['whose form has run out', HOUR_MS, 1999],
    ['whose order has another amount now', MINUTE_MS, 2999],
  ] as const)
    it(`keeps an order ${what} closed until it is decided`, async (test) => {
      const shop = shopAt(test);
      const { mchOrderNo } = await shop.form();
      shop.state.unpaid = { status: 1 };
      shop.later(wait);
      shop.order.amount = amount;
      assert.equal((await shop.form())['status'], 1);
      assert.equal(shop.made.length, 1);
      shop.later(3 * HOUR_MS);
      await shop.checkout.reconcile();
      shop.paidFor.add(String(mchOrderNo));
      await shop.checkout.reconcile();
      assert.equal(shop.paid.length, 1);
    });

  it('keeps a saved card from being charged for a day and no longer, once its form was taken away', async (test) => {
    const shop = shopAt(test);
    await shop.form();
    shop.state.unpaid = { status: 1 };
    const card = { cardId: 'card-1', amount: 1999, formClosed: true };
    for (const [hours, charged] of [
      [0, 0],
      [23, 0],
      [2, 1],
    ] as const) {
      shop.later(hours * HOUR_MS);
      assert.equal((await shop.checkout.charge('order-1', card)).state, 'unknown');
      assert.equal(shop.charged.length, charged);
    }
  });

  it('keeps it closed for a day and no longer', async (test) => {
    const shop = shopAt(test);
    await shop.form();
    shop.state.unpaid = { status: 1 };
    shop.later(24 * HOUR_MS);
    assert.equal(typeof (await shop.form())['secureId'], 'string');
  });
});

it('a charge that is undecided for longer than a day is still watched, though a form was made since', async (test) => {
  const shop = shopAt(test);
  shop.state.unpaid = { status: 1 };
  const { state } = await shop.checkout.charge('order-1', { cardId: 'card-1', amount: 1999 });
  assert.equal(state, 'unknown');
  shop.later(25 * HOUR_MS);
  assert.equal(typeof (await shop.form())['secureId'], 'string');
  shop.paidFor.add(shop.charged[0] ?? '');
  await shop.checkout.reconcile();
  assert.equal(shop.paid.length, 1);
});

it('an order of which the gateway refuses to say anything is closed for a day, and not for ever', async (test) => {
  const shop = shopAt(test);
  const { mchOrderNo } = await shop.form();
  await shop.orderStatus({ mchOrderNo });
  shop.state.refuses = 'System busy';
  shop.later(23 * HOUR_MS);
  assert.equal((await shop.form()).httpStatus, 200);
  assert.equal(shop.made.length, 1);
  shop.later(HOUR_MS);
  assert.equal(typeof (await shop.form())['secureId'], 'string');
  // It is still watched.
  shop.state.refuses = undefined;
  shop.paidFor.add(String(mchOrderNo));
  await shop.checkout.reconcile();
  assert.equal(shop.paid.length, 1);
});

it('a form of which the gateway refuses to say anything is not replaced by a second one, whatever a page has heard', async (test) => {
  const shop = shopAt(test);
  const { mchOrderNo } = await shop.form();
  shop.state.refuses = 'System busy';
  for (const wait of [MINUTE_MS, HOUR_MS, 20 * HOUR_MS]) {
    shop.later(wait);
    const { httpStatus, secureId } = await shop.form({ failed: mchOrderNo });
    assert.deepEqual([httpStatus, secureId, shop.made.length], [502, undefined, 1]);
  }
});

it('a gateway that can’t be reached says nothing of an order, also after a day: no second form is made', async (test) => {
  const shop = shopAt(test);
  const { mchOrderNo } = await shop.form();
  await shop.orderStatus({ mchOrderNo });
  shop.state.isDown = true;
  shop.later(25 * HOUR_MS);
  const { httpStatus, secureId } = await shop.form();
  assert.deepEqual([httpStatus, secureId, shop.made.length], [502, undefined, 1]);
  shop.state.isDown = false;
  shop.paidFor.add(String(mchOrderNo));
  assert.deepEqual([(await shop.form())['status'], shop.made.length], [2, 1]);
});

it('a charge that got no answer may still be on its way where the gateway knows no such order: for two minutes nobody else pays', async (test) => {
  const shop = shopAt(test);
  shop.state.isDown = true;
  const card = { cardId: 'card-1', amount: 1999 };
  assert.equal((await shop.checkout.charge('order-1', card)).state, 'unknown');
  shop.state.isDown = false;
  shop.state.refuses = 'Order not found';
  for (const wait of [0, MINUTE_MS, MINUTE_MS - 1]) {
    shop.later(wait);
    assert.equal((await shop.checkout.charge('order-1', card)).state, 'unknown');
    const { status, secureId } = await shop.form();
    assert.deepEqual([status, secureId, shop.charged.length, shop.made.length], [1, undefined, 1, 0]);
  }
  shop.later(1);
  assert.equal(typeof (await shop.form())['secureId'], 'string', 'it never arrived');
});

it('a saved card is not charged over a form about which the gateway can’t be asked', async (test) => {
  const shop = shopAt(test);
  await shop.form();
  shop.state.refuses = 'System busy';
  const card = { cardId: 'card-1', amount: 1999, formClosed: true };
  await assert.rejects(shop.checkout.charge('order-1', card), /System busy/);
  assert.equal(shop.charged.length, 0);
});

it('a saved card is charged as soon as the form that was open can’t be paid in any more, and not before', async (test) => {
  const shop = shopAt(test);
  await shop.form();
  for (const [wait, charged] of [
    [HOUR_MS - 1, 0],
    [1, 1],
  ] as const) {
    shop.later(wait);
    await shop.checkout.charge('order-1', { cardId: 'card-1', amount: 1999 });
    assert.equal(shop.charged.length, charged);
  }
});

it('a form is shared for 55 minutes: whoever gets one has five minutes to pay in it', async (test) => {
  const shop = shopAt(test);
  const { secureId } = await shop.form();
  shop.later(55 * MINUTE_MS - 1);
  assert.equal((await shop.form())['secureId'], secureId);
  shop.later(1);
  assert.notEqual((await shop.form())['secureId'], secureId);
  assert.equal(shop.made.length, 2);
});

it('a form that the gateway does not know counts as never made after two hours and no sooner: a payment of its last minute is found', async (test) => {
  const shop = shopAt(test);
  const { mchOrderNo } = await shop.form();
  shop.state.refuses = 'Order not found';
  shop.later(2 * HOUR_MS - 1);
  await shop.checkout.reconcile();
  shop.state.refuses = undefined;
  shop.paidFor.add(String(mchOrderNo));
  await shop.checkout.reconcile();
  assert.equal(shop.paid.length, 1);
});
