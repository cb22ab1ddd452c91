// Notifications: once, whoever tells first; none is lost; none comes back for ever.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createCheckout, createIotpay, memoryStore, sign } from '../../../src/server/index.js';
import { post } from '../support.js';
import { pause, shopFor, until, type Shop } from './shop.js';

/** A notification of the shop's own gateway, signed. */
function signedOf(shop: Shop, fields: Record<string, unknown>): string {
  const all = {
    mchId: shop.sandbox.merchant.mchId,
    payOrderId: `PC${'1'.repeat(26)}`,
    amount: 1999,
    currency: 'CAD',
    status: 2,
    payType: 'pay',
    ...fields,
  };
  return JSON.stringify({ ...all, sign: sign(all, shop.sandbox.merchant.merchantKey) });
}

describe('onPaid', () => {
  it('runs once, though the notification, the browser, the shop and the timer all tell at the same moment', async (test) => {
    const shop = await shopFor(test, {
      onPaid: async (told) => void (await pause(300), shop.paid.push(told)),
    });
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId);
    await Promise.all([
      ...Array.from({ length: 5 }, () => shop.notify(signedOf(shop, { mchOrderNo }))),
      ...Array.from({ length: 5 }, () => shop.orderStatus({ mchOrderNo })),
      ...Array.from({ length: 5 }, () => shop.checkout.status('order-1')),
      ...Array.from({ length: 5 }, () => shop.secureId()),
      shop.checkout.reconcile(),
    ]);
    await until('it has run', () => shop.paid.length > 0);
    await pause(400);
    assert.equal(shop.paid.length, 1);
    const [told] = shop.paid;
    assert.equal(told?.orderId, 'order-1');
    assert.equal(told.payment.amount, 1999);
    assert.equal(told.payment.mchOrderNo, mchOrderNo);
  });

  it('that fails is run again: the notification is not acknowledged before', async (test) => {
    let failures = 2;
    const shop = await shopFor(test, {
      onPaid: (told) => {
        if (failures-- > 0) throw new Error('The database is locked.');
        shop.paid.push(told);
      },
    });
    const { mchOrderNo } = await shop.secureId();
    const notification = signedOf(shop, { mchOrderNo });
    assert.equal(await shop.notify(notification), '500 FAIL');
    assert.match(shop.log.join('\n'), /The database is locked/);
    // The shopper is told the truth all the same.
    assert.equal((await shop.orderStatus({ mchOrderNo })).status, 2);
    assert.equal(await shop.notify(notification), '200 SUCCESS');
    assert.equal(await shop.notify(notification), '200 SUCCESS');
    assert.equal(shop.paid.length, 1);
  });

  it('is told by reconcile where the notification was lost', async (test) => {
    const shop = await shopFor(test, { notifyUrl: 'http://127.0.0.1:9/notify' });
    const { secureId } = await shop.secureId();
    await shop.secureId({ order: 'never-paid' });
    await shop.pay(secureId);
    assert.equal(shop.paid.length, 0);
    const found = await shop.checkout.reconcile();
    assert.deepEqual([found.orders, found.paid, found.failures], [2, 1, 0]);
    assert.equal(shop.paid.length, 1);
    // What is settled is not looked at any more; what may yet be paid is.
    assert.deepEqual((await shop.checkout.reconcile()).orders, 1);
  });

  it('is told by reconcile where onPaid had failed', async (test) => {
    let fails = true;
    const shop = await shopFor(test, {
      onPaid: (told) => {
        if (fails) throw new Error('Out of paper.');
        shop.paid.push(told);
      },
    });
    const { mchOrderNo } = await shop.secureId();
    await shop.notify(signedOf(shop, { mchOrderNo }));
    const { paid, failures } = await shop.checkout.reconcile();
    assert.deepEqual([paid, failures], [0, 1]);
    fails = false;
    await pause(20); // What is taken out of the list of a run is gone a moment later.
    assert.equal((await shop.checkout.reconcile()).paid, 1);
    assert.equal(shop.paid.length, 1);
  });
});

describe('a notification', () => {
  for (const [what, body, type, search] of [
    ['JSON under another content type', (json: string) => json, 'text/plain', ''],
    ['JSON without a content type', (json: string) => json, undefined, ''],
    [
      'a form',
      (json: string) => new URLSearchParams(strings(json)).toString(),
      'application/x-www-form-urlencoded',
      '',
    ],
    [
      'JSON in a form field',
      (json: string) => new URLSearchParams({ params: json }).toString(),
      'application/x-www-form-urlencoded',
      '',
    ],
    ['a query string', () => '', undefined, 'query'],
  ] as const) {
    it(`is read from ${what}`, async (test) => {
      const shop = await shopFor(test);
      const { mchOrderNo } = await shop.secureId();
      const json = signedOf(shop, { mchOrderNo });
      const query = search ? `?${new URLSearchParams(strings(json)).toString()}` : '';
      assert.equal(await shop.notify(body(json), type ? { 'Content-Type': type } : {}, query), '200 SUCCESS');
      assert.equal(shop.paid.length, 1);
    });
  }

  it('of a refund, a void of nothing or a status nobody knows is acknowledged, and ships nothing', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    for (const fields of [
      { mchOrderNo, payType: 'refund' },
      { mchOrderNo, originalOrderId: 'PC1' },
      { mchOrderNo, payType: 'void', amount: 0 },
      { mchOrderNo, payType: undefined, originalOrderId: 'PC1', amount: 0 },
      { mchOrderNo, status: 7 },
      { mchOrderNo, status: 9 },
      { mchOrderNo, status: 0 },
      { mchOrderNo: 'of-another-program', status: 1 },
    ]) {
      assert.equal(await shop.notify(signedOf(shop, fields)), '200 SUCCESS', JSON.stringify(fields));
    }
    assert.equal(shop.paid.length, 0);
  });

  it('that says 0 or 1 keeps the order closed until it is decided', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    await shop.notify(signedOf(shop, { mchOrderNo, status: 1 }));
    assert.equal((await shop.secureId()).status, 1);
  });

  for (const [what, fields] of [
    ['another amount', { amount: 1 }],
    ['another currency', { currency: 'CNY' }],
  ] as const) {
    it(`of ${what} ships nothing, and is not acknowledged`, async (test) => {
      const shop = await shopFor(test);
      const { mchOrderNo } = await shop.secureId();
      assert.match(await shop.notify(signedOf(shop, { mchOrderNo, ...fields })), /^4\d\d FAIL$/);
      assert.equal(shop.paid.length, 0);
      assert.ok(
        shop.log.some((line) => /were paid for .*; expected 1999 CAD/.test(line)),
        shop.log.join('\n'),
      );
      // Money may have moved: until somebody has looked, nobody pays again.
      const { status, secureId } = await shop.secureId();
      assert.deepEqual([status, secureId], [1, undefined]);
    });
  }

  it('that says a payment has failed is believed while the gateway can’t be asked', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    await shop.orderStatus({ mchOrderNo });
    await shop.notify(signedOf(shop, { mchOrderNo, status: 9 }));
    await shop.sandbox.close();
    assert.equal((await shop.orderStatus({ mchOrderNo })).status, 9);
  });

  it('that says an order is paid which nobody knows is not acknowledged, and logged', async (test) => {
    const shop = await shopFor(test);
    assert.equal(await shop.notify(signedOf(shop, { mchOrderNo: 'order-of-yesterday' })), '404 FAIL');
    assert.match(shop.log.join('\n'), /notify: HTTP 404: .*order-of-yesterday/);
  });

  it('that is forged ships nothing; the gateway is asked, and not more often than every few seconds', async (test) => {
    const shop = await shopFor(test);
    const { mchOrderNo } = await shop.secureId();
    const forged = signedOf(shop, { mchOrderNo }).replace(/"sign":"../, '"sign":"00');
    const asked = () => shop.sandbox.ledger.requests().filter(({ path }) => path.endsWith('cc_query')).length;
    const before = asked();
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.notify(forged)));
    assert.ok(
      answers.every((answer) => /^(400|503) FAIL$/.test(answer)),
      answers.join(),
    );
    assert.equal(asked() - before, 1);
    assert.equal(shop.paid.length, 0);
    // It told nothing: the form is still shared.
    assert.equal((await shop.secureId()).mchOrderNo, mchOrderNo);
  });

  it('that can’t be verified is settled by the gateway’s answer, where the order is paid', async (test) => {
    const shop = await shopFor(test, { notifyUrl: 'http://127.0.0.1:9/notify' });
    const { secureId, mchOrderNo } = await shop.secureId();
    await shop.pay(secureId);
    const changed = signedOf(shop, { mchOrderNo }).replace(/"sign":"../, '"sign":"00');
    assert.equal(await shop.notify(changed), '200 SUCCESS');
    // Again, at once: the merchant knows, and there is nothing to ask.
    assert.equal(await shop.notify(changed), '200 SUCCESS');
    assert.equal(shop.paid.length, 1);
  });

  for (const body of ['', '{', '[]', 'null', '"text"', '0', '{"mchOrderNo":{}}', '<xml/>', 'a=b&c=d']) {
    it(`${JSON.stringify(body)} is refused in words`, async (test) => {
      const shop = await shopFor(test);
      assert.match(await shop.notify(body), /^400 FAIL$/);
      assert.match(shop.log.join('\n'), /^notify: HTTP 400: /);
    });
  }

  it('is taken by POST only', async (test) => {
    const shop = await shopFor(test);
    const answer = await fetch(`${shop.origin}/pay/notify`);
    assert.deepEqual(
      [answer.status, answer.headers.get('Allow'), await answer.text()],
      [405, 'POST', 'FAIL'],
    );
  });
});

/** Notifications as IOTPay's PHP SDK signs them, with the texts that were signed; merchant key `sandbox-merchant-key`. */
interface SignedByPhp {
  readonly name: string;
  readonly signed: string;
  readonly body: string;
}
const SIGNED_BY_PHP = JSON.parse(
  readFileSync('test/server/notification/php-signed.json', 'utf8'),
) as readonly SignedByPhp[];
const NAMED = '1234567890abc';
/** Those that are no payment of 1500 CAD for the order. */
const NOTHING_SHIPPED = ['USD', 'void notification, amount 0', 'status 5 (unknown)'];

describe('notifications signed the way of IOTPay’s PHP SDK', () => {
  for (const each of SIGNED_BY_PHP.filter(({ body }) => body.includes(NAMED))) {
    const ships = !NOTHING_SHIPPED.includes(each.name);
    it(`${each.name}: ${ships ? 'ships once' : 'ships nothing'}`, async () => {
      const paid: unknown[] = [];
      const gateway = (async (url: string) => {
        const retData = url.endsWith('/cc_purchase') ? { secureId: 's' } : { status: 0 };
        return Response.json({ retCode: 'SUCCESS', retMsg: '', retData });
      }) as unknown as typeof fetch;
      const merchant = { mchId: '10000701', merchantKey: 'sandbox-merchant-key', loginName: 'jack123' };
      const checkout = createCheckout({
        iotpay: createIotpay({ ...merchant, gatewayOrigin: 'http://127.0.0.1:9', fetch: gateway }),
        store: memoryStore(),
        notifyUrl: 'https://shop.example/pay/notify',
        returnUrl: 'https://shop.example/thanks',
        order: () => ({ id: 'order-1', amount: 1500 }),
        onPaid: (told) => void paid.push(told),
        log: () => {},
      });
      const { mchOrderNo } = (await (await checkout.secureId(post({ mode: 'pay' }))).json()) as {
        mchOrderNo: string;
      };
      // The same notification about an order of ours, signed the same way.
      const signed = `${each.signed.replaceAll(NAMED, mchOrderNo)}&key=${merchant.merchantKey}`;
      const sign = createHash('md5').update(signed, 'utf8').digest('hex').toUpperCase();
      const body = each.body
        .replaceAll(NAMED, mchOrderNo)
        .replace(/"sign":"[0-9A-F]{32}"/, `"sign":"${sign}"`);
      assert.ok(body.includes(sign), 'signed anew');
      for (let i = 0; i < 2; i++) await checkout.notification(post(body));
      assert.equal(paid.length, ships ? 1 : 0);
    });
  }

  it('are the ones that are known', () => assert.equal(SIGNED_BY_PHP.length, 24));
});

function strings(json: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(JSON.parse(json) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );
}
