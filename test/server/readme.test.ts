// The backend as the README prints it: taken out of it, run against the sandbox. FRAMEWORKS.md has its own test.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { sendCard } from '../sandbox/support.js';

/** Inside the project, so that `iotpay-checkout/server` is the package as it was built. */
const FOLDER = '.cache/readme';
/** Code whose first line is a comment with the name of its file. */
const NAMED_CODE = /```js\n\/\/ ([a-z]+\.js)\n([^]*?)```/g;
const ORDERS = `
const paid = new Set();
export const sessionOf = (request) => request.headers.get('x-session') ?? '';
export const find = async (session, id) => id === 7 && { id: 'order-7', cents: 1999 };
export const markPaid = (orderId, payment) => void paid.add(orderId + ' ' + payment.amount);
export const told = () => [...paid];
`;

let sandbox: Sandbox;
const load = (name: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(join(FOLDER, name)).href) as Promise<Record<string, unknown>>;

before(async () => {
  sandbox = await startSandbox();
  Object.assign(process.env, sandbox.env, { SHOP_ORIGIN: 'https://shop.example' });
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'orders.js'), ORDERS);
  for (const [, name = '', code = ''] of readFileSync('README.md', 'utf8').matchAll(NAMED_CODE))
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
  const { told } = (await load('orders.js')) as { told: () => string[] };
  const made = await route(ask('/pay/secure-id', { mode: 'pay', orderId: 7 }));
  const answer = (await made.json()) as { secureId: string; mchOrderNo: string };
  await sendCard(sandbox, answer.secureId, '4242424242424242');
  const { mchOrderNo } = answer;
  const status = await route(ask('/pay/order-status', { mode: 'pay', orderId: 7, mchOrderNo }));
  assert.equal(((await status.json()) as { status: number }).status, 2);
  assert.deepEqual(told(), ['order-7 1999']);
  assert.equal((await route(ask('/pay/secure-id', { mode: 'pay', orderId: 8 }))).status, 404);
  assert.equal((await route(ask('/pay/notify', { forged: true }))).status, 400);
}

describe('the backend of the README', () => {
  it('with Hono', async () => {
    const { app } = (await load('hono.js')) as { app: { fetch: Route } };
    await isAShop((request) => app.fetch(request));
  });
});
