// What a merchant's own functions and servers do besides their answers: they throw, reject, never end, or leave nothing over.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { nameOf } from '../../../src/server/checkout/record.js';
import { memoryStore, toNodeHandler, type Store } from '../../../src/server/index.js';
import { openCounter, paidFields, signedJson, type Counter } from './counter.js';

describe('keys of the store', () => {
  const broken = new Error('Connection terminated.');
  const rows: readonly [what: string, keys: NonNullable<Store['keys']>][] = [
    [
      'throws',
      () => {
        throw broken;
      },
    ],
    [
      'breaks off',
      async function* () {
        yield 'watch:1';
        throw broken;
      },
    ],
  ];
  for (const [what, keys] of rows)
    it(`that ${what} is named by reconcile’s error, with the cause`, async () => {
      const { checkout } = openCounter({ store: { ...memoryStore(), keys } });
      await assert.rejects(checkout.reconcile(), {
        message: 'store.keys: Connection terminated.',
        cause: broken,
      });
    });

  it('that never answers does not keep reconcile for ever', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const keys = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) });
    const { checkout } = openCounter({ store: { ...memoryStore(), keys } });
    const run = assert.rejects(
      checkout.reconcile(),
      /^DeadlineError: store\.keys: expected an answer within/,
    );
    await new Promise(setImmediate);
    test.mock.timers.tick(60_000);
    await run;
  });

  it('are given back what they hold open, also where reconcile stops in the middle', async () => {
    let isClosed = false;
    const keys = async function* () {
      try {
        yield 'watch:1';
        yield 7 as never;
      } finally {
        isClosed = true;
      }
    };
    const { checkout } = openCounter({ store: { ...memoryStore(), keys } });
    await assert.rejects(checkout.reconcile(), TypeError);
    assert.ok(isClosed);
  });
});

describe('reconcile', () => {
  it('comes to every order, though there are more than it may look at in one run', async () => {
    const asked = new Set<unknown>();
    const counter = openCounter({
      says: (path, { mchOrderNo }) => void (path === 'cc_query' && asked.add(mchOrderNo)),
    });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      counter.order.id = id;
      await counter.form();
    }
    for (let run = 0; run < 300 && asked.size < 7; run++) {
      const { orders } = await counter.checkout.reconcile({ limit: 2 });
      assert.equal(orders, 2);
    }
    assert.deepEqual(asked, new Set(counter.made));
  });

  it('comes to the other orders where one can’t be read, and says so', async () => {
    const store = memoryStore();
    const counter = openCounter({
      store,
      says: (path) =>
        path === 'cc_query' ? { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2 } : undefined,
    });
    for (const id of ['a', 'b', 'c']) {
      counter.order.id = id;
      await counter.form();
    }
    const broken = `order:${nameOf('a')}`;
    const version = (await store.get(broken))?.version;
    assert.ok(await store.set(broken, '[]', { version, ttlMs: 60_000 }));
    const { orders, paid, failures } = await counter.checkout.reconcile();
    assert.deepEqual([orders, paid, failures], [3, 2, 1]);
    assert.deepEqual(counter.paid.map(({ orderId }) => orderId).sort(), ['b', 'c']);
    assert.match(counter.log.join('\n'), /^reconcile: an order could not be settled: store\.get: /m);
  });

  it('counts an order of which the gateway says nothing, and says why', async () => {
    const counter = openCounter({
      refuses: (path) => (path === 'cc_query' ? 'System busy' : undefined),
    });
    await counter.form();
    const { orders, paid, failures } = await counter.checkout.reconcile();
    assert.deepEqual([orders, paid, failures], [1, 0, 1]);
    assert.match(counter.log.join('\n'), /^the gateway could not be asked about an order\. .*System busy/m);
  });

  for (const limit of [-1, 1.5, NaN, '10', null])
    it(`refuses the limit ${JSON.stringify(limit)} in words`, () =>
      assert.rejects(openCounter().checkout.reconcile({ limit: limit as number }), {
        name: 'TypeError',
        message: /^reconcile: limit: expected a whole number from 0, received /,
      }));
});

it('a log that rejects takes nothing down with it', async (test) => {
  const said = test.mock.method(console, 'error', () => {});
  test.mock.method(console, 'warn', () => {});
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  test.after(() => process.off('unhandledRejection', hear));
  const counter = openCounter({
    order: () => Promise.reject(new Error('No database.')),
    log: () => Promise.reject(new Error('No log.')) as unknown as void,
  });
  assert.equal((await counter.form()).httpStatus, 500);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(unhandled, []);
  assert.match(
    said.mock.calls.map(({ arguments: words }) => String(words[0])).join('\n'),
    /No database\.[^]*log: /,
  );
});

it('what a visitor calls a number is not written into the log', async () => {
  const counter = openCounter();
  const { log } = counter;
  await counter.form();
  for (const mchOrderNo of ['4242424242424242', 'x\nnotify: HTTP 500: all is lost', 'y'.repeat(5000)]) {
    log.length = 0;
    assert.equal((await counter.orderStatus({ mchOrderNo })).httpStatus, 404);
    assert.match(
      log.join('\n'),
      /^order-status: HTTP 404: There is no such payment of this order\..*an unknown number/,
    );
    assert.ok(!log.join().includes(mchOrderNo));
  }
});

/** A server of Node's with something in front of the checkout. */
async function serverFor(
  test: TestContext,
  counter: Counter,
  front: (request: IncomingMessage) => Promise<void>,
) {
  const handle = toNodeHandler(counter.checkout);
  const server = createServer((request, response: ServerResponse) => {
    void front(request).then(() => handle(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('behind a parser that passes over the body but leaves an empty one (Express 4), and a session that takes its time,', () => {
  const passOver = async (request: IncomingMessage & { body?: unknown }) => {
    request.body = {};
    // The body has come in meanwhile, and waits to be read.
    while (!request.complete) await new Promise(setImmediate);
  };

  it('a notification is read', async (test) => {
    const counter = openCounter();
    const origin = await serverFor(test, counter, passOver);
    const { mchOrderNo } = await counter.form();
    const answer = await fetch(`${origin}/pay/notify`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: signedJson(paidFields(mchOrderNo)),
    });
    assert.deepEqual([answer.status, counter.paid.length], [200, 1]);
  });

  it('a form is given out', async (test) => {
    const origin = await serverFor(test, openCounter(), passOver);
    const answer = await fetch(`${origin}/pay/secure-id`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode: 'pay' }),
    });
    assert.equal(answer.status, 200);
  });
});

describe('a Response of `order`’s', () => {
  it('keeps each of its cookies', async (test) => {
    const headers = new Headers({ Location: '/login' });
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    const origin = await serverFor(
      test,
      openCounter({ order: () => new Response(null, { status: 401, headers }) }),
      async () => {},
    );
    const answer = await fetch(`${origin}/pay/secure-id`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode: 'pay' }),
    });
    assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
  });

  it('that can be sent only once is an error of `order`, in words', async () => {
    const refusal = Response.json({ retMsg: 'Not yours.' }, { status: 403 });
    const counter = openCounter({ order: () => refusal });
    assert.equal((await counter.form()).httpStatus, 403);
    assert.equal((await counter.form()).httpStatus, 500);
    assert.match(counter.log.at(-1) ?? '', /^secure-id: HTTP 500: order: /);
  });
});
