import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Quirks } from '../../src/sandbox/index.js';
import { signPhpWay } from '../../src/sandbox/php-signature.js';
import { createIotpay } from '../../src/server/index.js';
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

it('quirks: numbers as texts, unknown fields, once more after the acknowledgement', async (test) => {
  const quirks = { statusAsString: true, extraFields: true, repeatedNotifications: true };
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 10], quirks });
  const { url, received } = await receiverFor(test);
  await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it comes twice', () => received.length === 2);
  const fields = received[1]?.fields ?? {};
  assert.deepEqual([fields['status'], fields['amount'], fields['remark']], ['2', '1500', 'undocumented']);
  assert.equal(fields['sign'], signature(fields, sandbox.merchant.merchantKey));
  await pause(100);
  assert.equal(received.length, 2);
});

it('quirk statusTwoThenThree: status 2, then a second notification with status 3, and one charge', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [0], quirks: { statusTwoThenThree: true } });
  const { url, received } = await receiverFor(test);
  const { mchOrderNo } = await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it is notified', () => received.length === 1);
  assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 2);
  sandbox.advance(1000);
  await until('it is notified again', () => received.length === 2);
  assert.deepEqual(
    received.map(({ fields }) => fields['status']),
    [2, 3],
  );
  assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], 3);
  assert.equal(sandbox.ledger.charges().length, 1);
});

describe('a notification that is written another way', () => {
  const types = {
    json: 'application/json;charset=UTF-8',
    text: 'text/plain',
    form: 'application/x-www-form-urlencoded',
    params: 'application/x-www-form-urlencoded',
    query: 'application/x-www-form-urlencoded',
  } as const;
  for (const [notificationFormat, contentType] of Object.entries(types)) {
    for (const signsOtherWay of [false, true]) {
      it(`${notificationFormat}${signsOtherWay ? ', signed as PHP does' : ''}: our own server verifies it`, async (test) => {
        const quirks = { notificationFormat, signsOtherWay } as Partial<Quirks>;
        const sandbox = await sandboxFor(test, { notificationDelays: [0], quirks });
        const { url, received } = await receiverFor(test);
        const { mchOrderNo } = await pay(sandbox, 'approved', { notifyUrl: `${url}?shop=7` });
        await until('it has arrived', () => received.length === 1);
        const [{ contentType: type, text, url: path } = assert.fail()] = received;
        assert.equal(type, contentType);
        assert.match(path, /^\/notify\?shop=7/);
        const iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
        const sent = notificationFormat === 'query' ? path.slice('/notify?shop=7&'.length) : text;
        const notification = iotpay.verifyNotification(sent);
        assert.deepEqual([notification.mchOrderNo, notification.amount], [mchOrderNo, 1500]);
        assert.throws(() => iotpay.verifyNotification(sent.replace('1500', '1501')), /signature|sign/);
      });
    }
  }

  it('as PHP does has the fields that show the difference, long numbers as they are', async (test) => {
    const sandbox = await sandboxFor(test, { quirks: { signsOtherWay: true } });
    await pay(sandbox, 'approved', { notifyUrl: 'http://localhost:9/notify' });
    const [notification] = sandbox.ledger.notifications();
    assert.match(
      notification?.json ?? '',
      /"installments":null,.*"limit":1\.0e\+25,.*"traceNo":9007199254740993/,
    );
    assert.notEqual(
      notification?.body['sign'],
      signature(notification?.body ?? {}, sandbox.merchant.merchantKey),
    );
  });
});

it('signs what IOTPay’s PHP SDK has signed in the same way', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../server/notification/php-signed.json', import.meta.url), 'utf8'),
  ) as readonly { readonly name: string; readonly body: string }[];
  const php = (value: string | number | boolean | null) =>
    value === true ? '1' : value === null ? '' : String(value);
  // What JSON.parse can't read as it was written is left out.
  const plain = vectors.filter(({ body }) => !/1\.0e|9007199254740993|\[|\.0[,}]/.test(body));
  assert.ok(plain.length > 15, `${plain.length} vectors`);
  for (const { name, body } of plain) {
    const fields = JSON.parse(body) as Record<string, string | number | boolean | null>;
    const written = Object.entries(fields).map(([name, value]) => ({
      name,
      json: JSON.stringify(value),
      text: php(value),
    }));
    assert.equal(signPhpWay(written, 'sandbox-merchant-key'), fields['sign'], name);
  }
});

describe('the controls', () => {
  it('hold notifications back, and let them go', async (test) => {
    const sandbox = await sandboxFor(test, { notificationDelays: [0] });
    const { url, received } = await receiverFor(test);
    sandbox.notifications.pause();
    await pay(sandbox, 'approved', { notifyUrl: url });
    await pause(100);
    assert.equal(received.length, 0);
    sandbox.notifications.resume();
    await until('it has arrived', () => received.length === 1);
  });

  it('lose, double and delay the next ones, and no others', async (test) => {
    const sandbox = await sandboxFor(test, { notificationDelays: [0] });
    const { url, received } = await receiverFor(test);
    const notified = async () => (await pay(sandbox, 'approved', { notifyUrl: url })).mchOrderNo;
    const count = (mchOrderNo: string) =>
      received.filter(({ fields }) => fields['mchOrderNo'] === mchOrderNo).length;
    sandbox.notifications.drop();
    const lost = await notified();
    sandbox.notifications.double();
    const doubled = await notified();
    sandbox.notifications.delay(60_000);
    const late = await notified();
    const plain = await notified();
    await until('three have arrived', () => received.length === 3);
    await pause(50);
    assert.deepEqual([lost, doubled, late, plain].map(count), [0, 2, 0, 1]);
    sandbox.advance(60_000);
    await until('the late one has arrived', () => count(late) === 1);
    assert.deepEqual(
      sandbox.ledger.notifications().map(({ dropped }) => dropped),
      [true, false, false, false],
    );
  });

  it('say what is wrong, and end with a reset', async (test) => {
    const sandbox = await sandboxFor(test, { notificationDelays: [0] });
    const { url, received } = await receiverFor(test);
    assert.throws(() => sandbox.notifications.drop(-1), /notifications\.drop: expected a whole number/);
    assert.throws(() => sandbox.notifications.delay(NaN), /notifications\.delay: expected milliseconds/);
    sandbox.notifications.pause();
    sandbox.notifications.drop(Infinity);
    sandbox.reset();
    await pay(sandbox, 'approved', { notifyUrl: url });
    await until('it has arrived', () => received.length === 1);
  });
});

it('each try is told, with address and reason, without the query', async (test) => {
  const lines: string[] = [];
  const sandbox = await sandboxFor(test, { notificationDelays: [0, 5000], log: (line) => lines.push(line) });
  const { url } = await receiverFor(test, ['<html>']);
  const { mchOrderNo } = await pay(sandbox, 'approved', { notifyUrl: `${url}?token=secret` });
  const gone = (await pay(sandbox, 'approved', { notifyUrl: 'http://localhost:1/notify' })).mchOrderNo;
  const good = await receiverFor(test);
  const heard = (await pay(sandbox, 'approved', { notifyUrl: good.url })).mchOrderNo;
  const told = () => lines.filter((line) => line.startsWith('Notification'));
  await until('all are told', () => told().length === 3);
  const lineOf = (name: string) => told().find((line) => line.includes(name)) ?? '';
  assert.equal(
    lineOf(mchOrderNo),
    `Notification of ${mchOrderNo} to ${url}: expected HTTP 200 with the text SUCCESS, received HTTP 200 with "<html>". Next try in 5 s.`,
  );
  assert.match(lineOf(gone), /to http:\/\/localhost:1\/notify: .*ECONNREFUSED.*\. Next try in 5 s\.$/);
  assert.match(lineOf(heard), /: acknowledged\.$/);
});

it('reset and close end what was to be sent', async (test) => {
  const sandbox = await sandboxFor(test, { notificationDelays: [500] });
  const { url, received } = await receiverFor(test, ['FAIL']);
  await pay(sandbox, 'approved', { notifyUrl: url });
  sandbox.reset();
  await pause(700);
  assert.deepEqual([received.length, sandbox.ledger.notifications()], [0, []]);
  await pay(sandbox, 'approved', { notifyUrl: url });
  await until('it is sent', () => received.length >= 1);
  await sandbox.close();
  const sent = received.length;
  await pause(700);
  assert.equal(received.length, sent);
});
