// What the two routes for browsers ask of the shop and of the gateway, and what they tell of an order.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { post } from '../support.js';
import { openCounter, paidFields, signedJson } from '../attacks/counter.js';

const HOUR_MS = 3_600_000;
const PAID = { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2 };

it('`order` is asked with the page’s request-data and nothing else, by each route', async () => {
  const asked: unknown[] = [];
  const counter = openCounter({
    order: ({ data }) => {
      asked.push(data);
      return { id: 'order-1', amount: 1999 };
    },
  });
  const { mchOrderNo } = await counter.form({ cart: 'c-1', failed: 'x' });
  await counter.orderStatus({ cart: 'c-1', mchOrderNo, payOrderId: 'PC1', frameRemoved: true });
  await counter.orderStatus({ cart: 'c-1', mchOrderNo, payOrderId: 'PC1' });
  assert.deepEqual(asked, [{ cart: 'c-1' }, { cart: 'c-1' }, { cart: 'c-1' }]);
});

describe('a payment whose notification was lost', () => {
  const shop = () => openCounter({ says: (path) => (path === 'cc_query' ? PAID : undefined) });

  it('is told to the merchant when a page asks for a form', async () => {
    const counter = shop();
    await counter.form();
    const { status, secureId } = await counter.form();
    assert.deepEqual([status, secureId, counter.paid.length], [2, undefined, 1]);
  });

  for (const frameRemoved of [true, false])
    it(`is told to the merchant when a page asks what became of it${frameRemoved ? ', though its frame was taken away' : ''}`, async () => {
      const counter = shop();
      const { mchOrderNo } = await counter.form();
      assert.equal((await counter.orderStatus({ mchOrderNo, frameRemoved })).status, 2);
      assert.equal(counter.paid.length, 1);
    });
});

describe('the order’s status', () => {
  it('is asked of the gateway once, however many pages ask at the same moment, and again a second later', async (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
    let asked = 0;
    const counter = openCounter({ says: (path) => void (path === 'cc_query' && (asked += 1)) });
    const { mchOrderNo } = await counter.form();
    for (const times of [1, 2]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => counter.orderStatus({ mchOrderNo })),
      );
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([1]));
      assert.equal(asked, times);
      test.mock.timers.tick(1000);
    }
  });

  it('is paid where the merchant’s own books say so and nothing was paid here', async () => {
    const counter = openCounter({ order: () => ({ id: 'order-1', amount: 1999, paid: true }) });
    const { httpStatus, status, amount } = await counter.orderStatus();
    assert.deepEqual([httpStatus, status, amount, counter.paid.length], [200, 2, 1999, 0]);
  });

  it('is failed where the gateway has never heard of the attempt and its time is over: nobody waits for it', async (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
    const counter = openCounter({
      refuses: (path) => (path === 'cc_query' ? 'Order not found' : undefined),
    });
    const { mchOrderNo } = await counter.form();
    assert.equal((await counter.orderStatus({ mchOrderNo })).status, 1);
    test.mock.timers.tick(3 * HOUR_MS);
    assert.equal((await counter.orderStatus({ mchOrderNo })).status, 9);
    // Without a number, none of its attempts is meant.
    assert.equal((await counter.orderStatus()).httpStatus, 404);
  });
});

it('one Idempotency-Key belongs to one form that saves a card', async () => {
  let made = 0;
  const { checkout } = openCounter({
    says: (path) => (path === 'cc_addCard' ? { secureId: `form-${(made += 1)}` } : undefined),
  });
  const ask = async (customer: string) => {
    const body = { mode: 'add', customer };
    const answer = await checkout.secureId(post(body, { 'Idempotency-Key': 'key-1' }));
    return { ...((await answer.json()) as { secureId?: string }), httpStatus: answer.status };
  };
  const first = await ask('a');
  assert.equal(first.secureId, 'form-1');
  assert.deepEqual(await ask('a'), first);
  const other = await ask('b');
  assert.deepEqual([other.httpStatus, other.secureId], [409, undefined]);
});

it('a card that is saved is told to the page as saved, though the merchant’s own function failed', async () => {
  const card = { cardNum: '432567******2266' };
  const counter = openCounter({
    says: (path, { cardId }) => (path === 'cc_querycard' ? { cardId, ...card } : undefined),
    onCardSaved: () => {
      throw new Error('The wallet is full.');
    },
  });
  await counter.form({ mode: 'add' });
  assert.equal((await counter.orderStatus({ mode: 'add' })).status, 2);
  assert.match(counter.log.join('\n'), /is saved\. onCardSaved: The wallet is full\./);
});

it('a page of allowedOrigins can read each answer, also one that refuses or fails', async () => {
  const origin = 'https://app.shop.example';
  const answers: readonly (() => Response | { id: string; amount: number })[] = [
    () => ({ id: 'order-1', amount: 1999 }),
    () => Response.json({ retMsg: 'Sign in first.' }, { status: 401 }),
    () => {
      throw new Error('No database.');
    },
  ];
  for (const [at, order] of answers.entries()) {
    const { checkout } = openCounter({ order, allowedOrigins: [origin] });
    const answer = await checkout.secureId(post({ mode: 'pay' }, { Origin: origin }));
    assert.equal(answer.status, [200, 401, 500][at]);
    assert.equal(answer.headers.get('Access-Control-Allow-Origin'), origin);
    assert.equal(answer.headers.get('Vary'), 'Origin');
    assert.equal(answer.headers.get('Cache-Control'), 'no-store');
  }
});

it('no timer is left of requests that have their answers: a server that is told to stop can stop', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const counter = openCounter();
  const before = timers();
  const { mchOrderNo } = await counter.form();
  await counter.orderStatus({ mchOrderNo });
  assert.equal(await counter.notify(signedJson(paidFields(mchOrderNo))), '200 SUCCESS');
  assert.equal(timers(), before);
});
