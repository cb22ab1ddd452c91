import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { createShop } from '../../demo/backend/app.js';
import { openDatabase } from '../../demo/backend/database.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createIotpay } from '../../src/server/index.js';

/** Longest that the shop may take to give the money back, in milliseconds. */
const PATIENCE_MS = 20_000;

async function shopOf(test: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-twice-'));
  const sandbox = await startSandbox({ port: 0, log: () => {} });
  const database = await openDatabase({ url: undefined, folder });
  const server = createAdaptorServer({ fetch: (request, env) => shop.app.fetch(request, env) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shop = createShop({
    merchant: sandbox.merchant,
    gatewayOrigin: sandbox.origin,
    sandbox,
    port: 0,
    database,
    address,
  });
  test.after(async () => {
    await sandbox.close();
    await new Promise((resolve) => server.close(resolve));
    await database.close();
    rmSync(folder, { recursive: true });
  });
  let cookie = '';
  const ask = async (path: string, more: RequestInit = {}) => {
    const headers = { Cookie: cookie, Connection: 'close', ...more.headers };
    const answer = await fetch(address + path, { redirect: 'manual', ...more, headers });
    cookie ||= (answer.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
    return answer;
  };
  return { sandbox, ask };
}

describe('an order of the demo shop that was paid twice', () => {
  it('says on its page that the second payment was given back, and how much it was', async (test) => {
    const { sandbox, ask } = await shopOf(test);
    await ask('/');
    await ask('/cart', { method: 'POST', body: new URLSearchParams({ product: 'tide-mug' }) });
    const placed = await ask('/checkout', { method: 'POST' });
    const order = /\/checkout\/(.+)$/.exec(placed.headers.get('Location') ?? '')?.[1] ?? '';
    const form = async (failed?: string) => {
      const answer = await ask('/api/iotpay/secure-id', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ mode: 'pay', order, failed }),
      });
      return ((await answer.json()) as { mchOrderNo: string }).mchOrderNo;
    };

    // A form of before a decline that is paid in all the same, as somebody can with two tabs.
    const first = await form();
    const second = await form(first);
    assert.notEqual(second, first);
    await sandbox.pay(first);
    const look = async () => (await ask(`/orders/${order}`, { headers: { 'Accept-Language': 'en' } })).text();
    assert.doesNotMatch(await look(), /data-given-back/);
    await sandbox.pay(second);

    const endMs = Date.now() + PATIENCE_MS;
    let page = '';
    while (!page.includes('was given back') && Date.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      page = await look();
    }
    assert.match(page, /Thank you\. Your order is paid\./);
    assert.match(page, /This order was paid twice\./);
    assert.match(page, /The second payment of \$57\.50 was given back/);
    const iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
    const left = async (mchOrderNo: string) => (await iotpay.queryOrder({ mchOrderNo })).refundable;
    assert.deepEqual([await left(first), await left(second)], [5750, 0]);
  });
});
