// What is on record of the money given back: each refund once, nobody is told another outcome than the one that is known.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryStore, type IotpayGatewayError, type Refund } from '../../../src/server/index.js';
import { openCounter, paidAt } from '../attacks/counter.js';
import { payTwice, pause, shopFor, until } from './shop.js';

const unknown = (error: IotpayGatewayError) => error.outcomeUnknown;

/** A paid order at a gateway that answers refunds in turn, and a question about one as the test says. */
async function refundsAt(...turns: readonly ('lost' | 'done' | 'failed' | 'Try later')[]) {
  const sent: [number: string, cents: unknown][] = [];
  const state = { found: undefined as number | undefined, isDown: false };
  const counter = await paidAt(
    (path) => {
      if (path === 'cc_refund') return { status: turns[sent.length - 1] === 'failed' ? 9 : 2 };
      if (path === 'cc_void') return { status: 2 };
      return path === 'cc_query' ? { status: state.found } : undefined;
    },
    (path, { mchRefundNo, refundAmount }) => {
      if (path === 'cc_query' && state.isDown) throw new TypeError('fetch failed');
      if (path === 'cc_query') return state.found === undefined ? 'Order not found' : undefined;
      if (path !== 'cc_refund') return undefined;
      sent.push([String(mchRefundNo), refundAmount]);
      const turn = turns[sent.length - 1];
      if (turn === 'lost') throw new TypeError('fetch failed');
      return turn === 'Try later' ? turn : undefined;
    },
  );
  return {
    ...counter,
    state,
    numbers: () => sent.map(([number]) => number),
    cents: () => sent.map(([, cents]) => cents),
  };
}

describe('a refund that the gateway refused', () => {
  it('is not sent again by the next one, and takes nothing from what is left', async () => {
    const { checkout, cents } = await refundsAt('Try later', 'done', 'done');
    await assert.rejects(checkout.refund('order-1', { amount: 1999 }), { code: 'refused' });
    assert.equal((await checkout.refund('order-1', { amount: 500 })).state, 'done');
    assert.equal((await checkout.refund('order-1')).amount, 1499);
    assert.deepEqual(cents(), [1999, 500, 1499]);
  });

  it('though its answer was lost, is not what the same call returns: that sends another', async () => {
    const { checkout, state, numbers } = await refundsAt('lost', 'done');
    await assert.rejects(checkout.refund('order-1', { amount: 500 }), unknown);
    state.found = 9;
    assert.equal((await checkout.refund('order-1', { amount: 500 })).state, 'done');
    assert.equal(new Set(numbers()).size, 2);
  });

  it('and was done at the second try, is not done once more under its refundId', async () => {
    const { checkout, cents } = await refundsAt('failed', 'done');
    const wanted = { amount: 500, refundId: 'return-1' };
    await assert.rejects(checkout.refund('order-1', wanted), { code: 'refused' });
    const refund = await checkout.refund('order-1', wanted);
    assert.deepEqual(await checkout.refund('order-1', wanted), refund);
    assert.deepEqual(cents(), [500, 500]);
  });

  it('leaves its refundId to another amount', async () => {
    const { checkout, cents } = await refundsAt('failed', 'done');
    await assert.rejects(checkout.refund('order-1', { amount: 1999, refundId: 'return-1' }));
    await checkout.refund('order-1', { amount: 500, refundId: 'return-1' });
    assert.deepEqual(cents(), [1999, 500]);
  });
});

describe('a refund that is not known to be done', () => {
  it('is not returned as if it were, though it has the refundId that is asked for', async () => {
    const { checkout, state, cents } = await refundsAt('lost');
    const wanted = { amount: 500, refundId: 'return-1' };
    await assert.rejects(checkout.refund('order-1', wanted), unknown);
    state.found = 1;
    await assert.rejects(checkout.refund('order-1', wanted), unknown);
    state.found = 2;
    assert.equal((await checkout.refund('order-1', wanted)).state, 'done');
    assert.deepEqual(cents(), [500]);
  });

  it('and was asked for before the same one, is one with it: a double click while the first is on its way', async () => {
    let release = () => {};
    const isAnswered = new Promise<void>((resolve) => (release = resolve));
    const sent: unknown[] = [];
    const { checkout } = await paidAt(
      (path) => (path === 'cc_refund' ? { status: 2 } : undefined),
      async (path, { mchRefundNo }) => {
        if (path === 'cc_refund') sent.push(mchRefundNo);
        if (path === 'cc_refund') await isAnswered;
        return undefined;
      },
    );
    const first = checkout.refund('order-1', { amount: 500 });
    await until('the first is sent', () => sent.length === 1);
    const second = checkout.refund('order-1', { amount: 500 });
    await pause(100);
    release();
    assert.deepEqual(await second, await first);
    assert.equal(sent.length, 1);
  });
});

describe('what was done stays done', () => {
  for (const [what, late] of [
    ['as failed', 'failed'],
    ['as refused', 'Order not found'],
  ] as const)
    it(`though the answer to it comes late, and names it ${what}: whoever waits for that is not told that it has failed`, async () => {
      let aheadMs = 0;
      let release = () => {};
      const isLate = new Promise<void>((resolve) => (release = resolve));
      let sent = 0;
      let isFound = true;
      const counter = await paidAt(
        (path) =>
          path === 'cc_refund'
            ? { status: sent === 1 ? 9 : 2 }
            : path === 'cc_query'
              ? { status: 2 }
              : undefined,
        async (path) => {
          if (path === 'cc_query') return isFound ? undefined : 'Order not found';
          if (path !== 'cc_refund') return undefined;
          sent += 1;
          if (sent === 1) await isLate;
          return sent === 1 && late !== 'failed' ? late : undefined;
        },
        memoryStore(() => Date.now() + aheadMs),
      );
      const first = counter.checkout.refund('order-1', { amount: 500 });
      await until('the first is sent', () => sent === 1);
      // Its server stands still for longer than its turn lasts, and another one finds out that it was done.
      aheadMs = 31_000;
      const second = await counter.checkout.refund('order-1', { amount: 500 });
      isFound = false;
      release();
      assert.deepEqual([await first, second.state, sent], [second, 'done', 1]);
      await assert.rejects(counter.checkout.refund('order-1', { amount: 1500 }), /at most 1499 cents/);
    });

  it('and all that is left is not sent anew where nothing is: it is the one that was done', async () => {
    const { checkout, numbers } = await refundsAt('done', 'done');
    await checkout.refund('order-1', { amount: 500 });
    const rest = await checkout.refund('order-1');
    assert.deepEqual(await checkout.refund('order-1'), rest);
    assert.equal(numbers().length, 2);
  });

  it('and is not taken for one with a refundId of its own, of which nothing is left', async () => {
    const { checkout, cents } = await refundsAt('done', 'done');
    await checkout.refund('order-1', { refundId: 'return-1' });
    await assert.rejects(
      checkout.refund('order-1', { refundId: 'return-2' }),
      /^RangeError: refund: order order-1: expected at most 0 cents/,
    );
    assert.deepEqual(cents(), [1999]);
  });
});

it('a server that stands still before it asks for all that is left says what became of the refund that another one sent meanwhile', async (test) => {
  let aheadMs = 0;
  let reads = Infinity;
  let goOn = () => {};
  const stands = new Promise<void>((resolve) => (goOn = resolve));
  let answer = () => {};
  const isAnswered = new Promise<void>((resolve) => (answer = resolve));
  test.after(() => answer());
  const sent: string[] = [];
  const real = memoryStore(() => Date.now() + aheadMs);
  const { checkout } = await paidAt(
    (path) => (path === 'cc_refund' || path === 'cc_query' ? { status: 2 } : undefined),
    async (path, { mchRefundNo }) => {
      if (path !== 'cc_refund') return undefined;
      sent.push(String(mchRefundNo));
      if (sent.length === 2) await isAnswered;
      return sent.length > 2 ? 'mchRefundNo is duplicated' : undefined;
    },
    {
      ...real,
      get: async (key) => {
        if (key.startsWith('order:') && --reads === 0) await stands;
        return real.get(key);
      },
    },
  );
  await checkout.refund('order-1', { amount: 500 });
  // It has its turn and has read the record; the third reading is the one on which it decides.
  reads = 3;
  const first = checkout.refund('order-1');
  await until('the first stands still', () => reads === 0);
  aheadMs = 31_000;
  const second = checkout.refund('order-1');
  await until('the second is sent', () => sent.length === 2);
  goOn();
  assert.deepEqual([(await first).amount, (await first).state], [1499, 'done']);
  answer();
  assert.deepEqual(await second, await first);
  assert.equal(new Set(sent).size, 2);
});

describe('refunds of the same amount at the same moment are two', () => {
  it('where they are of two payments', async (test) => {
    const shop = await shopFor(test);
    const { first, second } = await payTwice(shop);
    const refunds = await Promise.all(
      [first, second].map(({ mchOrderNo }) =>
        shop.checkout.refund('order-1', { amount: 500, mchOrderNo: String(mchOrderNo) }),
      ),
    );
    assert.deepEqual(
      refunds.map(({ mchOrderNo }) => mchOrderNo),
      [first.mchOrderNo, second.mchOrderNo],
    );
  });

  it('where one is a void: the other is refused, since nothing is left', async () => {
    const { checkout, cents } = await refundsAt();
    const [voided, refunded] = await Promise.allSettled([
      checkout.void('order-1'),
      checkout.refund('order-1', { amount: 1999 }),
    ]);
    assert.equal(voided.status, 'fulfilled');
    assert.match(
      String(refunded.status === 'rejected' && refunded.reason),
      /^RangeError: refund: .* at most 0 cents/,
    );
    assert.deepEqual(cents(), []);
  });
});

describe('a refund of a payment', () => {
  it('whose number the gateway would not take is refused at once, without a question: nothing was sent', async () => {
    const asked: string[] = [];
    const payOrderId = 'PC'.padEnd(40, '1');
    const counter = openCounter({
      says: (path) => {
        asked.push(path);
        return path === 'cc_query' ? { payOrderId, amount: 1999, currency: 'CAD', status: 2 } : undefined;
      },
    });
    await counter.form();
    assert.equal((await counter.checkout.status('order-1')).state, 'paid');
    asked.length = 0;
    for (let call = 0; call < 2; call++)
      await assert.rejects(counter.checkout.refund('order-1'), { code: 'request' });
    assert.deepEqual(asked, []);
  });

  it('that has no number of the gateway’s is not sent, and its merchant is told where it can be given back', async () => {
    let asked = 0;
    const counter = openCounter({
      says: (path) => {
        if (path === 'cc_refund') asked += 1;
        return path === 'cc_query' ? { amount: 1999, currency: 'CAD', status: 2 } : undefined;
      },
    });
    await counter.form();
    assert.equal((await counter.checkout.status('order-1')).state, 'paid');
    await assert.rejects(
      counter.checkout.refund('order-1'),
      /^TypeError: refund: expected a payment with a payOrderId, and IOTPay gave none for .* of order order-1\./,
    );
    assert.equal(asked, 0);
  });
});

it('a refund waits two minutes for its turn, and then nobody knows: it may be the same one that is under way', async (test) => {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const real = memoryStore();
  let isHeld = true;
  const isTurn = (key: string) => isHeld && key.startsWith('refund:');
  const store: typeof real = {
    ...real,
    get: async (key) => (isTurn(key) ? { value: 'another', version: '1' } : real.get(key)),
    set: async (key, ...rest) => !isTurn(key) && real.set(key, ...rest),
  };
  test.after(() => (isHeld = false));
  let sent = 0;
  const { checkout } = await paidAt(
    (path) => (path === 'cc_refund' ? ((sent += 1), { status: 2 }) : undefined),
    undefined,
    store,
  );
  let over: unknown;
  const call: Promise<Refund> = checkout.refund('order-1');
  void call.catch((error: unknown) => (over = error));
  await pause(100);
  test.mock.timers.tick(119_999);
  await pause(150);
  assert.equal(over, undefined);
  test.mock.timers.tick(1);
  await pause(150);
  assert.ok(over, 'it waits for longer');
  assert.deepEqual(
    [(over as IotpayGatewayError).code, (over as IotpayGatewayError).outcomeUnknown],
    ['timeout', true],
  );
  assert.equal(sent, 0);
});
