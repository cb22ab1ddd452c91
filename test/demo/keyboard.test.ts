// The whole shop by keyboard alone: where the focus is after every step.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyInput, Page } from 'puppeteer-core';
import { atOrderPage, cardForm, chargesOf, shopInBrowser, until, visitor } from './support.js';

const running = shopInBrowser();

/** What has the focus, in a few words: the tag, with what tells it from its like. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const node = document.activeElement;
    if (!node) return 'nothing';
    const name = node.getAttribute('href') ?? node.getAttribute('name') ?? node.id;
    const value = node instanceof HTMLInputElement && node.type === 'radio' ? `=${node.value}` : '';
    return `${node.localName} ${name}${value}`.trim();
  });

async function press(page: Page, key: KeyInput, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** Tabs on until something has the focus; each stop on the way must be something that one sees. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  const stops: string[] = [];
  for (let i = 0; i < 40; i++) {
    await press(page, 'Tab');
    const here = await focused(page);
    stops.push(here);
    const seen = await page.evaluate(() => {
      const place = document.activeElement?.getBoundingClientRect();
      return !!place && place.height > 0 && place.bottom > 0 && place.top < innerHeight;
    });
    assert.ok(seen, `the focus is somewhere unseen: ${stops.join(' > ')}`);
    if (here === wanted) return;
  }
  assert.fail(`${wanted} is not reached by Tab: ${stops.join(' > ')}`);
}

async function enter(page: Page): Promise<void> {
  await Promise.all([page.waitForNavigation(), press(page, 'Enter')]);
}

/** What has the focus in the gateway's frame. */
async function focusedInFrame(page: Page): Promise<string> {
  const frame = page.frames().find((each) => each.url().startsWith(`${running.shop.gateway}/`));
  return (await frame?.evaluate(() => (document.activeElement as HTMLInputElement).name)) ?? 'no frame';
}

/** Fills the gateway's form in, from its first field on, and sends it. */
async function payByKeyboard(page: Page, number: string): Promise<void> {
  for (const [name, value] of [
    ['number', number],
    ['expiry', '1234'],
    ['cvv', '123'],
    ['holder', 'Camille Landry'],
  ] as const) {
    await until(async () => (await focusedInFrame(page)) === name, `the focus in ${name}`);
    await page.keyboard.type(value);
    await press(page, name === 'holder' ? 'Enter' : 'Tab');
  }
}

describe('the shop by keyboard', () => {
  it('from the front page to a receipt', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(running.shop.address);
    await press(page, 'Tab');
    assert.equal(await focused(page), 'a #main');
    await press(page, 'Enter');
    assert.equal(await focused(page), 'main main');
    await tabTo(page, 'a /products/tide-mug');
    await enter(page);

    await tabTo(page, 'select quantity');
    await press(page, 'ArrowDown');
    assert.equal(await focused(page), 'select quantity');
    await press(page, 'Tab');
    await enter(page);
    assert.equal(new URL(page.url()).pathname, '/cart');

    // A quantity changes in place: no new page, the focus stays, the new total is said.
    await tabTo(page, 'select quantity');
    await page.evaluate(() => document.body.setAttribute('data-same-page', ''));
    await press(page, 'ArrowDown', 2);
    await until(
      () => page.$eval('#cart-said', (node) => node.textContent.includes('$174.80')),
      'the total of four pieces',
    );
    assert.equal(await focused(page), 'select quantity');
    assert.ok(await page.$('body[data-same-page]'));
    assert.equal(await page.$eval('.cart-count', (node) => node.textContent), '4');
    await press(page, 'Tab', 2);
    await enter(page);
    assert.match(page.url(), /\/checkout\//);

    await tabTo(page, 'input card=PF_CC');
    await press(page, 'ArrowRight');
    assert.equal(await focused(page), 'input card=UPI_EX');
    await press(page, 'ArrowLeft');
    assert.equal(await focused(page), 'input card=PF_CC');
    await cardForm(page, running.shop.gateway);
    await page.waitForSelector('iotpay-checkout[status=ready]');
    await press(page, 'Tab');
    const id = new URL(page.url()).pathname.split('/').pop() ?? '';
    await payByKeyboard(page, '4242424242424242');
    await atOrderPage(page, 'paid');
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
    // A new page begins at its beginning.
    await press(page, 'Tab');
    assert.equal(await focused(page), 'a #main');
  });

  it('saves a card, keeps it, pays with it and removes it', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/cards`);
    await tabTo(page, 'button add-card');
    await press(page, 'Enter');
    assert.equal(await page.$eval('#add-form', (node) => node.contains(document.activeElement)), true);
    await cardForm(page, running.shop.gateway);
    // The form was asked for, so it has the focus.
    await until(async () => (await focused(page)) === 'iframe', 'the focus in the frame');
    await press(page, 'Tab');
    await payByKeyboard(page, '4242424242424242');
    await page.waitForSelector('.wallet .bank-number', { timeout: 20_000 });

    await tabTo(page, 'button card-0-forget');
    await press(page, 'Enter');
    await until(
      async () => page.$eval('.ask', (node) => node.matches(':popover-open')),
      'the question before the card is removed',
    );
    const { inside, text } = await page.evaluate(() => ({
      inside: document.querySelector('.ask')?.contains(document.activeElement),
      text: document.activeElement?.textContent.trim(),
    }));
    assert.deepEqual({ inside, text }, { inside: true, text: 'Keep it' });
    await press(page, 'Enter');
    assert.equal(await focused(page), 'button card-0-forget');

    await page.goto(`${running.shop.address}/products/tide-mug`);
    await tabTo(page, 'select quantity');
    await press(page, 'Tab');
    await enter(page);
    await tabTo(page, 'select quantity');
    await press(page, 'Tab', 2);
    await enter(page);
    await press(page, 'Tab');
    assert.equal(await focused(page), 'a #main');
    await page.evaluate(() => document.querySelector<HTMLElement>('#main')?.focus());
    await press(page, 'Tab');
    assert.match(await focused(page), /^input card=(?!PF_CC|UPI_EX)./);
    await press(page, 'Tab');
    await enter(page);
    await atOrderPage(page, 'paid');

    await page.goto(`${running.shop.address}/cards`);
    await tabTo(page, 'button card-0-forget');
    await press(page, 'Enter');
    await press(page, 'Tab');
    await enter(page);
    assert.equal(await page.$('.wallet'), null);
    assert.match(await page.$eval('.notice', (node) => node.textContent), /The card is removed/);
  });

  it('changes the language without losing its place', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/products/tide-mug`);
    await tabTo(page, 'select lang');
    await press(page, 'ArrowDown');
    await page.waitForSelector('html[lang=fr]');
    await until(() => page.$eval('h1', (node) => node.textContent === 'Tasse Marée'), 'the French name');
    assert.equal(await focused(page), 'select lang');
    assert.equal(await page.title(), 'Tasse Marée · Brindle Cove');
  });
});
