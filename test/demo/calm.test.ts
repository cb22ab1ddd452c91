// Nothing on the way through the checkout moves under the shopper's eyes or fingers, and nothing leaves them alone with it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HTTPRequest, Page } from 'puppeteer-core';
import {
  atOrderPage,
  cardForm,
  chargesOf,
  clickThrough,
  goToCheckout,
  pay,
  saveCard,
  shopInBrowser,
  until,
  visitor,
} from './support.js';

/** The most that a page may move from its first paint on, by Chromium's own measure. Google calls 0.1 good. */
const MOST = 0.01;
/** A page that has not moved for so long stays, in milliseconds. */
const STILL_MS = 500;

const running = shopInBrowser();

type Colour = readonly [number, number, number, number];
const path = '../../demo/playground/assets/contrast.js';
const { contrast, over } = (await import(path)) as {
  contrast: (one: Colour, other: Colour) => number;
  over: (top: Colour, below: Colour) => Colour;
};

declare global {
  var shifts: { value: number; of: string }[];
}

/** Counts what moves in every page from now on, from the first paint. */
async function watchShifts(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Element | null }[];
      })[]) {
        if (entry.hadRecentInput) continue;
        const of = entry.sources.map(({ node }) => `${node?.nodeName}.${node?.className}`).join(', ');
        globalThis.shifts.push({ value: entry.value, of });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

async function assertStill(page: Page, name: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  const shifts = await page.evaluate(() => globalThis.shifts);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum <= MOST, `${name} moved by ${sum.toFixed(4)}: ${JSON.stringify(shifts)}`);
}

describe('no page of the checkout moves', () => {
  for (const width of [320, 360, 820, 1280]) {
    it(`${width} px wide, from its first paint until it is ready`, async (test) => {
      const page = await visitor(running.browser, test, width);
      await watchShifts(page);
      await page.goto(`${running.shop.address}/products/tide-mug`);
      await assertStill(page, 'product');
      await clickThrough(page, 'form[action="/cart"] button[type=submit]');
      await assertStill(page, 'cart');
      await clickThrough(page, 'form[action="/checkout"] button');
      await page.waitForSelector('iotpay-checkout[status=ready]');
      await assertStill(page, 'checkout');
      await pay(await cardForm(page, running.shop.gateway), '4242424242424242');
      await atOrderPage(page, 'paid');
      await assertStill(page, 'order');
      await page.goto(`${page.url()}?waiting=long`);
      await assertStill(page, 'order, asked for again');
      await saveCard(page, running.shop);
      await assertStill(page, 'cards');
      await goToCheckout(page, running.shop);
      await assertStill(page, 'checkout with a saved card');
    });
  }

  it('and the count would tell: a page that grows late is caught', async (test) => {
    const page = await visitor(running.browser, test, 360);
    await watchShifts(page);
    await page.goto(`${running.shop.address}/products/tide-mug`);
    await page.evaluate(() => {
      const late = document.createElement('p');
      late.textContent = 'late '.repeat(200);
      document.querySelector('main')?.prepend(late);
    });
    await assert.rejects(assertStill(page, 'product'), /moved by/);
  });
});

describe('on a phone', () => {
  for (const [language, width] of [
    ['en', 320],
    ['fr', 320],
    ['zh-Hans', 360],
  ] as const) {
    it(`the form begins on the first screen, with the amount above it: ${language}, ${width} px`, async (test) => {
      const page = await visitor(running.browser, test, width);
      await page.setExtraHTTPHeaders({ 'Accept-Language': language });
      await goToCheckout(page, running.shop);
      const form = await page.$eval('iotpay-checkout', (node) => node.getBoundingClientRect().top);
      const amount = await page.$eval('.pay-head b', (node) => node.getBoundingClientRect().bottom);
      const screen = page.viewport()?.height ?? 0;
      assert.ok(form < screen * 0.75, `the form begins at ${form} of ${screen} px`);
      assert.ok(amount > 0 && amount < form);
    });
  }
});

/** The colours of a computed value, each as red, green, blue and alpha. */
const coloursIn = (css: string) =>
  [...css.matchAll(/rgba?\(([^)]+)\)/g)].map(([, parts = '']) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = parts.split(/[ ,/]+/).map(Number);
    return [red, green, blue, alpha] as const;
  });

describe('what is chosen', () => {
  for (const scheme of ['light', 'dark'] as const) {
    it(`stands out from its track, and the other choice can be read: ${scheme}`, async (test) => {
      const page = await visitor(running.browser, test);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await goToCheckout(page, running.shop);
      const looks = await page.evaluate(() => {
        const [track, chosen, other] = [
          '.methods',
          '.methods input:checked + span',
          '.methods input:not(:checked) + span',
        ].map((selector) => getComputedStyle(document.querySelector(selector) as Element));
        return {
          track: track?.backgroundColor ?? '',
          edge: chosen?.boxShadow ?? '',
          back: chosen?.backgroundColor ?? '',
          text: chosen?.color ?? '',
          other: other?.color ?? '',
        };
      });
      const pairs = [
        ['the edge on its track', looks.edge, looks.track, 3],
        ['the text of the chosen one', looks.text, looks.back, 4.5],
        ['the text of the other', looks.other, looks.track, 4.5],
      ] as const;
      for (const [name, top, below, least] of pairs) {
        const [front, back] = [...coloursIn(top), ...coloursIn(below)];
        assert.ok(front && back, `${name}: ${top} on ${below}`);
        assert.ok(contrast(front, back) >= least, `${name}: ${contrast(front, back).toFixed(2)} : 1`);
      }
    });
  }

  it('is written out in the language menu, also on the narrowest phone', async (test) => {
    const page = await visitor(running.browser, test, 320);
    await page.goto(`${running.shop.address}/products/tide-mug`);
    const clipped = await page.$eval('.language select', (menu) => {
      const { fontFamily, fontSize, paddingLeft, paddingRight } = getComputedStyle(menu);
      const text = document.body.appendChild(document.createElement('span'));
      Object.assign(text.style, { position: 'absolute', whiteSpace: 'nowrap', fontFamily, fontSize });
      return [...menu.options].flatMap((option) => {
        menu.value = option.value;
        text.textContent = option.text;
        const room = menu.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
        const missing = text.getBoundingClientRect().width - room;
        return missing > 0.5 ? [`${option.text}: ${missing} px`] : [];
      });
    });
    assert.deepEqual(clipped, []);
  });
});

describe('the tag’s name', () => {
  for (const language of ['en', 'fr', 'zh-Hans', 'zh-Hant']) {
    it(`is in one piece wherever a page tells of it: ${language}`, async (test) => {
      const page = await visitor(running.browser, test);
      await page.setExtraHTTPHeaders({ 'Accept-Language': language });
      for (const path of ['/', '/playground']) {
        await page.goto(running.shop.address + path);
        let told = 0;
        for (let width = 320; width <= 640; width += 16) {
          await page.setViewport({ width, height: 800 });
          const lines = await page.evaluate(() => {
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const heights: number[] = [];
            while (texts.nextNode()) {
              const { nodeValue, parentElement } = texts.currentNode;
              if (!parentElement?.checkVisibility() || parentElement.closest('pre')) continue;
              for (const { index, 0: name } of (nodeValue ?? '').matchAll(
                /<?iotpay\u2060?-\u2060?checkout>?/g,
              )) {
                const range = document.createRange();
                range.setStart(texts.currentNode, index);
                range.setEnd(texts.currentNode, index + name.length);
                heights.push(new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size);
              }
            }
            return heights;
          });
          told += lines.length;
          assert.ok(
            lines.every((count) => count === 1),
            `${path}, ${width} px: ${lines.join()} lines`,
          );
        }
        assert.ok(told > 0, `${path} tells of it`);
      }
    });
  }
});

describe('a Chinese headline', () => {
  for (const language of ['zh-Hans', 'zh-Hant']) {
    it(`is broken where it pauses, never within a word: ${language}`, async (test) => {
      const page = await visitor(running.browser, test, 390);
      await page.setExtraHTTPHeaders({ 'Accept-Language': language });
      await page.goto(`${running.shop.address}/cart`);
      const { broken, torn } = await page.evaluate(async (lang) => {
        const strings = (await (await fetch(`/api/strings/${lang}`)).json()) as Record<string, string>;
        const heading = document.querySelector('h1') as HTMLElement;
        const range = document.createRange();
        const found = { broken: 0, torn: [] as string[] };
        for (const key of ['home.head', 'order.paid', 'order.open', 'order.failed', 'order.twice']) {
          heading.textContent = strings[key] ?? key;
          const text = heading.firstChild as Text;
          for (let width = 320; width <= 500; width += 6) {
            heading.style.width = `${width}px`;
            let last: number | undefined;
            for (let i = 0; i < text.length; i++) {
              range.setStart(text, i);
              range.setEnd(text, i + 1);
              const { top } = range.getBoundingClientRect();
              if (last !== undefined && top > last + 5) {
                found.broken++;
                if (!/[，。？！；：、]\u200b?$/.test(text.data.slice(0, i)))
                  found.torn.push(`${i}: ${text.data}`);
              }
              last = top;
            }
          }
        }
        return found;
      }, language);
      assert.deepEqual([...new Set(torn)], []);
      assert.ok(broken > 5, 'some needed a second line');
    });
  }
});

describe('while the form is on its way', () => {
  for (const scheme of ['light', 'dark'] as const) {
    it(`its skeleton can be seen on the payment box: ${scheme}`, async (test) => {
      const page = await visitor(running.browser, test);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.setRequestInterception(true);
      // The backend gives no answer.
      page.on('request', (request) => {
        if (!request.url().endsWith('/secure-id')) void request.continue();
      });
      await goToCheckout(page, running.shop);
      await page.waitForSelector('iotpay-checkout[status=loading] >>> [part=skeleton]');
      const { back, bars } = await page.$eval('iotpay-checkout', (node) => ({
        back: getComputedStyle(node.parentElement as Element).backgroundColor,
        bars: [...(node.shadowRoot?.querySelectorAll('[part=skeleton] > i') ?? [])].map((bar) => {
          const { backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(bar);
          return parseFloat(borderTopWidth) > 0 ? borderTopColor : backgroundColor;
        }),
      }));
      assert.equal(bars.length, 7);
      const [below] = coloursIn(back);
      for (const bar of bars) {
        const [top] = coloursIn(bar);
        assert.ok(top && below?.[3] === 1, `${bar} on ${back}`);
        const ratio = contrast(over(top, below), below);
        assert.ok(ratio >= 1.25, `${bar} on ${back}: ${ratio.toFixed(2)} : 1`);
      }
    });
  }
});

describe('an error that no retry mends', () => {
  const LINKS = ['mailto:help@brindlecove.example', 'tel:+19025550143'];
  const shownLinks = (page: Page) =>
    page.$$eval('iotpay-checkout a', (nodes) =>
      nodes.flatMap((node) => (node.checkVisibility() ? [node.href] : [])),
    );

  for (const [language, words] of [
    ['en', 'Need help?'],
    ['fr', 'Besoin d’aide\u00a0?'],
    ['zh-Hans', '需要帮助？'],
    ['zh-Hant', '需要協助？'],
  ] as const) {
    it(`says how to reach the shop: ${language}`, async (test) => {
      const page = await visitor(running.browser, test, 320);
      await page.setExtraHTTPHeaders({ 'Accept-Language': language });
      const held: HTTPRequest[] = [];
      await page.setRequestInterception(true);
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.endsWith('/secure-id')) void request.respond({ status: 404 });
        else if (pathname === '/vendor/iotpay-checkout.js') held.push(request);
        else void request.continue();
      });
      const before = goToCheckout(page, running.shop);
      await until(async () => held.length > 0, 'the element’s script');
      // Nothing is painted before the style sheet is there.
      await page.waitForFunction(() => {
        const early = document.querySelector('iotpay-checkout:not(:defined)');
        return early && getComputedStyle(early).display === 'block';
      });
      assert.deepEqual(await shownLinks(page), [], 'before the element is there');
      await held[0]?.continue();
      await before;
      await page.waitForSelector('iotpay-checkout[status=error]');
      assert.equal(await page.$('iotpay-checkout >>> [part=retry]'), null);
      assert.deepEqual(await shownLinks(page), LINKS);
      const place = await page.$eval('iotpay-checkout [slot=contact]', (node) => ({
        text: (node as HTMLElement).innerText.trim(),
        top: node.getBoundingClientRect().top,
        said: node.assignedSlot?.closest('.panel')?.querySelector('[part=message]')?.getBoundingClientRect()
          .bottom,
      }));
      assert.ok(place.text.startsWith(words), place.text);
      assert.ok(place.top >= (place.said ?? Infinity), 'below what is said');
    });
  }

  it('not while there is a form', async (test) => {
    const page = await visitor(running.browser, test);
    await goToCheckout(page, running.shop);
    await cardForm(page, running.shop.gateway);
    assert.deepEqual(await shownLinks(page), []);
    await page.goto(`${running.shop.address}/cards`);
    assert.equal((await page.$$('iotpay-checkout > [slot=contact] a')).length, 2);
  });
});

describe('one way to pay at a time', () => {
  const shown = (page: Page) =>
    page.evaluate(() => ({
      saved: document.querySelector('.saved-pay')?.checkVisibility(),
      form: document.querySelector('iotpay-checkout')?.checkVisibility(),
    }));

  it('a saved card is above, and choosing it puts the form away; the other way round, too', async (test) => {
    const page = await visitor(running.browser, test);
    await saveCard(page, running.shop);
    const id = await goToCheckout(page, running.shop);
    assert.deepEqual(await shown(page), { saved: true, form: false });
    // No form is asked for while nobody wants one.
    assert.equal(await page.$eval('iotpay-checkout', (node) => node.getAttribute('status')), 'idle');
    await page.locator('input[value=PF_CC] + span').click();
    assert.deepEqual(await shown(page), { saved: false, form: true });
    const form = await cardForm(page, running.shop.gateway);
    await page.locator('.saved-choice').click();
    assert.deepEqual(await shown(page), { saved: true, form: false });
    await page.locator('input[value=PF_CC] + span').click();
    await pay(form, '4242424242424242');
    await atOrderPage(page, 'paid');
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });

  it('without a script a saved card pays, and the form says what is missing', async (test) => {
    const page = await visitor(running.browser, test);
    await saveCard(page, running.shop);
    await page.setJavaScriptEnabled(false);
    // Locators wait by a script of their own; without one a click is a click.
    const through = (selector: string) => Promise.all([page.waitForNavigation(), page.click(selector)]);
    await page.goto(`${running.shop.address}/products/tide-mug`);
    await through('form[action="/cart"] button[type=submit]');
    await through('form[action="/checkout"] button');
    assert.deepEqual(await shown(page), { saved: true, form: false });
    const id = new URL(page.url()).pathname.split('/').pop() ?? '';
    await page.click('input[value=PF_CC] + span');
    const text = await page.$eval('.pay-box', (node) => (node as HTMLElement).innerText);
    assert.match(text, /needs JavaScript.*You have not been charged/);
    await page.click('.saved-choice');
    await through('.saved-pay button');
    assert.match(page.url(), new RegExp(`/orders/${id}`));
    assert.equal((await chargesOf(running.shop.gateway, id)).length, 1);
  });
});

describe('after a payment', () => {
  it('with Visa nobody hears of minutes or of UnionPay', async (test) => {
    const page = await visitor(running.browser, test);
    const texts: string[] = [];
    await page.exposeFunction('tellText', (text: string) => texts.push(text));
    await page.evaluateOnNewDocument(() => {
      addEventListener('DOMContentLoaded', () => {
        const { tellText } = globalThis as unknown as { tellText: (text: string) => void };
        tellText(document.querySelector('main')?.innerText ?? '');
      });
    });
    await goToCheckout(page, running.shop);
    await pay(await cardForm(page, running.shop.gateway), '4242424242424242');
    await atOrderPage(page, 'paid');
    assert.ok(texts.length >= 4, 'the pages were read');
    assert.doesNotMatch(texts.slice(3).join('\n'), /minutes|UnionPay can/);
  });

  it('the page speaks of minutes where the outcome is unknown', async (test) => {
    const page = await visitor(running.browser, test);
    const id = await goToCheckout(page, running.shop);
    const first = await cardForm(page, running.shop.gateway);
    await page.locator('input[value=UPI_EX] + span').click();
    await page.waitForSelector('iotpay-checkout[status=loading]');
    await pay(await cardForm(page, running.shop.gateway, first), '6200000000000039');
    await page.waitForSelector('iotpay-checkout[status=unknown]', { timeout: 20_000 });
    await clickThrough(page, '.after-unknown a');
    assert.equal(new URL(page.url()).pathname, `/orders/${id}`);
    const text = await page.$eval('.order-head', (node) => (node as HTMLElement).innerText);
    assert.match(text, /It can take a few minutes.*Please don’t pay again/s);
  });
});
