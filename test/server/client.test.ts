// The gateway's client: every call against the sandbox, and every way in which a gateway breaks.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createIotpay, IotpayGatewayError, toCents, type Iotpay } from '../../src/server/index.js';
import { fresh, sandboxFor, sendCard } from '../sandbox/support.js';
import { clientOf, gatewayFor, gatewaySaying, MERCHANT } from './support.js';

const purchase = (more: Record<string, unknown> = {}) =>
  ({
    mchOrderNo: fresh('order'),
    amount: 1999,
    currency: 'CAD',
    channel: 'PF_CC',
    notifyUrl: 'http://localhost:9/notify?a=1&b=2',
    returnUrl: 'https://shop.example/thanks',
    subject: 'Tea & Cake, 茶 🍵',
    ...more,
  }) as Parameters<Iotpay['purchase']>[0];

const CARD = { cardId: '', channel: 'PF_CC', returnUrl: 'https://shop.example/cards' } as const;
const APPROVED = '4242424242424242';

/** The error of a call that must fail. */
async function failure(work: Promise<unknown>): Promise<IotpayGatewayError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof IotpayGatewayError, String(error));
    return error;
  }
  return assert.fail('the call succeeded');
}

describe('the v3 API, against the sandbox', () => {
  it('purchase, query order, refund, and the order once more', async (test) => {
    const sandbox = await sandboxFor(test);
    const iotpay = clientOf(sandbox);
    const order = purchase();
    const { secureId, retMsg } = await iotpay.purchase(order);
    assert.match(secureId, /./);
    assert.equal(typeof retMsg, 'string');
    assert.equal((await iotpay.queryOrder({ mchOrderNo: order.mchOrderNo })).status, 0);
    await sendCard(sandbox, secureId, APPROVED);
    const paid = await iotpay.queryOrder({ mchOrderNo: order.mchOrderNo });
    assert.deepEqual(
      [paid.status, paid.amount, paid.currency, paid.mchOrderNo],
      [2, 1999, 'CAD', order.mchOrderNo],
    );
    const payOrderId = paid.payOrderId ?? '';
    assert.equal((await iotpay.queryOrder({ payOrderId })).mchOrderNo, order.mchOrderNo);
    await iotpay.refund({ mchRefundNo: fresh('refund'), payOrderId, refundAmount: 500 });
    assert.equal((await iotpay.queryOrder({ payOrderId })).refundable, 1499);
    assert.equal((await failure(iotpay.purchase(order))).code, 'refused');
  });

  it('void', async (test) => {
    const sandbox = await sandboxFor(test);
    const iotpay = clientOf(sandbox);
    const order = purchase();
    await sendCard(sandbox, (await iotpay.purchase(order)).secureId, APPROVED);
    const { payOrderId = '' } = await iotpay.queryOrder({ mchOrderNo: order.mchOrderNo });
    await iotpay.voidOrder({ mchRefundNo: fresh('void'), payOrderId });
    assert.equal(
      sandbox.ledger.charges().reduce((sum, { amount }) => sum + amount, 0),
      0,
    );
  });

  it('add card, query card (without its verification value), purchase with token', async (test) => {
    const sandbox = await sandboxFor(test);
    const iotpay = clientOf(sandbox);
    const cardId = fresh('card');
    await sendCard(sandbox, (await iotpay.addCard({ ...CARD, cardId })).secureId, APPROVED);
    const card = await iotpay.queryCard({ cardId });
    assert.match(card.cardNum ?? '', /^4242.*4242$/);
    assert.doesNotMatch(JSON.stringify(card), /cvv|cvc|"123"/i);
    const mchOrderNo = fresh('token');
    const paid = await iotpay.purchaseWithToken({ mchOrderNo, cardId, amount: 700, currency: 'CAD' });
    assert.equal(paid.status, 2);
    assert.equal(sandbox.ledger.charges().length, 1);
  });

  it('purchase with wallet, without a card’s id and with one', async (test) => {
    const { origin, bodies } = await gatewaySaying(test, {
      retCode: 'SUCCESS',
      retMsg: '',
      retData: { status: '2', payOrderId: 'P1', amount: '700', extra: { kept: true } },
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const wallet = {
      mchOrderNo: 'w-1',
      amount: 700,
      currency: 'CAD',
      walletType: 'ApplePay',
      walletData: 'eyJ0b2tlbiI6ImFiYyJ9',
      subject: 'Tea',
    } as const;
    const answer = await iotpay.purchaseWithWallet(wallet);
    await iotpay.purchaseWithWallet({ ...wallet, cardId: 'c-1' });
    assert.deepEqual([bodies[0]?.['cardId'], bodies[1]?.['cardId']], [undefined, 'c-1']);
    assert.equal(bodies[0]?.['subject'], 'Tea');
    assert.deepEqual([answer.status, answer.amount, answer['extra']], [2, 700, { kept: true }]);
    assert.equal(bodies[0]?.['walletType'], 'ApplePay');
    assert.match(String(bodies[0]?.['sign']), /^[0-9A-F]{32}$/);
  });
});

describe('a gateway that breaks', () => {
  type Table = [name: string, code: string, answer: Parameters<typeof gatewayFor>[1]][];
  const table: Table = [
    ['no answer', 'timeout', () => {}],
    ['half an answer', 'timeout', (_, response) => response.writeHead(200).write('{"retCode":')],
    ['a reset connection', 'network', (request) => request.socket.destroy()],
    [
      'a body cut short',
      'network',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': '999' }).write('{"retCode":');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['HTTP 500', 'http', (_, response) => response.writeHead(500).end('{"retCode":"SUCCESS"}')],
    [
      'a redirect',
      'http',
      (_, response) => response.writeHead(302, { Location: 'https://elsewhere.example' }).end(),
    ],
    ['HTML', 'response', (_, response) => response.writeHead(200).end('<p>Maintenance')],
    ['an array', 'response', (_, response) => response.writeHead(200).end('[]')],
    ['no retCode', 'response', (_, response) => response.writeHead(200).end('{"retData":{}}')],
    [
      'another order',
      'response',
      (_, response) => response.end('{"retCode":"SUCCESS","retData":{"mchOrderNo":"x"}}'),
    ],
    ['a refusal', 'refused', (_, response) => response.end('{"retCode":"FAIL","retMsg":"Card declined"}')],
  ];
  for (const [name, code, answer] of table) {
    it(`${name}: ${code}`, async (test) => {
      const { origin } = await gatewayFor(test, answer);
      const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin, timeout: 300 });
      const asked = await failure(iotpay.queryOrder({ mchOrderNo: 'order-1' }));
      assert.deepEqual([asked.code, asked.call, asked.outcomeUnknown], [code, 'queryOrder', false]);
      if (code === 'refused') assert.equal(asked.retMsg, 'Card declined');
      // A call that moves money, and gets no clear answer, may have moved it.
      const charged = await failure(
        iotpay.purchaseWithToken({ mchOrderNo: 'order-1', cardId: 'c-1', amount: 700, currency: 'CAD' }),
      );
      assert.equal(charged.code, code);
      assert.equal(charged.outcomeUnknown, code !== 'refused');
      assert.equal(/query the order/.test(charged.message), code !== 'refused');
    });
  }

  it('nobody there: network', async () => {
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: 'http://127.0.0.1:9' });
    const error = await failure(iotpay.queryOrder({ mchOrderNo: 'order-1' }));
    assert.equal(error.code, 'network');
    assert.ok(error.cause);
  });

  it('a refusal that says Timeout is no refusal', async (test) => {
    const { origin } = await gatewaySaying(test, { retCode: 'FAIL', retMsg: 'Timeout' });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const error = await failure(
      iotpay.purchaseWithToken({ mchOrderNo: 'order-1', cardId: 'c-1', amount: 700, currency: 'CAD' }),
    );
    assert.equal(error.outcomeUnknown, true);
  });
});

describe('what is checked before anything is sent', () => {
  async function refusedUnsent(test: TestContext, call: (iotpay: Iotpay) => Promise<unknown>) {
    const { origin, bodies } = await gatewaySaying(test, {});
    const error = await failure(call(createIotpay({ ...MERCHANT, gatewayOrigin: origin })));
    assert.equal(error.code, 'request');
    assert.deepEqual(bodies, []);
    return error.violations.map(({ field }) => field).sort();
  }

  it('all violations at once, each with field, limit and what was received', async (test) => {
    const fields = await refusedUnsent(test, (iotpay) =>
      iotpay.purchase(
        purchase({
          mchOrderNo: 'x'.repeat(31),
          amount: 19.99,
          currency: 'USD',
          channel: 'CASH',
          notifyUrl: 'not a url',
          subject: 's'.repeat(65),
          colour: 'red',
        }),
      ),
    );
    assert.deepEqual(fields, [
      'amount',
      'channel',
      'colour',
      'currency',
      'mchOrderNo',
      'notifyUrl',
      'subject',
    ]);
  });

  for (const amount of [
    0,
    -1,
    1.5,
    NaN,
    Infinity,
    '19.99',
    '',
    ' 5',
    '1e3',
    0n,
    -1n,
    2n ** 31n,
    2 ** 31,
    undefined,
  ]) {
    it(`an amount of ${typeof amount} ${String(amount)}`, async (test) => {
      assert.deepEqual(await refusedUnsent(test, (iotpay) => iotpay.purchase(purchase({ amount }))), [
        'amount',
      ]);
    });
  }

  it('the client’s own options', () => {
    for (const [options, says] of [
      [{ merchantKey: '' }, /merchantKey/],
      [{ mchId: '' }, /mchId/],
      [{ loginName: 'x'.repeat(13) }, /loginName/],
      [{ gatewayOrigin: 'https://evil.example' }, /gatewayOrigin/],
      [{ gatewayOrigin: 'http://ccapi.iotpaycloud.com' }, /gatewayOrigin/],
      [{ timeout: -1 }, /timeout/],
    ] as const) {
      assert.throws(() => createIotpay({ ...MERCHANT, ...options }), says);
    }
  });
});

describe('toCents', () => {
  for (const [text, cents] of [
    ['19.99', 1999],
    ['0.01', 1],
    ['1', 100],
    ['1.5', 150],
    ['1234567.89', 123_456_789],
    ['0.29', 29],
  ] as const) {
    it(`${text} is ${cents}`, () => assert.equal(toCents(text), cents));
  }
  for (const text of [
    '19.999',
    '-1',
    '1e3',
    '1,99',
    '1,000.00',
    '',
    ' ',
    '.',
    'abc',
    '0x10',
    'Infinity',
    '٣',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => toCents(text), /amount|money|expected/i));
  }
});

describe('secrets', () => {
  it('are in no inspection, no JSON and no error of the client', async (test) => {
    const { origin } = await gatewayFor(test, (_request, response) =>
      response.writeHead(200).end(
        JSON.stringify({
          retCode: 'FAIL',
          retMsg: `Bad sign for key ${MERCHANT.merchantKey}, card 4242 4242 4242 4242`,
          retData: { secureId: 'secret-session' },
        }),
      ),
    );
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const error = await failure(iotpay.purchase(purchase()));
    const shown = [
      inspect(iotpay, { depth: 9, showHidden: true }),
      JSON.stringify(iotpay),
      inspect(error, { depth: 9 }),
      error.stack ?? '',
      JSON.stringify(error),
    ].join('\n');
    for (const secret of [MERCHANT.merchantKey, '4242 4242', 'secret-session']) {
      assert.equal(shown.includes(secret), false, secret);
    }
  });
});
