import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addCardFields, call, purchaseFields, receiverFor, sandboxFor, until } from './support.js';

interface Event {
  readonly result?: string;
  readonly message?: string;
}

const words = (events: readonly unknown[]) =>
  events.map((event) => (event as Event).message ?? (event as Event).result);

describe('without a browser', () => {
  it('an order is paid, notified, and paid once', async (test) => {
    const sandbox = await sandboxFor(test, { notificationDelays: [0] });
    const { url, received } = await receiverFor(test);
    const order = purchaseFields({ notifyUrl: url });
    await call(sandbox, 'cc_purchase', order);
    const mchOrderNo = String(order['mchOrderNo']);
    const outcome = await sandbox.pay(mchOrderNo);
    assert.deepEqual([outcome.order.status, words(outcome.events)], [2, ['SUCCESS']]);
    await until('it is notified', () => received.length === 1);
    assert.deepEqual(words((await sandbox.pay(mchOrderNo)).events), ['Order has been paid']);
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  const scenarios: [string, string, (string | undefined)[], number, number][] = [
    ['PF_CC', 'declined', ['Card declined'], 9, 9],
    ['PF_CC', 'unknown-status', ['SUCCESS'], 1, 2],
    ['PF_CC', 'silent', [], 2, 2],
    ['PF_CC', 'expired', ['secureId has expired'], 0, 0],
    ['UPI_EX', 'unionpay-approved', ['SUCCESS'], 2, 2],
    ['UPI_EX', 'unionpay-timeout-paid', ['Timeout'], 0, 2],
    ['UPI_EX', 'unionpay-timeout-failed', ['Timeout'], 0, 9],
  ];
  for (const [channel, scenario, events, now, later] of scenarios) {
    it(`${scenario}: the page hears ${events.join() || 'nothing'}; status ${now}, then ${later}`, async (test) => {
      const sandbox = await sandboxFor(test);
      const order = purchaseFields({ channel });
      await call(sandbox, 'cc_purchase', order);
      const outcome = await sandbox.pay(String(order['mchOrderNo']), { scenario });
      assert.deepEqual([words(outcome.events), outcome.order.status], [events, now]);
      sandbox.advance(2000);
      assert.equal(sandbox.ledger.orders()[0]?.status, later);
    });
  }

  it('another card may follow a decline, but not with the quirk spentByFail', async (test) => {
    for (const spentByFail of [false, true]) {
      const sandbox = await sandboxFor(test, { quirks: { spentByFail } });
      const order = purchaseFields();
      await call(sandbox, 'cc_purchase', order);
      const mchOrderNo = String(order['mchOrderNo']);
      await sandbox.pay(mchOrderNo, { number: '4000 0000 0000 0002' });
      const { events } = await sandbox.pay(mchOrderNo);
      assert.deepEqual(words(events), [spentByFail ? 'secureId has been used' : 'SUCCESS']);
      assert.equal(sandbox.ledger.charges().length, spentByFail ? 0 : 1);
    }
  });

  it('a card may be given as its number alone; what is neither is refused in words', async (test) => {
    const sandbox = await sandboxFor(test);
    const [order, card] = [purchaseFields(), addCardFields()];
    await call(sandbox, 'cc_purchase', order);
    await call(sandbox, 'cc_addCard', card);
    const mchOrderNo = String(order['mchOrderNo']);
    assert.deepEqual(words((await sandbox.pay(mchOrderNo, '4000 0000 0000 0002')).events), ['Card declined']);
    for (const [given, says] of [
      [
        'declined',
        /pay: expected a card's number .*a text of 8 characters\. A scenario is \{ scenario: 'declined' \}/,
      ],
      ['', /pay: expected a card's number .*a text of 0 characters\.$/],
      [null, /pay: expected a card's number, or an object with any of number, .*; received null/],
      [4242424242424242, /received a number/],
      [['4242424242424242'], /received an array/],
    ] as const)
      await assert.rejects(sandbox.pay(mchOrderNo, given as never), { name: 'TypeError', message: says });
    assert.deepEqual(words((await sandbox.pay(mchOrderNo, '4242424242424242')).events), ['SUCCESS']);
    const { card: saved } = await sandbox.saveCard(String(card['cardId']), '5555555555554444');
    assert.deepEqual([saved.saved, saved.cardType], [true, 'M']);
  });

  it('a card is saved, or declined', async (test) => {
    const sandbox = await sandboxFor(test);
    const [good, bad] = [addCardFields(), addCardFields()];
    await call(sandbox, 'cc_addCard', good);
    await call(sandbox, 'cc_addCard', bad);
    const saved = await sandbox.saveCard(String(good['cardId']), { number: '5555555555554444' });
    assert.deepEqual([saved.card.saved, saved.card.cardType, words(saved.events)], [true, 'M', ['SUCCESS']]);
    const declined = await sandbox.saveCard(String(bad['cardId']), { scenario: 'declined' });
    assert.deepEqual([declined.card.saved, words(declined.events)], [false, ['Card declined']]);
  });

  it('it says what can’t be paid', async (test) => {
    const sandbox = await sandboxFor(test);
    const order = purchaseFields();
    await call(sandbox, 'cc_purchase', order);
    const mchOrderNo = String(order['mchOrderNo']);
    await assert.rejects(sandbox.pay('nobody'), /pay: the gateway has no order "nobody"/);
    await assert.rejects(sandbox.saveCard('nobody'), /saveCard: the gateway has no card "nobody"/);
    await assert.rejects(sandbox.pay(mchOrderNo, { number: '4111111111111111' }), /its own test cards only/);
    await assert.rejects(sandbox.pay(mchOrderNo, { scenario: 'lucky' }), /No scenario "lucky"/);
    await assert.rejects(sandbox.pay(mchOrderNo, { cvv: '1' } as never), /pay: there is no "cvv"/);
    await assert.rejects(sandbox.pay(mchOrderNo, { scenario: 'broken' }), /Nothing was charged/);
    const { amount, currency, loginName } = purchaseFields();
    const wallet = { walletType: 'ApplePay', walletData: btoa('{}') };
    await call(sandbox, 'cc_purchasewithwallet', { mchOrderNo: 'w', amount, currency, loginName, ...wallet });
    await assert.rejects(sandbox.pay('w'), /has no form/);
    assert.equal(sandbox.ledger.orders()[0]?.attempts, 0);
  });

  it('it works over HTTP as well', async (test) => {
    const sandbox = await sandboxFor(test);
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${sandbox.origin}/sandbox/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return [
        answer.status,
        (await answer.json()) as Record<string, { status?: number; saved?: boolean }>,
      ] as const;
    };
    const [order, card] = [purchaseFields(), addCardFields()];
    await call(sandbox, 'cc_purchase', order);
    await call(sandbox, 'cc_addCard', card);
    const [, paid] = await post('pay', { mchOrderNo: order['mchOrderNo'] });
    assert.equal(paid['order']?.status, 2);
    const [, saved] = await post('save-card', { cardId: card['cardId'] });
    assert.equal(saved['card']?.saved, true);
    assert.equal((await post('pay', { mchOrderNo: 'nobody' }))[0], 400);
    assert.equal((await post('notifications', { action: 'explode' }))[0], 400);
    assert.equal((await post('notifications', { action: 'drop', count: 1 }))[0], 200);
    assert.equal((await post('fault', { kind: 'http-500', call: 'cc_query' }))[0], 200);
    await assert.rejects(call(sandbox, 'cc_query', { mchOrderNo: order['mchOrderNo'] }), /HTTP 500/);
  });
});
