// The merchant is told once, also where the store fails just after onPaid; what keeps them from being told is in the log.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Delivery } from '../../../src/server/checkout/delivery.js';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { loggerOf } from '../../../src/server/checkout/log.js';
import { newNumber, nameOf, withAttempt, withPayment } from '../../../src/server/checkout/record.js';
import { Records } from '../../../src/server/checkout/records.js';
import { memoryStore, type Payment, type Store } from '../../../src/server/index.js';
import { payTwice, shopFor, until } from './shop.js';

/** A store whose connection breaks when it shall be written down that the merchant was told. */
function breaking(times: number, isWritten: boolean): Store & { readonly broken: () => number } {
  const store = memoryStore();
  let broken = 0;
  return {
    ...store,
    set: async (key, value, options) => {
      const breaks = key.startsWith('order:') && value.includes('"delivered":true') && broken < times;
      if (!breaks) return store.set(key, value, options);
      broken += 1;
      if (isWritten) await store.set(key, value, options);
      throw new Error('The connection broke.');
    },
    broken: () => broken,
  };
}

for (const isWritten of [false, true]) {
  it(`onPaid runs once where the connection to the store breaks after it, ${isWritten ? 'after' : 'before'} it was written down`, async (test) => {
    const store = breaking(3, isWritten);
    const shop = await shopFor(test, { store });
    const { secureId } = await shop.secureId();
    await shop.pay(secureId);
    await until(
      'the notification is acknowledged',
      () => shop.sandbox.ledger.notifications()[0]?.acknowledged,
    );
    await shop.checkout.reconcile();
    assert.equal(shop.paid.length, 1);
    assert.equal(store.broken(), 3);
  });
}

/** An order that is paid, and of which nobody was told; two servers that tell. */
async function paidShop(onPaid: () => unknown, now = () => Date.now(), given: Store = memoryStore(now)) {
  const store = guardStore(given);
  const records = new Records(store, now);
  const name = nameOf('order-1');
  const mchOrderNo = newNumber('order-1');
  const sum = { amount: 1999, currency: 'CAD', channel: 'PF_CC' } as const;
  const attempt = { mchOrderNo, by: 'form', ...sum, at: now() } as const;
  const payment = { mchOrderNo, ...sum, status: 2, payOrderId: 'PC1' } as Payment;
  const paid = await records.change(name, () =>
    withPayment(withAttempt(undefined, 'order-1', attempt), payment),
  );
  const log = loggerOf(assert.fail);
  const server = () => new Delivery({ onPaid, onPaidTwice: undefined, store, records, log });
  return { name, paid, one: server(), other: server() };
}

it('whoever finds that another process is telling says whether it has told meanwhile', async () => {
  let told = 0;
  let end: () => void = () => {};
  const works = new Promise<void>((resolve) => (end = resolve));
  const { name, paid, one, other } = await paidShop(() => ((told += 1), works));
  const telling = one.deliver(name, paid);
  await until('the first tells', () => told === 1);
  assert.equal(await other.deliver(name, paid), false, 'not yet: its notification must not be acknowledged');
  end();
  assert.equal(await telling, true);
  // It has read the record before the first was done.
  assert.equal(await other.deliver(name, paid), true);
  assert.equal(told, 1);
});

it('a server that read the record before another one told, and goes on when its lease has run out, does not tell again', async () => {
  let nowMs = Date.now();
  let told = 0;
  const { name, paid, one, other } = await paidShop(
    () => void (told += 1),
    () => nowMs,
  );
  assert.equal(await one.deliver(name, paid), true);
  nowMs += 60_000;
  assert.equal(await other.deliver(name, paid), true);
  assert.equal(told, 1);
});

it('a browser is told of the payment, though onPaid never comes to an end', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const { name, paid, one } = await paidShop(() => new Promise(() => {}));
  let isOver = false;
  const quietly = one.deliverQuietly(name, paid, 5000).then(() => (isOver = true));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.equal(isOver, false);
  test.mock.timers.tick(5000);
  await quietly;
});

it('while one server tells, however long that takes, no other one does: for an hour', async (test) => {
  test.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_800_000_000_000 });
  let told = 0;
  const { name, paid, one, other } = await paidShop(() => ((told += 1), new Promise(() => {})));
  void one.deliver(name, paid);
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      test.mock.timers.tick(1000);
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
    }
  };
  await pass(1);
  for (const seconds of [30, 60, 3500]) {
    await pass(seconds);
    assert.equal(await other.deliver(name, paid), false);
    assert.equal(told, 1);
  }
  // A function that has not come back by then never will.
  await pass(60);
  void other.deliver(name, paid);
  await pass(1);
  assert.equal(told, 2);
});

it('a server that can’t write down that it has told gives up before its lease can have run out', async (test) => {
  const store = memoryStore();
  const failing: Store = {
    ...store,
    set: async (key, value, options) => {
      if (value.includes('"delivered":true')) throw new Error('The connection broke.');
      return store.set(key, value, options);
    },
  };
  const { name, paid, one } = await paidShop(() => {}, undefined, failing);
  test.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.now() });
  let failure: unknown;
  void one.deliver(name, paid).catch((error: unknown) => (failure = error));
  for (let tenth = 0; tenth < 290 && !failure; tenth++) {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    test.mock.timers.tick(100);
  }
  assert.match(String(failure), /The connection broke\./);
});

it('where the store has not got the payment under the lease, a copy of it that lags behind, nobody says that it was told of, and it can be told of at once', async () => {
  let lags = false;
  let told = 0;
  const store = memoryStore();
  const lagging: Store = {
    ...store,
    get: async (key) => (lags && key.startsWith('order:') ? undefined : store.get(key)),
  };
  const { name, paid, one, other } = await paidShop(() => void (told += 1), undefined, lagging);
  lags = true;
  assert.equal(await one.deliver(name, paid), false, 'its notification must not be acknowledged');
  lags = false;
  assert.equal(await other.deliver(name, paid), true);
  assert.equal(told, 1);
});

it('a lease under which was told is not given back: nobody has anything to do under it, and that spares a trip', async () => {
  const written: string[] = [];
  const store = memoryStore();
  const { name, paid, one } = await paidShop(() => {}, undefined, {
    ...store,
    set: async (key, value, options) => {
      if (key.startsWith('lease:')) written.push(value);
      return store.set(key, value, options);
    },
  });
  assert.equal(await one.deliver(name, paid), true);
  assert.equal(written.length, 1);
});

it('the log names the function that failed: onPaid', async (test) => {
  const shop = await shopFor(test, { onPaid: () => Promise.reject(new Error('Out of paper.')) });
  const { secureId, mchOrderNo } = await shop.secureId();
  await shop.pay(secureId);
  await shop.orderStatus({ mchOrderNo });
  const log = shop.log.join('\n');
  assert.match(log, /^onPaid: order order-1 is paid, and the function failed: Out of paper\./m);
  await until('a notification has come', () =>
    /^notify: HTTP 500: onPaid: Out of/m.test(shop.log.join('\n')),
  );
});

it('the log names the function that failed: onPaidTwice', async (test) => {
  let fails = false;
  const shop = await shopFor(test, {
    onPaidTwice: (told) => {
      if (fails) throw new Error('Nobody is in the office.');
      fails = true;
      shop.paidTwice.push(told);
    },
  });
  await payTwice(shop);
  const third = await shop.secureId({ order: 'order-2' });
  const fourth = await shop.secureId({ order: 'order-2', failed: third.mchOrderNo });
  await shop.pay(fourth.secureId);
  await until('it is paid', () => shop.paid.length === 2);
  await shop.pay(third.secureId);
  await shop.checkout.reconcile();
  const log = shop.log.join('\n');
  assert.match(log, /^onPaidTwice: order order-2 is paid, and the function failed: Nobody is in/m);
  assert.doesNotMatch(log, /^onPaid:/m);
});

it('an onPaid that fails keeps nobody from hearing that the order was paid twice', async (test) => {
  let isBroken = true;
  const shop = await shopFor(test, {
    onPaid: (told) => {
      if (isBroken) throw new Error('Out of paper.');
      shop.paid.push(told);
    },
  });
  const first = await shop.secureId();
  const second = await shop.secureId({ failed: first.mchOrderNo });
  await shop.pay(first.secureId);
  await shop.pay(second.secureId);
  await until('the merchant knows of the second', () => shop.paidTwice.length === 1);
  const [twice] = shop.paidTwice;
  assert.deepEqual(
    [twice?.first.mchOrderNo, twice?.payment.mchOrderNo],
    [first.mchOrderNo, second.mchOrderNo],
  );
  assert.match(
    shop.log.join('\n'),
    /^onPaid: order order-1 is paid, and the function failed: Out of paper\.|^notify: HTTP 500: onPaid: Out of paper\./m,
  );
  isBroken = false;
  await shop.checkout.reconcile();
  assert.deepEqual([shop.paid.length, shop.paidTwice.length], [1, 1]);
});

it('the log names the function that failed: onCardSaved', async (test) => {
  const shop = await shopFor(test, {
    onCardSaved: () => {
      throw new Error('The wallet is full.');
    },
  });
  const { secureId } = await shop.secureId({ mode: 'add', order: 'customer-1' });
  await shop.pay(secureId);
  assert.equal((await shop.checkout.reconcile()).failures, 1);
  assert.match(
    shop.log.join('\n'),
    /^reconcile: a card could not be settled: onCardSaved: The wallet is full\./m,
  );
  await assert.rejects(
    shop.checkout.cards('customer-1'),
    /^CallbackError: onCardSaved: The wallet is full\./,
  );
});

it('an onCardSaved that fails keeps nobody from hearing of the other cards, and the browser of its own', async (test) => {
  const told: string[] = [];
  let broken: string | undefined;
  const shop = await shopFor(test, {
    onCardSaved: ({ cardId }) => {
      broken ??= cardId;
      if (cardId === broken) throw new Error('The wallet is full.');
      told.push(cardId);
    },
  });
  for (let form = 0; form < 2; form++)
    await shop.pay((await shop.secureId({ mode: 'add', order: 'customer-1' })).secureId);
  const answer = await shop.orderStatus({ mode: 'add', order: 'customer-1' });
  assert.equal(answer.httpStatus, 200);
  assert.equal(answer.status, 2);
  assert.equal(told.length, 1);
  assert.match(
    shop.log.join('\n'),
    /^order-status: a card of customer-1 is saved\. onCardSaved: The wallet is full\./m,
  );
  const failed = broken;
  broken = 'none';
  assert.deepEqual(
    (await shop.checkout.cards('customer-1')).map(({ cardId }) => cardId),
    [failed],
  );
  assert.equal(told[1], failed);
});

for (const callback of ['store.get', 'store.set'] as const)
  it(`the log names the function that failed: ${callback}`, async (test) => {
    const store = memoryStore();
    const shop = await shopFor(test, {
      store: { ...store, [callback.slice(6)]: () => Promise.reject(new Error('Connection terminated')) },
    });
    assert.equal((await shop.secureId()).httpStatus, 500);
    assert.match(
      shop.log.join('\n'),
      new RegExp(`^secure-id: HTTP 500: ${callback}: Connection terminated`, 'm'),
    );
  });
