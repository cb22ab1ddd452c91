// The backend as both READMEs print it: taken out of them, run against the sandbox. FRAMEWORKS.md has its own test.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { createCheckout, createIotpay, memoryStore, type CheckoutOptions } from '../../src/server/index.js';
import { sendCard, until } from '../sandbox/support.js';
import { freePort } from '../support/browsers.js';

/** Inside the project, so that `iotpay-checkout/server` is the package as it was built. */
const FOLDER = '.cache/readme';
/** Code whose first line is a comment with the name of its file. */
const NAMED_CODE = /```js\n\/\/ ([a-z]+\.js)\n([^]*?)```/g;
const ORDERS = `
const paid = new Set();
const cards = new Map();
export const sessionOf = (request) => request.headers.get('x-session') ?? '';
export const find = async (session, id) =>
  (id === 7 || id === 9) ? { id: 'order-' + id, cents: 1999 } : id === 'order-8' && { id, cents: 2999 };
export const keepCard = (id, cardId) => void cards.set(id, [cardId]);
export const cardsOf = async (id) => cards.get(id) ?? [];
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
  for (const readme of ['README.md', 'src/server/README.md'])
    for (const [, name = '', code = ''] of readFileSync(readme, 'utf8').matchAll(NAMED_CODE))
      writeFileSync(join(FOLDER, name), code);
});
after(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await sandbox.close();
});

type Route = (request: Request) => Response | Promise<Response>;

const ask = (path: string, body: unknown, headers: Record<string, string> = {}): Request =>
  new Request(`http://shop.example${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${Math.random()}`, ...headers },
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

  it('with its server, which begins to look for what nobody told', async (test) => {
    const port = await freePort();
    const server = spawn(process.execPath, [join(FOLDER, 'server.js')], {
      env: { ...process.env, PORT: `${port}` },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    test.after(() => void server.kill());
    const origin = `http://127.0.0.1:${port}`;
    await until('it listens', async () => (await fetch(origin).catch(() => undefined)) !== undefined);
    const made = await fetch(`${origin}/pay/secure-id`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode: 'pay', orderId: 9 }),
    });
    assert.match(((await made.json()) as { secureId: string }).secureId, /^[0-9a-f]{64}$/);
  });

  it('with saved cards: one is saved, told of, and pays; nobody else’s does', async () => {
    const { order, onCardSaved, payWithCard } = (await load('cards.js')) as {
      readonly order: CheckoutOptions['order'];
      readonly onCardSaved: CheckoutOptions['onCardSaved'];
      readonly payWithCard: (...args: readonly unknown[]) => Promise<string>;
    };
    const { cardsOf } = (await load('orders.js')) as { cardsOf: (id: string) => Promise<string[]> };
    const checkout = createCheckout({
      iotpay: createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }),
      store: memoryStore(),
      notifyUrl: 'http://127.0.0.1:9/pay/notify',
      returnUrl: 'https://shop.example/cards',
      order,
      onCardSaved,
      onPaid: () => {},
      log: () => {},
    });
    const visitor = { 'x-session': 'mia' };
    assert.equal((await checkout.handler(ask('/pay/secure-id', { mode: 'add' }))).status, 401);
    assert.equal((await checkout.handler(ask('/pay/secure-id', { mode: 'add' }, visitor))).status, 200);
    await sandbox.saveCard(sandbox.ledger.cards().at(-1)?.cardId ?? '');
    const told = await checkout.handler(ask('/pay/order-status', { mode: 'add' }, visitor));
    assert.deepEqual(await told.json(), { status: 2 });
    const [cardId = ''] = await cardsOf('mia');
    assert.equal(await payWithCard(checkout, ask('/', {}), 'order-8', cardId), 'not yours');
    assert.equal(sandbox.ledger.charges().filter(({ amount }) => amount === 2999).length, 0);
    assert.equal(await payWithCard(checkout, ask('/', {}, visitor), 'order-8', cardId), 'paid');
    assert.equal(await payWithCard(checkout, ask('/', {}, visitor), 'order-8', cardId), 'paid');
    assert.equal(sandbox.ledger.charges().filter(({ amount }) => amount === 2999).length, 1);
  });
});
