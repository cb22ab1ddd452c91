// The demo shop, as a shopper meets it: a real browser, the shop's own server, the sandbox behind it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type Axe from 'axe-core';
import type { Page } from 'puppeteer-core';
import {
  atOrderPage,
  cardForm,
  chargesOf,
  clickThrough,
  failToStart,
  goToCheckout,
  pay,
  saveCard,
  shopInBrowser,
  startShop,
  until,
  visitor,
} from './support.js';

const running = shopInBrowser();

interface OrderState {
  readonly state: string;
  readonly amount: number;
}

/** What the shop's server says of an order to this visitor. */
const orderState = (page: Page, id: string): Promise<OrderState> =>
  page.evaluate(async (path) => (await fetch(path)).json() as Promise<OrderState>, `/api/orders/${id}`);

/** Makes this happen to every payment, whatever the card; `null` ends it. */
const force = (scenario: string | null) =>
  fetch(`${running.shop.gateway}/sandbox/force`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ scenario }),
  });

/** Pays an order in two forms of it, as somebody can with two tabs, and waits until the second payment is given back. */
async function payTwice(page: Page): Promise<void> {
  const id = await goToCheckout(page, running.shop);
  const headers = { 'Content-Type': 'application/json' };
  const form = (failed?: string): Promise<{ mchOrderNo: string }> =>
    page.evaluate(
      async (body, headers) => {
        const answer = await fetch('/api/iotpay/secure-id', { method: 'POST', headers, body });
        return answer.json() as Promise<{ mchOrderNo: string }>;
      },
      JSON.stringify({ mode: 'pay', order: id, failed }),
      headers,
    );
  const first = await form();
  const second = await form(first.mchOrderNo);
  for (const { mchOrderNo } of [first, second]) {
    const body = JSON.stringify({ mchOrderNo });
    await fetch(`${running.shop.gateway}/sandbox/pay`, { method: 'POST', headers, body });
  }
  await until(async () => {
    await page.goto(`${running.shop.address}/orders/${id}`);
    return page.$('[data-given-back]');
  }, 'a payment that is given back');
}

describe('paying in the shop', () => {
  it('with a card: the page shows the paid order', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    const form = await cardForm(page, running.shop.gateway);
    assert.equal((await orderState(page, id)).state, 'open');
    await pay(form, '4242424242424242');
    await atOrderPage(page, 'paid');
    assert.equal((await orderState(page, id)).state, 'paid');
    const receipt = await page.$eval('.receipt', (node) => node.textContent);
    assert.match(receipt, /4242/);
    // The number that the element shows: whoever has written it down finds it here.
    assert.match(receipt, /Payment number\s*[0-9a-z]{26}/);
    // Who told the shop is nothing that a shopper has to know.
    assert.doesNotMatch(receipt, /notification/);
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  it('is not done because a browser says so', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    await cardForm(page, running.shop.gateway);
    await page.$eval('iotpay-checkout', (element) =>
      element.dispatchEvent(
        new CustomEvent('iotpay-success', { detail: { outcome: 'success', status: 2 }, cancelable: true }),
      ),
    );
    await page.waitForNavigation();
    assert.equal((await orderState(page, id)).state, 'open');
    assert.equal(await page.$('.order[data-state=paid]'), null);
    await page.goto(`${running.shop.address}/orders/${id}?retCode=SUCCESS&status=2`);
    assert.equal((await orderState(page, id)).state, 'open');
  });

  it('after a decline, in the same form', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    const form = await cardForm(page, running.shop.gateway);
    await pay(form, '4000000000000002');
    await page.waitForSelector('iotpay-checkout[status=failed]');
    const alert = await page.waitForSelector('iotpay-checkout >>> [role=alert]');
    assert.match(
      (await alert?.evaluate((node) => node.textContent)) ?? '',
      /not accepted and you have not been charged/,
    );
    await pay(form, '5555555555554444');
    await atOrderPage(page, 'paid');
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  it('once: after it a reload, the way back and the checkout offer no second payment', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    await pay(await cardForm(page, running.shop.gateway), '4242424242424242');
    await atOrderPage(page, 'paid');
    for (const path of [`/checkout/${id}`, `/orders/${id}`]) {
      await page.goto(running.shop.address + path);
      assert.equal(new URL(page.url()).pathname, `/orders/${id}`);
      assert.equal(await page.$('iotpay-checkout'), null);
    }
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  it('with UnionPay: another method is another form', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    const first = await cardForm(page, running.shop.gateway);
    await page.locator('input[value=UPI_EX] + span').click();
    await page.waitForSelector('iotpay-checkout[status=loading]');
    const form = await cardForm(page, running.shop.gateway, first);
    await pay(form, '6200000000000005');
    await atOrderPage(page, 'paid');
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  for (const [number, title, ends] of [
    ['6200000000000013', 'is paid after all', 'paid'],
    ['6200000000000021', 'has failed after all', 'failed'],
  ] as const) {
    it(`with UnionPay that gives no answer in time and ${title}`, async (test) => {
      const page = await visitor(running.browser, test);
      const id = await goToCheckout(page, running.shop);
      const first = await cardForm(page, running.shop.gateway);
      await page.locator('input[value=UPI_EX] + span').click();
      await page.waitForSelector('iotpay-checkout[status=loading]');
      await pay(await cardForm(page, running.shop.gateway, first), number);
      await page.waitForSelector('iotpay-checkout[status=unknown]', { timeout: 20_000 });
      // Nothing on the page offers to pay again while nobody knows.
      assert.equal(await page.$eval('#methods', (node) => node.checkVisibility()), false);
      const text = await page.$eval('iotpay-checkout', (node) => node.shadowRoot?.textContent ?? '');
      assert.match(text, /don’t pay again/);
      if (ends === 'paid') await atOrderPage(page, 'paid');
      else await page.waitForSelector('iotpay-checkout[status=failed]', { timeout: 20_000 });
      assert.equal((await chargesOf(running.shop.gateway, id)).length, ends === 'paid' ? 1 : 0);
    });
  }

  it('with a saved card whose outcome is unknown: the checkout offers no second payment', async (test) => {
    const page = await visitor(running.browser, test);
    await saveCard(page, running.shop);
    const id = await goToCheckout(page, running.shop);
    const checkout = page.url();
    // What only has a form that nobody has sent is still to be paid.
    await page.locator('input[value=PF_CC] + span').click();
    await cardForm(page, running.shop.gateway);
    await page.reload();
    assert.equal(page.url(), checkout);

    test.after(() => force(null));
    await force('unionpay-timeout-pending');
    await clickThrough(page, '.saved-pay button[type=submit]');
    for (const address of [page.url(), checkout]) {
      await page.goto(address);
      await atOrderPage(page, 'confirming');
      assert.equal(new URL(page.url()).pathname, `/orders/${id}`);
      assert.equal(await page.$(`.saved-pay, iotpay-checkout, a[href="/checkout/${id}"]`), null);
    }
    const text = await page.$eval('.order-head', (node) => (node as HTMLElement).innerText);
    assert.match(text, /Please don’t pay again/);
  });

  it('with a card that was saved before', async (test) => {
    const page = await visitor(running.browser, test);
    await saveCard(page, running.shop);
    assert.match(await page.$eval('.wallet .bank-number', (node) => node.textContent), /4242/);
    const id = await goToCheckout(page, running.shop);
    await clickThrough(page, '.saved-pay button[type=submit]');
    await atOrderPage(page, 'paid');
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  it('leaves no error in the console, and the policy refuses nothing', async (test) => {
    const page = await visitor(running.browser, test);
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on(
      'console',
      (message) => ['error', 'warn'].includes(message.type()) && trouble.push(message.text()),
    );
    await goToCheckout(page, running.shop);
    await pay(await cardForm(page, running.shop.gateway), '4242424242424242');
    await atOrderPage(page, 'paid');
    await page.goto(`${running.shop.address}/playground`);
    await page.waitForSelector('#status[data-status=ready]', { timeout: 20_000 });
    assert.deepEqual(trouble, []);
  });
});

describe('every page', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  for (const [scheme, width] of [
    ['light', 320],
    ['light', 1280],
    ['dark', 320],
    ['dark', 1280],
  ] as const) {
    it(`is accessible and fits: ${scheme}, ${width} px wide`, async (test) => {
      const page = await visitor(running.browser, test, width);
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      const trouble: string[] = [];
      const look = async (name: string) => {
        // A page whose styles are still on their way looks like no page of ours.
        await page.waitForFunction(
          () => document.readyState === 'complete' && document.documentElement.classList.contains('script'),
        );
        // What axe-core can't look into is the gateway's own.
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as { axe: typeof Axe }).axe.run(
            { exclude: ['iframe'] },
            { rules: { 'target-size': { enabled: true } }, iframes: false },
          );
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        });
        trouble.push(...found.map((each) => `${name}: ${each}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) trouble.push(`${name} is ${wide} px wider than the window`);
      };
      for (const path of ['/', '/products/tide-mug', '/cart', '/cards', '/playground', '/nothing']) {
        await page.goto(running.shop.address + path);
        await look(path);
      }
      await saveCard(page, running.shop);
      await look('a saved card');
      await page.locator('.bank-forget').click();
      await look('the question before a card is removed');
      await goToCheckout(page, running.shop);
      await look('checkout with a saved card');
      await page.goto(`${running.shop.address}/cart`);
      await look('cart with a piece');
      await page.goBack();
      await page.locator('input[value=PF_CC] + span').click();
      const form = await cardForm(page, running.shop.gateway);
      await look('checkout');
      await pay(form, '4242424242424242');
      await atOrderPage(page, 'paid');
      await look('order');
      test.after(() => force(null));
      await force('declined');
      const id = await goToCheckout(page, running.shop);
      await clickThrough(page, '.saved-pay button[type=submit]');
      await look('checkout after a saved card was declined');
      await page.goto(`${running.shop.address}/orders/${id}`);
      await atOrderPage(page, 'failed');
      await look('order that has failed');
      await page.goto(`${running.shop.address}/checkout/${id}`);
      await force('unionpay-timeout-pending');
      await clickThrough(page, '.saved-pay button[type=submit]');
      await atOrderPage(page, 'confirming');
      await look('order that is being confirmed');
      await force(null);
      await payTwice(page);
      await look('order that was paid twice');
      assert.deepEqual(trouble, []);
    });
  }
});

describe('the shop’s server', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(running.shop.address + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const form = (path: string, fields: Record<string, string>) =>
    fetch(running.shop.address + path, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(fields),
    });
  const session = async (): Promise<{ Cookie: string }> => {
    const answer = await fetch(running.shop.address);
    return { Cookie: answer.headers.get('Set-Cookie')?.split(';')[0] ?? '' };
  };
  const SECURE_ID = '/api/iotpay/secure-id';

  it('gives a form to its own visitors only', async () => {
    const order = { mode: 'pay', product: 'tide-mug' };
    assert.equal((await post(SECURE_ID, order)).status, 403);
    const mine = await post(SECURE_ID, order, await session());
    assert.equal(mine.status, 200);
    assert.deepEqual(Object.keys((await mine.json()) as object), [
      'secureId',
      'mchOrderNo',
      'amount',
      'currency',
      'expiresIn',
      'gatewayOrigin',
    ]);
  });

  it('takes the price from its own catalogue, whatever the browser says', async () => {
    const answer = await post(
      SECURE_ID,
      { mode: 'pay', product: 'tide-mug', amount: 1, price: 1, currency: 'USD' },
      await session(),
    );
    const { mchOrderNo } = (await answer.json()) as { mchOrderNo: string };
    const { orders } = (await (await fetch(`${running.shop.gateway}/sandbox/ledger`)).json()) as {
      orders: { mchOrderNo: string; amount: number; currency: string }[];
    };
    const order = orders.find((each) => each.mchOrderNo === mchOrderNo);
    assert.ok(order && order.amount > 3800, `charged ${order?.amount}`);
    assert.equal(order.currency, 'CAD');
  });

  it('answers what is wrong with a clear 4xx', async () => {
    const cookie = await session();
    const table: [status: number, says: RegExp, answer: Promise<Response>][] = [
      [400, /JSON/, post(SECURE_ID, '{"mode":', cookie)],
      [400, /mode/, post(SECURE_ID, { product: 'tide-mug' }, cookie)],
      [400, /Unknown product/, post(SECURE_ID, { mode: 'pay', product: 'gold-bar' }, cookie)],
      [400, /quantity/, post(SECURE_ID, { mode: 'pay', product: 'tide-mug', quantity: -1 }, cookie)],
      [400, /channel/, post(SECURE_ID, { mode: 'pay', product: 'tide-mug', channel: 'CASH' }, cookie)],
      [404, /no such order/, post(SECURE_ID, { mode: 'pay', order: 'BC-1' }, cookie)],
      [415, /application\/json/, form(SECURE_ID, { mode: 'pay' })],
      [405, /POST/, fetch(running.shop.address + SECURE_ID)],
      [
        403,
        /other sites/,
        post(SECURE_ID, { mode: 'pay' }, { ...cookie, Origin: 'https://elsewhere.example' }),
      ],
      [404, /no such order/, post('/api/iotpay/order-status', { order: 'BC-1' }, cookie)],
      [400, /FAIL/, post('/api/iotpay/notify', { status: 2, sign: 'FORGED' })],
      [400, /Unknown product/, form('/cart', { product: 'gold-bar' })],
      [400, /quantity/, form('/cart', { product: 'tide-mug', quantity: '1e9' })],
      [405, /Allowed: GET/, form('/playground', {})],
      [404, /No such route/, fetch(`${running.shop.address}/api/nothing`)],
    ];
    for (const [status, says, answering] of table) {
      const answer = await answering;
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.match(text, says);
    }
  });

  it('is no tool for trying stolen cards: forms are limited for a visitor', async () => {
    const own = await startShop();
    try {
      const opened = await fetch(own.address);
      const headers = {
        Cookie: opened.headers.get('Set-Cookie')?.split(';')[0] ?? '',
        'Content-Type': 'application/json',
      };
      const body = JSON.stringify({ mode: 'pay', product: 'tide-mug' });
      let last: Response | undefined;
      for (let i = 0; i < 61; i++)
        last = await fetch(own.address + SECURE_ID, { method: 'POST', headers, body });
      assert.equal(last?.status, 429);
      assert.ok(Number(last.headers.get('Retry-After')) > 0);
    } finally {
      own.stop();
    }
  });

  it('says which credential of the real gateway is missing', async () => {
    const { code, said } = await failToStart({ IOTPAY_MCH_ID: '10000701', IOTPAY_LOGIN_NAME: 'jack123' });
    assert.equal(code, 1);
    assert.match(said, /Missing in the environment: IOTPAY_MERCHANT_KEY/);
    assert.doesNotMatch(said, /at .*\.js:\d+/);
  });

  it('talks to the real gateway where the credentials are set', async () => {
    const real = await startShop({
      IOTPAY_MCH_ID: '10000701',
      IOTPAY_MERCHANT_KEY: 'a-key',
      IOTPAY_LOGIN_NAME: 'jack123',
    });
    try {
      assert.match(await (await fetch(`${real.address}/playground`)).text(), /ccapi\.iotpaycloud\.com/);
    } finally {
      real.stop();
    }
  });
});
