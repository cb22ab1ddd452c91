// What a merchant gives by mistake is told at once, in words, and by the promise where there is one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createIotpay, memoryStore, type IotpayClientOptions } from '../../../src/server/index.js';
import { MERCHANT, openCounter } from '../attacks/counter.js';
import { post } from '../support.js';

const long = `https://shop.example/${'x'.repeat(180)}`;

describe('an address that IOTPay would not take', () => {
  for (const name of ['notifyUrl', 'returnUrl'])
    it(`as ${name} is refused when the checkout is made, and not with the first order`, () => {
      assert.equal(long.length, 201);
      assert.throws(() => openCounter({ [name]: long }), {
        name: 'TypeError',
        message: `createCheckout: ${name}: expected an absolute http(s) address of at most 200 characters, received a text of 201 characters.`,
      });
      openCounter({ [name]: long.slice(0, 200) });
    });
});

describe('an option that there is not', () => {
  it('is said in the log, with those that there are: a name that is spelled wrong would never be heard of', () => {
    const { log } = openCounter({ onCardsaved: () => {}, notifyURL: 'https://shop.example/' } as object);
    assert.equal(log.length, 2);
    assert.match(
      log[0] ?? '',
      /^createCheckout: there is no option onCardsaved\. There are: .*onCardSaved, /,
    );
  });

  it('is not one that is left undefined', () => {
    assert.deepEqual(openCounter({ onCardsaved: undefined } as object).log, []);
    assert.deepEqual(openCounter({ publicOrigin: 'https://shop.example', allowedOrigins: [] }).log, []);
  });
});

describe('memoryStore, which forgets', () => {
  it('is said in the log of a shop in production, and nowhere else', (test) => {
    const before = process.env['NODE_ENV'];
    test.after(() => {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    });
    test.mock.method(console, 'warn', () => {}); // Of the key.
    process.env['NODE_ENV'] = 'development';
    assert.deepEqual(openCounter().log, []);
    process.env['NODE_ENV'] = 'production';
    assert.deepEqual(openCounter({ store: { ...memoryStore() } }).log, []);
    assert.match(openCounter().log.join('\n'), /^createCheckout: store: .*memoryStore\(\) forgets.*sqlStore/);
  });
});

describe('an `order` that knows of no cards', () => {
  it('and refuses to save one is told in the log what was asked', async () => {
    const { checkout, log } = openCounter({ order: () => new Response(null, { status: 404 }) });
    assert.equal((await checkout.secureId(post({ mode: 'add' }))).status, 404);
    assert.match(
      log.join('\n'),
      /^secure-id: HTTP 404: `order` refused .*\(mode "add": .*\{ id \} of the customer\)\.$/,
    );
    log.length = 0;
    await checkout.secureId(post({ mode: 'pay' }));
    assert.deepEqual(log, ["secure-id: HTTP 404: `order` refused this visitor's request."]);
  });
});

describe('a function that answers with a promise', () => {
  for (const [what, ask] of [
    ['status', ({ checkout }) => checkout.status('')],
    ['charge', ({ checkout }) => checkout.charge('', { cardId: 'card-1' })],
    ['charge without a card', ({ checkout }) => checkout.charge('order-1', undefined as never)],
    ['refund', ({ checkout }) => checkout.refund('')],
    ['void', ({ checkout }) => checkout.void('')],
    ['cards', ({ checkout }) => checkout.cards('')],
    ['reconcile', ({ checkout }) => checkout.reconcile(null as never)],
    ['reconcile with a number', ({ checkout }) => checkout.reconcile(5 as never)],
  ] as readonly (readonly [string, (shop: ReturnType<typeof openCounter>) => Promise<unknown>])[])
    it(`rejects and does not throw: ${what}`, async () => {
      const answer = ask(openCounter());
      await assert.rejects(answer, { name: 'TypeError', message: /^\w+: (?:\w+: )?expected / });
    });

  it('charges nothing where a name is spelled wrong', async () => {
    const { checkout, charged } = openCounter();
    const choice = { cardId: 'card-1', amout: 500 } as never;
    await assert.rejects(
      checkout.charge('order-1', choice),
      /^TypeError: charge: there is no amout\. There are: /,
    );
    assert.deepEqual(charged, []);
  });
});

it('an id of 200 characters may be of any characters', async () => {
  const counter = openCounter({ order: () => ({ id: '😀'.repeat(200), amount: 1999 }) });
  assert.equal((await counter.form()).httpStatus, 200, counter.log.join('\n'));
  assert.equal((await counter.checkout.status('😀'.repeat(200))).state, 'open');
  await assert.rejects(counter.checkout.status('😀'.repeat(201)), /a text of 1 to 200 characters/);
});

describe('createIotpay', () => {
  it('says what it expects where it is given nothing', () => {
    for (const nothing of [undefined, null, 'key'])
      assert.throws(() => createIotpay(nothing as never), {
        name: 'TypeError',
        message: /^createIotpay: expected an object with mchId, merchantKey and loginName, received /,
      });
  });

  for (const [gatewayOrigin, received] of [
    ['https://ccapi.iotpaycloud.com/v3', '"https://ccapi.iotpaycloud.com" with a path'],
    ['https://ccapi.iotpaycloud.com?a=b', '"https://ccapi.iotpaycloud.com" with a query'],
    ['https://user:word@ccapi.iotpaycloud.com', '"https://ccapi.iotpaycloud.com" with a user'],
    ['https://ccapi.iotpaycloud.com/#a', '"https://ccapi.iotpaycloud.com" with a fragment'],
    ['https://evil.example', '"https://evil.example"'],
    ['evil', 'what is no URL'],
  ] as const)
    it(`says what is wrong with ${gatewayOrigin}`, () => {
      const options: IotpayClientOptions = { ...MERCHANT, merchantKey: 'key', gatewayOrigin };
      assert.throws(
        () => createIotpay(options),
        (error: Error) => {
          assert.ok(error.message.endsWith(`or a loopback origin, received ${received}.`), error.message);
          return !error.message.includes('word');
        },
      );
    });
});

describe('a gateway that answered', () => {
  for (const [what, answer] of [
    ['HTTP 500', () => new Response('', { status: 500 })],
    ['no JSON', () => new Response('<html>')],
    ['no secureId', () => Response.json({ retCode: 'SUCCESS', retMsg: '', retData: {} })],
  ] as const)
    it(`${what} is not said to be out of reach`, async () => {
      const iotpay = createIotpay({
        ...MERCHANT,
        gatewayOrigin: 'http://127.0.0.1:9',
        fetch: async () => answer(),
      });
      const { httpStatus, retMsg } = await openCounter({ iotpay }).form();
      assert.deepEqual([httpStatus, retMsg], [502, 'The gateway’s answer could not be understood.']);
    });
});
