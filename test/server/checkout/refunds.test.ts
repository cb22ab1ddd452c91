// Money is given back once, and from the payment that was meant, whatever becomes of the answers.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { memoryStore, type IotpayGatewayError, type Refund, type Store } from '../../../src/server/index.js';
import { paidAt } from '../attacks/counter.js';
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

  it('that never arrived is not sent by a refund of another amount: only by the same call, or by one for all that is left', async (test) => {
    const shop = await paidShop(test);
    const cents = () => givenBack(shop).map(([, amount]) => amount);
    shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
    await shop.checkout.refund('order-1', { amount: 300 });
    assert.deepEqual(cents(), [300]);
    await assert.rejects(
      shop.checkout.refund('order-1', { amount: 1300 }),
      /at most 1199 cents.*Of a refund of 500 cents it is not known whether it was done: call it again/,
    );
    await shop.checkout.refund('order-1', { amount: 500 });
    assert.deepEqual(cents(), [300, 500]);
    shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', { amount: 100 }), unknown);
    await shop.checkout.refund('order-1');
    assert.deepEqual(cents(), [300, 500, 100, 1099]);
  });

  it('that the store could not put on record in time, as far as anybody was told, is not sent by another one', async () => {
    const store = memoryStore();
    let isCut = false;
    const cut = {
      ...store,
      async set(...args: Parameters<Store['set']>) {
        const done = await store.set(...args);
        if (isCut && args[0].startsWith('order:')) throw new Error('connection lost');
        return done;
      },
    };
    const sent: unknown[] = [];
    const counter = await paidAt(
      (path) => (path === 'cc_refund' ? { status: 2 } : undefined),
      (path, { refundAmount }) => {
        if (path === 'cc_refund') sent.push(refundAmount);
        return path === 'cc_query' ? 'Order not found' : undefined;
      },
      cut,
    );
    isCut = true;
    await assert.rejects(counter.checkout.refund('order-1', { amount: 500 }), /connection lost/);
    isCut = false;
    await counter.checkout.refund('order-1', { amount: 300 });
    assert.deepEqual(sent, [300]);
  });

  for (const times of [2, Infinity])
    it(`that is done is told so, though the store fails ${times} times over it; ${times === 2 ? 'a second one is another' : 'the next call finds it again, and sends no other'}`, async (test) => {
      const store = memoryStore();
      let left = 0;
      const cut = {
        ...store,
        async set(...args: Parameters<Store['set']>) {
          if (args[1].includes('"state":"done"') && left-- > 0) throw new Error('connection lost');
          return store.set(...args);
        },
      };
      const sent: string[] = [];
      const counter = await paidAt(
        (path) => (path === 'cc_refund' || path === 'cc_query' ? { status: 2 } : undefined),
        (path, { mchRefundNo }) => {
          if (path === 'cc_refund') sent.push(String(mchRefundNo));
          return undefined;
        },
        cut,
      );
      test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
      const refund = async () => {
        let over = false;
        const call = counter.checkout.refund('order-1', { amount: 500 }).finally(() => (over = true));
        while (!over) {
          await new Promise(setImmediate);
          test.mock.timers.tick(500);
        }
        return call;
      };
      left = times;
      const first = await refund();
      left = 0;
      const second = await refund();
      assert.deepEqual([first.state, second.state], ['done', 'done']);
      assert.equal(sent.length, times === 2 ? 2 : 1);
      assert.equal(/is done, and this could not be put on record/.test(counter.log.join()), times !== 2);
    });

  it('of one payment that never arrived is not sent when another payment is given back', async (test) => {
    const shop = await shopFor(test);
    const { first, second } = await payTwice(shop);
    shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
    await shop.checkout.refund('order-1', { mchOrderNo: String(first.mchOrderNo) });
    const other = [payOrderIdOf(shop, String(first.mchOrderNo)), 1999];
    assert.deepEqual(givenBack(shop), [other]);
    await shop.checkout.refund('order-1', { amount: 500 });
    assert.deepEqual(givenBack(shop), [other, [payOrderIdOf(shop, String(second.mchOrderNo)), 500]]);
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

describe('refunds at the same moment', () => {
  const numbersOf = (refunds: readonly Refund[]) =>
    new Set(refunds.map(({ mchRefundNo }) => mchRefundNo)).size;
  const centsOf = (shop: Shop) => givenBack(shop).map(([, cents]) => cents);

  it('of the same amount are one: a double click, on one server or on two', async (test) => {
    const shop = await paidShop(test);
    const other = shop.another();
    const calls = [shop.checkout, other, shop.checkout, other].map((each) =>
      each.refund('order-1', { amount: 500 }),
    );
    const refunds = await Promise.all(calls);
    assert.deepEqual([numbersOf(refunds), centsOf(shop)], [1, [500]]);
    // One after the other they are two.
    await shop.checkout.refund('order-1', { amount: 500 });
    assert.deepEqual(centsOf(shop), [500, 500]);
  });

  it('of all that is left are one, and beside a part the rest', async (test) => {
    const shop = await paidShop(test);
    const all = await Promise.all([
      shop.checkout.refund('order-1', { amount: 500 }),
      shop.checkout.refund('order-1'),
    ]);
    const again = await Promise.all([shop.checkout.refund('order-1'), shop.another().refund('order-1')]);
    assert.equal(
      centsOf(shop).reduce((sum: number, cents) => sum + Number(cents), 0),
      1999,
    );
    assert.equal(numbersOf([...all, ...again]), centsOf(shop).length);
  });

  it('of different amounts are two, one after the other', async (test) => {
    const shop = await paidShop(test);
    await Promise.all([500, 700].map((amount) => shop.checkout.refund('order-1', { amount })));
    assert.deepEqual(centsOf(shop).sort(), [500, 700]);
  });

  it('are one where the answer to the first is lost: the second finds out what became of it', async (test) => {
    const shop = await paidShop(test);
    shop.sandbox.fault({ kind: 'lost-answer', call: 'cc_refund' });
    const calls = await Promise.allSettled(
      [1, 2].map(() => shop.checkout.refund('order-1', { amount: 500 })),
    );
    assert.deepEqual(calls.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.deepEqual(centsOf(shop), [500]);
  });

  it('of which the first was refused: the second is sent', async () => {
    let refused = 0;
    const counter = await paidAt(
      (path) => (path === 'cc_refund' ? { status: 2 } : undefined),
      (path) =>
        path === 'cc_refund' && (refused += 1) === 1
          ? 'Try later'
          : path === 'cc_query'
            ? 'Order not found'
            : undefined,
    );
    const calls = await Promise.allSettled(
      [1, 2].map(() => counter.checkout.refund('order-1', { amount: 500 })),
    );
    assert.deepEqual(calls.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });
});

describe('a refund with a number of the merchant’s', () => {
  it('is given back once, however often it is asked for, and two numbers are two refunds', async (test) => {
    const shop = await paidShop(test);
    const refund = (refundId: string | number) => shop.checkout.refund('order-1', { amount: 500, refundId });
    const [first, same, second] = await Promise.all([refund('return-1'), refund('return-1'), refund(2)]);
    assert.deepEqual(same, first);
    assert.notEqual(second?.mchRefundNo, first?.mchRefundNo);
    assert.deepEqual(await refund('return-1'), first);
    assert.deepEqual([first?.refundId, second?.refundId], ['return-1', '2']);
    assert.equal(givenBack(shop).length, 2);
  });

  it('is found again though another call found out what became of it', async (test) => {
    const shop = await paidShop(test);
    const wanted = { amount: 500, refundId: 'return-1' };
    shop.sandbox.fault({ kind: 'lost-answer', call: 'cc_refund' });
    await assert.rejects(shop.checkout.refund('order-1', wanted), unknown);
    // This one settles it, and whoever asked for it calls again only after that.
    await shop.checkout.refund('order-1', { amount: 700 });
    assert.equal((await shop.checkout.refund('order-1', wanted)).amount, 500);
    assert.deepEqual(
      givenBack(shop).map(([, cents]) => cents),
      [500, 700],
    );
  });

  it('is not taken for one without, nor the other way round', async (test) => {
    const shop = await paidShop(test);
    const calls = [{ amount: 500, refundId: 'return-1' }, { amount: 500 }];
    const refunds = await Promise.all(calls.map((each) => shop.checkout.refund('order-1', each)));
    assert.equal(new Set(refunds.map(({ mchRefundNo }) => mchRefundNo)).size, 2);
  });

  it('can be sent anew once it was refused', async () => {
    const wanted = { amount: 500, refundId: 'return-1' };
    let sent = 0;
    const { checkout } = await paidAt((path) =>
      path === 'cc_refund' ? { status: (sent += 1) === 1 ? 9 : 2 } : undefined,
    );
    await assert.rejects(checkout.refund('order-1', wanted), { code: 'refused', outcomeUnknown: false });
    assert.equal((await checkout.refund('order-1', wanted)).state, 'done');
    assert.equal(sent, 2);
  });

  it('is refused where the number is that of another amount or payment', async (test) => {
    const shop = await shopFor(test);
    const { first } = await payTwice(shop);
    await shop.checkout.refund('order-1', { amount: 500, refundId: 'return-1' });
    for (const other of [{ amount: 501 }, { amount: 500, mchOrderNo: String(first.mchOrderNo) }])
      await assert.rejects(
        shop.checkout.refund('order-1', { ...other, refundId: 'return-1' }),
        /^TypeError: refund: refundId: expected a number of its own for each refund, received "return-1", which is that of 500 cents/,
      );
    assert.equal(givenBack(shop).length, 1);
  });
});

describe('what was meant otherwise gives nothing back', () => {
  for (const [what, choice, words] of [
    [
      'a number in place of { amount }',
      500,
      /refund: expected an object with amount, refundId, mchOrderNo, received the number 500/,
    ],
    ['a text', '500', /refund: expected an object with amount/],
    ['null', null, /refund: expected an object with amount.* received null/],
    [
      'a name that there is not',
      { cents: 500 },
      /refund: there is no cents\. There are: amount, refundId, mchOrderNo/,
    ],
    ['an amount that is null', { amount: null }, /refund: amount: expected whole cents/],
    [
      'an empty refundId',
      { amount: 500, refundId: '' },
      /refund: refundId: expected your own number of this refund/,
    ],
    [
      'a refundId that is null',
      { amount: 500, refundId: null },
      /refund: refundId: expected your own number/,
    ],
    [
      'a payment that is null',
      { amount: 500, mchOrderNo: null },
      /refund: expected the id of an order that is paid, .* null, of which no payment/,
    ],
  ] as const)
    it(what, async (test) => {
      const shop = await paidShop(test);
      await assert.rejects(shop.checkout.refund('order-1', choice as never), {
        name: 'TypeError',
        message: words,
      });
      assert.deepEqual(givenBack(shop), []);
    });

  it('to void', async (test) => {
    const shop = await paidShop(test);
    for (const choice of [null, 500, { amount: 500 }])
      await assert.rejects(
        shop.checkout.void('order-1', choice as never),
        /^TypeError: void: (?:expected an object|there is no amount)/,
      );
    await assert.rejects(
      shop.checkout.void('order-2'),
      /^TypeError: void: expected the id of an order that is paid/,
    );
    assert.deepEqual(givenBack(shop), []);
  });
});

describe('the answer to a refund', () => {
  for (const status of [2, 3, '2', undefined])
    it(`with the status ${JSON.stringify(status)} says that it is done`, async () => {
      const { checkout } = await paidAt((path) => (path === 'cc_refund' ? { status } : undefined));
      assert.equal((await checkout.refund('order-1')).state, 'done');
    });

  it('with the status 9 says that it has failed: the money is still there to be given back', async () => {
    let status = 9;
    const { checkout } = await paidAt((path) => (path === 'cc_refund' ? { status } : undefined));
    await assert.rejects(checkout.refund('order-1'), { code: 'refused', outcomeUnknown: false });
    status = 2;
    const { state, amount } = await checkout.refund('order-1');
    assert.deepEqual([state, amount], ['done', 1999]);
  });

  for (const status of [0, 1, 7])
    it(`with the status ${status} says that nobody knows: the same call finds out, and sends no other`, async () => {
      let sent = 0;
      let later = status;
      const { checkout } = await paidAt((path) => {
        if (path === 'cc_refund') sent += 1;
        if (path === 'cc_refund') return { status };
        return path === 'cc_query' ? { status: later } : undefined;
      });
      await assert.rejects(checkout.refund('order-1', { amount: 500 }), unknown);
      await assert.rejects(checkout.refund('order-1', { amount: 500 }), unknown);
      later = 2;
      const refund = await checkout.refund('order-1', { amount: 500 });
      assert.deepEqual([refund.state, refund.amount, sent], ['done', 500, 1]);
    });
});

it('a refund that is sent twice, since nobody knew that the first was on its way, is done once and stays done', async () => {
  const sent: string[] = [];
  let aheadMs = 0;
  let release = () => {};
  const isSentAgain = new Promise<void>((resolve) => (release = resolve));
  let done = '';
  const counter = await paidAt(
    (path) =>
      path === 'cc_query' && done ? { status: 2 } : path === 'cc_refund' ? { status: 2 } : undefined,
    async (path, { mchRefundNo }) => {
      if (path === 'cc_query') return done ? undefined : 'Order not found';
      if (path !== 'cc_refund') return undefined;
      sent.push(String(mchRefundNo));
      if (sent.length === 1) await isSentAgain;
      else {
        release();
        // The first one's answer is written down before the second one is refused.
        await until('the first is done', () => first);
        return 'mchRefundNo is duplicated';
      }
      done = String(mchRefundNo);
      return undefined;
    },
    memoryStore(() => Date.now() + aheadMs),
  );
  let first: Refund | undefined;
  const call = counter.checkout.refund('order-1', { amount: 500 }).then((refund) => (first = refund));
  await until('the first is sent', () => sent.length === 1);
  // Its server stands still for longer than its turn lasts.
  aheadMs = 31_000;
  const second = await counter.checkout.refund('order-1', { amount: 500 });
  assert.deepEqual([(await call).state, second.state, new Set(sent).size], ['done', 'done', 1]);
  assert.deepEqual(second.mchRefundNo, done);
  await assert.rejects(counter.checkout.refund('order-1', { amount: 1500 }), /at most 1499 cents/);
});

it('all that is left is given back, though an answer to a refund of a part was lost before', async (test) => {
  const shop = await paidShop(test);
  shop.sandbox.fault({ kind: 'lost-answer', call: 'cc_refund' });
  await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
  const { amount, state } = await shop.checkout.refund('order-1');
  assert.deepEqual([amount, state], [1499, 'done']);
  assert.deepEqual(
    givenBack(shop).map(([, cents]) => cents),
    [500, 1499],
  );
});

it('a refund that is under way keeps no other payment from being given back', async (test) => {
  const shop = await shopFor(test);
  const { first } = await payTwice(shop);
  shop.sandbox.fault({ kind: 'reset', call: 'cc_refund' });
  await assert.rejects(shop.checkout.refund('order-1', { amount: 500 }), unknown);
  // The gateway says nothing of that one, for however long.
  shop.sandbox.fault({ kind: 'reset', call: 'cc_query', times: 1 });
  const { state } = await shop.checkout.refund('order-1', { mchOrderNo: String(first.mchOrderNo) });
  assert.equal(state, 'done');
});
