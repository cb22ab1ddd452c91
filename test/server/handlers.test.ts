import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  createIotpay,
  memoryStore,
  notificationHandler,
  orderStatusHandler,
  secureIdHandler,
  type NotificationHandlerOptions,
  type SecureIdHandlerOptions,
} from '../../src/server/index.js';
import { fresh, pay, sandboxFor } from '../sandbox/support.js';
import { clientOf, gatewayFor, gatewaySaying, MERCHANT, notificationOf, post, quiet } from './support.js';

const order = (mchOrderNo: string) => ({
  mchOrderNo,
  amount: 1999,
  currency: 'CAD' as const,
  channel: 'PF_CC' as const,
  notifyUrl: 'https://shop.example/notify',
  returnUrl: 'https://shop.example/return',
});

/** A secure-id route over a gateway that answers after `delay` milliseconds; `made` are its orders. */
async function secureIdRoute(test: TestContext, options: Partial<SecureIdHandlerOptions> = {}, delay = 0) {
  const { origin, bodies } = await gatewayFor(test, (_request, response) => {
    const retData = { secureId: `S${bodies.length}`, redirectUrl: 'https://x.example', extra: 1 };
    setTimeout(() => response.end(JSON.stringify({ retCode: 'SUCCESS', retMsg: '', retData })), delay);
  });
  const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
  let serial = 0;
  const handle = secureIdHandler(iotpay, {
    store: memoryStore(),
    resolve: ({ mode }) =>
      mode === 'pay'
        ? order(`o${++serial}`)
        : { cardId: `c${++serial}`, channel: 'PF_CC', returnUrl: 'https://shop.example/' },
    ...options,
  });
  return { handle, made: bodies };
}

describe('secureIdHandler', () => {
  it('answers with the secureId and the order’s number, and nothing else of the gateway’s', async (test) => {
    const { handle, made } = await secureIdRoute(test);
    const answer = await handle(post({ mode: 'pay', cart: 7 }));
    assert.deepEqual([answer.status, await answer.json()], [200, { secureId: 'S1', mchOrderNo: 'o1' }]);
    assert.equal(answer.headers.get('Cache-Control'), 'no-store');
    assert.match(answer.headers.get('Content-Type') ?? '', /^application\/json/);
    assert.equal(made[0]?.['amount'], 1999);
    assert.deepEqual(await (await handle(post({ mode: 'add' }))).json(), { secureId: 'S2' });
    assert.equal(made[1]?.['cardId'], 'c2');
  });

  const refused: readonly [what: string, status: number, request: () => Request][] = [
    ['GET', 405, () => new Request('https://shop.example/route')],
    ['no content type of JSON', 415, () => post('{"mode":"pay"}', { 'Content-Type': 'text/plain' })],
    ['a form', 415, () => post('mode=pay', { 'Content-Type': 'application/x-www-form-urlencoded' })],
    ['no JSON', 400, () => post('{"mode":')],
    ['an array', 400, () => post([])],
    ['no mode', 400, () => post({})],
    ['another mode', 400, () => post({ mode: 'refund' })],
    ['too much', 413, () => post({ mode: 'pay', x: 'x'.repeat(70_000) })],
    [
      'too much, in parts',
      413,
      () => {
        const part = new TextEncoder().encode(' '.repeat(30_000));
        let parts = 3;
        const body = new ReadableStream({
          pull: (to) => (parts-- > 0 ? to.enqueue(part) : to.close()),
        });
        const headers = { 'Content-Type': 'application/json' };
        return new Request('https://shop.example/', {
          method: 'POST',
          headers,
          body,
          duplex: 'half',
        } as RequestInit);
      },
    ],
    [
      'a body that breaks off',
      400,
      () => {
        const body = new ReadableStream({ pull: (to) => to.error(new Error('broken off')) });
        const headers = { 'Content-Type': 'application/json' };
        return new Request('https://shop.example/', {
          method: 'POST',
          headers,
          body,
          duplex: 'half',
        } as RequestInit);
      },
    ],
    ['a page of another site', 403, () => post({ mode: 'pay' }, { 'Sec-Fetch-Site': 'cross-site' })],
    ['a page of a sibling', 403, () => post({ mode: 'pay' }, { 'Sec-Fetch-Site': 'same-site' })],
    [
      'Sec-Fetch-Site counts before Origin',
      403,
      () => post({ mode: 'pay' }, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://shop.example' }),
    ],
    ['another Origin', 403, () => post({ mode: 'pay' }, { Origin: 'https://evil.example' })],
    ['the Origin "null"', 403, () => post({ mode: 'pay' }, { Origin: 'null' })],
    ['a very long key', 400, () => post({ mode: 'pay' }, { 'Idempotency-Key': 'k'.repeat(256) })],
  ];
  for (const [what, status, request] of refused) {
    it(`${what}: ${status}, and no order is made`, async (test) => {
      const { handle, made } = await secureIdRoute(test);
      const answer = await handle(request());
      assert.equal(answer.status, status);
      assert.equal(((await answer.json()) as { retCode: string }).retCode, 'FAIL');
      assert.equal(answer.headers.get('Cache-Control'), 'no-store');
      assert.equal(answer.headers.get('Allow'), status === 405 ? 'POST' : null);
      assert.equal(made.length, 0);
    });
  }

  it('lets in its own pages, and servers that send neither header', async (test) => {
    const { handle } = await secureIdRoute(test);
    for (const headers of [
      { 'Sec-Fetch-Site': 'same-origin' },
      { Origin: 'https://shop.example' },
      {} as Record<string, string>,
    ])
      assert.equal((await handle(post({ mode: 'pay' }, headers))).status, 200);
  });

  it('lets in allowed origins, with their preflight, and tells nobody else', async (test) => {
    const { handle } = await secureIdRoute(test, { allowedOrigins: ['https://pay.example'] });
    const preflight = (origin: string) =>
      new Request('https://shop.example/', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,idempotency-key,x-csrf',
        },
      });
    const yes = await handle(preflight('https://pay.example'));
    assert.equal(yes.status, 204);
    assert.equal(yes.headers.get('Access-Control-Allow-Origin'), 'https://pay.example');
    assert.equal(yes.headers.get('Access-Control-Allow-Credentials'), 'true');
    assert.match(yes.headers.get('Access-Control-Allow-Headers') ?? '', /idempotency-key,x-csrf/);
    const no = await handle(preflight('https://evil.example'));
    assert.deepEqual([no.status, no.headers.get('Access-Control-Allow-Origin')], [403, null]);
    const crossSite = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://pay.example' };
    const answer = await handle(post({ mode: 'pay' }, crossSite));
    assert.deepEqual(
      [answer.status, answer.headers.get('Access-Control-Allow-Origin'), answer.headers.get('Vary')],
      [200, 'https://pay.example', 'Origin'],
    );
  });

  it('refuses an allowed origin that is none when it is built', () => {
    const iotpay = createIotpay(MERCHANT);
    for (const origin of ['*', 'https://shop.example/', 'shop.example'])
      assert.throws(
        () => orderStatusHandler(iotpay, { resolve: () => ({ mchOrderNo: 'x' }), allowedOrigins: [origin] }),
        TypeError,
      );
  });

  it('two requests with one key, at the same time, make one order; so does a later one', async (test) => {
    const { handle, made } = await secureIdRoute(test, {}, 100);
    const ask = async (): Promise<unknown> =>
      (await handle(post({ mode: 'pay' }, { 'Idempotency-Key': 'k1' }))).json();
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    for (const answer of answers) assert.deepEqual(answer, { secureId: 'S1', mchOrderNo: 'o1' });
    assert.equal(made.length, 1);
  });

  it('one key with another body is 409, also while the first is at work', async (test) => {
    const { handle, made } = await secureIdRoute(test, {}, 100);
    const ask = async (cart: number) =>
      (await handle(post({ mode: 'pay', cart }, { 'Idempotency-Key': 'k1' }))).status;
    assert.deepEqual((await Promise.all([ask(1), ask(2)])).sort(), [200, 409]);
    assert.equal(await ask(3), 409);
    assert.equal(made.length, 1);
  });

  it('keys of different scopes are different keys; without a key every request makes an order', async (test) => {
    const scope = (request: Request) => request.headers.get('X-Session') ?? '';
    const { handle, made } = await secureIdRoute(test, { scope });
    for (const session of ['a', 'b', 'a'])
      await handle(post({ mode: 'pay' }, { 'Idempotency-Key': 'k', 'X-Session': session }));
    assert.equal(made.length, 2);
    await handle(post({ mode: 'pay' }));
    await handle(post({ mode: 'pay' }));
    assert.equal(made.length, 4);
  });

  it('a Response of resolve refuses, and the key may be used again', async (test) => {
    let signedIn = false;
    const { handle } = await secureIdRoute(test, {
      resolve: () => (signedIn ? order('o1') : new Response('Who are you?', { status: 401 })),
    });
    const ask = () => handle(post({ mode: 'pay' }, { 'Idempotency-Key': 'k' }));
    const refusal = await ask();
    assert.deepEqual([refusal.status, await refusal.text()], [401, 'Who are you?']);
    assert.equal(refusal.headers.get('Cache-Control'), 'no-store');
    signedIn = true;
    assert.equal((await ask()).status, 200);
  });

  it('tells of an order already tried without asking the gateway', async (test) => {
    const { handle, made } = await secureIdRoute(test, { resolve: () => ({ status: 2, mchOrderNo: 'o' }) });
    assert.deepEqual(await (await handle(post({ mode: 'pay' }))).json(), { status: 2, mchOrderNo: 'o' });
    assert.equal(made.length, 0);
  });

  it('what resolve throws, or should not return, stays on the server', async (test) => {
    const lines = quiet(test);
    for (const resolve of [
      () => Promise.reject(new Error('password=hunter2')),
      () => undefined as never,
      () => ({ status: 9 }),
      () => ({ ...order('o'), amount: 19.99 }),
    ]) {
      const { handle, made } = await secureIdRoute(test, { resolve });
      const answer = await handle(post({ mode: 'pay' }, { 'Idempotency-Key': 'k' }));
      assert.equal(answer.status, 500);
      assert.doesNotMatch(await answer.text(), /hunter2|resolve|19\.99/);
      assert.equal(made.length, 0);
    }
    assert.match(lines.join('\n'), /hunter2[^]*resolve: expected[^]*status 0, 1, 2 or 3[^]*amount: expected/);
  });

  it('gateway trouble is 502, or 504 for a timeout; the key may be used again', async (test) => {
    quiet(test);
    let fault: 'refuse' | 'html' | 'stall' | undefined = 'refuse';
    const { origin } = await gatewayFor(test, (_request, response) => {
      if (fault === 'refuse') response.end('{"retCode":"FAIL","retMsg":"sign error"}');
      else if (fault === 'html') response.end('<!doctype html>');
      else if (!fault) response.end('{"retCode":"SUCCESS","retData":{"secureId":"S"}}');
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin, timeout: 500 });
    const handle = secureIdHandler(iotpay, { store: memoryStore(), resolve: () => order('o') });
    const ask = () => handle(post({ mode: 'pay' }, { 'Idempotency-Key': 'k' }));
    const first = await ask();
    assert.deepEqual([first.status, await first.json()], [502, { retCode: 'FAIL', retMsg: 'sign error' }]);
    fault = 'html';
    assert.equal((await ask()).status, 502);
    fault = 'stall';
    assert.equal((await ask()).status, 504);
    fault = undefined;
    assert.equal((await ask()).status, 200);
  });
});

describe('orderStatusHandler', () => {
  it('answers with status, numbers and words of the visitor’s own order, and nothing else', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo } = await pay(sandbox, 'approved');
    const handle = orderStatusHandler(clientOf(sandbox), {
      resolve: ({ data }) =>
        data['mchOrderNo'] === mchOrderNo ? { mchOrderNo } : new Response(null, { status: 404 }),
    });
    const answer = (await (await handle(post({ mchOrderNo }))).json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(answer).sort(), ['mchOrderNo', 'payOrderId', 'retMsg', 'status']);
    assert.deepEqual([answer['status'], answer['mchOrderNo']], [2, mchOrderNo]);
    assert.equal((await handle(post({ mchOrderNo: fresh('other') }))).status, 404);
    assert.equal((await handle(post({}, { 'Sec-Fetch-Site': 'cross-site' }))).status, 403);
    assert.equal((await handle(new Request('https://shop.example/'))).status, 405);
  });

  it('an order that the gateway doesn’t know is 502, never a status', async (test) => {
    quiet(test);
    const { origin } = await gatewaySaying(test, { retCode: 'FAIL', retMsg: 'Order not found' });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const answer = await orderStatusHandler(iotpay, { resolve: () => ({ mchOrderNo: 'x' }) })(post({}));
    assert.deepEqual(
      [answer.status, await answer.json()],
      [502, { retCode: 'FAIL', retMsg: 'Order not found' }],
    );
  });
});

describe('notificationHandler', () => {
  const iotpay = createIotpay(MERCHANT);
  function route(options: Partial<NotificationHandlerOptions> = {}) {
    const shipped: string[] = [];
    const handle = notificationHandler(iotpay, {
      store: memoryStore(),
      order: () => ({ amount: 1999, currency: 'CAD' }),
      onPaid: ({ mchOrderNo }) => shipped.push(mchOrderNo),
      ...options,
    });
    const notify = async (body: unknown, headers?: Record<string, string>) => {
      const answer = await handle(post(body, headers));
      assert.equal(answer.headers.get('Cache-Control'), 'no-store');
      assert.match(answer.headers.get('Content-Type') ?? '', /^text\/plain/);
      return [answer.status, await answer.text()];
    };
    return { handle, notify, shipped };
  }

  const acknowledged: readonly [what: string, shipped: number, body: Record<string, unknown>][] = [
    ['a payment with status 2 ships', 1, notificationOf()],
    ['a payment with status 3 ships', 1, notificationOf({ status: 3 })],
    ['numbers as texts are read', 1, notificationOf({ status: '2', amount: '1999' })],
    ['no payType is a payment', 1, notificationOf({ payType: undefined })],
    ['new fields count, and do no harm', 1, notificationOf({ new: 'x', zero: 0, constructor: 'c' })],
    [
      '"Tea & Cake" and an address are no danger',
      1,
      notificationOf({ subject: 'Tea & Cake', notifyUrl: 'https://s.example/?a=1&b=2' }),
    ],
    ['an order number of the merchant’s own form', 1, notificationOf({ mchOrderNo: '2024/订单.1' })],
    ['a refund ships nothing', 0, notificationOf({ payType: 'refund' })],
    ['a void ships nothing', 0, notificationOf({ payType: 'void' })],
    ['status 0 ships nothing', 0, notificationOf({ status: 0 })],
    ['status 1 ships nothing', 0, notificationOf({ status: 1 })],
    ['status 9 ships nothing', 0, notificationOf({ status: 9 })],
  ];
  for (const [what, count, body] of acknowledged) {
    it(`${what}; acknowledged`, async () => {
      const { notify, shipped } = route();
      assert.deepEqual(await notify(body), [200, 'SUCCESS']);
      assert.equal(shipped.length, count);
    });
  }

  const signed = notificationOf();
  const refused: readonly [what: string, status: number, body: unknown][] = [
    ['a forged amount', 400, { ...signed, amount: 1 }],
    ['a forged field', 400, { ...signed, extra: 'x' }],
    ['a missing signature', 400, { ...signed, sign: undefined }],
    ['a truncated body', 400, JSON.stringify(signed).slice(0, -5)],
    ['an empty body', 400, ''],
    ['no object', 400, [signed]],
    ['a body too large', 413, { ...signed, x: 'x'.repeat(70_000) }],
    ['another merchant’s', 400, notificationOf({ mchId: '10000702' })],
    ['no order number', 400, notificationOf({ mchOrderNo: undefined })],
    ['an order number with white space', 400, notificationOf({ mchOrderNo: 'a b' })],
    ['an amount that is none', 400, notificationOf({ amount: '19.99' })],
    ['an unknown status', 200, notificationOf({ status: 7 })],
    ['a nested field', 400, { ...notificationOf(), more: { a: 1 } }],
    // All signed right: a refund's text, cut apart so that the payType is gone.
    [
      'a refund inside a time',
      400,
      notificationOf({ payType: undefined, paySuccTime: '2021&payType=refund' }),
    ],
    ['a refund inside a new field', 400, notificationOf({ payType: undefined, payNote: 'x&payType=refund' })],
    ['a refund inside a name', 400, notificationOf({ payType: undefined, 'payNote=x&payType': 'refund' })],
    ['another amount', 409, notificationOf({ amount: 1998 })],
  ];
  for (const [what, status, body] of refused) {
    it(`${what}: ${status}, and nothing is shipped`, async (test) => {
      quiet(test);
      const { notify, shipped } = route();
      assert.deepEqual(await notify(body), [status, status === 200 ? 'SUCCESS' : 'FAIL']);
      assert.equal(shipped.length, 0);
    });
  }

  it('another currency of the merchant’s, an order that isn’t there: 409 FAIL', async (test) => {
    quiet(test);
    for (const own of [{ amount: 1999, currency: 'USD' }, undefined, null]) {
      const { notify, shipped } = route({ order: () => own });
      assert.deepEqual(await notify(signed), [409, 'FAIL']);
      assert.equal(shipped.length, 0);
    }
  });

  it('any content type will do; another method will not', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
      const { notify, shipped } = route();
      assert.deepEqual(await notify(signed, { 'Content-Type': type }), [200, 'SUCCESS']);
      assert.equal(shipped.length, 1);
    }
    assert.equal((await route().handle(new Request('https://shop.example/'))).status, 405);
  });

  it('a throw in onPaid or order is not acknowledged; the next delivery ships', async (test) => {
    quiet(test);
    for (const broken of ['onPaid', 'order'] as const) {
      let works = false;
      const shipped: string[] = [];
      const fail = () => Promise.reject(new Error('the database is down'));
      const { notify } = route({
        order: () => (broken === 'order' && !works ? fail() : { amount: 1999, currency: 'CAD' }),
        onPaid: ({ mchOrderNo }) => (broken === 'onPaid' && !works ? fail() : shipped.push(mchOrderNo)),
      });
      assert.deepEqual(await notify(signed), [500, 'FAIL']);
      works = true;
      assert.deepEqual(await notify(signed), [200, 'SUCCESS']);
      assert.deepEqual(await notify(signed), [200, 'SUCCESS']);
      assert.equal(shipped.length, 1);
    }
  });

  it('is acknowledged after onPaid has finished, not before; a repeat at the same time waits for it', async () => {
    let finish = () => {};
    let calls = 0;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const { notify } = route({ onPaid: () => (calls++, work) });
    const answers: unknown[] = [];
    const all = [0, 1, 2].map(async () => answers.push(await notify(signed)));
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual([answers.length, calls], [0, 1]);
    finish();
    await Promise.all(all);
    assert.deepEqual([answers, calls], [Array(3).fill([200, 'SUCCESS']), 1]);
  });

  it('a store that fails to keep it leaves it unacknowledged', async (test) => {
    quiet(test);
    const store = { ...memoryStore(), complete: () => Promise.reject(new Error('disk full')) };
    assert.deepEqual(await route({ store }).notify(signed), [500, 'FAIL']);
  });

  it('the cvv that nobody may keep is dropped from it, and so is the signature', () => {
    const read = iotpay.verifyNotification(notificationOf({ cvv: '999', note: 'kept' }));
    assert.deepEqual([read['cvv'], read['sign'], read['note']], [undefined, undefined, 'kept']);
  });
});
