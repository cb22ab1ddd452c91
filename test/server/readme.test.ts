// The README's backend, as it is written there: taken out of it, run against the sandbox.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { sendCard } from '../sandbox/support.js';

/** Inside the project, so that `iotpay-checkout/server` is the package as it was built. */
const FOLDER = '.cache/readme';
const ORDERS = `
const paid = new Set(); let serial = 0;
export const sessionOf = (request) => request.headers.get('x-session') ?? '';
export const find = async (session, id) => id === 7 && { cents: 1999, paid: false };
export const newCardId = () => 'card-' + ++serial;
export const newAttempt = async () => 'order-7-' + ++serial;
export const owns = async (session, mchOrderNo) => String(mchOrderNo).startsWith('order-7-');
export const amountOf = () => ({ amount: 1999, currency: 'CAD' });
export const markPaid = (mchOrderNo) => void paid.add(mchOrderNo);
export const isPaid = (mchOrderNo) => paid.has(mchOrderNo);
`;

let sandbox: Sandbox;
const load = (name: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(join(FOLDER, name)).href) as Promise<Record<string, unknown>>;

before(async () => {
  sandbox = await startSandbox();
  Object.assign(process.env, sandbox.env);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'orders.js'), ORDERS);
  const readme = readFileSync('README.md', 'utf8');
  for (const [, name = '', code = ''] of readme.matchAll(/```js\n\/\/ ([a-z]+\.js)\n([^]*?)```/g))
    writeFileSync(join(FOLDER, name), code);
});
after(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await sandbox.close();
});

type Route = (request: Request) => Response | Promise<Response>;

const ask = (path: string, body: unknown): Request =>
  new Request(`http://shop.example${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${Math.random()}` },
    body: JSON.stringify(body),
  });

async function isAShop(route: Route): Promise<void> {
  const made = await route(ask('/api/secure-id', { mode: 'pay', orderId: 7 }));
  const { secureId, mchOrderNo } = (await made.json()) as { secureId: string; mchOrderNo: string };
  assert.match(mchOrderNo, /^order-7-/);
  await sendCard(sandbox, secureId, '4242424242424242');
  const told = await route(ask('/api/order-status', { mode: 'pay', mchOrderNo }));
  assert.equal(((await told.json()) as { status: number }).status, 2);
  assert.equal((await route(ask('/api/secure-id', { mode: 'pay', orderId: 8 }))).status, 404);
  assert.equal((await route(ask('/api/notify', { forged: true }))).status, 400);
}

describe('the backend of the README', () => {
  it('with Hono', async () => {
    const { app } = (await load('hono.js')) as { app: { fetch: Route } };
    await isAShop((request) => app.fetch(request));
  });

  it('with a worker', async () => {
    const { default: worker } = (await load('worker.js')) as { default: { fetch: Route } };
    await isAShop((request) => worker.fetch(request));
  });

  it('with Next.js: a route file exports the handlers', async () => {
    const { POST } = (await load('route.js')) as { POST: Route };
    assert.equal((await POST(ask('/api/secure-id', { mode: 'add', orderId: 7 }))).status, 200);
  });

  it('with Express', async () => {
    const { app } = (await load('express.js')) as { app: Parameters<typeof createServer>[1] };
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await isAShop(async (request) =>
        fetch(origin + new URL(request.url).pathname, {
          method: 'POST',
          headers: request.headers,
          body: await request.text(),
        }),
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
