import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { startDatabase } from '../support/databases.js';
import { chargesOf, failToStart, startShop, until, type RunningShop } from './support.js';

/** A visitor without a browser. */
class Customer {
  cookie = '';
  shop: RunningShop;

  constructor(shop: RunningShop) {
    this.shop = shop;
  }

  async get(path: string): Promise<Response> {
    const response = await fetch(this.shop.address + path, {
      headers: { Cookie: this.cookie },
      redirect: 'manual',
    });
    this.cookie = response.headers.get('Set-Cookie')?.split(';')[0] ?? this.cookie;
    return response;
  }

  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.shop.address + path, {
      method: 'POST',
      headers: { Cookie: this.cookie },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  }

  async secureId(body: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.shop.address}/api/iotpay/secure-id`, {
      method: 'POST',
      headers: { Cookie: this.cookie, 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode: 'pay', ...body }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as Record<string, unknown>;
  }

  async stateOf(order: string): Promise<string> {
    return ((await (await this.get(`/api/orders/${order}`)).json()) as { state: string }).state;
  }
}

async function control(gateway: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${gateway}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

async function saveCard(gateway: string, secureId: unknown): Promise<void> {
  const { cards } = (await (await fetch(`${gateway}/sandbox/ledger`)).json()) as {
    cards: { cardId: string; secureId: string }[];
  };
  const cardId = cards.find((card) => card.secureId === secureId)?.cardId;
  await control(gateway, 'save-card', { cardId });
}

/** An order is placed, its form opened, the shop killed; what was there is there, and it is paid once. */
async function survives(env: Readonly<Record<string, string>>): Promise<void> {
  const customer = new Customer(await startShop(env));
  try {
    await customer.get('/');
    await customer.submit('/cart', { product: 'tide-mug', quantity: '2' });
    const { headers } = await customer.submit('/checkout', {});
    const order = headers.get('Location')?.split('/').pop() ?? '';
    const first = await customer.secureId({ order });
    const card = await customer.secureId({ mode: 'add' });
    await saveCard(customer.shop.gateway, card['secureId']);
    assert.match(await (await customer.get('/cards')).text(), /4242/);
    const { gateway } = customer.shop;
    await customer.shop.crash();

    customer.shop = await startShop(env);
    assert.equal(customer.shop.gateway, gateway, 'the gateway is where it was');
    assert.match(await (await customer.get('/cart')).text(), /value="tide-mug"/);
    assert.match(await (await customer.get('/cards')).text(), /4242/);
    const again = await customer.secureId({ order });
    assert.equal(again['secureId'], first['secureId'], 'the form that was open is still the order’s');

    // It is paid, and the shop is killed before it has heard of that.
    await control(gateway, 'notifications', { action: 'drop', count: 1 });
    await control(gateway, 'pay', { mchOrderNo: first['mchOrderNo'] });
    await customer.shop.crash();

    customer.shop = await startShop(env);
    // Nobody notifies and no page asks: the shop's own timer does.
    await until(async () => (await customer.stateOf(order)) === 'paid', 'the order is paid');
    assert.deepEqual(
      (await chargesOf(gateway, order)).map(({ mchOrderNo }) => mchOrderNo),
      [first['mchOrderNo']],
    );
    const told = await customer.secureId({ order });
    assert.equal(told['secureId'], undefined);
    assert.ok(told['status'] === 2 || told['status'] === 3);
    await customer.get(`/orders/${order}`);
    assert.doesNotMatch(await (await customer.get('/cart')).text(), /value="tide-mug"/);
  } finally {
    customer.shop.stop();
  }
}

function folderFor(test: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-restart-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('loses nothing when it is killed, on SQLite', async (test) => {
  await survives({ DATA_DIR: folderFor(test) });
});

it('loses nothing when it is killed, on PostgreSQL', async (test) => {
  const database = await startDatabase('postgresql');
  test.after(() => database.stop());
  await survives({ DATA_DIR: folderFor(test), DATABASE_URL: database.url });
});

it('two shops never work on the same folder', async (test) => {
  const folder = folderFor(test);
  const shop = await startShop({ DATA_DIR: folder });
  test.after(shop.stop);
  const { code, said } = await failToStart({ DATA_DIR: folder });
  assert.equal(code, 1);
  assert.match(said, /Another shop is running on the data in .*DATA_DIR/);
});
