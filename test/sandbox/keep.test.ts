import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { createIotpay } from '../../src/server/index.js';

function fileFor(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-keep-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'sandbox.json');
}

const clientOf = ({ merchant, origin }: Sandbox) => createIotpay({ ...merchant, gatewayOrigin: origin });

const purchase = (sandbox: Sandbox, mchOrderNo: string, notifyUrl = 'https://shop.example/notify') =>
  clientOf(sandbox).purchase({
    mchOrderNo,
    amount: 1999,
    currency: 'CAD',
    channel: mchOrderNo.startsWith('U') ? 'UPI_EX' : 'PF_CC',
    notifyUrl,
    returnUrl: 'https://shop.example/',
  });

it('a sandbox with a file goes on where the one before ended', async (test) => {
  const file = fileFor(test);
  const first = await startSandbox({ file });
  await purchase(first, 'open');
  await purchase(first, 'paid');
  await purchase(first, 'declined');
  await purchase(first, 'U-timeout');
  await first.pay('paid');
  await first.pay('declined', { scenario: 'declined' });
  await first.pay('U-timeout', { scenario: 'unionpay-timeout-paid' });
  await first.close();

  const second = await startSandbox({ file });
  test.after(() => second.close());
  assert.equal(second.origin, first.origin);
  assert.deepEqual(second.merchant, first.merchant);
  assert.deepEqual(second.ledger.orders(), first.ledger.orders());
  const iotpay = clientOf(second);
  // fetch may have kept a connection to the first one, which is closed.
  await iotpay.queryOrder({ mchOrderNo: 'paid' }).catch(() => undefined);
  assert.equal((await iotpay.queryOrder({ mchOrderNo: 'paid' })).status, 2);
  await second.pay('paid'); // It has been: nothing moves.
  // What was undecided is decided, and what was open can be paid.
  second.advance(10_000);
  assert.equal((await iotpay.queryOrder({ mchOrderNo: 'U-timeout' })).status, 2);
  await second.pay('open');
  await second.pay('declined');
  assert.deepEqual(
    second.ledger.charges().map(({ mchOrderNo }) => mchOrderNo),
    ['paid', 'U-timeout', 'open', 'declined'],
  );
});

it('it notifies of what nobody had acknowledged', async (test) => {
  const file = fileFor(test);
  const heard: string[] = [];
  const shop = createServer((request, response) => {
    heard.push(String(request.url));
    response.end('SUCCESS');
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  test.after(() => shop.close());
  const { port } = shop.address() as AddressInfo;
  const first = await startSandbox({ file });
  first.notifications.pause();
  await purchase(first, 'paid', `http://127.0.0.1:${port}/notify`);
  await first.pay('paid');
  await first.close();
  assert.deepEqual(heard, []);

  const second = await startSandbox({ file, notificationDelays: [0] });
  test.after(() => second.close());
  while (!second.ledger.notifications().some(({ acknowledged }) => acknowledged))
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(heard, ['/notify']);
});

it('what is no sandbox’s file is left alone, in words', async (test) => {
  const file = fileFor(test);
  writeFileSync(file, '{"name":"mine"}');
  await assert.rejects(startSandbox({ file }), /file: expected what a sandbox has written.*Remove it/);
  assert.equal(readFileSync(file, 'utf8'), '{"name":"mine"}');
});
