import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addCardFields,
  call,
  firstEvent,
  pay,
  purchaseFields,
  sandboxFor,
  sendCard,
  signature,
  until,
} from './support.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

it('signs as IOTPay’s steps say (the vector of its facts)', () => {
  const sign = signature({ c: 'cat', a: 'apple', d: '', b: 'boat' }, 'your_merchant_key');
  assert.equal(sign, 'CA6C2CD331DFAFDBBFD81D8603358789');
});

describe('purchase and add card', () => {
  it('answer with a secureId and the hosted page', async (test) => {
    const sandbox = await sandboxFor(test);
    const purchase = await call(sandbox, 'cc_purchase', purchaseFields());
    assert.equal(purchase.retCode, 'SUCCESS');
    assert.match(String(purchase.retData['secureId']), /^[0-9a-f]{64}$/);
    assert.equal(
      purchase.retData['redirectUrl'],
      `${sandbox.origin}/cc/purchase?key=${String(purchase.retData['secureId'])}`,
    );
    for (const name of ['cc_addCard', 'cc_addcard']) {
      const { retCode, retData } = await call(sandbox, name, addCardFields());
      assert.equal(retCode, 'SUCCESS');
      assert.equal(retData['channel'], 'PF_CC');
    }
  });

  it('take text beyond ASCII, raw or URL-encoded after signing', async (test) => {
    const sandbox = await sandboxFor(test);
    const raw = purchaseFields({ subject: 'Thé & gâteau = 茶' });
    assert.equal((await call(sandbox, 'cc_purchase', raw)).retCode, 'SUCCESS');
    const fields = purchaseFields({ subject: 'Thé & gâteau = 茶' });
    const sign = signature({ mchId: sandbox.merchant.mchId, ...fields }, sandbox.merchant.merchantKey);
    const percent = encodeURIComponent('Thé & gâteau = 茶');
    // PHP's `rawurlencode`, then its `urlencode`: the second one is refused as a duplicate, no longer for its signature.
    const encoded = { ...fields, subject: percent, sign };
    assert.equal((await call(sandbox, 'cc_purchase', encoded)).retCode, 'SUCCESS');
    const plus = { ...encoded, subject: percent.replaceAll('%20', '+') };
    assert.equal((await call(sandbox, 'cc_purchase', plus)).retMsg, 'mchOrderNo is duplicated');
  });

  const refused: [string, string, Record<string, unknown>, RegExp][] = [
    ['another signature', 'cc_purchase', { sign: 'A'.repeat(32) }, /^sign error$/],
    ['another merchant', 'cc_purchase', { mchId: '99' }, /^mchId not found$/],
    ['no mchId', 'cc_purchase', { mchId: '' }, /^mchId is missing$/],
    ['another loginName', 'cc_purchase', { loginName: 'mallory' }, /^loginName not found$/],
    ['a long loginName', 'cc_purchase', { loginName: 'x'.repeat(13) }, /^loginName is longer than 12/],
    ['a long mchOrderNo', 'cc_purchase', { mchOrderNo: 'x'.repeat(31) }, /^mchOrderNo is longer than 30/],
    ['no mchOrderNo', 'cc_purchase', { mchOrderNo: undefined }, /^mchOrderNo is missing$/],
    ['a long subject', 'cc_purchase', { subject: 'x'.repeat(65) }, /^subject is longer than 64/],
    ['a long body', 'cc_purchase', { body: 'x'.repeat(251) }, /^body is longer than 250/],
    ['a long mchUserId', 'cc_purchase', { mchUserId: 'x'.repeat(31) }, /^mchUserId is longer than 30/],
    ['a long clientIp', 'cc_purchase', { clientIp: 'x'.repeat(51) }, /^clientIp is longer than 50/],
    [
      'a long notifyUrl',
      'cc_purchase',
      { notifyUrl: `http://localhost/${'x'.repeat(200)}` },
      /^notifyUrl is longer/,
    ],
    ['no notifyUrl', 'cc_purchase', { notifyUrl: '' }, /^notifyUrl is missing$/],
    ['a relative returnUrl', 'cc_purchase', { returnUrl: '/thanks' }, /^returnUrl is not an absolute/],
    [
      'a script as returnUrl',
      'cc_purchase',
      { returnUrl: 'javascript:alert(1)' },
      /^returnUrl is not an absolute/,
    ],
    ['dollars', 'cc_purchase', { amount: '15.50' }, /^amount is not a whole number of cents$/],
    ['nothing to pay', 'cc_purchase', { amount: 0 }, /^amount is not a whole number of cents$/],
    ['a negative amount', 'cc_purchase', { amount: -100 }, /^amount is not a whole number of cents$/],
    ['another currency', 'cc_purchase', { currency: 'USD' }, /^currency is not supported$/],
    ['another channel', 'cc_purchase', { channel: 'PF_XX' }, /^channel is not supported$/],
    ['a long cardId', 'cc_addCard', { cardId: 'x'.repeat(31) }, /^cardId is longer than 30/],
    ['an object', 'cc_addCard', { cardId: { nested: true }, sign: 'x' }, /^sign error$/],
  ];
  for (const [what, name, change, message] of refused) {
    it(`${name} refuses ${what}`, async (test) => {
      const sandbox = await sandboxFor(test);
      const fields = name === 'cc_purchase' ? purchaseFields(change) : addCardFields(change);
      const answer = await call(sandbox, name, fields);
      assert.equal(answer.retCode, 'FAIL');
      assert.match(answer.retMsg, message);
      assert.deepEqual(sandbox.ledger.orders(), []);
      assert.deepEqual(sandbox.ledger.cards(), []);
      assert.equal(sandbox.ledger.requests()[0]?.retMsg, answer.retMsg);
    });
  }

  it('take values of exactly the longest length', async (test) => {
    const sandbox = await sandboxFor(test);
    const longest = { mchOrderNo: '茶'.repeat(30), subject: '茶'.repeat(64), body: 'x'.repeat(250) };
    assert.equal((await call(sandbox, 'cc_purchase', purchaseFields(longest))).retCode, 'SUCCESS');
  });

  it('refuse an mchOrderNo or a cardId that was there before', async (test) => {
    const sandbox = await sandboxFor(test);
    const order = purchaseFields();
    await call(sandbox, 'cc_purchase', order);
    assert.equal((await call(sandbox, 'cc_purchase', order)).retMsg, 'mchOrderNo is duplicated');
    assert.equal(sandbox.ledger.orders().length, 1);
    const card = addCardFields();
    await call(sandbox, 'cc_addCard', card);
    assert.equal((await call(sandbox, 'cc_addcard', card)).retMsg, 'cardId is duplicated');
  });

  it('answer HTTP 404 for a call that there isn’t, FAIL for a body that is no JSON', async (test) => {
    const sandbox = await sandboxFor(test);
    await assert.rejects(call(sandbox, 'toString', {}), /HTTP 404/);
    const response = await fetch(`${sandbox.origin}/v3/cc_purchase`, { method: 'POST', body: '{"mchId":' });
    assert.deepEqual(await response.json(), {
      retCode: 'FAIL',
      retMsg: 'Body is not a JSON object',
      retData: {},
    });
  });
});

describe('a payment', () => {
  it('moves money once, whatever is sent again', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo, secureId, reply } = await pay(sandbox, 'approved');
    const event = firstEvent(reply) as { result: string; detail: { retData: Record<string, unknown> } };
    assert.equal(event.result, 'SUCCESS');
    assert.equal(event.detail.retData['status'], 2);
    assert.equal(event.detail.retData['mchOrderNo'], mchOrderNo);
    assert.equal(event.detail.retData['cardNum'], '424242******4242');
    const again = firstEvent(await sendCard(sandbox, secureId, '4242424242424242'));
    assert.equal((again as { result: string }).result, 'FAIL');
    assert.deepEqual(
      sandbox.ledger.charges().map((charge) => [charge.mchOrderNo, charge.amount]),
      [[mchOrderNo, 1500]],
    );
    const { retData } = await call(sandbox, 'cc_query', { mchOrderNo });
    assert.equal(retData['status'], 2);
    assert.match(String(retData['paySuccTime']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const byNumber = await call(sandbox, 'cc_query', { payOrderId: retData['payOrderId'] });
    assert.equal(byNumber.retData['mchOrderNo'], mchOrderNo);
  });

  it('can follow a decline in the same session', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo, secureId, reply } = await pay(sandbox, 'declined');
    assert.deepEqual(
      [(firstEvent(reply) as { message: string }).message, reply.text],
      ['Card declined', 'Card declined'],
    );
    assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 9);
    await sendCard(sandbox, secureId, '4242424242424242');
    assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 2);
    assert.equal(sandbox.ledger.orders()[0]?.attempts, 2);
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('takes no number but its own, and keeps none', async (test) => {
    const sandbox = await sandboxFor(test);
    const { retData } = await call(sandbox, 'cc_purchase', purchaseFields());
    // Passes Luhn's check, as a real one does.
    const reply = await sendCard(sandbox, retData['secureId'], '4111111111111111');
    assert.equal(reply.kind, 'refused');
    assert.equal(sandbox.ledger.orders()[0]?.attempts, 0);
    const seen = await (await fetch(`${sandbox.origin}/sandbox/ledger`)).text();
    assert.ok(!seen.includes('4111111111111111'));
  });

  it('through UnionPay takes UnionPay’s cards only', async (test) => {
    const sandbox = await sandboxFor(test);
    const { reply } = await pay(sandbox, 'approved', { channel: 'UPI_EX' });
    assert.equal(reply.kind, 'refused');
    assert.equal((await pay(sandbox, 'unionpay-approved', { channel: 'UPI_EX' })).reply.kind, 'poll');
  });

  it('is refused when its secureId is unknown, or older than an hour', async (test) => {
    const sandbox = await sandboxFor(test);
    const unknown = firstEvent(await sendCard(sandbox, 'f'.repeat(64), '4242424242424242'));
    assert.equal((unknown as { message: string }).message, 'secureId not found');
    const { retData } = await call(sandbox, 'cc_purchase', purchaseFields());
    sandbox.advance(HOUR_MS - 1000);
    const early = await call(sandbox, 'cc_purchase', purchaseFields());
    sandbox.advance(1000);
    const late = firstEvent(await sendCard(sandbox, retData['secureId'], '4242424242424242'));
    assert.equal((late as { message: string }).message, 'secureId has expired');
    assert.equal(sandbox.ledger.charges().length, 0);
    await sendCard(sandbox, early.retData['secureId'], '4242424242424242');
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('is what `force` says, whatever the card, until it is taken back', async (test) => {
    const sandbox = await sandboxFor(test);
    sandbox.force('insufficient-funds');
    assert.equal((await pay(sandbox, 'approved')).reply.text, 'Insufficient funds');
    sandbox.force(undefined);
    await pay(sandbox, 'approved');
    assert.equal(sandbox.ledger.charges().length, 1);
    assert.throws(() => sandbox.force('lucky'), /No scenario "lucky"\. There are: approved,/);
  });

  const reports: [string, unknown, number][] = [
    ['no-detail', { result: 'SUCCESS' }, 2],
    ['fail-no-detail', { result: 'FAIL', message: 'Card declined' }, 9],
  ];
  for (const [scenario, event, status] of reports) {
    it(`${scenario}: the callback gets ${JSON.stringify(event)}`, async (test) => {
      const sandbox = await sandboxFor(test);
      const { reply, mchOrderNo } = await pay(sandbox, scenario);
      assert.deepEqual(firstEvent(reply), event);
      assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], status);
    });
  }

  const redirects: [string, string][] = [
    ['redirect', 'https://shop.example/return?cart=7&mchOrderNo={order}&retCode=SUCCESS&retMsg=&status=2'],
    [
      'fail-redirect',
      'https://shop.example/return?cart=7&mchOrderNo={order}&retCode=FAIL&retMsg=Card+declined&status=9',
    ],
    ['unsafe-redirect', 'javascript:alert(document.domain)'],
  ];
  for (const [scenario, url] of redirects) {
    it(`${scenario}: redirectUrl is ${url}`, async (test) => {
      const sandbox = await sandboxFor(test);
      const { mchOrderNo, reply } = await pay(sandbox, scenario);
      const event = firstEvent(reply) as { detail: { retData: { redirectUrl: string } } };
      assert.equal(event.detail.retData.redirectUrl, url.replace('{order}', mchOrderNo));
    });
  }

  const returns: [string, string][] = [
    ['https://shop.example/return', '?mchOrderNo={order}&retCode=SUCCESS&retMsg=&status=2'],
    ['https://shop.example/return#step', '?mchOrderNo={order}&retCode=SUCCESS&retMsg=&status=2#step'],
    ['https://shop.example/r?a=%20&b=1+1#/?x', '&mchOrderNo={order}&retCode=SUCCESS&retMsg=&status=2#/?x'],
  ];
  for (const [returnUrl, added] of returns) {
    it(`returns to ${returnUrl} with what the merchant wrote left as it is`, async (test) => {
      const sandbox = await sandboxFor(test);
      const { mchOrderNo, reply } = await pay(sandbox, 'redirect', { returnUrl });
      const event = firstEvent(reply) as { detail: { retData: { redirectUrl: string } } };
      const expected = `${returnUrl.split('#')[0]}${added.replace('{order}', mchOrderNo)}`;
      assert.equal(event.detail.retData.redirectUrl, expected);
    });
  }

  it('has ids of 28 characters, a kind of card, and a refund that names its payment', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo } = await pay(sandbox, 'approved-mastercard');
    const { retData } = await call(sandbox, 'cc_query', { mchOrderNo });
    assert.match(String(retData['payOrderId']), /^PC\d{26}$/);
    assert.equal(retData['cardType'], 'M');
    const refund = {
      mchRefundNo: 'r-1',
      loginName: 'sandbox',
      payOrderId: retData['payOrderId'],
      refundAmount: 100,
    };
    const back = (await call(sandbox, 'cc_refund', refund)).retData;
    assert.match(String(back['payOrderId']), /^RP\d{26}$/);
    assert.deepEqual(
      [back['mchOrderNo'], back['refundable'], back['originalOrderId']],
      ['r-1', 0, retData['payOrderId']],
    );
  });

  it('with a contradiction, a strange word or no word at all is paid all the same', async (test) => {
    const sandbox = await sandboxFor(test);
    const contradiction = firstEvent((await pay(sandbox, 'contradiction')).reply);
    assert.equal((contradiction as { result: string }).result, 'SUCCESS');
    assert.equal((contradiction as { detail: { retCode: string } }).detail.retCode, 'FAIL');
    assert.equal(
      (firstEvent((await pay(sandbox, 'strange-result')).reply) as { result: string }).result,
      'PROCESSED',
    );
    assert.equal((await pay(sandbox, 'silent')).reply.kind, 'silent');
    assert.equal((await pay(sandbox, 'nonsense')).reply.report?.calls.length, 5);
    assert.equal(sandbox.ledger.charges().length, 4);
  });

  it('broken or expired charges nothing', async (test) => {
    const sandbox = await sandboxFor(test);
    assert.equal((await pay(sandbox, 'broken')).reply.kind, 'HTTP 500');
    const { reply, secureId } = await pay(sandbox, 'expired');
    assert.equal(reply.text, 'secureId has expired');
    assert.equal((await sendCard(sandbox, secureId, '4242424242424242')).text, 'secureId has expired');
    assert.deepEqual(sandbox.ledger.charges(), []);
  });

  it('of unknown status is paid two seconds later, and takes no second card', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo, secureId, reply } = await pay(sandbox, 'unknown-status');
    const event = firstEvent(reply) as { result: string; detail: { retData: { status: number } } };
    assert.deepEqual([event.result, event.detail.retData.status], ['SUCCESS', 1]);
    assert.equal((await sendCard(sandbox, secureId, '4242424242424242')).text, 'Order is being processed');
    sandbox.advance(2000);
    assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 2);
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('that is slow is answered after five seconds', async (test) => {
    const sandbox = await sandboxFor(test);
    const paying = pay(sandbox, 'slow');
    await until('the card has arrived', () => sandbox.ledger.orders()[0]?.attempts === 1);
    assert.equal(sandbox.ledger.charges().length, 0);
    sandbox.advance(5000);
    assert.equal((await paying).reply.kind, 'report');
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('through UnionPay is decided after the script has given up, however it asks', async (test) => {
    const sandbox = await sandboxFor(test, { unionPay: { tries: 3, interval: 1000 } });
    const ask = async (key: string) => {
      const response = await fetch(`${sandbox.origin}/cc/queryorder`, {
        method: 'POST',
        body: JSON.stringify({ key }),
      });
      return ((await response.json()) as { kind: string }).kind;
    };
    for (const [scenario, status] of [
      ['unionpay-timeout-paid', 2],
      ['unionpay-timeout-failed', 9],
      ['unionpay-timeout-pending', 0],
    ] as const) {
      const { secureId, mchOrderNo, reply } = await pay(sandbox, scenario, { channel: 'UPI_EX' });
      assert.equal(reply.kind, 'poll');
      const asked = [await ask(secureId), await ask(secureId), await ask(secureId)];
      assert.deepEqual(asked, ['pending', 'pending', 'pending'], scenario);
      sandbox.advance(1000);
      assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 0, scenario);
      sandbox.advance(1000);
      assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], status, scenario);
    }
    assert.equal(sandbox.ledger.charges().length, 1);
  });
});

describe('a saved card', () => {
  async function saveCard(
    sandbox: Awaited<ReturnType<typeof sandboxFor>>,
    number: string,
    channel = 'PF_CC',
  ) {
    const fields = addCardFields({ channel });
    const { retData } = await call(sandbox, 'cc_addCard', fields);
    const reply = await sendCard(sandbox, retData['secureId'], number);
    return { cardId: fields['cardId'] as string, reply };
  }
  const charge = (cardId: string, more: Record<string, unknown> = {}) => {
    const { mchOrderNo, amount, currency, loginName } = purchaseFields();
    return { mchOrderNo, amount, currency, loginName, cardId, ...more };
  };

  it('is reported without a status, can be queried, and has the documented cvv that nobody typed', async (test) => {
    const sandbox = await sandboxFor(test);
    const { cardId, reply } = await saveCard(sandbox, '4242424242424242');
    assert.deepEqual(firstEvent(reply), {
      result: 'SUCCESS',
      detail: {
        retCode: 'SUCCESS',
        retMsg: '',
        retData: {
          cardId,
          cardNum: '424242******4242',
          expiryDate: '1234',
          holder: 'Test Shopper',
          channel: 'PF_CC',
        },
      },
    });
    const { retData } = await call(sandbox, 'cc_querycard', { cardId });
    assert.equal(retData['cvv'], '999');
    assert.deepEqual(sandbox.ledger.charges(), []);
  });

  it('that was declined is not there', async (test) => {
    const sandbox = await sandboxFor(test);
    const { cardId } = await saveCard(sandbox, '4000000000000002');
    assert.equal((await call(sandbox, 'cc_querycard', { cardId })).retMsg, 'cardId is not binding');
    assert.equal(
      (await call(sandbox, 'cc_purchasewithtoken', charge(cardId))).retMsg,
      'cardId is not binding',
    );
  });

  it('pays, once for each mchOrderNo', async (test) => {
    const sandbox = await sandboxFor(test);
    const { cardId } = await saveCard(sandbox, '4242424242424242');
    const fields = charge(cardId);
    const { retCode, retData } = await call(sandbox, 'cc_purchasewithtoken', fields);
    assert.deepEqual([retCode, retData['status'], retData['cardNum']], ['SUCCESS', 2, '424242******4242']);
    assert.equal((await call(sandbox, 'cc_purchasewithtoken', fields)).retMsg, 'mchOrderNo is duplicated');
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('can be declined when it is charged', async (test) => {
    const sandbox = await sandboxFor(test);
    const { cardId } = await saveCard(sandbox, '4000000000000341');
    const { retCode, retMsg, retData } = await call(sandbox, 'cc_purchasewithtoken', charge(cardId));
    assert.deepEqual([retCode, retMsg, retData['status']], ['FAIL', 'Card declined', 9]);
    assert.deepEqual(sandbox.ledger.charges(), []);
  });

  it('of UnionPay needs a notifyUrl when it is charged', async (test) => {
    const sandbox = await sandboxFor(test, { unionPay: { tries: 5, interval: 1 } });
    sandbox.force('approved');
    const { cardId } = await saveCard(sandbox, '6200000000000005', 'UPI_EX');
    assert.equal(
      (await call(sandbox, 'cc_purchasewithtoken', charge(cardId))).retMsg,
      'notifyUrl is missing',
    );
    const notifyUrl = 'http://localhost:9/';
    assert.equal(
      (await call(sandbox, 'cc_purchasewithtoken', charge(cardId, { notifyUrl }))).retCode,
      'SUCCESS',
    );
  });

  it('of a wallet pays with its data, without a cardId, on the wallet’s own channel', async (test) => {
    const sandbox = await sandboxFor(test);
    const wallet = (more: Record<string, unknown> = {}) => {
      const { mchOrderNo, amount, currency, loginName } = purchaseFields();
      const data = { walletType: 'GooglePay', walletData: btoa('{"token":"t"}') };
      return { mchOrderNo, amount, currency, loginName, ...data, ...more };
    };
    for (const [walletType, channel] of [
      ['ApplePay', 'CC_CA'],
      ['GooglePay', 'CC_CG'],
    ] as const) {
      const { retData } = await call(sandbox, 'cc_purchasewithwallet', wallet({ walletType }));
      assert.deepEqual([retData['status'], retData['channel'], retData['capture']], [2, channel, 'Y']);
    }
    // As the client does: with its padding or without.
    for (const walletData of ['YWJjZA==', 'YWJjZA'])
      assert.equal((await call(sandbox, 'cc_purchasewithwallet', wallet({ walletData }))).retCode, 'SUCCESS');
    for (const [wrong, message] of [
      [{ walletData: '' }, 'walletData is missing'],
      [{ walletData: '{"token":"t"}' }, 'walletData is not base64'],
      [{ walletData: 'YWJjZA=' }, 'walletData is not base64'],
      [{ walletData: 'YWJjZ' }, 'walletData is not base64'],
      [{ walletType: 'SamsungPay' }, 'walletType is not supported'],
      [{ walletType: 'AndroidPay2' }, 'walletType is longer than 10 characters'],
    ] as const) {
      assert.equal((await call(sandbox, 'cc_purchasewithwallet', wallet(wrong))).retMsg, message);
    }
    assert.equal(sandbox.ledger.charges().length, 4);
  });
});

describe('giving money back', () => {
  async function paid(sandbox: Awaited<ReturnType<typeof sandboxFor>>) {
    const { mchOrderNo } = await pay(sandbox, 'approved');
    return String((await call(sandbox, 'cc_query', { mchOrderNo })).retData['payOrderId']);
  }
  let number = 0;
  const back = (payOrderId: string, more: Record<string, unknown> = {}) => ({
    mchRefundNo: `refund-${++number}`,
    loginName: 'sandbox',
    payOrderId,
    ...more,
  });

  it('refunds in parts, never more than was paid', async (test) => {
    const sandbox = await sandboxFor(test);
    const payOrderId = await paid(sandbox);
    const first = await call(sandbox, 'cc_refund', back(payOrderId, { refundAmount: 1000 }));
    assert.deepEqual(
      [
        first.retData['payType'],
        first.retData['originalOrderId'],
        first.retData['amount'],
        first.retData['status'],
      ],
      ['refund', payOrderId, 1000, 2],
    );
    assert.equal((await call(sandbox, 'cc_query', { payOrderId })).retData['refundable'], 500);
    const second = await call(sandbox, 'cc_refund', back(payOrderId, { refundAmount: 501 }));
    assert.equal(second.retMsg, 'refundAmount is more than refundable');
    assert.deepEqual(
      sandbox.ledger.charges().map(({ amount }) => amount),
      [1500, -1000],
    );
  });

  it('voids what is not settled, once and whole', async (test) => {
    const sandbox = await sandboxFor(test);
    const [early, late] = [await paid(sandbox), await paid(sandbox)];
    assert.equal((await call(sandbox, 'cc_void', back(early))).retData['amount'], 1500);
    assert.equal((await call(sandbox, 'cc_void', back(early))).retMsg, 'Order has been voided or refunded');
    sandbox.advance(DAY_MS);
    assert.equal((await call(sandbox, 'cc_void', back(late))).retMsg, 'Order is settled: refund it');
  });

  it('refuses an mchRefundNo that was there before, and orders that aren’t paid', async (test) => {
    const sandbox = await sandboxFor(test);
    const fields = back(await paid(sandbox), { refundAmount: 1 });
    await call(sandbox, 'cc_refund', fields);
    assert.equal((await call(sandbox, 'cc_refund', fields)).retMsg, 'mchRefundNo is duplicated');
    const { mchOrderNo } = await pay(sandbox, 'declined');
    const { retData } = await call(sandbox, 'cc_query', { mchOrderNo });
    const unpaid = back(String(retData['payOrderId']), { refundAmount: 1 });
    assert.equal((await call(sandbox, 'cc_refund', unpaid)).retMsg, 'Order is not paid');
    assert.equal((await call(sandbox, 'cc_void', back('nothing'))).retMsg, 'Order not found');
  });
});
