// One order is paid at most once: tabs, reloads, declines, timeouts, saved cards.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pause, payTwice, shopFor, until } from './shop.js';

describe('one order', () => {
  it('is one order of the gateway’s, however many tabs ask for a form at the same time', async (test) => {
    const shop = await shopFor(test);
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.secureId()));
    const [first] = answers;
    assert.equal(first?.httpStatus, 200);
    assert.match(String(first.secureId), /./);
    for (const answer of answers) {
      // Each is the same form; only the seconds that are left may differ.
      assert.deepEqual({ ...answer, expiresIn: 0 }, { ...first, expiresIn: 0 });
    }
    assert.equal(shop.sandbox.ledger.orders().length, 1);
    assert.deepEqual([first.amount, first['currency']], [1999, 'CAD']);
    assert.equal(first['gatewayOrigin'], shop.sandbox.origin);
  });

  it('is not the same as another one', async (test) => {
    const shop = await shopFor(test);
    const [one, other] = await Promise.all([shop.secureId({ order: 'a' }), shop.secureId({ order: 'b' })]);
    assert.notEqual(one.secureId, other.secureId);
    assert.notEqual(one.mchOrderNo, other.mchOrderNo);
  });

  it('that is paid gets no form any more, only its status', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId);
    const again = await shop.secureId();
    assert.deepEqual(
      [again.status, again.mchOrderNo, again.secureId, again.amount],
      [2, mchOrderNo, undefined, 1999],
    );
    await until('the merchant knows', () => shop.paid.length === 1);
    assert.equal(shop.charges(), 1);
  });

  it('waits after a Timeout: a reload gets no second form, and hears of the payment', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId({ channel: 'UPI_EX' });
    await shop.pay(secureId, 'unionpay-timeout-paid');
    // The element has heard "Timeout", and asks.
    assert.equal((await shop.orderStatus({ channel: 'UPI_EX', mchOrderNo })).status, 1);
    const reloaded = await shop.secureId({ channel: 'UPI_EX' });
    assert.deepEqual([reloaded.status, reloaded.mchOrderNo, reloaded.secureId], [1, mchOrderNo, undefined]);
    const changed = await shop.secureId({ channel: 'PF_CC' });
    assert.deepEqual([changed.status, changed.secureId], [1, undefined], 'whatever the page asks for now');
    shop.sandbox.advance(60_000);
    await until('it is paid', async () => (await shop.secureId()).status === 2);
    assert.equal(shop.charges(), 1);
  });

  it('stays open when its frame was taken away and the gateway knows of no submission', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    const told = await shop.orderStatus({ mchOrderNo, frameRemoved: true });
    assert.deepEqual([told.status, told.mchOrderNo], [0, mchOrderNo]);
    const reloaded = await shop.secureId();
    assert.deepEqual([reloaded.secureId, reloaded.mchOrderNo], [secureId, mchOrderNo], 'the same form');
    assert.equal((await shop.checkout.status('order-1')).state, 'open');
    await shop.pay(secureId);
    await pause(1000);
    assert.equal((await shop.orderStatus({ mchOrderNo, frameRemoved: true })).status, 2);
    assert.equal(shop.charges(), 1);
  });

  it('waits when its frame was taken away and the gateway has begun with it', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId, 'unknown-status');
    assert.equal((await shop.orderStatus({ mchOrderNo, frameRemoved: true })).status, 1);
    const reloaded = await shop.secureId();
    assert.deepEqual([reloaded.status, reloaded.secureId], [1, undefined]);
  });

  it('that was told of as submitted stays so, whatever a question about its frame says', async (test) => {
    const shop = await shopFor(test, { sandbox: {} });
    const { mchOrderNo } = await shop.secureId();
    assert.equal((await shop.orderStatus({ mchOrderNo })).status, 1);
    assert.equal((await shop.orderStatus({ mchOrderNo, frameRemoved: true })).status, 1);
    assert.equal((await shop.secureId()).status, 1);
  });

  it('takes a `frameRemoved` that is not true for an ordinary question', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    assert.equal((await shop.orderStatus({ mchOrderNo, frameRemoved: 'false' })).status, 1);
  });

  it('can be paid anew after a Timeout that became a failure', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId({ channel: 'UPI_EX' });
    await shop.pay(secureId, 'unionpay-timeout-failed');
    assert.equal((await shop.orderStatus({ channel: 'UPI_EX', mchOrderNo })).status, 1);
    shop.sandbox.advance(60_000);
    await pause(1000);
    await until('it has failed', async () => (await shop.orderStatus({ mchOrderNo })).status === 9);
    const again = await shop.secureId({ channel: 'UPI_EX' });
    assert.ok(again.secureId && again.mchOrderNo !== mchOrderNo);
  });

  it('gets a new form after a decline', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId, 'declined');
    const again = await shop.secureId({ failed: mchOrderNo });
    assert.ok(again.secureId && again.secureId !== secureId && again.mchOrderNo !== mchOrderNo);
    assert.equal((await shop.checkout.status('order-1')).state, 'open');
    await shop.pay(again.secureId);
    await until('the merchant knows', () => shop.paid.length === 1);
    assert.equal(shop.paid[0]?.payment.mchOrderNo, again.mchOrderNo);
  });

  it('gets a new form after a FAIL of which the gateway knows nothing, and the earlier one stays watched', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    const again = await shop.secureId({ failed: mchOrderNo });
    assert.ok(again.secureId && again.secureId !== secureId);
    await shop.pay(secureId);
    await until('the merchant knows', () => shop.paid.length === 1);
    assert.equal(shop.paid[0]?.payment.mchOrderNo, mchOrderNo);
    assert.equal((await shop.secureId()).status, 2);
  });

  it('gets a new form when its amount has changed; a payment in the old one says what was paid', async (test) => {
    let amount: number | bigint | string = 1999;
    const shop = await shopFor(test, { order: () => ({ id: 'order-1', amount }) });
    const old = await shop.secureId();
    amount = '2499';
    const changed = await shop.secureId();
    amount = 2499n;
    assert.equal(
      (await shop.secureId()).secureId,
      changed.secureId,
      'the same amount, however it is written',
    );
    assert.notEqual(changed.secureId, old.secureId);
    assert.equal(changed.amount, 2499);
    await shop.pay(old.secureId);
    await until('the merchant knows', () => shop.paid.length === 1);
    assert.equal(shop.paid[0]?.payment.amount, 1999);
  });

  it('that the merchant’s own books have as paid gets no form', async (test) => {
    const shop = await shopFor(test, { order: () => ({ id: 'order-1', amount: 1999, paid: true }) });
    const answer = await shop.secureId();
    assert.deepEqual([answer.status, answer.secureId], [2, undefined]);
    assert.equal(shop.sandbox.ledger.orders().length, 0);
  });

  it('paid twice in spite of all is told of, and both notifications are acknowledged', async (test) => {
    const shop = await shopFor(test);
    const { first, second } = await payTwice(shop);
    assert.equal(shop.paid.length, 1);
    const [twice] = shop.paidTwice;
    assert.equal(twice?.orderId, 'order-1');
    assert.equal(twice.payment.mchOrderNo, first.mchOrderNo);
    assert.equal(twice.first.mchOrderNo, second.mchOrderNo);
    await until('all notifications are acknowledged', () =>
      shop.sandbox.ledger.notifications().every(({ acknowledged }) => acknowledged),
    );
    const refund = await shop.checkout.refund('order-1', { mchOrderNo: first.mchOrderNo });
    assert.equal(refund.amount, 1999);
  });

  it('paid twice without onPaidTwice: the log says what to refund', async (test) => {
    const shop = await shopFor(test, { onPaidTwice: undefined });
    const first = await shop.secureId();
    const second = await shop.secureId({ failed: first.mchOrderNo });
    await shop.pay(second.secureId);
    await shop.pay(first.secureId);
    await until('the log says so', () =>
      shop.log.some((line) => /paid twice.*checkout\.refund\("order-1"/.test(line)),
    );
  });
});

describe('the same Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': '5f2c2f0e-6d9c-4a6e-9d0e-0a2f1d3b4c5d' };

  it('with the same body gets the same form', async (test) => {
    const shop = await shopFor(test);
    const [one, other] = await Promise.all([shop.secureId({}, headers), shop.secureId({}, headers)]);
    assert.equal(one.secureId, other.secureId);
    assert.equal((await shop.secureId({}, headers)).secureId, one.secureId);
  });

  it('with another body is refused', async (test) => {
    const shop = await shopFor(test);
    await shop.secureId({ order: 'a' }, headers);
    const other = await shop.secureId({ order: 'b' }, headers);
    assert.equal(other.httpStatus, 409);
    assert.match(String(other.retMsg), /another body/);
  });

  it('after the order was paid gets the truth of now, not the answer of then', async (test) => {
    const shop = await shopFor(test);
    const { secureId } = await shop.secureId({}, headers);
    await shop.pay(secureId);
    assert.equal((await shop.secureId({}, headers)).status, 2);
  });

  it('that is too long is refused', async (test) => {
    const shop = await shopFor(test);
    assert.equal((await shop.secureId({}, { 'Idempotency-Key': 'k'.repeat(256) })).httpStatus, 400);
  });
});

describe('the order’s status', () => {
  it('is told only of the order that `order` returns for this visitor', async (test) => {
    const shop = await shopFor(test);
    const mine = await shop.secureId({ order: 'mine' });
    const other = await shop.secureId({ order: 'other' });
    assert.equal((await shop.orderStatus({ order: 'mine', mchOrderNo: mine.mchOrderNo })).status, 1);
    const foreign = await shop.orderStatus({ order: 'mine', mchOrderNo: other.mchOrderNo });
    assert.equal(foreign.httpStatus, 404);
    assert.equal(foreign.status, undefined);
    assert.match(shop.log.join('\n'), /order-status: HTTP 404: .*`order` must return the same order/);
    // Nobody told of the other one: its form is still shared.
    assert.equal((await shop.secureId({ order: 'other' })).secureId, other.secureId);
  });

  it('without a number is that of the latest attempt', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId);
    await until('it is known', async () => (await shop.orderStatus()).status === 2);
    assert.equal((await shop.orderStatus()).mchOrderNo, mchOrderNo);
  });

  it('of an attempt that failed is paid where another attempt has paid the order', async (test) => {
    const shop = await shopFor(test);
    const first = await shop.secureId();
    await shop.pay(first.secureId, 'declined');
    const second = await shop.secureId({ failed: first.mchOrderNo });
    await shop.pay(second.secureId);
    await until('the merchant knows', () => shop.paid.length === 1);
    const told = await shop.orderStatus({ mchOrderNo: first.mchOrderNo });
    assert.deepEqual([told.status, told.mchOrderNo], [2, first.mchOrderNo]);
  });

  it('is not yet known while the gateway can’t be asked', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId, 'silent');
    await shop.sandbox.close();
    assert.equal((await shop.orderStatus({ mchOrderNo })).status, shop.paid.length ? 2 : 1);
  });

  it('of an order without a form is 404, in words', async (test) => {
    const shop = await shopFor(test);
    assert.equal((await shop.orderStatus()).httpStatus, 404);
    assert.match(shop.log.join('\n'), /no form was made/);
  });
});

describe('while the gateway fails', () => {
  it('no new form is given out over an attempt that may have been paid', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    await shop.sandbox.close();
    const answer = await shop.secureId({ failed: mchOrderNo });
    assert.equal(answer.httpStatus, 502);
    assert.equal(answer.secureId, undefined);
    assert.match(shop.log.join('\n'), /secure-id: HTTP 502/);
    assert.equal((await shop.checkout.status('order-1')).state, 'unknown');
  });
});

describe('a saved card', () => {
  it('pays an order, and no form is made for it after that', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop);
    const standing = await shop.checkout.charge('order-1', { cardId });
    assert.equal(standing.state, 'paid');
    assert.equal(standing.payment?.amount, 1999);
    assert.equal(shop.paid.length, 1);
    assert.equal((await shop.secureId()).status, 2);
    assert.equal((await shop.checkout.charge('order-1', { cardId })).state, 'paid');
    assert.equal(shop.charges(), 1);
  });

  it('is charged once, however often the button is pressed', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop);
    const standings = await Promise.all(
      Array.from({ length: 10 }, () => shop.checkout.charge('order-1', { cardId })),
    );
    assert.equal(shop.charges(), 1);
    assert.ok(standings.some(({ state }) => state === 'paid'));
    assert.ok(standings.every(({ state }) => state === 'paid' || state === 'unknown'));
    assert.equal((await shop.checkout.status('order-1')).state, 'paid');
  });

  it('and a form at the same moment can’t both pay', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop);
    for (let i = 0; i < 10; i++) {
      const order = `order-${i}`;
      const before = shop.charges();
      const [form] = await Promise.all([
        shop.secureId({ order }).then(async (answer) => {
          if (answer.secureId) await shop.pay(answer.secureId);
          return answer;
        }),
        shop.checkout.charge(order, { cardId, data: { order } }),
      ]);
      assert.equal(shop.charges() - before, 1, JSON.stringify(form));
    }
  });

  it('is not charged while a form is open, unless the page says that it has taken it away', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop);
    await shop.secureId();
    assert.equal((await shop.checkout.charge('order-1', { cardId })).state, 'open');
    assert.match(shop.log.join('\n'), /charge: order order-1 was not charged: a form of it .* is open/);
    assert.equal((await shop.checkout.charge('order-1', { cardId, formClosed: true })).state, 'paid');
    assert.equal(shop.charges(), 1);
  });

  it('is not charged beside a form in which a card was declined: another one may be tried in it', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop);
    const { mchOrderNo = '' } = await shop.secureId();
    await shop.sandbox.pay(mchOrderNo, { scenario: 'declined' });
    const [charged] = await Promise.all([
      shop.checkout.charge('order-1', { cardId }),
      shop.sandbox.pay(mchOrderNo, { scenario: 'approved' }),
    ]);
    assert.notEqual(charged.state, 'failed');
    assert.equal(shop.charges(), 1);
  });

  it('that is declined leaves the order to be paid otherwise', async (test) => {
    const shop = await shopFor(test);
    const cardId = await saved(shop, 'declined-later');
    assert.equal((await shop.checkout.charge('order-1', { cardId })).state, 'failed');
    assert.ok((await shop.secureId()).secureId);
  });

  it('whose charge got no answer keeps the order closed until it is known', async (test) => {
    const shop = await shopFor(test, { timeout: 300 });
    const cardId = await saved(shop);
    shop.sandbox.force('slow');
    assert.equal((await shop.checkout.charge('order-1', { cardId })).state, 'unknown');
    assert.equal((await shop.secureId()).status, 1);
    assert.equal((await shop.checkout.charge('order-1', { cardId })).state, 'unknown');
    shop.sandbox.advance(10_000);
    await until('it is paid', async () => (await shop.checkout.status('order-1')).state === 'paid');
    assert.equal(shop.charges(), 1);
    await until('the merchant knows', () => shop.paid.length === 1);
  });

  it('is charged what the caller says, or what `order` says for this visitor', async (test) => {
    const shop = await shopFor(test, {
      order: ({ context, orderId }) =>
        (context as { vip?: boolean } | undefined)?.vip
          ? { id: orderId ?? 'x', amount: 500 }
          : new Response(null, { status: 403 }),
    });
    const cardId = 'card-1';
    await assert.rejects(shop.checkout.charge('order-1', { cardId }), /refused \(HTTP 403\).*context/s);
    await shop.checkout.charge('order-1', { cardId, context: { vip: true } });
    await shop.checkout.charge('order-2', { cardId, amount: '700' });
    const sent = shop.sandbox.ledger
      .requests()
      .filter(({ path }) => path.endsWith('cc_purchasewithtoken'))
      .map(({ body }) => (body as { amount: number }).amount);
    assert.deepEqual(sent, [500, 700]);
  });
});

/** Saves a card through the form. */
async function saved(shop: Awaited<ReturnType<typeof shopFor>>, scenario = 'approved'): Promise<string> {
  const { secureId } = await shop.secureId({ mode: 'add', order: 'customer-1' });
  await shop.pay(secureId, scenario);
  const [card] = await shop.checkout.cards('customer-1');
  assert.ok(card, 'the card is saved');
  return card.cardId;
}
