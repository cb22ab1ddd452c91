// What the client sends, how much it reads, and what its errors say.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import {
  createIotpay,
  IotpayGatewayError,
  verify,
  type Iotpay,
  type IotpayClientOptions,
} from '../../src/server/index.js';
import { gatewayFor, gatewaySaying, MERCHANT, notificationOf } from './support.js';

const URLS = {
  notifyUrl: 'https://shop.example/n?a=1&status=2&sign=abc&mchOrderNo=x',
  returnUrl: 'https://shop.example/r?payType=refund&amount=1#end',
};
const ORDER = { mchOrderNo: 'order-1', amount: 1999, currency: 'CAD' } as const;
const PURCHASE = { ...ORDER, ...URLS, channel: 'PF_CC' } as const;
const TOKEN = { ...ORDER, cardId: 'c-1' };
const WALLET = { ...ORDER, walletType: 'GooglePay', walletData: 'YWJj' } as const;

const SESSION = { retCode: 'SUCCESS', retMsg: '', retData: { secureId: 's'.repeat(64) } };
const refusing = (retMsg: string, retData = {}) => ({ retCode: 'FAIL', retMsg, retData });

async function failure(work: Promise<unknown>): Promise<IotpayGatewayError> {
  const error: unknown = await work.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof IotpayGatewayError, String(error));
  return error;
}

async function clientSaying(test: TestContext, answer: unknown, more: Partial<IotpayClientOptions> = {}) {
  const { origin, bodies } = await gatewaySaying(test, answer);
  return { iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: origin, ...more }), bodies, origin };
}

/** The fields that a call, cast to its type, is refused for before anything is sent. */
async function refusedFields(test: TestContext, name: keyof Iotpay, request: object): Promise<string[]> {
  const { iotpay, bodies } = await clientSaying(test, SESSION);
  const calls = iotpay as unknown as Record<string, (request: object) => Promise<unknown>>;
  const error = await failure(calls[name]?.(request) ?? assert.fail(name));
  assert.deepEqual([error.code, bodies.length, error.address], ['request', 0, undefined]);
  return error.violations.map(({ field }) => field).sort();
}

describe('what is sent', () => {
  it('addresses with any query, and words as they are, signed as they are sent', async (test) => {
    const { iotpay, bodies } = await clientSaying(test, SESSION);
    await iotpay.purchase({ ...PURCHASE, subject: 'Tea & Cake = 2&status=2', body: undefined });
    const [sent = {}] = bodies;
    assert.deepEqual([sent['notifyUrl'], sent['returnUrl']], [URLS.notifyUrl, URLS.returnUrl]);
    assert.equal(sent['subject'], 'Tea & Cake = 2&status=2');
    assert.ok(verify(sent, MERCHANT.merchantKey));
    assert.ok(!('body' in sent));
  });

  for (const amount of [1999, 1999n, '1999', '001999']) {
    it(`an amount as ${typeof amount} ${amount}, as a number`, async (test) => {
      const { iotpay, bodies } = await clientSaying(test, SESSION);
      await iotpay.purchase({ ...PURCHASE, amount });
      assert.equal(bodies[0]?.['amount'], 1999);
    });
  }

  const bad: readonly [name: keyof Iotpay, request: object, fields: string[]][] = [
    ['purchase', { ...PURCHASE, mchUserId: 'u'.repeat(31) }, ['mchUserId']],
    [
      'purchase',
      { ...PURCHASE, notifyUrl: 'javascript:alert(1)', returnUrl: '//x' },
      ['notifyUrl', 'returnUrl'],
    ],
    ['purchase', { ...PURCHASE, returnUrl: `https://shop.example/?${'r'.repeat(200)}` }, ['returnUrl']],
    ['purchaseWithToken', { ...TOKEN, clientIp: '1'.repeat(51) }, ['clientIp']],
    ['purchaseWithToken', { ...TOKEN, channel: 'UPI_EX' }, ['notifyUrl']],
    ['purchaseWithToken', { ...TOKEN, channel: 'CASH' }, ['channel']],
    ['purchaseWithWallet', { ...WALLET, walletType: 'PayPal' }, ['walletType']],
    ['purchaseWithWallet', { ...WALLET, walletData: '{"a":1}' }, ['walletData']],
    ['purchaseWithWallet', { ...WALLET, walletData: 'YWJjZ' }, ['walletData']],
    ['purchaseWithWallet', { ...WALLET, walletData: 'YW=' }, ['walletData']],
    ['queryOrder', {}, ['mchOrderNo']],
    ['queryOrder', { mchOrderNo: 'a', payOrderId: 'b' }, ['mchOrderNo']],
    ['refund', { mchRefundNo: 'r', payOrderId: 'p', refundAmount: '0' }, ['refundAmount']],
    ['addCard', { cardId: 'c 1', channel: 'PF_CC', returnUrl: URLS.returnUrl }, ['cardId']],
  ];
  for (const [name, request, fields] of bad)
    it(`${name} is not, for its ${fields.join(', ')}: ${JSON.stringify(request).slice(-60)}`, async (test) =>
      assert.deepEqual(await refusedFields(test, name, request), fields));

  it('a UnionPay card is charged with a notifyUrl; its channel is not sent', async (test) => {
    const { iotpay, bodies } = await clientSaying(test, { retCode: 'SUCCESS', retData: { status: 2 } });
    await iotpay.purchaseWithToken({ ...TOKEN, channel: 'UPI_EX', notifyUrl: URLS.notifyUrl });
    assert.deepEqual([bodies[0]?.['notifyUrl'], bodies[0]?.['channel']], [URLS.notifyUrl, undefined]);
  });

  it('add card to the documented spelling of its path', async (test) => {
    const paths: (string | undefined)[] = [];
    const { origin } = await gatewayFor(test, (request, response) => {
      paths.push(request.url);
      response.end(JSON.stringify(SESSION));
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    await iotpay.addCard({ cardId: 'c', channel: 'PF_CC', returnUrl: URLS.returnUrl });
    assert.deepEqual(paths, ['/v3/cc_addCard']);
  });
});

describe('steps 7 and 8 of the signing page', () => {
  /** A gateway that answers each request with the next of these. */
  async function answering(test: TestContext, answers: readonly unknown[]) {
    let at = 0;
    const { origin, bodies } = await gatewayFor(test, (_, response) => {
      response.end(JSON.stringify(answers[at++]));
    });
    return { iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: origin }), bodies };
  }

  it('after a sign error, texts that are not ASCII go URL-encoded, signed as they were', async (test) => {
    const { iotpay, bodies } = await answering(test, [refusing('Sign error'), SESSION]);
    await iotpay.purchase({ ...PURCHASE, subject: '奶茶 Thé', body: 'plain & simple' });
    const [first, second] = bodies;
    assert.equal(first?.['subject'], '奶茶 Thé');
    assert.deepEqual(
      [second?.['subject'], second?.['body']],
      [encodeURIComponent('奶茶 Thé'), 'plain & simple'],
    );
    assert.equal(second?.['sign'], first?.['sign']);
  });

  const once: readonly [what: string, answer: object, subject: string][] = [
    ['a sign error where all is ASCII', refusing('sign error'), 'Tea'],
    ['a decline', refusing('Card declined'), '奶茶'],
    ['a Timeout that speaks of a sign error', refusing('sign error: Timeout'), '奶茶'],
    ['a sign error of an order that is pending', refusing('sign error', { status: 0 }), '奶茶'],
  ];
  for (const [what, answer, subject] of once) {
    it(`${what} is not tried again`, async (test) => {
      const { iotpay, bodies } = await answering(test, [answer, { retCode: 'SUCCESS' }]);
      await failure(iotpay.purchaseWithToken({ ...TOKEN, subject }));
      assert.equal(bodies.length, 1);
    });
  }

  it('a second sign error is told', async (test) => {
    const { iotpay, bodies } = await answering(test, [refusing('sign error'), refusing('sign error')]);
    const error = await failure(iotpay.purchase({ ...PURCHASE, subject: '奶茶' }));
    assert.match(error.message, /IOTPAY_MERCHANT_KEY/);
    assert.equal(bodies.length, 2);
  });
});

describe('how much is read', () => {
  it('an answer of 160 MB is cut off early', async (test) => {
    const chunk = Buffer.alloc(64 * 1024, ' ');
    let written = 0;
    let closed: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const { origin } = await gatewayFor(test, (_, response) => {
      response.on('close', closed);
      const write = () => {
        while (written < 160e6 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const error = await failure(iotpay.purchaseWithToken(TOKEN));
    assert.deepEqual([error.code, error.outcomeUnknown], ['response', true]);
    assert.match(error.message, /1048576 bytes/);
    await gone;
    assert.ok(written < 40e6, `${written} bytes were written`);
  });

  it('nothing of an answer that is an error: its connection is let go', async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
      cancel: () => void (isCancelled = true),
    });
    const fetch = () => Promise.resolve(new Response(body, { status: 503 }));
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: 'http://127.0.0.1:9', fetch });
    const error = await failure(iotpay.queryOrder({ mchOrderNo: 'order-1' }));
    assert.deepEqual([error.code, error.httpStatus, isCancelled], ['http', 503, true]);
  });

  it('no timer is left of a call that has its answer: a script ends with it', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const fetch = () => Promise.resolve(Response.json({ retCode: 'SUCCESS', retData: { status: 2 } }));
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: 'http://127.0.0.1:9', fetch });
    const before = timers();
    await iotpay.queryOrder({ mchOrderNo: 'order-1' });
    assert.equal(timers(), before);
  });

  it('a megabyte less a little is read', async (test) => {
    const { iotpay } = await clientSaying(test, {
      retCode: 'SUCCESS',
      retData: { mchOrderNo: 'order-1', status: 2, note: '茶'.repeat(340_000) },
    });
    assert.equal((await iotpay.queryOrder({ mchOrderNo: 'order-1' })).status, 2);
  });
});

describe('an answer about another order', () => {
  const cases: readonly [field: string, call: (iotpay: Iotpay) => Promise<unknown>][] = [
    ['mchOrderNo', (iotpay) => iotpay.queryOrder({ mchOrderNo: 'order-1' })],
    ['mchId', (iotpay) => iotpay.queryOrder({ mchOrderNo: 'order-1' })],
    ['payOrderId', (iotpay) => iotpay.queryOrder({ payOrderId: 'P1' })],
    ['mchOrderNo', (iotpay) => iotpay.purchaseWithToken(TOKEN)],
    ['cardId', (iotpay) => iotpay.queryCard({ cardId: 'c-1' })],
    ['mchId', (iotpay) => iotpay.refund({ mchRefundNo: 'r', payOrderId: 'p', refundAmount: 1 })],
  ];
  for (const [field, call] of cases) {
    it(`is an error: ${field} of ${/iotpay\.(\w+)/.exec(String(call))?.[1]}`, async (test) => {
      const { iotpay } = await clientSaying(test, {
        retCode: 'SUCCESS',
        retData: { [field]: 'other', status: 2 },
      });
      const error = await failure(call(iotpay));
      assert.equal(error.code, 'response');
      assert.match(error.message, new RegExp(`another order: its ${field}`));
    });
  }

  it('numbers too large for JavaScript are compared as they were written', async (test) => {
    const { origin } = await gatewayFor(test, (_, response) => {
      response.end(
        '{"retCode":"SUCCESS","retData":{"mchOrderNo":90071992547409931,"status":"2","amount":1500.0}}',
      );
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const order = await iotpay.queryOrder({ mchOrderNo: '90071992547409931' });
    assert.deepEqual([order.mchOrderNo, order.status, order.amount], ['90071992547409931', 2, 1500]);
    assert.equal((await failure(iotpay.queryOrder({ mchOrderNo: '90071992547409932' }))).code, 'response');
  });
});

describe('what a refusal leaves open', () => {
  const MOVES: readonly [name: string, call: (iotpay: Iotpay) => Promise<unknown>, moves: boolean][] = [
    ['purchase', (iotpay) => iotpay.purchase(PURCHASE), false],
    ['queryOrder', (iotpay) => iotpay.queryOrder({ mchOrderNo: 'order-1' }), false],
    ['purchaseWithToken', (iotpay) => iotpay.purchaseWithToken(TOKEN), true],
    ['purchaseWithWallet', (iotpay) => iotpay.purchaseWithWallet(WALLET), true],
    ['voidOrder', (iotpay) => iotpay.voidOrder({ mchRefundNo: 'r', payOrderId: 'p' }), true],
    ['refund', (iotpay) => iotpay.refund({ mchRefundNo: 'r', payOrderId: 'p', refundAmount: 1 }), true],
  ];
  const answers: readonly [what: string, answer: object, isOpen: boolean][] = [
    ['declined', refusing('Card declined'), false],
    ['declined, status 9', refusing('Card declined', { status: '9' }), false],
    ['Time out', refusing('Request time out'), true],
    ['status 0', refusing('Wait', { status: 0 }), true],
    ['status 2', refusing('Odd', { status: '2' }), true],
    ['a status nobody knows', refusing('Odd', { status: 'PENDING' }), true],
  ];
  for (const [name, call, moves] of MOVES) {
    it(`${name}: ${moves ? 'unknown where the order may not have failed' : 'moves no money'}`, async (test) => {
      for (const [what, answer, isOpen] of answers) {
        const { iotpay } = await clientSaying(test, answer);
        const error = await failure(call(iotpay));
        assert.deepEqual([error.code, error.outcomeUnknown], ['refused', moves && isOpen], what);
      }
      const { origin } = await gatewaySaying(test, {}, 503);
      const error = await failure(call(createIotpay({ ...MERCHANT, gatewayOrigin: origin })));
      assert.deepEqual([error.code, error.httpStatus, error.outcomeUnknown], ['http', 503, moves]);
    });
  }
});

describe('what errors say', () => {
  for (const [retMsg, variable] of [
    ['sign error', /IOTPAY_MERCHANT_KEY/],
    ['mchId not found', /IOTPAY_MCH_ID/],
    ['loginName is wrong', /IOTPAY_LOGIN_NAME/],
    ['Card declined', /^((?!IOTPAY_).)*$/],
  ] as const) {
    it(`${retMsg}: the address, and where to look`, async (test) => {
      const { iotpay, origin } = await clientSaying(test, refusing(retMsg));
      const error = await failure(iotpay.purchase(PURCHASE));
      assert.match(error.message, variable);
      assert.equal(error.address, `${origin}/v3/cc_purchase`);
      assert.ok(error.message.includes(error.address) && error.message.includes(retMsg));
    });
  }

  it('nothing of a wallet’s data or a secureId that the gateway’s words repeat', async (test) => {
    const answer = refusing('Not taken: YWJj, form-1', { secureId: 'form-1' });
    const { iotpay } = await clientSaying(test, answer);
    const error = await failure(iotpay.purchaseWithWallet(WALLET));
    assert.equal(error.retMsg, 'Not taken: …, …');
    assert.doesNotMatch(error.message, /YWJj|form-1/);
  });

  it('nobody there: the address, the system’s code, and the sandbox where it may be meant', async () => {
    const asking = (options: Partial<IotpayClientOptions>) =>
      failure(createIotpay({ ...MERCHANT, ...options }).queryOrder({ mchOrderNo: 'order-1' }));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const gatewayOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const here = await asking({ gatewayOrigin });
    assert.match(here.message, /ECONNREFUSED.*npx iotpay-checkout sandbox/);
    assert.ok(here.message.includes(`${gatewayOrigin}/v3/cc_query`), here.message);
    assert.ok(here.cause instanceof Error);
    const there = await asking({
      merchantKey: 'a-real-key',
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    assert.match(there.message, /https:\/\/ccapi\.iotpaycloud\.com\/v3\/cc_query/);
    assert.doesNotMatch(there.message, /sandbox/);
  });
});

describe('keys', () => {
  it('of a list the first signs, and all verify', async (test) => {
    const { iotpay, bodies } = await clientSaying(test, SESSION, {
      merchantKey: ['new-key', MERCHANT.merchantKey],
    });
    await iotpay.purchase(PURCHASE);
    assert.ok(verify(bodies[0] ?? {}, 'new-key'));
    const body = notificationOf();
    assert.equal(iotpay.verifyNotification(body).mchOrderNo, 'order-1');
    assert.equal(iotpay.verifyNotification(JSON.stringify(body)).kind, 'payment');
    assert.equal(iotpay.verifyNotification(Buffer.from(JSON.stringify(body))).amount, 1999);
    const other = createIotpay({ ...MERCHANT, merchantKey: 'new-key' });
    for (const wrong of [body, '', 'x', undefined, null, 7, []])
      assert.throws(() => other.verifyNotification(wrong), { code: 'signature' });
  });

  for (const merchantKey of [[], [''], ['a', ' '], ['a', 7], undefined] as never[])
    it(`${JSON.stringify(merchantKey)} are refused`, () =>
      assert.throws(() => createIotpay({ ...MERCHANT, merchantKey }), /merchantKey/));

  for (const [name, variable] of [
    ['mchId', 'IOTPAY_MCH_ID'],
    ['merchantKey', 'IOTPAY_MERCHANT_KEY'],
    ['loginName', 'IOTPAY_LOGIN_NAME'],
  ] as const)
    it(`${name} with the line break of a file at its end is refused, with the variable’s name and without the value`, () =>
      assert.throws(
        () => createIotpay({ ...MERCHANT, [name]: `${MERCHANT[name]}\r\n` }),
        (error: Error) =>
          error instanceof TypeError &&
          error.message.includes(`${name}: expected a text without white space around it`) &&
          error.message.includes(variable) &&
          !error.message.includes(MERCHANT[name]),
      ));

  it('the sandbox’s are refused with IOTPay’s own origins, in words that do not show them', () => {
    for (const gatewayOrigin of [undefined, 'https://ccapi.iotpaycloud.com', 'https://ccdev.iotpaycloud.com'])
      for (const merchantKey of ['sandbox-key-1', ['real', 'sandbox-key-1']])
        assert.throws(
          () => createIotpay({ ...MERCHANT, merchantKey, gatewayOrigin }),
          (error: Error) => {
            assert.match(error.message, /sandbox.*IOTPAY_MERCHANT_KEY/);
            return error instanceof TypeError && !error.message.includes('sandbox-key-1');
          },
        );
  });

  it('the sandbox’s are warned of in production', (test) => {
    const lines: string[] = [];
    test.mock.method(console, 'warn', (line: string) => lines.push(line));
    const before = process.env['NODE_ENV'];
    test.after(() => {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    });
    const make = (merchantKey: string) =>
      createIotpay({ ...MERCHANT, merchantKey, gatewayOrigin: 'http://localhost:9' });
    process.env['NODE_ENV'] = 'development';
    make('sandbox-key-1');
    process.env['NODE_ENV'] = 'production';
    make('real');
    assert.deepEqual(lines, []);
    make('sandbox-key-1');
    assert.match(lines.join('\n'), /NODE_ENV.*IOTPAY_MERCHANT_KEY/);
    assert.doesNotMatch(lines.join('\n'), /sandbox-key-1/);
  });
});
