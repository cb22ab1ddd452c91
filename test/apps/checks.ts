import assert from 'node:assert/strict';
import type { ElementHandle, Page } from 'puppeteer-core';
import type { Sandbox } from '../../src/sandbox/index.js';

export interface Visit {
  readonly app: string;
  readonly page: Page;
  readonly origin: string;
  readonly sandbox: Sandbox;
  /** Where a shop lists its orders. */
  readonly home: string;
}

export interface Check {
  readonly name: string;
  readonly run: (visit: Visit) => Promise<void>;
}

const PATIENCE_MS = 15_000;

interface Seen {
  readonly body: { readonly item?: string; readonly tag?: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** What the merchant's backend was asked by this app. */
async function requests({ origin, app }: Visit): Promise<Seen[]> {
  return (await (await fetch(`${origin}/requests?tag=${app}`)).json()) as Seen[];
}

export const ready = (page: Page, timeout = PATIENCE_MS) =>
  page.waitForFunction(
    () => {
      const all = [...document.querySelectorAll('iotpay-checkout')];
      return all.length > 0 && all.every((element) => element.getAttribute('status') === 'ready');
    },
    { timeout },
  );

async function open(visit: Visit): Promise<void> {
  await visit.page.goto(visit.origin);
  await ready(visit.page);
}

export async function secureIds(page: Page): Promise<string[]> {
  const all = await page.$$eval('iotpay-checkout iframe', (frames) => frames.map((frame) => frame.src));
  return all.map((src) => new URL(src).searchParams.get('key') ?? '');
}

/** Marks the windows of all frames, so that another one is told from the same. */
async function windows(page: Page): Promise<ElementHandle<HTMLIFrameElement>[]> {
  await page.evaluate(() => {
    const page = globalThis as unknown as { before: Window[] };
    page.before = [...document.querySelectorAll('iotpay-checkout iframe')].map(
      (frame) => (frame as HTMLIFrameElement).contentWindow as Window,
    );
  });
  return page.$$('iotpay-checkout iframe');
}

const sameWindows = (page: Page) =>
  page.evaluate(() => {
    const { before } = globalThis as unknown as { before: Window[] };
    const now = [...document.querySelectorAll('iotpay-checkout iframe')].map(
      (frame) => (frame as HTMLIFrameElement).contentWindow,
    );
    return now.length === before.length && now.every((window, i) => window === before[i]);
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const CHECKS: readonly Check[] = [
  {
    name: 'payment',
    run: async (visit) => {
      const { page, sandbox } = visit;
      const before = sandbox.ledger.charges().length;
      await open(visit);
      const [key = ''] = await secureIds(page);
      sandbox.drive(key, { scenario: 'approved' });
      // The app's own listener writes it.
      await page.waitForFunction(() => document.querySelector('#outcome')?.textContent.startsWith('Paid: '), {
        timeout: 6000,
      });
      const charges = sandbox.ledger.charges().slice(before);
      assert.equal(charges.length, 1);
      assert.match(
        await page.$eval('#outcome', (node) => node.textContent),
        new RegExp(`${charges[0]?.mchOrderNo}$`),
      );
    },
  },
  {
    name: 'object properties',
    run: async (visit) => {
      const before = (await requests(visit)).length;
      await open(visit);
      const seen = (await requests(visit)).slice(before);
      assert.deepEqual(seen.map(({ body }) => body.item).sort(), ['a', 'b']);
      for (const { headers } of seen) assert.equal(headers['x-app'], visit.app);
      const options = await visit.page.$$eval('iotpay-checkout', (elements) =>
        elements.map(
          (element) => (element as unknown as { options: { button: { text: string } } }).options.button.text,
        ),
      );
      assert.deepEqual(options, ['Pay a, 0', 'Pay b, 0']);
    },
  },
  {
    name: 're-render',
    run: async (visit) => {
      const { page } = visit;
      await open(visit);
      const before = (await requests(visit)).length;
      await windows(page);
      for (let i = 0; i < 3; i++) await page.click('#again');
      await page.waitForFunction(() => document.querySelector('h1')?.textContent.includes('3 times'));
      await pause(300);
      assert.equal(await sameWindows(page), true, 'the frame has survived');
      assert.equal((await requests(visit)).length, before, 'nothing was asked again');
    },
  },
  {
    name: 'reorder',
    run: async (visit) => {
      const { page } = visit;
      await open(visit);
      const before = (await requests(visit)).length;
      const ids = await secureIds(page);
      await page.click('#reorder');
      await page.waitForFunction(() => document.querySelector('section')?.id === 'b');
      await pause(300);
      await ready(page);
      assert.equal((await requests(visit)).length, before, 'nothing was asked again');
      assert.deepEqual(await secureIds(page), ids.toReversed(), 'each keeps its own form');
    },
  },
  {
    name: 'unmount in mid-load',
    run: async (visit) => {
      const { page } = visit;
      await page.goto(visit.origin, { waitUntil: 'domcontentloaded' });
      await page.waitForSelector('iotpay-checkout[status=loading], iotpay-checkout[status=ready]');
      await page.click('#toggle');
      await pause(800);
      assert.equal(await page.$$eval('iframe, [data-iotpay-checkout]', (all) => all.length), 0);
      await page.click('#toggle');
      await ready(page);
      assert.equal((await secureIds(page)).length, 2);
    },
  },
  {
    name: 'late hydration',
    run: async (visit) => {
      const { page } = visit;
      // The server's markup is there long before any script.
      await page.setRequestInterception(true);
      page.on('request', (request) => {
        setTimeout(() => void request.continue(), request.resourceType() === 'script' ? 700 : 0);
      });
      await page.goto(visit.origin, { waitUntil: 'domcontentloaded' });
      const element = await page.waitForSelector('iotpay-checkout');
      await ready(page);
      assert.equal(
        await element?.evaluate((node) => node.isConnected && node.querySelectorAll('iframe').length === 1),
        true,
        'the server’s own element is the one with the form',
      );
      assert.equal((await secureIds(page)).length, 2);
    },
  },
];
