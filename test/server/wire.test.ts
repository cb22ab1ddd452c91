// src/server/WIRE.md: every example, vector, limit and time that the page prints is held against src/server.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { FIELD_LIMITS, SECURE_ID_LIFETIME_MS } from '../../src/gateway/limits.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { SECURE_ID_YOUNG_MS, UNDECIDED_MS, WATCHED_MS } from '../../src/server/checkout/record.js';
import { parseObject } from '../../src/server/exact-json.js';
import { createCheckout, createIotpay, memoryStore, sign } from '../../src/server/index.js';
import { CALLS, type CallName } from '../../src/server/requests.js';
import { BODY_LIMIT_BYTES } from '../../src/server/route.js';
import { writings } from '../../src/server/signature.js';

type Fields = Record<string, unknown>;

const PAGE = readFileSync('src/server/WIRE.md', 'utf8');
const KEY = 'sandbox-merchant-key';
const MERCHANT = { mchId: '10000701', merchantKey: KEY, loginName: 'sandbox' };

/** Every JSON block of the page, by the name that stands above it. */
const EXAMPLES = new Map(
  [...PAGE.matchAll(/<!-- wire:([\w-]+) -->\s+```json\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    JSON.parse(text) as unknown,
  ]),
);
const example = (name: string): Fields => {
  const found = EXAMPLES.get(name);
  assert.ok(found, `WIRE.md has no example ${name}`);
  return found as Fields;
};

const without = (fields: Fields, ...names: string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** Names and types: what an example says of an answer. */
const shapeOf = (answer: Fields) =>
  Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, typeof value]));

/** The rows of a table, by the name of its first column. */
function rowsOf(firstColumn: string): string[][] {
  const lines = PAGE.split('\n');
  const head = lines.findIndex((line) => new RegExp(`^\\| ${firstColumn} +\\|`).test(line));
  assert.notEqual(head, -1, `WIRE.md has no table of ${firstColumn}`);
  const end = lines.findIndex((line, at) => at > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

async function shop(test: { after(run: () => Promise<void>): void }) {
  const sandbox = await startSandbox({ merchant: MERCHANT });
  test.after(() => sandbox.close());
  const asked: unknown[] = [];
  const checkout = createCheckout({
    iotpay: createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }),
    store: memoryStore(),
    notifyUrl: `${sandbox.origin}/none/notify`,
    returnUrl: 'https://shop.example/thanks',
    order: ({ data }) => {
      asked.push(data);
      return { id: String(data['orderId']), amount: 1500 };
    },
    onPaid: () => {},
    log: () => {},
  });
  const ask = async (route: string, body: Fields) => {
    const request = new Request(`http://127.0.0.1/pay/${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const response = await checkout.handler(request);
    return { status: response.status, answer: (await response.json()) as Fields };
  };
  return { sandbox, ask, asked };
}

describe('WIRE.md', () => {
  it('names each of its examples, and this test knows all of them', () => {
    assert.equal([...PAGE.matchAll(/```json/g)].length, EXAMPLES.size);
    assert.deepEqual([...EXAMPLES.keys()].sort(), [
      'notification',
      'order-status-answer',
      'order-status-frame-removed',
      'order-status-request',
      'purchase-request',
      'query-answer',
      'query-request',
      'secure-id-form',
      'secure-id-request',
      'secure-id-standing',
      'vectors',
    ]);
  });

  const vectors = EXAMPLES.get('vectors') as Record<string, string>[];
  for (const vector of vectors) {
    it(`vector: ${vector['name']}`, () => {
      const { key = '', fields = '', page, pageSign, php, phpSign } = vector;
      const texts = [...writings(parseObject(fields) ?? {})].map(
        (parts) => `${parts.map((part) => part.join('=')).join('&')}&key=${key}`,
      );
      assert.deepEqual(texts, [page, php]);
      const md5 = (text = '') => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
      assert.deepEqual([md5(page), md5(php)], [pageSign, phpSign]);
    });
  }

  it('the vectors show where the two ways differ', () => {
    assert.ok(vectors.filter(({ pageSign, phpSign }) => pageSign !== phpSign).length >= 2);
  });

  it('its signed examples are signed right', () => {
    for (const name of ['purchase-request', 'query-request', 'notification']) {
      const fields = example(name);
      assert.equal(fields['sign'], sign(fields, KEY), name);
    }
  });

  it('the gateway is sent the requests that it prints', async (test) => {
    const { sandbox } = await shop(test);
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: sandbox.origin });
    const own = (name: string) => without(example(name), 'mchId', 'loginName', 'sign') as never;
    await iotpay.purchase(own('purchase-request'));
    await iotpay.queryOrder(own('query-request'));
    const [purchase, query] = sandbox.ledger.requests();
    assert.deepEqual([purchase?.path, purchase?.body], ['/v3/cc_purchase', example('purchase-request')]);
    assert.deepEqual([query?.path, query?.body], ['/v3/cc_query', example('query-request')]);
  });

  it('the gateway answers a query as it prints', async (test) => {
    const { sandbox } = await shop(test);
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: sandbox.origin });
    await iotpay.purchase(without(example('purchase-request'), 'mchId', 'loginName', 'sign') as never);
    await sandbox.pay('1234567890abc');
    const response = await fetch(`${sandbox.origin}/v3/cc_query`, {
      method: 'POST',
      body: JSON.stringify(example('query-request')),
    });
    const answer = (await response.json()) as Fields;
    const printed = example('query-answer');
    assert.deepEqual(shapeOf(answer), shapeOf(printed));
    assert.deepEqual(shapeOf(answer['retData'] as Fields), shapeOf(printed['retData'] as Fields));
  });

  it('the notification that it prints is verified', () => {
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: 'http://127.0.0.1:1' });
    const notification = iotpay.verifyNotification(JSON.stringify(example('notification')));
    assert.deepEqual([notification.kind, notification.amount, notification.status], ['payment', 1500, 2]);
  });

  it('the routes take its requests, and answer as it prints', async (test) => {
    const { sandbox, ask, asked } = await shop(test);
    const request = without(example('secure-id-request'), 'failed');
    const form = await ask('secure-id', request);
    assert.deepEqual(shapeOf(form.answer), shapeOf(example('secure-id-form')));
    assert.equal(
      String(form.answer['secureId']).length,
      String(example('secure-id-form')['secureId']).length,
    );

    const { mchOrderNo } = form.answer;
    const removed = await ask('order-status', { ...example('order-status-frame-removed'), mchOrderNo });
    assert.deepEqual(shapeOf(removed.answer), shapeOf(example('order-status-answer')));
    const again = await ask('secure-id', { ...example('secure-id-request'), failed: 'another' });
    assert.equal(again.answer['secureId'], form.answer['secureId'], 'a removed frame blocks nothing');

    const status = await ask('order-status', { ...example('order-status-request'), mchOrderNo });
    assert.deepEqual(status.answer, { ...example('order-status-answer'), mchOrderNo });
    const blocked = await ask('secure-id', { ...example('secure-id-request'), failed: mchOrderNo });
    assert.deepEqual(blocked.answer, { ...example('secure-id-standing'), status: 1, mchOrderNo });

    await sandbox.pay(String(mchOrderNo));
    const paid = await ask('secure-id', request);
    assert.deepEqual(paid.answer, { ...example('secure-id-standing'), mchOrderNo });
    assert.ok(asked.length > 0);
    for (const data of asked) assert.deepEqual(data, { orderId: '7' }, 'the merchant sees its own data only');
  });

  it('its calls, paths and fields are the client’s', () => {
    const names: Record<string, CallName> = {
      purchase: 'purchase',
      'add card': 'addCard',
      'query card': 'queryCard',
      'purchase with token': 'purchaseWithToken',
      'query order': 'queryOrder',
      void: 'voidOrder',
      refund: 'refund',
    };
    const rows = rowsOf('call');
    assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(names).sort());
    for (const [name = '', path, fields = ''] of rows) {
      const call = CALLS[names[name]!];
      assert.equal(path, `\`${call.path}\``);
      const wanted = [...Object.keys(call.fields), ...(call.login ? ['loginName'] : [])];
      assert.deepEqual(
        fields.match(/\b[a-z]+(?:[A-Z]\w*)|\b(?:amount|currency|channel|subject|body)\b/g)?.sort(),
        wanted.sort(),
      );
    }
  });

  it('its limits are those that are checked', () => {
    const printed = rowsOf('field').flatMap(([fields = '', limit = '']) =>
      fields.split(', ').map((field) => [field, Number.parseInt(limit)] as const),
    );
    assert.deepEqual(Object.fromEntries(printed), without(FIELD_LIMITS, 'walletType'));
    assert.ok(PAGE.includes(`${BODY_LIMIT_BYTES / 1024} KiB`));
  });

  it('its times are those of createCheckout', () => {
    const minutes = rowsOf('time').map(([time = '']) => Number.parseInt(time));
    const times = [SECURE_ID_LIFETIME_MS, SECURE_ID_YOUNG_MS, WATCHED_MS, UNDECIDED_MS];
    assert.deepEqual(
      minutes,
      times.map((ms) => ms / 60_000),
    );
  });
});
