// FRAMEWORKS.md's snippets: taken out of it, run with the real frameworks, paid through on the sandbox.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { createApp, createRouter, toNodeListener, type EventHandler } from 'h3';
import { NOTIFICATION_FORMATS } from '../../src/sandbox/quirks.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';

const DOCUMENT = 'src/server/FRAMEWORKS.md';
/** Inside the project, so that `iotpay-checkout/server` is the package as it was built. */
const FOLDER = '.cache/frameworks';
/** Code whose first line is a comment with the name of its file. */
const NAMED_CODE = /```js\n\/\/ ([a-z]+\.js)\n([^]*?)```/g;
const SNIPPETS = new Map(
  [...readFileSync(DOCUMENT, 'utf8').matchAll(NAMED_CODE)].map(([, name = '', code = '']) => [name, code]),
);

const ORDERS = `
const paid = new Set();
export const find = async (customer, id) => customer === 'ann' && { id: 'order-' + id, cents: 1999 };
export const markPaid = (orderId, payment) => void paid.add(orderId + ' ' + payment.amount);
export const told = () => [...paid];
`;
/** The README's backend, with an address that the sandbox reaches, and with `order` keeping what it was given. */
const SHOP = `
import { createCheckout, createIotpay, memoryStore } from 'iotpay-checkout/server';
import { order } from './order.js';
import * as orders from './orders.js';
export const contexts = [];
export const checkout = createCheckout({
  iotpay: createIotpay({
    mchId: process.env.IOTPAY_MCH_ID,
    merchantKey: process.env.IOTPAY_MERCHANT_KEY,
    loginName: process.env.IOTPAY_LOGIN_NAME,
    gatewayOrigin: process.env.IOTPAY_GATEWAY_ORIGIN,
  }),
  store: memoryStore(),
  notifyUrl: process.env.SHOP_ORIGIN + '/pay/notify',
  returnUrl: process.env.SHOP_ORIGIN + '/thanks',
  order: (question) => (contexts.push(question.context), order(question)),
  onPaid: ({ orderId, payment }) => orders.markPaid(orderId, payment),
  log: () => {},
});
`;
/** The visitor of frameworks that were given no session: in a header. Express has the document's own order.js. */
const ORDER = `
import * as orders from './orders.js';
export async function order({ data, request }) {
  const order = await orders.find(request.headers.get('x-customer'), data.orderId);
  return order ? { id: order.id, amount: order.cents } : new Response(null, { status: 404 });
}
`;

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ notificationDelays: [0, 100] });
  Object.assign(process.env, sandbox.env, { SESSION_SECRET: 'of the test' });
  rmSync(FOLDER, { recursive: true, force: true });
});
after(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await sandbox.close();
});

/** What a snippet exports, whatever it is. */
type Module = Record<string, unknown>;
type Fetch = (request: Request, ...more: unknown[]) => Response | Promise<Response>;

interface Shop {
  readonly origin: string;
  readonly told: () => readonly string[];
  readonly contexts: readonly unknown[];
}

/** A server of the snippet's, listening before it is loaded: the address is in the shop's notifyUrl. */
async function shopOf(
  test: TestContext,
  name: string,
  listen: (snippet: Module, folder: string) => RequestListener | Promise<RequestListener>,
): Promise<Shop> {
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server: Server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['SHOP_ORIGIN'] = origin;
  const snippet = SNIPPETS.get(`${name}.js`);
  assert.ok(snippet, `${DOCUMENT} has no code named ${name}.js`);
  const order = name === 'express' ? SNIPPETS.get('order.js') : ORDER;
  assert.ok(order, `${DOCUMENT} has no code named order.js`);
  const files = { 'orders.js': ORDERS, 'order.js': order, 'shop.js': SHOP, [`${name}.js`]: snippet };
  for (const [file, code] of Object.entries(files)) writeFileSync(join(folder, file), code);
  const load = (file: string) => import(pathToFileURL(join(folder, file)).href) as Promise<Module>;
  listener = await listen(await load(`${name}.js`), folder);
  const { told } = (await load('orders.js')) as { told: Shop['told'] };
  const { contexts } = (await load('shop.js')) as { contexts: unknown[] };
  return { origin, told, contexts };
}

const ask = (
  { origin }: Shop,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Customer': 'ann', ...headers },
    body: JSON.stringify(body),
  });

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < end, `never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Payments from secure-id to onPaid, told by nothing but notifications, one in each way of writing them. */
async function sells(shop: Shop, headers: Record<string, string> = {}): Promise<void> {
  for (const format of NOTIFICATION_FORMATS) {
    sandbox.setQuirks({ notificationFormat: format, signsOtherWay: format === 'json' });
    const made = await ask(shop, '/pay/secure-id', { mode: 'pay', orderId: format }, headers);
    assert.equal(made.status, 200, await made.clone().text());
    const { secureId, mchOrderNo } = (await made.json()) as { secureId: string; mchOrderNo: string };
    assert.equal(secureId.length, 64);
    const { order } = await sandbox.pay(mchOrderNo);
    assert.equal(order.notifyUrl, `${shop.origin}/pay/notify`);
    await until(`onPaid, told by ${format}`, () => shop.told().includes(`order-${format} 1999`));
    await until(`${format} is acknowledged`, () =>
      sandbox.ledger.notifications().some((each) => each.mchOrderNo === mchOrderNo && each.acknowledged),
    );
  }
  assert.equal(shop.told().length, NOTIFICATION_FORMATS.length);
}

/** What every mount refuses, with its own status. */
async function refuses(shop: Shop): Promise<void> {
  const wrongMethod = await fetch(`${shop.origin}/pay/secure-id`, { headers: { 'X-Customer': 'ann' } });
  assert.equal(wrongMethod.status, 405);
  assert.equal(wrongMethod.headers.get('Allow'), 'POST');
  const foreign = await ask(shop, '/pay/secure-id', { mode: 'pay' }, { 'Sec-Fetch-Site': 'cross-site' });
  assert.equal(foreign.status, 403);
  const wrongType = await ask(shop, '/pay/secure-id', { mode: 'pay' }, { 'Content-Type': 'text/plain' });
  assert.equal(wrongType.status, 415);
  const nobody = await ask(shop, '/pay/secure-id', { mode: 'pay', orderId: 'x' }, { 'X-Customer': 'eve' });
  assert.equal(nobody.status, 404);
  assert.equal((await ask(shop, '/pay/notify', { forged: true })).status, 400);
}

const ofFetch = (serve: Fetch): RequestListener => getRequestListener((request) => serve(request));

describe('the snippets of FRAMEWORKS.md', () => {
  it('are of a dozen lines, or a few more', () => {
    for (const [name, code] of SNIPPETS) assert.ok(code.trim().split('\n').length <= 18, name);
  });

  it('Express, with sessions, behind express.json()', async (test) => {
    const shop = await shopOf(test, 'express', ({ app }) => {
      const login = (request: { session: Record<string, unknown> }, response: { end: () => void }) => {
        request.session['customer'] = 'ann';
        response.end();
      };
      (app as { get: (path: string, handler: typeof login) => void }).get('/login', login);
      return app as RequestListener;
    });
    const [cookie = ''] = (await fetch(`${shop.origin}/login`)).headers.getSetCookie();
    await sells(shop, { Cookie: cookie.split(';')[0] ?? '' });
    const nobody = await ask(shop, '/pay/secure-id', { mode: 'pay', orderId: 'x' });
    assert.equal(nobody.status, 404, 'somebody without a session');
    await refuses(shop);
  });

  it('Fastify', async (test) => {
    const shop = await shopOf(test, 'fastify', async ({ app }) => {
      const fastify = app as { ready: () => Promise<void>; routing: RequestListener; close: () => void };
      test.after(() => fastify.close());
      await fastify.ready();
      return fastify.routing;
    });
    await sells(shop);
    await refuses(shop);
    assert.ok((shop.contexts[0] as { routeOptions?: unknown }).routeOptions, 'Fastify’s request');
  });

  it('Koa, behind its body parser', async (test) => {
    const shop = await shopOf(test, 'koa', ({ app }) =>
      (app as { callback: () => RequestListener }).callback(),
    );
    await sells(shop);
    await refuses(shop);
    assert.ok((shop.contexts[0] as { state?: unknown }).state, 'Koa’s context');
  });

  it('Next.js: a route file', async (test) => {
    const context = { params: Promise.resolve({ route: 'secure-id' }) };
    const shop = await shopOf(test, 'next', ({ POST }) =>
      ofFetch((request) => (POST as Fetch)(request, context)),
    );
    await sells(shop);
    await refuses(shop);
    assert.equal(shop.contexts[0], context);
  });

  it('Nitro and Nuxt: an event handler of h3', async (test) => {
    const shop = await shopOf(test, 'nitro', ({ default: handler }) =>
      toNodeListener(createApp().use(createRouter().use('/pay/:route', handler as EventHandler))),
    );
    await sells(shop);
    await refuses(shop);
    assert.ok((shop.contexts[0] as { context?: unknown }).context, 'h3’s event');
  });

  it('SvelteKit: a +server file', async (test) => {
    const locals = { customer: 'ann' };
    const shop = await shopOf(test, 'sveltekit', ({ POST }) =>
      ofFetch((request) => (POST as (event: object) => Promise<Response>)({ request, locals })),
    );
    await sells(shop);
    await refuses(shop);
    assert.equal((shop.contexts[0] as { locals?: unknown }).locals, locals);
  });

  it('SvelteKit: a hook that refuses forms of other sites, but no notification', async () => {
    mkdirSync(join(FOLDER, 'hooks'), { recursive: true });
    const file = join(FOLDER, 'hooks/hooks.js');
    writeFileSync(file, SNIPPETS.get('hooks.js') ?? '');
    const { handle } = (await import(pathToFileURL(file).href)) as {
      handle: (input: object) => Response;
    };
    const url = new URL('https://shop.example/contact');
    const send = (id: string, headers: Record<string, string>) =>
      handle({
        event: { request: new Request(url, { method: 'POST', headers }), url, route: { id } },
        resolve: () => new Response(),
      }).status;
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
    ]) {
      assert.equal(send('/contact', { 'Content-Type': type }), 403, type);
      assert.equal(send('/contact', { 'Content-Type': type, Origin: 'https://other.example' }), 403, type);
      assert.equal(send('/contact', { 'Content-Type': type, Origin: url.origin }), 200, type);
      assert.equal(send('/pay/[route]', { 'Content-Type': type }), 200, type);
    }
    assert.equal(send('/contact', { 'Content-Type': 'application/json' }), 200);
  });

  it('Astro: an endpoint', async (test) => {
    const locals = { customer: 'ann' };
    const shop = await shopOf(test, 'astro', ({ POST }) =>
      ofFetch((request) => (POST as (context: object) => Promise<Response>)({ request, locals })),
    );
    await sells(shop);
    await refuses(shop);
    assert.equal((shop.contexts[0] as { locals?: unknown }).locals, locals);
  });

  it('Cloudflare Workers', async (test) => {
    const env = { ASSETS: { fetch: () => new Response('an asset') } };
    const shop = await shopOf(test, 'worker', ({ default: worker }) =>
      ofFetch((request) => (worker as { fetch: Fetch }).fetch(request, env)),
    );
    await sells(shop);
    await refuses(shop);
    assert.equal(shop.contexts[0], env);
    assert.equal(await (await fetch(`${shop.origin}/index.html`)).text(), 'an asset');
  });

  it('Hono', async (test) => {
    const shop = await shopOf(test, 'hono', ({ app }) => ofFetch((app as { fetch: Fetch }).fetch));
    await sells(shop);
    await refuses(shop);
    assert.ok((shop.contexts[0] as { req?: unknown }).req, 'Hono’s context');
  });
});
