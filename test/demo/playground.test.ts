// The playground: what is seen is what is copied, every state has an address, and the promise can be tried.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { transform } from 'esbuild';
import type { Frame, Page } from 'puppeteer-core';
import { shopInBrowser, until, visitor } from './support.js';

type Colour = readonly [number, number, number, number];
type State = Readonly<Record<string, string>>;

const FOLDER = '../../demo/playground/assets/';
const { contrast, over } = (await import(`${FOLDER}contrast.js`)) as {
  contrast: (one: Colour, other: Colour) => number;
  over: (top: Colour, below: Colour) => Colour;
};
const { readState, writeState } = (await import(`${FOLDER}state.js`)) as {
  readState: (query: string, names: readonly string[]) => State;
  writeState: (state: State) => string;
};
const snippets = (await import(`${FOLDER}snippets.js`)) as Record<
  'html' | 'react' | 'vue' | 'svelte' | 'angular',
  (state: State) => string
>;
const { server } = (await import(`${FOLDER}server-snippet.js`)) as { server: (state: State) => string };

const NAMES = ['mode', 'request-data', 'secure-id-endpoint', 'setup-timeout', '.options', 'no-redirect'];

describe('the playground’s parts', () => {
  it('contrast is what WCAG says', () => {
    const table: [one: Colour, other: Colour, ratio: number][] = [
      [[0, 0, 0, 1], [255, 255, 255, 1], 21],
      [[255, 255, 255, 1], [255, 255, 255, 1], 1],
      [[119, 119, 119, 1], [255, 255, 255, 1], 4.48],
      [[255, 0, 0, 1], [255, 255, 255, 1], 4],
    ];
    for (const [one, other, ratio] of table) assert.equal(contrast(one, other).toFixed(2), ratio.toFixed(2));
    assert.deepEqual(over([0, 0, 0, 0.5], [255, 255, 255, 1]), [127.5, 127.5, 127.5, 1]);
  });

  it('a state is the same after a way through its address', () => {
    const query =
      '?mode=add&--iotpay-accent-color=%23ff0000&run=declined-twice&world=slow&.options=%7B%22a%22%3A1%7D&secure-id-endpoint=';
    assert.deepEqual(readState(writeState(readState(query, NAMES)), NAMES), readState(query, NAMES));
    assert.equal(writeState(readState('', NAMES)), '');
  });

  it('an address sets nothing that the element does not have, and no value ends a style sheet', () => {
    const query =
      '?onclick=alert(1)&--other=1&--iotpay-gap=1px;}</style><script>alert(1)</script>&--iotpay-radius=4px';
    const state = readState(query, NAMES);
    assert.deepEqual(
      Object.keys(state).filter((name) => !Object.keys(readState('', NAMES)).includes(name)),
      ['--iotpay-radius'],
    );
    const hostile = { mode: `"><script>alert(1)</script>`, '.options': '{"a":"</script><b>"}' };
    assert.doesNotMatch(snippets.html(hostile), /<script>alert|<\/script><b>/);
  });

  it('the code of every tab is code', async () => {
    const state = readState(
      '?mode=add&setup-timeout=9000&no-redirect=1&prevent=1&sheet=soft&--iotpay-radius=4px&.options={"button":{"text":"It\'s \\"now\\""}}',
      NAMES,
    );
    const scriptOf = (text: string) =>
      /<script[^>]*>([^]+?)<\/script>/.exec(text.replace(/^<script[^>]*><\/script>\n/, ''))?.[1] ?? '';
    await transform(scriptOf(snippets.html(state)), { loader: 'js' });
    await transform(snippets.react(state), { loader: 'tsx' });
    await transform(scriptOf(snippets.vue(state)), { loader: 'js' });
    await transform(scriptOf(snippets.svelte(state)), { loader: 'js' });
    await transform(snippets.angular(state), { loader: 'ts' });
    await transform(server(state), { loader: 'js', format: 'esm' });
    for (const text of [
      snippets.react(state),
      snippets.vue(state),
      snippets.svelte(state),
      snippets.angular(state),
    ]) {
      assert.match(text, /9000/);
      assert.match(text, /4px/);
      assert.match(text, /preventDefault/);
    }
  });
});

describe('the playground', () => {
  const running = shopInBrowser();

  const stageOf = (page: Page): Promise<Frame> =>
    until(async () => page.frames().find((frame) => frame.url().includes('/playground/stage')), 'the stage');
  const status = (page: Page, wanted: string) =>
    page.waitForSelector(`#status[data-status=${wanted}]`, { timeout: 30_000 });
  const logged = (page: Page, list: string) =>
    page.$$eval(`#${list} .what`, (nodes) => nodes.map((node) => node.textContent).reverse());

  it('shows what is copied: the element of the code, in a page without the shop’s styles', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(
      `${running.shop.address}/playground?lang=fr&--iotpay-radius=3px&sheet=soft&color-scheme=light`,
    );
    await status(page, 'ready');
    const stage = await stageOf(page);
    const sheets = await stage.evaluate(() =>
      [...document.styleSheets].map(({ href }) => href && new URL(href).pathname),
    );
    assert.deepEqual(sheets, ['/assets/stage.css', '/themes/soft.css', null]);
    const copied = await page.$eval('#code', (node) => node.textContent);
    assert.match(copied, /<script type="module" src="\/iotpay-checkout.js">/);
    assert.match(copied, /addEventListener\('iotpay-timeout'/);
    assert.match(copied, /gateway-origin is the sandbox \(npx iotpay-checkout sandbox\)/);
    // The same document, but for three addresses.
    const seen = await (await fetch(stage.url())).text();
    const body = /<body[^>]*>([^]*)<\/body>/.exec(seen)?.[1]?.trim() ?? '';
    const same = body
      .replaceAll(/ nonce="[^"]*"/g, '')
      .replace('/vendor/iotpay-checkout.js', '/iotpay-checkout.js')
      .replace(running.shop.gateway, 'http://127.0.0.1:4242');
    assert.equal(same, copied.trim());
    const radius = await stage.$eval('iotpay-checkout', (node) =>
      getComputedStyle(node).getPropertyValue('--iotpay-radius').trim(),
    );
    assert.equal(radius, '3px');
  });

  for (const [name, query, ends, events] of [
    ['paid', '?run=approved', 'succeeded', ['approved', 'iotpay-ready', 'iotpay-success']],
    [
      'declined twice',
      '?run=declined-twice',
      'failed',
      ['declined-twice', 'iotpay-ready', 'iotpay-fail', 'iotpay-fail'],
    ],
    ['the script blocked', '?world=blocked', 'error', ['iotpay-error']],
    ['offline', '?world=offline', 'error', ['iotpay-error']],
    ['a slow backend', '?world=slow', 'ready', ['iotpay-ready']],
    ['a stalled backend', '?world=stalled&setup-timeout=1500', 'error', ['iotpay-error']],
  ] as const) {
    it(`has an address for: ${name}`, async (test) => {
      const page = await visitor(running.browser, test, 390);
      await page.goto(`${running.shop.address}/playground${query}`);
      await status(page, ends);
      await until(
        async () => (await logged(page, 'events')).length >= events.length,
        `the events ${events.join(', ')}`,
      );
      assert.deepEqual(await logged(page, 'events'), events);
    });
  }

  for (const [run, ends] of [
    ['unionpay-timeout-paid', 'succeeded'],
    ['unionpay-timeout-failed', 'failed'],
  ] as const) {
    it(`one press drives it to the end: ${run}`, async (test) => {
      const page = await visitor(running.browser, test);
      await page.goto(`${running.shop.address}/playground`);
      await status(page, 'ready');
      await page.locator(`[data-run=${run}]`).click();
      await until(async () => page.url().includes(`run=${run}`), 'the run in the address');
      await status(page, 'unknown');
      await status(page, ends);
    });
  }

  it('a frame that the page removes comes back, for the same order, and the order is asked for before', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground`);
    await status(page, 'ready');
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-clear=requests]')?.click());
    await page.locator('[data-run=frame-removed]').click();
    const stage = await stageOf(page);
    await until(
      async () => (await logged(page, 'events')).filter((name) => name === 'iotpay-ready').length === 3,
      'ready once more',
    );
    assert.deepEqual((await logged(page, 'events')).slice(1), [
      'frame-removed',
      'iotpay-ready',
      'iotpay-ready',
    ]);
    assert.equal(await page.$eval('#status', (node) => node.textContent), 'ready');
    const said = await page.$$eval('#requests pre', (nodes) =>
      nodes.map((node) => JSON.parse(node.textContent) as { request: { body: object }; answer: object }),
    );
    const [form, ...asked] = said.reverse();
    assert.ok(form && 'secureId' in form.answer && 'mchOrderNo' in form.answer);
    assert.ok(asked.length > 0, 'the order was asked for');
    for (const { request, answer } of asked) {
      assert.ok(!('secureId' in answer), 'no second form was asked for');
      assert.deepEqual(
        [Object.entries(request.body).at(-1), 'mchOrderNo' in request.body && request.body.mchOrderNo],
        [['frameRemoved', true], form.answer.mchOrderNo],
      );
    }
    const { frames, words } = await stage.$eval('iotpay-checkout', (node) => ({
      frames: node.querySelectorAll('iframe').length,
      words: node.shadowRoot?.querySelector('[role=status]')?.textContent.trim(),
    }));
    assert.deepEqual({ frames, words }, { frames: 1, words: 'The card form is ready.' });
  });

  it('with forced colours, icons and the edge of panels stand out in the system’s colours', async (test) => {
    const page = await visitor(running.browser, test);
    const devtools = await page.createCDPSession();
    await devtools.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'forced-colors', value: 'active' }],
    });
    const icons = new Set<string>();
    for (const [query, ends] of [
      ['?run=approved', 'succeeded'],
      ['?run=declined', 'failed'],
      ['?run=unionpay-timeout-pending', 'unknown'],
      ['?world=blocked', 'error'],
    ] as const) {
      await page.goto(`${running.shop.address}/playground${query}`);
      await status(page, ends);
      const stage = await stageOf(page);
      // Icons come with the second file of the CDN build.
      await stage.waitForSelector('iotpay-checkout >>> .panel > [part=icon]');
      const look = await stage.$eval('iotpay-checkout', (node) => {
        const icon = node.shadowRoot?.querySelector('.panel > [part=icon]');
        const panel = node.shadowRoot?.querySelector('.panel');
        if (!icon || !panel) return undefined;
        const { backgroundColor, borderInlineStartColor } = getComputedStyle(panel);
        return {
          forced: matchMedia('(forced-colors: active)').matches,
          shape: icon.innerHTML,
          colours: [getComputedStyle(icon).stroke, borderInlineStartColor],
          behind: backgroundColor,
        };
      });
      assert.ok(look?.forced, ends);
      for (const colour of look.colours) assert.notEqual(colour, look.behind, ends);
      icons.add(look.shape);
    }
    assert.equal(icons.size, 4, 'each has a shape of its own');
  });

  it('a payment that is printed while its tick is drawn is printed whole, and small', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground?run=approved`);
    await status(page, 'succeeded');
    await page.emulateMediaType('print');
    const stage = await stageOf(page);
    const { moving, height } = await stage.$eval('iotpay-checkout', (node) => ({
      height: node.offsetHeight,
      moving: node.shadowRoot?.querySelector('.panel')?.getAnimations({ subtree: true }).length,
    }));
    assert.equal(moving, 0);
    assert.ok(height < 150, `${height} px`);
  });

  it('what is in the way can be taken out of it again', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground?world=offline`);
    await status(page, 'error');
    assert.match(await page.$eval('#events .note', (node) => node.textContent), /^offline/);
    await page.select('#world', '');
    assert.equal(new URL(page.url()).search, '');
    // By itself, where the element waits for the network, or by hand.
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-do=load]')?.click());
    await status(page, 'ready');
  });

  it('a colour changes on the living form, and its contrast is told', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground?page=white&--iotpay-text-color=%23000000`);
    await status(page, 'ready');
    const text = () => page.$eval('#contrast tbody tr', (row) => row.textContent);
    assert.match(await text(), /^Text.*(?:19|2[01])\.\d\d : 1.*at least 4.5/);
    await page.evaluate(() => {
      const picker = document.querySelector<HTMLInputElement>('[data-for="--iotpay-text-color"]');
      if (!picker) return;
      picker.value = '#cccccc';
      picker.dispatchEvent(new Event('input', { bubbles: true }));
    });
    assert.match(await text(), /less than 4.5/);
    assert.match(decodeURIComponent(page.url()), /--iotpay-text-color=#cccccc/);
    // No new form for a colour.
    assert.deepEqual(await logged(page, 'requests'), ['POST /api/iotpay/secure-id']);
  });

  it('has a control for each attribute and custom property that the build knows', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground`);
    const { modules } = JSON.parse(readFileSync('dist/custom-elements.json', 'utf8')) as {
      modules: {
        declarations?: {
          tagName?: string;
          attributes?: { name: string }[];
          cssProperties?: { name: string }[];
        }[];
      }[];
    };
    const element = modules.flatMap(({ declarations = [] }) => declarations).find(({ tagName }) => tagName);
    const names = [...(element?.attributes ?? []), ...(element?.cssProperties ?? [])]
      .map(({ name }) => name)
      .filter((name) => name !== 'status');
    assert.ok(names.length > 25);
    const controls = await page.$$eval('#controls [name]', (nodes) =>
      nodes.map((node) => node.getAttribute('name')),
    );
    assert.deepEqual(
      names.filter((name) => !controls.includes(name)),
      [],
    );
  });

  it('on a phone has the form and the logs first, and is no endless page', async (test) => {
    const page = await visitor(running.browser, test, 320);
    await page.goto(`${running.shop.address}/playground`);
    await status(page, 'ready');
    const tops = await page.$$eval('#stage, #events, #code, #controls', (nodes) =>
      nodes.map((node) => ({ id: node.id, top: node.getBoundingClientRect().top })),
    );
    const order = tops.toSorted((a, b) => a.top - b.top).map(({ id }) => id);
    assert.deepEqual(order, ['stage', 'events', 'code', 'controls']);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(height < 3300, `${height} px`);
  });

  it('shows the themes side by side, each with enough contrast', async (test) => {
    const page = await visitor(running.browser, test);
    await page.goto(`${running.shop.address}/playground?themes=1`);
    await page.waitForFunction(
      () => [...document.querySelectorAll('[data-figures]')].every((node) => node.textContent !== ''),
      { timeout: 20_000 },
    );
    const figures = await page.$$eval('[data-figures]', (nodes) => nodes.map((node) => node.textContent));
    assert.equal(figures.length, 3);
    for (const text of figures) assert.doesNotMatch(text, /too little/);
  });
});
