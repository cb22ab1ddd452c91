import assert from 'node:assert/strict';
import { it } from 'node:test';
import { call, pause, pay, receiverFor, sandboxFor, signature, until } from './support.js';

it('a paid order is notified, signed, and once when it is acknowledged', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 10] });
  const { url, received } = await receiverFor(test);
  const { mchOrderNo } = await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it is acknowledged', () => sandbox.ledger.notifications()[0]?.acknowledged === true);
  const fields = received[0]?.fields ?? {};
  assert.equal(fields['sign'], signature(fields, sandbox.merchant.merchantKey));
  assert.deepEqual(
    [fields['mchOrderNo'], fields['amount'], fields['currency'], fields['status'], fields['payType']],
    [mchOrderNo, 1500, 'CAD', 2, 'pay'],
  );
  assert.match(received[0]?.contentType ?? '', /^application\/json/);
  await pause(100);
  assert.equal(received.length, 1);
});

it('it is sent again until the answer is SUCCESS or success in plain text', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 5, 10] });
  const { url, received } = await receiverFor(test, [
    'FAIL',
    '{"retCode":"SUCCESS"}',
    500,
    'Success',
    'success\n',
  ]);
  await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it is acknowledged', () => sandbox.ledger.notifications()[0]?.acknowledged === true);
  assert.equal(received.length, 5);
  assert.equal(new Set(received.map(({ fields }) => JSON.stringify(fields))).size, 1);
  assert.deepEqual(
    sandbox.ledger.notifications()[0]?.attempts.map(({ status }) => status),
    [200, 200, 500, 200, 200],
  );
});

it('the waits grow, on the sandbox’s own time', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 60_000, 3_600_000] });
  const { url, received } = await receiverFor(test, ['FAIL']);
  await pay(sandbox, 'approved', { notifyUrl: url });
  const attempts = () => sandbox.ledger.notifications()[0]?.attempts.length;
  await until('it is sent', () => attempts() === 1);
  sandbox.advance(59_000);
  await pause(50);
  assert.equal(received.length, 1);
  sandbox.advance(1000);
  await until('it is sent again', () => attempts() === 2);
  sandbox.advance(3_600_000);
  await until('it is sent a third time', () => attempts() === 3);
});

it('a merchant who is not there is tried again', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 20] });
  await pay(sandbox, 'approved', { notifyUrl: 'http://127.0.0.1:1/notify' });
  await until('it is tried twice', () => (sandbox.ledger.notifications()[0]?.attempts.length ?? 0) >= 2);
  assert.match(sandbox.ledger.notifications()[0]?.attempts[0]?.error ?? '', /ECONNREFUSED|bad port/);
});

it('nothing is ever sent off the machine', async (test) => {
  const lines: string[] = [];
  const sandbox = await sandboxFor(test, { notificationDelays: [0], log: (line) => lines.push(line) });
  for (const host of ['shop.example', '10.0.0.1', '127.0.0.1.shop.example', '0.0.0.0']) {
    await pay(sandbox, 'approved', { notifyUrl: `http://${host}/notify` });
  }
  await pause(50);
  for (const { attempts, blocked } of sandbox.ledger.notifications())
    assert.deepEqual([attempts, blocked], [[], true]);
  assert.equal(sandbox.ledger.notifications().length, 4);
  assert.equal(lines.filter((line) => line.includes('not on loopback')).length, 4);
});

it('a name under localhost is this machine, and is not looked up elsewhere', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0] });
  const { url, received } = await receiverFor(test);
  await pay(sandbox, 'approved', { notifyUrl: url.replace('localhost', 'shop.localhost') });
  await until('it has arrived', () => received.length === 1);
});

it('a declined payment is not notified; a refund with a notifyUrl is', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0] });
  const { url, received } = await receiverFor(test);
  await pay(sandbox, 'declined', { notifyUrl: url });
  const { mchOrderNo } = await pay(sandbox, 'approved', { notifyUrl: 'http://shop.example/' });
  const { retData } = await call(sandbox, 'cc_query', { mchOrderNo });
  await call(sandbox, 'cc_refund', {
    mchRefundNo: 'r1',
    loginName: 'sandbox',
    payOrderId: retData['payOrderId'],
    refundAmount: 100,
    notifyUrl: url,
  });
  await until('the refund is notified', () => received.length === 1);
  assert.deepEqual([received[0]?.fields['payType'], received[0]?.fields['mchOrderNo']], ['refund', 'r1']);
});

it('quirks: text/plain, numbers as texts, unknown fields, once more after the acknowledgement', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 10], quirks: true });
  const { url, received } = await receiverFor(test);
  await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it comes twice', () => received.length === 2);
  const fields = received[1]?.fields ?? {};
  assert.equal(received[1]?.contentType, 'text/plain');
  assert.deepEqual([fields['status'], fields['amount'], fields['remark']], ['2', '1500', 'undocumented']);
  assert.equal(fields['sign'], signature(fields, sandbox.merchant.merchantKey));
  await pause(100);
  assert.equal(received.length, 2);
});

it('reset and close end what was to be sent', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [20] });
  const { url, received } = await receiverFor(test, ['FAIL']);
  await pay(sandbox, 'approved', { notifyUrl: url });
  sandbox.reset();
  await pause(100);
  assert.deepEqual([received.length, sandbox.ledger.notifications()], [0, []]);
  await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it is sent', () => received.length >= 1);
  await sandbox.close();
  const sent = received.length;
  await pause(100);
  assert.equal(received.length, sent);
});
