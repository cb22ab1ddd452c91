import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { IotpayCheckout } from '../../src/iotpay-checkout.js';
import { SETTINGS } from '../../src/react/props.js';
import { launchChromium } from '../support/chromium.js';
import type { Shop, State } from './app.js';
import { startSite, type PageOptions, type ReactVersion, type Site } from './site.js';

const PATIENCE_MS = 20_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the page has put into its globals. */
type Globals = typeof globalThis & {
  shop: Shop;
  log: string[];
  served: HTMLElement | null;
  hydrate(): void;
  hydrating?: true;
};

let browser: Browser;
before(async () => (browser = await launchChromium()));
after(() => browser.close());

it('knows every property of the element that a page may set', () => {
  assert.deepEqual([...SETTINGS].sort(), Object.keys(IotpayCheckout.properties).sort());
});

for (const version of [18, 19] as const) describe(`React ${version}`, () => suite(version));

function suite(version: ReactVersion): void {
  let site: Site;
  let count = 0;
  before(async () => (site = await startSite(version)));
  after(() => site.close());

  const state = (more: Partial<State> = {}): State => ({
    tag: `react-${version}-${++count}`,
    gatewayOrigin: site.sandbox.origin,
    ...more,
  });

  /** Opens a page, does something on it, and lets no error or warning of React's pass. */
  async function visit(
    first: State,
    options: PageOptions,
    run: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => {
      // The element's own word about a wrong setting is wanted there.
      const own = message.text().startsWith('<iotpay-checkout> config');
      if (/^(?:error|warn)/.test(message.type()) && !own) trouble.push(message.text());
    });
    try {
      await page.goto(site.address(first, options));
      await run(page);
      assert.deepEqual(trouble, []);
    } finally {
      await context.close();
    }
  }

  const is = (page: Page, status: string) =>
    page.waitForSelector(`iotpay-checkout[status=${status}]`, { timeout: PATIENCE_MS });
  const set = (page: Page, more: Partial<State>) =>
    page.evaluate((change) => (globalThis as Globals).shop.set(change), more);
  const hydrate = (page: Page) => page.evaluate(() => (globalThis as Globals).hydrate());
  const log = (page: Page) => page.evaluate(() => (globalThis as Globals).log);
  const logged = (page: Page, line: string) =>
    page.waitForFunction(
      (text) => (globalThis as Globals).log.includes(text),
      { timeout: PATIENCE_MS },
      line,
    );
  const secureId = (page: Page) =>
    page.$eval('iotpay-checkout iframe', (frame) => new URL(frame.src).searchParams.get('key') ?? '');
  const pay = async (page: Page, scenario = 'approved', delay = 0) =>
    site.sandbox.drive(await secureId(page), { scenario, delay });
  /** The one request of this page: more than one would be more than one order. */
  async function request(tag: string): Promise<{ body: unknown; app: string | undefined }> {
    const seen = await site.requests(tag);
    assert.equal(seen.length, 1, `${seen.length} requests for a secureId`);
    return { body: seen[0]?.body, app: seen[0]?.headers['x-app'] };
  }

  describe('on a server', () => {
    it('is markup that holds the element, with the placeholder and what any element may have', () => {
      const complaints: unknown[] = [];
      const { error } = console;
      console.error = (...what) => complaints.push(what);
      const markup = site.markup(state());
      console.error = error;
      const [tag = ''] = /<iotpay-checkout[^]*<\/iotpay-checkout>/.exec(markup) ?? [];
      for (const part of [
        'loading="manual"',
        'id="checkout"',
        'class="wide"',
        'style="margin-top:3px"',
        'aria-label="Card"',
        'data-test="yes"',
        '<p id="placeholder">One moment</p>',
      ])
        assert.ok(tag.includes(part), `${part} in ${tag}`);
      assert.doesNotMatch(tag, /\[object|undefined|secure|request|react/i);
      assert.deepEqual(complaints, []);
    });

    it('leaves out a flag that is false', () => {
      const markup = site.markup(state({ props: { hidden: false } }));
      assert.doesNotMatch(markup, /hidden/);
      assert.match(site.markup(state({ props: { hidden: true } })), /<iotpay-checkout[^>]* hidden/);
    });
  });

  for (const render of ['server', 'client'] as const) {
    it(`asks for one order with its data and headers, and tells of the payment once (${render})`, async () => {
      const first = state();
      await visit(first, { render }, async (page) => {
        await is(page, 'ready');
        assert.deepEqual(await request(first.tag), {
          body: { tag: first.tag, order: 1, mode: 'pay' },
          app: 'react',
        });
        await pay(page);
        await logged(page, 'success');
        await pause(200);
        assert.deepEqual(await log(page), ['ready', 'success']);
        await request(first.tag);
        assert.equal(await page.$('iotpay-checkout[loading]'), null);
      });
    });
  }

  it('asks for nothing until React has hydrated the markup, and keeps element and placeholder', async () => {
    const first = state({ props: { loading: 'eager' } });
    await visit(first, { held: true }, async (page) => {
      await is(page, 'idle');
      await page.evaluate(() => {
        Object.assign(globalThis, { placeholder: document.querySelector('#placeholder') });
      });
      await pause(400);
      assert.deepEqual(await site.requests(first.tag), []);
      await hydrate(page);
      await is(page, 'ready');
      await request(first.tag);
      assert.equal(
        await page.evaluate(() => {
          const { served, placeholder } = globalThis as Globals & { placeholder?: Element };
          return (
            served === document.querySelector('iotpay-checkout') &&
            placeholder === document.querySelector('#placeholder')
          );
        }),
        true,
      );
    });
  });

  it('tells once of an outcome that somebody else brought about before the hydration', async () => {
    const first = state();
    const between = `
      const element = document.querySelector('iotpay-checkout');
      element.secureIdEndpoint = '/api/secure-id';
      element.gatewayOrigin = page.first.gatewayOrigin;
      element.requestData = { tag: page.first.tag, order: 1, status: 2 };
      element.load();`;
    const props = { requestData: { tag: first.tag, order: 1, status: 2 } };
    await visit({ ...first, props }, { between, held: true }, async (page) => {
      await is(page, 'succeeded');
      await hydrate(page);
      await logged(page, 'success without an order');
      await pause(300);
      assert.deepEqual(await log(page), ['success without an order']);
      await request(first.tag);
    });
  });

  it('lets a callback ref call load(), with all settings there', async () => {
    const first = state({ loadByRef: true, props: { loading: 'manual' } });
    await visit(first, {}, async (page) => {
      await is(page, 'ready');
      assert.equal((await request(first.tag)).app, 'react');
    });
  });

  it('waits for load() where loading is manual', async () => {
    const first = state({ props: { loading: 'manual' } });
    await visit(first, {}, async (page) => {
      await page.waitForFunction(() => (globalThis as Globals).shop?.element());
      await pause(300);
      assert.deepEqual(await site.requests(first.tag), []);
      await page.evaluate(() => void (globalThis as Globals).shop.element()?.load());
      await is(page, 'ready');
    });
  });

  it('keeps the form through renders with new objects of the same value, and tells the newest handler', async () => {
    const first = state({ placeholder: 'One moment' });
    await visit(first, {}, async (page) => {
      await is(page, 'ready');
      const before = await secureId(page);
      for (const note of ['a', 'b', 'c']) await set(page, { note, placeholder: `Moment ${note}` });
      await pause(300);
      assert.equal(await secureId(page), before);
      await request(first.tag);
      await pay(page);
      await logged(page, 'success c');
    });
  });

  it('starts over for another order, and goes back to the default of what is no longer given', async () => {
    const first = state({ props: { mode: 'add' } });
    await visit(first, {}, async (page) => {
      await is(page, 'ready');
      await set(page, { order: 2, props: {} });
      await page.waitForFunction(() => (globalThis as Globals).log.length === 2, { timeout: PATIENCE_MS });
      assert.deepEqual(
        (await site.requests(first.tag)).map(({ body }) => body),
        [
          { tag: first.tag, order: 1, mode: 'add' },
          { tag: first.tag, order: 2, mode: 'pay' },
        ],
      );
    });
  });

  it('tells of a setting that is wrong, and starts as soon as it is right', async () => {
    await visit(state({ props: { setupTimeout: -1 } }), {}, async (page) => {
      await logged(page, 'error config');
      await set(page, { props: {} });
      await is(page, 'ready');
    });
  });

  it('tells of a payment that is made while a Suspense hides the form, once', async () => {
    const first = state();
    await visit(first, {}, async (page) => {
      await is(page, 'ready');
      await pay(page, 'approved', 400);
      await set(page, { suspended: true });
      await page.waitForSelector('b');
      await logged(page, 'success');
      await set(page, { suspended: false });
      await page.waitForSelector('i');
      await pause(200);
      assert.deepEqual(await log(page), ['ready', 'success']);
      await request(first.tag);
    });
  });

  it('tells of a payment that is made after the component was unmounted', async () => {
    const first = state();
    await visit(first, {}, async (page) => {
      await is(page, 'ready');
      await page.evaluate(() => {
        const element = (globalThis as Globals).shop.element();
        Object.assign(globalThis, { gone: element });
      });
      await set(page, { shown: false });
      await page.waitForFunction(() => !document.querySelector('iotpay-checkout'));
      await page.evaluate(() => {
        const { gone } = globalThis as unknown as { gone: HTMLElement };
        const detail = { mchOrderNo: '1' };
        gone.dispatchEvent(new CustomEvent('iotpay-success', { detail, cancelable: true }));
      });
      assert.deepEqual(await log(page), ['ready', 'success']);
    });
  });

  if (version === 19) {
    it('asks for nothing in an Activity that has never been shown, and goes on in one that is hidden', async () => {
      const first = state({ activity: 'hidden' });
      await visit(first, {}, async (page) => {
        await page.waitForSelector('iotpay-checkout[status=idle]');
        await pause(400);
        assert.deepEqual(await site.requests(first.tag), []);
        await set(page, { activity: 'visible' });
        await is(page, 'ready');
        const before = await secureId(page);
        await pay(page, 'approved', 500);
        await set(page, { activity: 'hidden', note: 'hidden' });
        await logged(page, 'success hidden');
        await set(page, { activity: 'visible', note: 'shown' });
        await pause(200);
        assert.deepEqual(await log(page), ['ready', 'success hidden']);
        assert.equal(typeof before, 'string');
        await request(first.tag);
      });
    });
  }

  describe('the tag by itself, hydrated late', () => {
    it('waits for nobody: attributes are enough, and what came before a listener can be read', async () => {
      const first = state({ bare: true });
      await visit(first, { held: true }, async (page) => {
        await is(page, 'ready');
        await pay(page);
        await is(page, 'succeeded');
        await hydrate(page);
        await page.waitForFunction(() => (globalThis as Globals).shop.element()?.result);
        const result = await page.evaluate(() => (globalThis as Globals).shop.element()?.result?.outcome);
        assert.equal(result, 'success');
        assert.equal((await request(first.tag)).app, undefined);
      });
    });

    it('takes over properties that were set before it was defined', async () => {
      const first = state({ bare: true });
      const before = `Object.assign(served, {
        requestHeaders: { 'X-App': 'early' },
        requestData: { tag: page.first.tag, order: 7 },
        loading: 'manual',
      });`;
      await visit(first, { before }, async (page) => {
        await is(page, 'idle');
        await pause(400);
        assert.deepEqual(await site.requests(first.tag), [], 'loading was manual');
        await page.evaluate(() => void (globalThis as Globals).shop.element()?.load());
        await is(page, 'ready');
        assert.deepEqual(await request(first.tag), {
          body: { tag: first.tag, order: 7, mode: 'pay' },
          app: 'early',
        });
      });
    });
  });
}
