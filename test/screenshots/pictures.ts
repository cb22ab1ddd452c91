/**
 * `npm run build && npm run pictures`: takes the two pictures of demo/README.md in a headless Chromium, the checkout of
 * the demo shop and the playground after a decline, and writes them into `demo/pictures`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { cardForm, clickThrough, PATIENCE_MS, startShop, type RunningShop } from '../demo/support.js';
import { launchChromium } from '../support/chromium.js';
import { webpTool } from './webp.js';

const PICTURES = 'demo/pictures';
const WIDTH_PX = 1280;
const PRODUCTS = ['spruce-teapot', 'cove-bowl'] as const;
/** A page of another look than the shop's, with a theme of ours. */
const PLAYGROUND = '?page=cream&sheet=soft&run=declined';

/** The checkout, with something in the cart. */
async function checkout(page: Page, { address, gateway }: RunningShop): Promise<void> {
  await page.setViewport({ width: WIDTH_PX, height: 860 });
  for (const product of PRODUCTS) {
    await page.goto(`${address}/products/${product}`);
    await clickThrough(page, 'form[action="/cart"] button[type=submit]');
  }
  await clickThrough(page, 'form[action="/checkout"] button');
  await (await cardForm(page, gateway)).waitForSelector('input[name=number]', { timeout: PATIENCE_MS });
}

/** A declined payment, with the controls of the look open. */
async function playground(page: Page, { address }: RunningShop): Promise<void> {
  await page.setViewport({ width: WIDTH_PX, height: 1180 });
  await page.goto(`${address}/playground${PLAYGROUND}`);
  await page.waitForSelector('#status[data-status=failed]', { timeout: PATIENCE_MS });
  await page.evaluate(() => {
    const look = document.querySelector('#contrast')?.closest('details');
    if (look) look.open = true;
  });
}

/** Once nothing moves, and every picture and font is there. */
async function settle(page: Page): Promise<void> {
  for (const frame of page.frames()) {
    await frame.evaluate(async () => {
      await document.fonts.ready;
      await Promise.all([...document.images].map((each) => each.decode()));
      const moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(moving.map(({ finished }) => finished));
    });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'iotpay-pictures-'));
const shop = await startShop();
const browser = await launchChromium();
try {
  for (const [name, open] of Object.entries({ shop: checkout, playground })) {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await open(page, shop);
    await settle(page);
    const shot = join(folder, `${name}.png`) as `${string}.png`;
    await page.screenshot({ path: shot });
    const path = join(PICTURES, `${name}.webp`);
    execFileSync(webpTool('cwebp'), ['-quiet', '-q', '82', '-m', '6', shot, '-o', path]);
    console.log(`${path} (${Math.round(statSync(path).size / 1000)} kB)`);
    await page.close();
  }
} finally {
  await browser.close();
  shop.stop();
  rmSync(folder, { recursive: true, force: true });
}
