import { build } from 'esbuild';
import { Hono } from 'hono';
import type { CDPSession, Page } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { addBackend, addElement, gateway, serve } from './site.js';
import { median } from './statistics.js';

/** Puts a frame in, and remembers the callback: the page pays with it. */
const SCRIPT = `window.Iotpay = () => ({ mount(selector, callback) {
  const frame = document.createElement('iframe');
  frame.src = new URL('/frame', gatewayOrigin).href;
  document.querySelector(selector).append(frame);
  globalThis.pay = callback;
} });`;

/** Timers that have neither fired nor been cleared, counted before any other script runs. */
const COUNT_TIMERS = `{
  const running = globalThis.runningTimers = new Set();
  for (const [set, clear] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']]) {
    const start = globalThis[set], stop = globalThis[clear];
    globalThis[set] = (callback, ms, ...parts) => {
      const id = start((...given) => { if (set === 'setTimeout') running.delete(id); callback(...given); }, ms, ...parts);
      running.add(id);
      return id;
    };
    globalThis[clear] = (id) => { running.delete(id); stop(id); };
  }
}`;

/** One shopper after the other: the form comes, is paid, and goes. */
const CYCLES = `async (count) => {
  for (let i = 0; i < count; i++) {
    const element = document.createElement('iotpay-checkout');
    element.secureIdEndpoint = '/api/0';
    element.gatewayOrigin = gatewayOrigin;
    const ready = new Promise((resolve) => element.addEventListener('iotpay-ready', resolve));
    document.body.append(element);
    await ready;
    const paid = new Promise((resolve) => element.addEventListener('iotpay-success', resolve));
    pay({ result: 'SUCCESS', detail: { retCode: 'SUCCESS', retData: { status: 2, mchOrderNo: 'm' + i } } });
    await paid;
    pay = undefined;
    element.remove();
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}`;

export interface Leftovers {
  readonly cycles: number;
  readonly heapBytes: number;
  /** Nodes that are in no document, and still held. */
  readonly detachedNodes: number;
  readonly elements: number;
  readonly windowListeners: number;
  readonly documentListeners: number;
  readonly frames: number;
  readonly timers: number;
}

async function remoteCount(cdp: CDPSession, prototype: string, body: string): Promise<number> {
  const { result } = await cdp.send('Runtime.evaluate', { expression: prototype });
  const { objects } = await cdp.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
    objectGroup: 'leftovers',
  });
  const { result: counted } = await cdp.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: `function () { return ${body}; }`,
    returnByValue: true,
  });
  await cdp.send('Runtime.releaseObjectGroup', { objectGroup: 'leftovers' });
  return counted.value as number;
}

async function listeners(cdp: CDPSession, expression: string): Promise<number> {
  const { result } = await cdp.send('Runtime.evaluate', { expression });
  const { listeners: all } = await cdp.send('DOMDebugger.getEventListeners', {
    objectId: result.objectId ?? '',
  });
  await cdp.send('Runtime.releaseObject', { objectId: result.objectId ?? '' });
  return all.length;
}

async function leftovers(page: Page, cdp: CDPSession, cycles: number): Promise<Leftovers> {
  for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return {
    cycles,
    heapBytes: usedSize,
    // The prototypes of the interfaces are among the objects found, and are no nodes.
    detachedNodes: await remoteCount(
      cdp,
      'Node.prototype',
      'this.filter((node) => !Object.hasOwn(node, "constructor") && !node.isConnected).length',
    ),
    elements: await remoteCount(cdp, `customElements.get('iotpay-checkout').prototype`, 'this.length'),
    windowListeners: await listeners(cdp, 'window'),
    documentListeners: await listeners(cdp, 'document'),
    frames: page.frames().length,
    timers: (await page.evaluate('runningTimers.size')) as number,
  };
}

/** What the page would have at least: an element of lit's around a slot, which does the same by hand. */
const EMPTY_ELEMENT = `
import { html, LitElement } from 'lit';
customElements.define('empty-element', class extends LitElement {
  render() { return html\`<slot></slot>\`; }
});`;

async function emptyElement(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: EMPTY_ELEMENT, resolveDir: '.' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function withPage<Result>(
  use: (page: Page, cdp: CDPSession, requests: () => number) => Promise<Result>,
): Promise<Result> {
  let requests = 0;
  const scripts = gateway(SCRIPT);
  const counting = new Hono();
  counting.use('/cc/iotpaycc.js', async (_, next) => {
    requests += 1;
    await next();
  });
  counting.route('/', scripts);
  const remote = await serve(counting);
  const app = new Hono();
  addElement(app);
  addBackend(app);
  app.get('/empty-element.js', async ({ body }) =>
    body(await emptyElement(), 200, { 'Content-Type': 'text/javascript' }),
  );
  app.get('/', ({ html }) =>
    html(`<!doctype html><meta charset="utf-8"><body><script>var gatewayOrigin = '${remote.origin}';</script>
<script type="module" src="/iotpay-checkout.js"></script>`),
  );
  const site = await serve(app);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(COUNT_TIMERS);
    const cdp = await page.createCDPSession();
    // The main thread's own time: what else the machine does is not counted.
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(site.origin);
    return await use(page, cdp, () => requests);
  } finally {
    await browser.close();
    site.close();
    remote.close();
  }
}

/** What is left after a tenth of the cycles, and after all of them. */
export function repetition(cycles: number): Promise<Leftovers[]> {
  return withPage(async (page, cdp) => {
    const run = (count: number) => page.evaluate(`(${CYCLES})(${count})`);
    const early = Math.ceil(cycles / 10);
    await run(early);
    const before = await leftovers(page, cdp, early);
    await run(cycles - early);
    return [before, await leftovers(page, cdp, cycles)];
  });
}

export interface Crowd {
  readonly kind: keyof typeof CROWD;
  readonly count: number;
  readonly scriptRequests: number;
  /** Main thread's milliseconds for each, until all frames have loaded. */
  readonly mainThreadMs: number;
  /** The same in every round. */
  readonly rounds: readonly number[];
  /** What the main thread was busy beyond 50 ms at a stretch, in milliseconds, all stretches together. */
  readonly blockingMs: number;
}

/** A script for all, a request and a frame for each, into what `make` makes. */
const byHand = (make: string) => `async (count) => {
    const script = document.createElement('script');
    script.src = new URL('/cc/iotpaycc.js', gatewayOrigin).href;
    const loaded = new Promise((resolve) => script.addEventListener('load', resolve));
    document.head.append(script);
    const all = Array.from({ length: count }, (_, i) => {
      const place = ${make};
      const container = document.createElement('div');
      container.id = 'by-hand-' + i;
      place.append(container);
      return { place, container };
    });
    document.body.append(...all.map(({ place }) => place));
    await Promise.all(all.map(async ({ container }) => {
      const answer = await fetch('/api/0', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
        body: '{"mode":"pay"}',
      });
      const { secureId } = await answer.json();
      await loaded;
      Iotpay(secureId, 'Pay').mount('#' + container.id, () => {});
      const frame = container.querySelector('iframe');
      await new Promise((resolve) => frame.addEventListener('load', resolve));
    }));
  }`;

const CROWD = {
  ours: `async (count) => {
    const all = Array.from({ length: count }, () => {
      const element = document.createElement('iotpay-checkout');
      element.secureIdEndpoint = '/api/0';
      element.gatewayOrigin = gatewayOrigin;
      return element;
    });
    const ready = all.map((element) => new Promise((resolve) => element.addEventListener('iotpay-ready', resolve)));
    document.body.append(...all);
    await Promise.all(ready);
  }`,
  'empty Lit elements, by hand': byHand(`document.createElement('empty-element')`),
  'by hand': byHand(`document.createElement('div')`),
  /** The frames alone: what the page would pay for them in any case. */
  'bare frames': `async (count) => {
    const all = Array.from({ length: count }, () => document.createElement('iframe'));
    const loaded = all.map((frame) => new Promise((resolve) => frame.addEventListener('load', resolve)));
    for (const frame of all) frame.src = new URL('/frame', gatewayOrigin).href;
    document.body.append(...all);
    await Promise.all(loaded);
  }`,
} as const;

/** So many of them on one page at once. */
export async function crowds(rounds: number): Promise<Crowd[]> {
  const rows: Crowd[] = [];
  const kinds = Object.keys(CROWD) as Crowd['kind'][];
  for (const count of [1, 10, 100]) {
    const measured = kinds.map((): Omit<Crowd, 'rounds'>[] => []);
    // In turns, so that what slows the machine down slows all of them.
    for (let round = 0; round < rounds; round++)
      for (const [i, kind] of kinds.entries()) measured[i]?.push(await crowd(kind, count));
    for (const [i, kind] of kinds.entries()) {
      const all = measured[i] ?? [];
      rows.push({
        kind,
        count,
        scriptRequests: Math.max(...all.map((each) => each.scriptRequests)),
        mainThreadMs: median(all.map((each) => each.mainThreadMs)),
        rounds: all.map((each) => each.mainThreadMs),
        blockingMs: median(all.map((each) => each.blockingMs)),
      });
    }
  }
  return rows;
}

function crowd(kind: Crowd['kind'], count: number): Promise<Omit<Crowd, 'rounds'>> {
  return withPage(async (page, cdp, requests) => {
    const busy = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    };
    await page.evaluate(`
      globalThis.blocking = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) blocking += duration - 50;
      }).observe({ type: 'longtask' });
    `);
    if (kind === 'empty Lit elements, by hand') await page.evaluate(`import('/empty-element.js')`);
    const before = await busy();
    await page.evaluate(`(${CROWD[kind]})(${count})`);
    // The observer hears of a task after it.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 200))');
    return {
      kind,
      count,
      scriptRequests: requests(),
      mainThreadMs: ((await busy()) - before) / count,
      blockingMs: (await page.evaluate('blocking')) as number,
    };
  });
}
