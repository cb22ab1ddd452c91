import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { ready, secureIds, type Check, type Visit } from './checks.js';

/** Slow enough that the server's markup stands alone for a while, and the placeholder after its hydration. */
const SCRIPT_DELAY_MS = 80;
const SECURE_ID_DELAY_MS = 1500;

const at = (visit: Visit, path: string): string => `${visit.origin}${path}`;

const says = (page: Page, selector: string, text: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent.includes(what),
    { timeout: 20_000 },
    selector,
    text,
  );

const click = async (page: Page, text: string): Promise<void> => {
  const link = await page.waitForSelector(`::-p-xpath(//a[normalize-space()="${text}"])`);
  // Not with the mouse: a view transition, such as Astro's, lies over the page for a moment.
  await link?.evaluate((node) => (node as HTMLElement).click());
};

/** How many frames, and how many of the containers that the element makes for them, the page has. */
const left = (page: Page) =>
  page.$$eval('iframe, [data-iotpay-checkout]', (all) => all.map((each) => each.localName));

async function delayScripts(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isSecureId = request.url().endsWith('/secure-id');
    const delay = isSecureId ? SECURE_ID_DELAY_MS : request.resourceType() === 'script' ? SCRIPT_DELAY_MS : 0;
    setTimeout(() => void request.continue().catch(() => {}), delay);
  });
}

async function ownRoute(visit: Visit): Promise<void> {
  const { page, sandbox } = visit;
  const address = at(visit, '/checkout/1');
  // As a form, which frameworks' guards refuse from elsewhere: IOTPay documents no content type.
  sandbox.setQuirks({ notificationFormat: 'form' });
  const before = sandbox.ledger.charges().length;
  assert.match(
    await (await fetch(address)).text(),
    /<iotpay-checkout[^>]*>[^]*One moment…[^]*<\/iotpay-checkout>/,
    'the server’s markup has the tag with its placeholder',
  );
  await delayScripts(page);
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  const served = await page.waitForSelector('iotpay-checkout');
  const placeholder = await page.waitForSelector('iotpay-checkout > p');
  await page.waitForSelector('iotpay-checkout[status=loading]');
  assert.equal(await placeholder?.isVisible(), true, 'the placeholder is kept through hydration');
  await ready(page);
  assert.equal(
    await served?.evaluate((node) => node.isConnected && node.querySelectorAll('iframe').length === 1),
    true,
    'the server’s own element is the one with the form',
  );
  assert.equal(await placeholder?.isVisible(), false, 'the form takes the place of the placeholder');

  sandbox.drive((await secureIds(page))[0] ?? '', { scenario: 'approved' });
  await says(page, '#outcome', 'Paid: ');
  const charges = sandbox.ledger.charges().slice(before);
  assert.equal(charges.length, 1);
  assert.ok(
    (await page.$eval('#outcome', (node) => node.textContent)).includes(charges[0]?.mchOrderNo ?? '?'),
  );
}

async function paid(visit: Visit): Promise<void> {
  const { page, sandbox } = visit;
  const before = sandbox.ledger.charges().length;
  // By nothing but the notification: no page has asked for the order since.
  for (const end = Date.now() + 10_000; ;) {
    await page.goto(at(visit, visit.home));
    if ((await page.$eval('#order-1', (node) => node.textContent)).includes('paid')) break;
    assert.ok(Date.now() < end, 'the notification has marked the order paid');
  }
  assert.ok((await page.$eval('#order-2', (node) => node.textContent)).includes('open'));
  await page.goto(at(visit, '/checkout/1'));
  await page.waitForSelector('iotpay-checkout[status=succeeded]');
  assert.deepEqual(await left(page), [], 'a paid order offers no form');
  assert.equal(sandbox.ledger.charges().length, before);
}

async function awayAndBack(visit: Visit): Promise<void> {
  const { page } = visit;
  const marked = () => page.evaluate(() => (globalThis as { sameDocument?: true }).sameDocument);
  const oneForm = async (): Promise<string> => {
    await ready(page);
    assert.equal((await left(page)).filter((name) => name === 'iframe').length, 1);
    return (await secureIds(page))[0] ?? '';
  };
  await page.goto(at(visit, '/checkout/2'));
  const first = await oneForm();
  await page.evaluate(() => void ((globalThis as { sameDocument?: true }).sameDocument = true));
  for (let i = 0; i < 2; i++) {
    await click(page, 'All orders');
    await page.waitForSelector('#order-2');
    await page.waitForFunction(() => !document.querySelector('iotpay-checkout'));
    assert.deepEqual(await left(page), [], 'nothing is left of the form');
    if (i === 0) await click(page, 'Order 2');
    else await page.goBack();
    assert.equal(await oneForm(), first, 'the same order of IOTPay’s');
  }
  assert.equal(await marked(), true, 'the page was never loaded again');
}

/** What an app shows that has the merchant's half too: orders 1 and 2, a page that pays each, a list that says what is paid. */
export const SHOP_CHECKS: readonly Check[] = [
  { name: 'own route', run: ownRoute },
  { name: 'paid by notification', run: paid },
  { name: 'away and back', run: awayAndBack },
];
