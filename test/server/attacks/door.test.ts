// Whatever comes to the routes' door over a real socket: no 500, an answer in time, a line that says why.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { createCheckout, createIotpay, memoryStore, toNodeHandler } from '../../../src/server/index.js';
import { shopFor, until, type Shop } from '../checkout/shop.js';
import { MERCHANT, openCounter } from './counter.js';

const ROUTES = ['secure-id', 'order-status', 'notify'] as const;

/** Sends bytes to the shop as they are; gives the first line of the answer, `''` where the connection was closed. */
function send(shop: Shop, bytes: string | readonly string[]): Promise<string> {
  const { hostname, port } = new URL(shop.origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const end = () => {
      socket.destroy();
      resolve(answer.split('\r\n')[0] ?? '');
    };
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += String(chunk);
      if (answer.includes('\r\n\r\n')) end();
    });
    socket.on('error', end).on('close', end);
    socket.on('connect', () => {
      for (const each of typeof bytes === 'string' ? [bytes] : bytes) socket.write(each, 'latin1');
    });
  });
}

/** Console lines of a test, instead of the console. */
function consoleOf(test: TestContext): string[] {
  const lines: string[] = [];
  for (const level of ['warn', 'error'] as const)
    test.mock.method(console, level, (...args: unknown[]) => void lines.push(args.map(String).join(' ')));
  return lines;
}

describe('a request that no browser sends', () => {
  const json = 'Content-Type: application/json\r\n';
  for (const [what, head, status] of [
    ['a method that fetch knows not of', `TRACE /pay/secure-id HTTP/1.1\r\nHost: a\r\n\r\n`, 405],
    ['an address that is none', `POST // HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 2\r\n\r\n{}`, 400],
    [
      'a host that is none',
      `POST /pay/secure-id HTTP/1.1\r\nHost: a b\r\n${json}Content-Length: 2\r\n\r\n{}`,
      400,
    ],
    [
      'a port that is none',
      `POST /pay/notify HTTP/1.1\r\nHost: a:99999\r\n${json}Content-Length: 2\r\n\r\n{}`,
      400,
    ],
    [
      'half a host',
      `POST /pay/order-status HTTP/1.1\r\nHost: [::\r\n${json}Content-Length: 2\r\n\r\n{}`,
      400,
    ],
  ] as const) {
    it(`with ${what} is refused with HTTP ${status}, and the log says why`, async (test) => {
      const lines = consoleOf(test);
      const shop = await shopFor(test);
      assert.match(await send(shop, head), new RegExp(`^HTTP/1.1 ${status} `));
      const said = [...lines, ...shop.log].join('\n');
      assert.match(said, new RegExp(`HTTP ${status}: .*[Ee]xpected `));
      assert.equal(shop.sandbox.ledger.orders().length, 0);
    });
  }

  it('of any bytes at all leads to no 500, to no order, and to a shop that still sells', async (test) => {
    consoleOf(test);
    const shop = await shopFor(test);
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
      fc.constantFrom('/', '//', '?', '#', '%', '\\', '..', '@', ':', '[', '{}', 'null', '\u00e9'),
    );
    const line = (text: string) => text.replaceAll(/[\r\n\0]/g, '');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PATCH', 'QUERY'),
        fc.constantFrom(...ROUTES),
        fc.array(piece, { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom(
            ...[
              'Host',
              'Origin',
              'Content-Type',
              'Idempotency-Key',
              'Sec-Fetch-Site',
              'Access-Control-Request-Method',
            ],
          ),
          fc.oneof(piece, fc.constantFrom('application/json', 'null', 'same-origin')),
        ),
        fc.string({ unit: 'binary-ascii' }),
        async (method, route, path, headers, body) => {
          const lines = Object.entries({ Host: 'a', ...headers }).map(
            ([name, value]) => `${name}: ${line(value)}`,
          );
          const address = `/${line(path.join('')).replaceAll(' ', '')}/${route}`;
          const answer = await send(
            shop,
            `${method} ${address} HTTP/1.1\r\n${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
          assert.match(answer, /^HTTP\/1\.1 [24]/, `${method} ${address} ${lines.join()}`);
        },
      ),
      { numRuns: 200 },
    );
    assert.equal(shop.sandbox.ledger.orders().length, 0);
    const { secureId } = await shop.secureId();
    await shop.pay(secureId);
    await until('it is shipped', () => shop.paid.length === 1);
  });
});

describe('a body', () => {
  const head = (route: string, more: string) =>
    `POST /pay/${route} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;
  for (const route of ROUTES) {
    for (const [what, bytes] of [
      ['announced as too large', head(route, 'Content-Length: 99999999')],
      [
        'that grows too large piece by piece',
        [
          head(route, 'Transfer-Encoding: chunked'),
          ...Array.from({ length: 40 }, () => `800\r\n${'x'.repeat(2048)}\r\n`),
        ],
      ],
    ] as const) {
      it(`${what} is refused before it has come in: ${route}`, async (test) => {
        const shop = await shopFor(test);
        assert.match(await send(shop, bytes), /^HTTP\/1\.1 413 /);
        assert.match(shop.log.join('\n'), new RegExp(`^${route}: HTTP 413: Expected at most 65536 bytes`));
      });
    }

    it(`that breaks off is refused in words, and takes nothing down: ${route}`, async (test) => {
      const shop = await shopFor(test);
      const { hostname, port } = new URL(shop.origin);
      const socket = connect(Number(port), hostname);
      socket.write(`${head(route, 'Content-Length: 50')}{"mode"`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
      await until('the log says so', () => shop.log.some((line) => line.startsWith(`${route}: HTTP 400: `)));
      assert.equal((await shop.secureId()).httpStatus, 200);
    });

    it(`that stalls, or trickles in, is refused after its time: ${route}`, async (test) => {
      for (const everyMs of [0, 1000]) {
        test.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
        const counter = openCounter();
        let trickle: NodeJS.Timeout | undefined;
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"mode":"pay"'));
            if (everyMs) trickle = setInterval(() => controller.enqueue(new Uint8Array([32])), everyMs);
          },
          cancel: () => clearInterval(trickle),
        });
        const request = new Request(`https://shop.example/pay/${route}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body,
          duplex: 'half',
        } as RequestInit);
        const answer = counter.checkout.handler(request);
        for (let second = 0; second <= 15; second++) {
          await new Promise(setImmediate);
          test.mock.timers.tick(1000);
        }
        assert.equal((await answer).status, 408);
        assert.match(counter.log.join('\n'), new RegExp(`^${route}: HTTP 408: .*within 15000 ms`));
        assert.equal(counter.made.length, 0);
        test.mock.timers.reset();
      }
    });
  }
});

it('a body that a parser has made of a deep text is no 500', async (test) => {
  const lines = consoleOf(test);
  const checkout = createCheckout({
    iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: 'http://127.0.0.1:9' }),
    store: memoryStore(),
    notifyUrl: 'https://shop.example/pay/notify',
    returnUrl: 'https://shop.example/thanks',
    order: () => ({ id: 'order-1', amount: 1999 }),
    onPaid: () => {},
    log: (line) => void lines.push(line),
  });
  const depth = 50_000;
  const body: unknown = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  const response = { statusCode: 0, setHeader: () => {}, end: () => {} };
  const ended = new Promise<void>((resolve) => (response.end = resolve));
  const request = {
    method: 'POST',
    url: '/pay/secure-id',
    headers: { host: 'a', 'content-type': 'application/json' },
    body,
    complete: true,
    async *[Symbol.asyncIterator]() {},
  };
  toNodeHandler(checkout)(request, response, () => assert.fail('left to Express'));
  await ended;
  assert.equal(response.statusCode, 400);
  assert.match(lines.join('\n'), /HTTP 400: /);
});
