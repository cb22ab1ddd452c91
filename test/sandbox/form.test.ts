import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Frame, Page } from 'puppeteer-core';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.js';
import type { FormLanguage } from '../../src/sandbox/protocol.js';
import { FORM_REFUSALS, FORM_TEXTS } from '../../src/sandbox/texts.js';
import { launchChromium } from '../support/chromium.js';
import { addCardFields, call, purchaseFields, sandboxFor, until } from './support.js';

interface Event {
  readonly result?: string;
  readonly message?: string;
  readonly retCode?: string;
  readonly retMsg?: string;
  readonly retData?: Readonly<Record<string, unknown>>;
  readonly detail?: { readonly retCode: string; readonly retData: Readonly<Record<string, unknown>> };
}

let browser: Browser;

before(async () => {
  browser = await launchChromium();
});

after(() => browser.close());

interface Shop {
  readonly sandbox: Sandbox;
  readonly page: Page;
  readonly form: Frame;
  readonly secureId: string;
  readonly problems: string[];
  events(): Promise<Event[]>;
}

interface ShopOptions {
  readonly sandbox?: SandboxOptions;
  readonly order?: Record<string, unknown>;
  readonly mode?: 'Pay' | 'Add';
  readonly options?: Record<string, unknown>;
  readonly width?: number;
  /** Language of the merchant's page. */
  readonly lang?: string;
}

/** A merchant's page on another origin, with IOTPay's form mounted as IOTPay's documentation does it. */
async function shopFor(
  test: TestContext,
  { order, mode = 'Pay', options, ...more }: ShopOptions = {},
): Promise<Shop> {
  const sandbox = await sandboxFor(test, { drive: true, unionPay: { interval: 10 }, ...more.sandbox });
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><html lang="${more.lang ?? ''}"><title>Shop</title><meta name="viewport" content="width=device-width">
<body style="margin: 0"><div id="form"></div><script src="${sandbox.origin}/cc/iotpaycc.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const context = await browser.createBrowserContext();
  test.after(async () => {
    await context.close();
    server.close();
    server.closeAllConnections();
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.setViewport({ width: more.width ?? 480, height: 900 });
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  const answer =
    mode === 'Add'
      ? await call(sandbox, 'cc_addCard', addCardFields(order))
      : await call(sandbox, 'cc_purchase', purchaseFields(order));
  const secureId = String(answer.retData['secureId']);
  await mount(page, secureId, mode, options);
  const handle = await page.waitForSelector('iframe');
  const form = await handle?.contentFrame();
  if (!form) throw new Error('The frame has no document.');
  await form.waitForSelector('main:not([inert])');
  return {
    sandbox,
    page,
    form,
    secureId,
    problems,
    events: () => page.evaluate('events') as Promise<Event[]>,
  };
}

async function mount(
  page: Page,
  secureId: string,
  mode = 'Pay',
  options?: Record<string, unknown>,
): Promise<void> {
  const values = [secureId, mode, ...(options ? [options] : [])]
    .map((value) => JSON.stringify(value))
    .join(', ');
  await page.evaluate(
    `globalThis.events ??= []; void Iotpay(${values}).mount('#form', (event) => void events.push(event));`,
  );
}

async function type(form: Frame, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = await form.waitForSelector(`input[name=${name}]`);
    await field?.click({ count: 3 });
    await field?.type(value);
  }
}

const card = (number: string) => ({ number, expiry: '1234', cvv: '123', holder: 'Jo Shopper' });
const send = (form: Frame) => form.click('button[type=submit]');
const textOf = (form: Frame, selector: string) => form.$eval(selector, (node) => node.textContent ?? '');
const valueOf = (form: Frame, name: string) => form.$eval(`input[name=${name}]`, (input) => input.value);

async function someEvents(shop: Shop, count: number): Promise<Event[]> {
  await until(`there are ${count} events`, async () => (await shop.events()).length >= count);
  return shop.events();
}

describe('the card form', () => {
  it('takes a card from the keyboard alone, and reports as documented', async (test) => {
    const shop = await shopFor(test);
    await shop.form.focus('input[name=number]');
    for (const text of ['4242424242424242', '1234', '123', 'Jo Shopper']) {
      await shop.page.keyboard.type(text);
      await shop.page.keyboard.press('Tab');
    }
    assert.equal(await valueOf(shop.form, 'number'), '4242 4242 4242 4242');
    assert.equal(await valueOf(shop.form, 'expiry'), '12 / 34');
    assert.equal(await textOf(shop.form, '.brand'), 'Visa');
    assert.equal(await textOf(shop.form, 'button[type=submit]'), 'Pay');
    await shop.page.keyboard.press('Enter');
    const [event] = await someEvents(shop, 1);
    assert.equal(event?.result, 'SUCCESS');
    assert.equal(event?.detail?.retData['status'], 2);
    assert.equal(event?.detail?.retData['redirectUrl'], undefined);
    assert.match(await textOf(shop.form, '#outcome'), /^Paid \(simulated\)/);
    assert.equal(shop.sandbox.ledger.charges().length, 1);
    assert.deepEqual(shop.problems, []);
  });

  it('takes another card after a decline, in the same frame', async (test) => {
    const shop = await shopFor(test);
    await type(shop.form, card('4000000000000002'));
    await send(shop.form);
    const [declined] = await someEvents(shop, 1);
    assert.deepEqual([declined?.result, declined?.message], ['FAIL', 'Card declined']);
    assert.equal(await textOf(shop.form, '[role=alert]'), 'Card declined');
    await type(shop.form, card('4242424242424242'));
    await send(shop.form);
    const events = await someEvents(shop, 2);
    assert.equal(events[1]?.result, 'SUCCESS');
    assert.equal(shop.sandbox.ledger.charges().length, 1);
  });

  it('UnionPay: asks thirty times, says Timeout, and the order is paid afterwards', async (test) => {
    const shop = await shopFor(test, { order: { channel: 'UPI_EX' } });
    let asked = 0;
    shop.page.on('request', (request) => {
      if (request.url().endsWith('/cc/queryorder')) asked++;
    });
    await type(shop.form, card('6200000000000013'));
    await send(shop.form);
    const events = await someEvents(shop, 1);
    assert.deepEqual(events, [{ result: 'FAIL', message: 'Timeout' }]);
    assert.equal(asked, 30);
    assert.deepEqual(shop.sandbox.ledger.charges(), []);
    assert.equal(await shop.form.$('form:not([hidden])'), null);
    shop.sandbox.advance(2000);
    assert.equal(shop.sandbox.ledger.charges().length, 1);
  });

  it('UnionPay: paid while the script asks; a late success after the Timeout', async (test) => {
    const paid = await shopFor(test, { order: { channel: 'UPI_EX' } });
    await type(paid.form, card('6200000000000005'));
    await send(paid.form);
    assert.deepEqual(
      (await someEvents(paid, 1)).map(({ result }) => result),
      ['SUCCESS'],
    );

    const late = await shopFor(test, { order: { channel: 'UPI_EX' } });
    late.sandbox.drive(late.secureId, { scenario: 'late-success' });
    await someEvents(late, 1);
    late.sandbox.advance(2000);
    const events = await someEvents(late, 2);
    assert.deepEqual(
      events.map(({ message, result }) => message ?? result),
      ['Timeout', 'SUCCESS'],
    );
  });

  it('UnionPay: goes on asking when the frame is reloaded on the way', async (test) => {
    const shop = await shopFor(test, {
      sandbox: { unionPay: { interval: 100 } },
      order: { channel: 'UPI_EX' },
    });
    await type(shop.form, card('6200000000000005'));
    await send(shop.form);
    await until('it confirms', async () => /Waiting/.test(await textOf(shop.form, '#outcome')));
    // An ordinary move in the document reloads a frame.
    await shop.page.evaluate("document.body.append(document.querySelector('#form'))");
    assert.deepEqual(
      (await someEvents(shop, 1)).map(({ result }) => result),
      ['SUCCESS'],
    );
    assert.equal(shop.sandbox.ledger.charges().length, 1);
  });

  it('saves a card, and reports it without a status', async (test) => {
    const shop = await shopFor(test, { mode: 'Add' });
    assert.equal(await textOf(shop.form, 'button[type=submit]'), 'Save card');
    await type(shop.form, card('5555555555554444'));
    await send(shop.form);
    const [event] = await someEvents(shop, 1);
    assert.equal(event?.result, 'SUCCESS');
    assert.ok(event?.detail && !('status' in event.detail.retData));
    assert.equal(event?.detail?.retData['cardNum'], '555555******4444');
    assert.equal(shop.sandbox.ledger.cards()[0]?.saved, true);
  });

  const errors: [string, Record<string, string>, Record<string, RegExp>][] = [
    ['nothing', {}, { number: /^Enter the card number/, expiry: /^Enter/, cvv: /^Enter/, holder: /^Enter/ }],
    ['a wrong digit', card('4242424242424241'), { number: /a digit seems to be wrong/ }],
    ['a short number', card('424242'), { number: /incomplete/ }],
    ['a number of no test card', card('4111111111111111'), { number: /takes its own test cards only/ }],
    ['a month that isn’t', { ...card('4242424242424242'), expiry: '1334' }, { expiry: /MM \/ YY/ }],
    ['a card that has expired', { ...card('4242424242424242'), expiry: '0120' }, { expiry: /has expired/ }],
    ['Amex with three digits', card('378282246310005'), { cvv: /has 4 digits/ }],
  ];
  for (const [what, values, expected] of errors) {
    it(`says by the field what is wrong: ${what}`, async (test) => {
      const shop = await shopFor(test);
      const sent: string[] = [];
      shop.page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(request.url());
      });
      await type(shop.form, values);
      await send(shop.form);
      for (const name of ['number', 'expiry', 'cvv', 'holder']) {
        const field = await shop.form.$eval(`input[name=${name}]`, (input) => {
          const id = input.getAttribute('aria-describedby') ?? '';
          return {
            invalid: input.getAttribute('aria-invalid'),
            error: document.getElementById(id)?.textContent,
          };
        });
        const error = expected[name];
        if (error) assert.match(field.error ?? '', error);
        assert.equal(field.invalid, error ? 'true' : null, name);
      }
      const focused = await shop.form.evaluate(() => document.activeElement?.id);
      assert.equal(focused, Object.keys(expected)[0]);
      assert.deepEqual(await shop.events(), []);
      assert.deepEqual(sent, [], 'what is typed stays in the frame');
    });
  }

  it('groups while typing without moving the caret, and fills a test card in', async (test) => {
    const shop = await shopFor(test);
    await type(shop.form, { number: '378282246310005' });
    assert.equal(await valueOf(shop.form, 'number'), '3782 822463 10005');
    assert.equal(await textOf(shop.form, '.brand'), 'Amex');
    await shop.form.$eval('input[name=number]', (input) => input.setSelectionRange(2, 2));
    await shop.page.keyboard.press('Backspace');
    assert.equal(await valueOf(shop.form, 'number'), '3828 2246 3100 05');
    assert.equal(await shop.form.$eval('input[name=number]', (input) => input.selectionStart), 1);
    await shop.form.focus('summary');
    await shop.page.keyboard.press('Enter');
    await shop.form.focus('[data-number="4000000000000002"]');
    await shop.page.keyboard.press('Enter');
    assert.equal(await shop.form.evaluate(() => document.activeElement?.textContent), 'Pay');
    assert.equal(await valueOf(shop.form, 'number'), '4000 0000 0000 0002');
    assert.equal(await shop.form.$$eval('[aria-invalid]', (fields) => fields.length), 0);
  });

  it('can be sent again after the gateway broke; says that a session is over', async (test) => {
    const shop = await shopFor(test);
    await type(shop.form, card('4000000000000150'));
    await send(shop.form);
    await until('it says so', async () => /did not answer/.test(await textOf(shop.form, '#outcome')));
    assert.deepEqual(await shop.events(), []);
    await type(shop.form, card('4242424242424242'));
    await send(shop.form);
    await someEvents(shop, 1);

    const old = await shopFor(test, { sandbox: { secureIdLifetime: 0 } });
    const [event] = await someEvents(old, 1);
    assert.deepEqual([event?.result, event?.message], ['FAIL', 'secureId has expired']);
    assert.equal(await old.form.$('form:not([hidden])'), null);
  });

  it('honours darkMode, theme and the button, and takes nothing in them for markup or rules', async (test) => {
    const text = '</script><img src=x onerror=alert(1)>';
    const button = {
      text,
      color: 'rgb(1, 2, 3)',
      backgroundColor: 'red; display: none',
      height: '61px',
      borderRadius: '0px',
    };
    const shop = await shopFor(test, { options: { darkMode: true, theme: 'card', button } });
    const look = await shop.form.$eval('button[type=submit]', (node) => {
      const { color, height, borderRadius, display } = getComputedStyle(node);
      return { text: node.textContent, color, height, borderRadius, display };
    });
    assert.deepEqual(look, {
      text,
      color: 'rgb(1, 2, 3)',
      height: '61px',
      borderRadius: '0px',
      display: 'flex',
    });
    assert.equal(await shop.form.evaluate(() => document.documentElement.className), 'dark card');
    assert.equal(
      await shop.form.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
      'dark',
    );
    assert.deepEqual(shop.problems, []);
  });

  const languages: [string, FormLanguage][] = [
    ['en', 'en'],
    ['fr-CA', 'fr-CA'],
    ['zh-CN', 'zh-Hans'],
    ['zh-HK', 'zh-Hant'],
  ];
  for (const [lang, language] of languages) {
    it(`speaks ${language} in a page of lang "${lang}", and fits 280 px; the page around is told in the gateway’s English`, async (test) => {
      const texts = FORM_TEXTS[language];
      const shop = await shopFor(test, { lang, width: 280, order: { channel: 'UPI_EX' } });
      assert.equal(await shop.form.evaluate(() => document.documentElement.lang), language);
      const labels = await shop.form.$$eval('label', (nodes) => nodes.map((node) => node.textContent));
      assert.deepEqual(labels, [texts.number, texts.expiry, texts.cvv, texts.holder, texts.code]);
      assert.equal(await textOf(shop.form, 'button[type=submit]'), texts.pay);
      assert.equal(await textOf(shop.form, '.note'), `${texts.simulation} ${texts.note}`);
      await send(shop.form);
      assert.equal(await textOf(shop.form, '#number-error'), texts.numberMissing);
      await type(shop.form, { ...card('6200000000000047'), cvv: '12' });
      await send(shop.form);
      assert.equal(await textOf(shop.form, '#cvv-error'), texts.cvvWrong.replace('{count}', '3'));
      const overflow = await shop.form.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
      await type(shop.form, { cvv: '123' });
      await send(shop.form);
      const [declined] = await someEvents(shop, 1);
      assert.equal(declined?.message, 'Card declined');
      const said = await shop.form.$eval('#outcome', (node) => [node.textContent, node.getAttribute('lang')]);
      const known = FORM_REFUSALS[language]['Card declined'];
      assert.equal(known === undefined, language === 'en');
      assert.deepEqual(said, known === undefined ? ['Card declined', 'en'] : [known, null]);
      assert.deepEqual(shop.problems, []);
    });
  }

  it('quirk spentByFail: a decline ends the form', async (test) => {
    const shop = await shopFor(test, { sandbox: { quirks: { spentByFail: true } } });
    shop.sandbox.drive(shop.secureId, { scenario: 'declined' });
    assert.equal((await someEvents(shop, 1))[0]?.message, 'Card declined');
    assert.equal(await shop.form.$('form:not([hidden])'), null);
    await mount(shop.page, shop.secureId);
    assert.equal((await someEvents(shop, 2))[1]?.message, 'secureId has been used');
  });

  it('gives its frame its height, and fits 280 px with targets of 44', async (test) => {
    const shop = await shopFor(test, { width: 280, options: { theme: 'card' } });
    await shop.form.click('summary');
    const sizes = await shop.form.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      targets: [...document.querySelectorAll('input, button, summary')].map(
        (node) => node.getBoundingClientRect().height,
      ),
      fonts: [...document.querySelectorAll('input')].map((node) => getComputedStyle(node).fontSize),
    }));
    assert.equal(sizes.overflow, 0);
    assert.ok(Math.min(...sizes.targets) >= 44, String(sizes.targets));
    assert.deepEqual([...new Set(sizes.fonts)], ['16px']);
    await until('nothing in it has to be scrolled', () =>
      shop.form.evaluate(
        () => document.documentElement.scrollHeight <= document.documentElement.clientHeight,
      ),
    );
  });

  it('fills itself in when it is driven, before or after it has loaded', async (test) => {
    const shop = await shopFor(test);
    const mchOrderNo = shop.sandbox.ledger.orders()[0]?.mchOrderNo ?? '';
    shop.sandbox.drive(mchOrderNo, { scenario: 'insufficient-funds', delay: 50 });
    assert.equal((await someEvents(shop, 1))[0]?.message, 'Insufficient funds');
    shop.sandbox.drive(shop.secureId);
    assert.equal((await someEvents(shop, 2))[1]?.result, 'SUCCESS');

    const { retData } = await call(shop.sandbox, 'cc_purchase', purchaseFields());
    shop.sandbox.drive(String(retData['secureId']), { scenario: 'declined' });
    await shop.page.evaluate("document.querySelector('#form').replaceChildren()");
    await mount(shop.page, String(retData['secureId']));
    assert.equal((await someEvents(shop, 3))[2]?.message, 'Card declined');
  });

  it('does not listen to other frames and windows', async (test) => {
    const shop = await shopFor(test);
    const forged = {
      mark: 'iotpay-sandbox',
      type: 'report',
      report: { calls: [{ result: 'SUCCESS' }], repeat: false, lateMs: 0 },
    };
    // From the page itself, and from another frame of the gateway's own origin.
    await shop.page.evaluate(`window.postMessage(${JSON.stringify(forged)}, '*')`);
    await shop.page.evaluate(
      `new Promise((resolve) => { const other = document.createElement('iframe'); other.id = 'other'; other.onload = resolve; other.src = ${JSON.stringify(`${shop.sandbox.origin}/sandbox/scenarios`)}; document.body.append(other); })`,
    );
    const other = await (await shop.page.$('#other'))?.contentFrame();
    await other?.evaluate(`parent.postMessage(${JSON.stringify(forged)}, '*')`);
    await shop.form.evaluate(`parent.postMessage({ type: 'report', report: { calls: ['unmarked'] } }, '*')`);
    shop.sandbox.drive(shop.secureId);
    assert.deepEqual(
      (await someEvents(shop, 1)).map(({ detail }) => detail?.retData['status']),
      [2],
    );
  });

  it('quirks: late frame, old shape, everything twice, texts for numbers', async (test) => {
    const shop = await shopFor(test, { sandbox: { quirks: true } });
    shop.sandbox.drive(shop.secureId);
    const events = await someEvents(shop, 2);
    assert.equal(events.length, 2);
    for (const event of events) {
      assert.equal(event.result, undefined);
      assert.deepEqual([event.retCode, event.retData?.['status']], ['SUCCESS', '2']);
    }
    assert.equal(shop.sandbox.ledger.charges().length, 1);
    assert.equal(await shop.page.$eval('iframe', (frame) => frame.style.height), '');
    const promise = await shop.page.evaluate(
      "{ const mounted = Iotpay('x', 'Pay').mount('#form', () => {}); mounted instanceof Promise && document.querySelectorAll('iframe').length }",
    );
    assert.equal(promise, 1);
  });

  it('quirk noDetail: SUCCESS and nothing else, but a status that matters stays', async (test) => {
    const shop = await shopFor(test, { sandbox: { quirks: { noDetail: true } } });
    shop.sandbox.drive(shop.secureId);
    assert.deepEqual(await someEvents(shop, 1), [{ result: 'SUCCESS' }]);
    const unknown = await shopFor(test, { sandbox: { quirks: { noDetail: true } } });
    unknown.sandbox.drive(unknown.secureId, { scenario: 'unknown-status' });
    assert.equal((await someEvents(unknown, 1))[0]?.detail?.retData['status'], 1);
  });

  it('the hosted page pays without a script around it, and returns to the shop', async (test) => {
    const shop = await shopFor(test);
    const returnUrl = `${new URL(shop.page.url()).origin}/returned?cart=7`;
    const order = purchaseFields({ returnUrl, channel: 'UPI_EX' });
    const { retData } = await call(shop.sandbox, 'cc_purchase', order);
    shop.sandbox.drive(String(retData['secureId']));
    await shop.page.goto(String(retData['redirectUrl']));
    await shop.page.waitForFunction("location.pathname === '/returned'");
    assert.equal(
      new URL(shop.page.url()).search,
      `?cart=7&mchOrderNo=${String(order['mchOrderNo'])}&retCode=SUCCESS&retMsg=&status=2`,
    );
  });

  it('the script says what it was given wrongly', async (test) => {
    const { page } = await shopFor(test);
    for (const [code, message] of [
      ["Iotpay('', 'Pay')", /secureId must be a text/],
      ["Iotpay('x', 'pay')", /the mode must be "Pay" or "Add"/],
      ["Iotpay('x', 'Pay').mount(document.body, () => {})", /takes a selector/],
      ["Iotpay('x', 'Pay').mount('#nowhere', () => {})", /no element matches #nowhere/],
    ] as const) {
      await assert.rejects(page.evaluate(code), message);
    }
  });
});
