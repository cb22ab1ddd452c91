// What merchants' code and stores get wrong: each is told in words, none leads to a second order.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Response as OtherResponse } from 'undici';
import { createCheckout, createIotpay, memoryStore, type Store } from '../../../src/server/index.js';
import { post } from '../support.js';
import { shopFor } from './shop.js';

describe('an answer of `order` that is none', () => {
  const rows: readonly [what: string, answer: unknown, says: RegExp][] = [
    [
      'nothing',
      undefined,
      /expected the visitor's order, \{ id, amount \}, or a Response.*received undefined/,
    ],
    ['null', null, /received null/],
    ['a text', 'order-1', /received a text of 7 characters/],
    ['a list', [{ id: '1', amount: 1 }], /received an array/],
    ['an order without an id', { amount: 1999 }, /id: expected your own order id.*received undefined/],
    ['an empty id', { id: '', amount: 1999 }, /id: .*received an empty text/],
    [
      'an id of 201 characters',
      { id: 'x'.repeat(201), amount: 1999 },
      /id: .*1 to 200.*received a text of 201/,
    ],
    ['an id that is half a character', { id: '\ud800', amount: 1999 }, /id: /],
    ['an id that is a list', { id: ['1'], amount: 1999 }, /id: /],
    ['no amount', { id: '1' }, /amount: expected whole cents.*received undefined/],
    ['dollars', { id: '1', amount: 19.99 }, /received 19\.99\. Are these dollars\?/],
    ['dollars as text', { id: '1', amount: '19.99' }, /received 19\.99\. Are these dollars\?/],
    ['an amount of 0', { id: '1', amount: 0 }, /from 1 to/],
    ['a negative amount', { id: '1', amount: -5 }, /from 1 to/],
    ['an amount that is no number', { id: '1', amount: NaN }, /from 1 to/],
    ['an amount beyond the gateway', { id: '1', amount: 2 ** 31 }, /from 1 to 2147483647/],
    ['an amount in hexadecimal', { id: '1', amount: '0x10' }, /amount: /],
    [
      'another currency',
      { id: '1', amount: 1999, currency: 'USD' },
      /currency: expected CAD, received "USD"/,
    ],
    [
      'another channel',
      { id: '1', amount: 1999, channel: 'pf_cc' },
      /channel: expected PF_CC or UPI_EX, received "pf_cc"/,
    ],
    ['paid as a text', { id: '1', amount: 1999, paid: 'false' }, /paid: expected true or false/],
    ['a subject that is a number', { id: '1', amount: 1999, subject: 7 }, /subject: expected a text/],
    ['a promise of nothing', async () => {}, /received undefined/],
    ['a failure', async () => Promise.reject(new Error('no database')), /500: order: no database/],
  ];
  for (const [what, answer, says] of rows) {
    it(`${what}: HTTP 500, and the log says why`, async (test) => {
      const order = () => (typeof answer === 'function' ? (answer as () => never)() : (answer as never));
      const shop = await shopFor(test, { order });
      const told = await shop.secureId();
      assert.equal(told.httpStatus, 500);
      assert.equal(told.secureId, undefined);
      assert.match(shop.log.join('\n'), /^secure-id: HTTP 500: /);
      assert.match(shop.log.join('\n'), says);
      assert.equal(shop.sandbox.ledger.orders().length, 0);
    });
  }

  for (const [what, order] of [
    ['a number as SQL drivers give it', { id: 7, amount: '1999' }],
    ['a bigint', { id: 7n, amount: 1999n }],
    ['a UUID', { id: 'b7a7e2b0-7c3a-4a6f-9a3e-2f6c1e1d0c9b', amount: 1999 }],
    ['200 characters of any script', { id: '訂'.repeat(200), amount: 1999 }],
    [
      'nulls, as SQL has them',
      { id: '1', amount: 1999, currency: null, channel: null, subject: null, paid: 0 },
    ],
  ] as const) {
    it(`${what} is an order`, async (test) => {
      const shop = await shopFor(test, { order: () => order as never });
      assert.equal((await shop.secureId()).httpStatus, 200, shop.log.join('\n'));
    });
  }

  it('a Response refuses, and nothing of it is cached', async (test) => {
    const shop = await shopFor(test, {
      order: () => Response.json({ retMsg: 'Not yours.' }, { status: 403 }),
    });
    const told = await shop.secureId();
    assert.deepEqual([told.httpStatus, told.retMsg], [403, 'Not yours.']);
    assert.match(shop.log.join('\n'), /secure-id: HTTP 403: `order` refused/);
  });

  const REFUSAL = [{ retMsg: 'Not yours.' }, { status: 403, headers: { 'X-Shop': 'says no' } }] as const;
  const ofThisRealm = () => Response.json(...REFUSAL);
  // A framework's own class: `instanceof` says no.
  const ofOtherRealm = () => OtherResponse.json(...REFUSAL) as unknown as Response;
  const throwIt = (thrown: unknown): never => {
    throw thrown;
  };
  for (const [what, order] of [
    ['a Response of another realm', () => ofOtherRealm()],
    ['a promise of one', async () => ofOtherRealm()],
    ['a Response of another realm that is thrown', () => throwIt(ofOtherRealm())],
    ['a Response that is thrown', () => throwIt(ofThisRealm())],
  ] as const) {
    it(`${what} refuses on each route, and is no order to charge`, async (test) => {
      assert.equal(ofOtherRealm() instanceof Response, false);
      const shop = await shopFor(test, { order });
      for (const route of ['secureId', 'orderStatus'] as const)
        for (const mode of ['pay', 'add']) {
          const answer = await shop.checkout[route](post({ mode }));
          assert.deepEqual(
            [answer.status, await answer.json(), answer.headers.get('X-Shop')],
            [403, { retMsg: 'Not yours.' }, 'says no'],
          );
          assert.equal(answer.headers.get('Cache-Control'), 'no-store');
        }
      await assert.rejects(
        shop.checkout.charge('order-1', { cardId: 'card-1' }),
        /charge: `order` refused \(HTTP 403\)/,
      );
      assert.equal(shop.sandbox.ledger.orders().length, 0);
    });
  }
});

describe('createCheckout', () => {
  const good = {
    iotpay: createIotpay({ mchId: '1', merchantKey: 'k', loginName: 'l' }),
    store: memoryStore(),
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/',
    order: () => ({ id: '1', amount: 1 }),
    onPaid: () => {},
  };
  for (const [what, options, says] of [
    ['nothing', undefined, /expected an object of options, received undefined/],
    ['no client', { ...good, iotpay: undefined }, /iotpay: expected the client that createIotpay makes/],
    ['a store of the old kind', { ...good, store: { claim: () => {} } }, /store: expected a store/],
    ['a Map for a store', { ...good, store: new Map() }, /store: expected a store: .*received a Map/],
    [
      'Headers for a store',
      { ...good, store: new Headers() },
      /store: expected a store: .*received a Headers/,
    ],
    [
      'a Redis client for a store',
      { ...good, store: { get() {}, set() {}, sendCommand() {} } },
      /store: expected a store: .*redisStore\(\(args\) => …\).*received an object with get, set, sendCommand/,
    ],
    ['no order function', { ...good, order: {} }, /order: expected a function/],
    ['no onPaid', { ...good, onPaid: undefined }, /onPaid: expected a function, received undefined/],
    [
      'an onCardSaved that is none',
      { ...good, onCardSaved: true },
      /onCardSaved: expected a function, or nothing/,
    ],
    ['a path for notifyUrl', { ...good, notifyUrl: '/notify' }, /notifyUrl: expected an absolute http/],
    ['no returnUrl', { ...good, returnUrl: '' }, /returnUrl: expected an absolute http/],
    [
      'an origin with a slash',
      { ...good, allowedOrigins: ['https://a.example/'] },
      /allowedOrigins: expected an origin/,
    ],
    [
      'one origin instead of a list',
      { ...good, allowedOrigins: 'https://a.example' },
      /allowedOrigins: expected a list/,
    ],
    [
      'a public origin with a path',
      { ...good, publicOrigin: 'https://a.example/shop' },
      /publicOrigin: expected an origin/,
    ],
  ] as const) {
    it(`refuses ${what} at once`, () => {
      assert.throws(() => createCheckout(options as never), { name: 'TypeError', message: says });
    });
  }
});

describe('a store that is wrong', () => {
  const NO_ATTEMPTS = JSON.stringify({ id: 'order-1', attempts: [] });
  const rows: readonly [what: string, store: (real: Store) => Partial<Store>, says: RegExp][] = [
    [
      'that answers null',
      () => ({ get: async () => null as never }),
      /store\.get: expected undefined, or \{ value, version \}.*received null/,
    ],
    ['that answers a text', () => ({ get: async () => 'x' as never }), /store\.get: /],
    [
      'whose version is a number',
      () => ({ get: async () => ({ value: NO_ATTEMPTS, version: 1 }) as never }),
      /store\.get: expected undefined, or \{ value, version \}/,
    ],
    [
      'that gives no version',
      () => ({ get: async () => ({ value: NO_ATTEMPTS }) as never }),
      /store\.get: expected undefined, or \{ value, version \}/,
    ],
    [
      'whose set answers undefined',
      () => ({ set: async () => undefined as never }),
      /store\.set: expected true .* received undefined/,
    ],
    [
      'whose set answers OK',
      () => ({ set: async () => 'OK' as never }),
      /store\.set: expected true .* received a text/,
    ],
    ['whose set answers 1', () => ({ set: async () => 1 as never }), /store\.set: /],
    [
      'that another program writes into',
      (real) => ({
        get: async (key) => (key.startsWith('order:') ? { value: 'x', version: '1' } : real.get(key)),
      }),
      /another program/,
    ],
    ['that is down', () => ({ get: async () => Promise.reject(new Error('ECONNREFUSED')) }), /ECONNREFUSED/],
    ['that refuses every write', () => ({ set: async () => false }), /within 50 tries/],
  ];
  for (const [what, wrong, says] of rows) {
    it(`${what}: no form is given out, and the log says why`, async (test) => {
      const real = memoryStore();
      const shop = await shopFor(test, { store: { ...real, ...wrong(real) } });
      const told = await shop.secureId();
      assert.ok(told.httpStatus >= 500 && told.secureId === undefined, JSON.stringify(told));
      assert.match(shop.log.join('\n'), says);
      assert.equal(shop.sandbox.ledger.orders().length, 0);
    });
  }

  it('that has no keys can’t be reconciled, in words', async (test) => {
    const real = memoryStore();
    const shop = await shopFor(test, {
      store: { get: (key) => real.get(key), set: (...args) => real.set(...args) },
    });
    await assert.rejects(shop.checkout.reconcile(), /reconcile: expected a store with keys/);
  });
});

describe('a store that fails now and then', () => {
  it('never leads to a second charge, nor to a payment that is lost', async (test) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('works', 'works', 'works', 'fails before', 'fails after'), {
          minLength: 60,
          maxLength: 60,
        }),
        async (faults) => {
          // A lease that could not be given back is over half a minute later.
          let laterMs = 0;
          const real = memoryStore(() => Date.now() + laterMs);
          let call = 0;
          let faulty = true;
          const set: Store['set'] = async (...args) => {
            const fault = faulty ? (faults[call++] ?? 'works') : 'works';
            if (fault === 'fails before') throw new Error('connection lost');
            const done = await real.set(...args);
            if (fault === 'fails after') throw new Error('connection lost');
            return done;
          };
          const shop = await shopFor(test, { store: { ...real, set } });
          let secureId: unknown;
          for (let i = 0; i < 8; i++) {
            const told = await shop.secureId();
            secureId ??= told.secureId;
            // Whoever has a form in hand has the same one after every reload.
            if (told.secureId) assert.equal(told.secureId, secureId);
          }
          if (secureId) await shop.pay(secureId);
          await Promise.all([
            shop.secureId(),
            shop.orderStatus(),
            shop.checkout.status('order-1').catch(() => {}),
          ]);
          faulty = false;
          laterMs = 31_000;
          await shop.checkout.reconcile();
          assert.ok(shop.charges() <= 1, `${shop.charges()} charges`);
          if (secureId) assert.equal((await shop.checkout.status('order-1')).state, 'paid');
          assert.ok(shop.paid.length >= shop.charges(), `${shop.paid.length} told of ${shop.charges()}`);
          await shop.sandbox.close();
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  });
});

describe('the routes', () => {
  const json = { 'Content-Type': 'application/json' };
  for (const [what, path, init, httpStatus, says] of [
    ['another path', '/pay/card', { method: 'POST' }, 404, /expected a path that ends in \/secure-id/],
    ['GET', '/pay/secure-id', {}, 405, /secure-id: HTTP 405: Expected POST\. Received GET/],
    [
      'a form post',
      '/pay/secure-id',
      { method: 'POST', body: 'a=b' },
      415,
      /HTTP 415: .*Received text\/plain/,
    ],
    ['no body', '/pay/secure-id', { method: 'POST', headers: json }, 400, /HTTP 400: .*body parser/],
    [
      'no JSON',
      '/pay/secure-id',
      { method: 'POST', headers: json, body: '{' },
      400,
      /HTTP 400: Expected JSON/,
    ],
    [
      'a JSON list',
      '/pay/secure-id',
      { method: 'POST', headers: json, body: '[]' },
      400,
      /Expected a JSON object/,
    ],
    [
      'another mode',
      '/pay/secure-id',
      { method: 'POST', headers: json, body: '{"mode":"sub"}' },
      400,
      /mode: expected "pay" or "add"/,
    ],
    [
      'a large body',
      '/pay/secure-id',
      { method: 'POST', headers: json, body: `"${'x'.repeat(70_000)}"` },
      413,
      /HTTP 413/,
    ],
    [
      'another site',
      '/pay/secure-id',
      { method: 'POST', headers: { ...json, Origin: 'https://evil.example' }, body: '{}' },
      403,
      /HTTP 403: .*https:\/\/evil\.example.*publicOrigin/,
    ],
    [
      'another site, by its mark',
      '/pay/order-status',
      { method: 'POST', headers: { ...json, 'Sec-Fetch-Site': 'cross-site' }, body: '{}' },
      403,
      /order-status: HTTP 403/,
    ],
  ] as const) {
    it(`refuse ${what}: HTTP ${httpStatus}, and the log says why`, async (test) => {
      const shop = await shopFor(test);
      const answer = await fetch(shop.origin + path, init);
      assert.equal(answer.status, httpStatus);
      assert.equal(answer.headers.get('Cache-Control'), 'no-store');
      assert.equal(((await answer.json()) as { retCode: string }).retCode, 'FAIL');
      assert.match(shop.log.join('\n'), says);
    });
  }

  it('let the pages of allowedOrigins in, with their preflight, and those of publicOrigin', async (test) => {
    const shop = await shopFor(test, {
      allowedOrigins: ['https://shop.example'],
      publicOrigin: 'https://public.example',
    });
    const preflight = await fetch(`${shop.origin}/pay/secure-id`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('Access-Control-Allow-Origin'), 'https://shop.example');
    const headers = { Origin: 'https://shop.example', 'Sec-Fetch-Site': 'cross-site' };
    assert.equal((await shop.secureId({}, headers)).httpStatus, 200);
    assert.equal((await shop.secureId({}, { Origin: 'https://public.example' })).httpStatus, 200);
    assert.equal((await shop.secureId({}, { Origin: 'https://other.example' })).httpStatus, 403);
    const other = await fetch(`${shop.origin}/pay/secure-id`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://other.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(other.status, 403);
  });

  it('say that a body parser in front of them has read the body', async () => {
    const log: string[] = [];
    const checkout = createCheckout({
      iotpay: createIotpay({ mchId: '1', merchantKey: 'k', loginName: 'l' }),
      store: memoryStore(),
      notifyUrl: 'https://shop.example/notify',
      returnUrl: 'https://shop.example/',
      order: () => ({ id: '1', amount: 1 }),
      onPaid: () => {},
      log: (line) => void log.push(line),
    });
    const request = post({ mode: 'pay' });
    await request.json();
    assert.equal((await checkout.secureId(request)).status, 400);
    assert.match(log.join('\n'), /Something in front of this route has read it/);
    await assert.rejects(checkout.handler({ headers: {}, url: '/' } as never), /toNodeHandler\(checkout\)/);
  });

  it('log no key, no secureId and no card number', async (test) => {
    const shop = await shopFor(test);
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId, 'declined');
    await shop.notify('{}');
    await shop.secureId({ failed: mchOrderNo });
    await shop.sandbox.close();
    await shop.secureId();
    const text = shop.log.join('\n');
    assert.ok(text.length > 0);
    for (const secret of [shop.sandbox.merchant.merchantKey, String(secureId), '4000000000000002'])
      assert.ok(!text.includes(secret));
  });
});
