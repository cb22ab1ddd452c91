import { readFileSync } from 'node:fs';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { launchChromium } from '../support/chromium.js';

/** Milliseconds after which backend and script answer; all pairs are measured. */
const DELAYS_MS = [0, 50, 200, 400, 800] as const;
const KINDS = ['ours', 'sample', 'limit'] as const;
type Kind = (typeof KINDS)[number];

interface Times {
  /** From the markup's being in the page to the call of `mount()`, in milliseconds. */
  readonly mount: number;
  /** To the frame's load. */
  readonly frame: number;
}

export interface Pair {
  readonly backend: number;
  readonly script: number;
  readonly mount: Readonly<Record<Kind, number>>;
  readonly frame: Readonly<Record<Kind, number>>;
  /** Between the fastest and the slowest of ours. */
  readonly spread: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SCRIPT = `window.Iotpay = () => ({ mount(selector) {
  times.mount = performance.now() - times.start;
  const frame = document.createElement('iframe');
  frame.addEventListener('load', () => { times.frame = performance.now() - times.start; });
  frame.src = new URL('/frame', scriptOrigin).href;
  document.querySelector(selector).append(frame);
} });`;

/** How IOTPay's own page does it: the script, then the secureId, then the form. */
const SAMPLE = `
  const tag = document.createElement('script');
  tag.src = scriptOrigin + '/cc/iotpaycc.js';
  tag.onload = async () => {
    const answer = await fetch(backend, { method: 'POST', body: '{}' });
    const { retData } = await answer.json();
    Iotpay(retData.secureId, 'Pay').mount('#form', () => {});
  };
  document.head.append(tag);`;

/** Nothing but the two requests, side by side. */
const LIMIT = `
  const script = new Promise((resolve) => {
    const tag = document.createElement('script');
    tag.src = scriptOrigin + '/cc/iotpaycc.js';
    tag.onload = resolve;
    document.head.append(tag);
  });
  const session = fetch(backend, { method: 'POST', body: '{}' }).then((answer) => answer.json());
  Promise.all([session, script]).then(([{ retData }]) => Iotpay(retData.secureId, 'Pay').mount('#form', () => {}));`;

const OURS = `
  const element = document.createElement('iotpay-checkout');
  element.secureIdEndpoint = backend;
  element.gatewayOrigin = scriptOrigin;
  document.querySelector('#form').append(element);`;

const BODIES: Readonly<Record<Kind, string>> = { ours: OURS, sample: SAMPLE, limit: LIMIT };

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function serve(app: Hono): Promise<{ origin: string; close: () => void }> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}

/** Measures all pairs, the three kinds one after the other in each round. */
export async function timeToForm(rounds: number): Promise<Pair[]> {
  const gateways = new Map<number, Awaited<ReturnType<typeof serve>>>();
  for (const delay of DELAYS_MS) {
    const gateway = new Hono();
    gateway.get('/cc/iotpaycc.js', async (context) => {
      await pause(delay);
      return context.body(SCRIPT, 200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' });
    });
    gateway.get('/frame', (context) => context.html('<!doctype html><p>Form'));
    gateways.set(delay, await serve(gateway));
  }
  const app = new Hono();
  const element = readFileSync('dist/cdn/iotpay-checkout.js', 'utf8');
  app.get('/iotpay-checkout.js', (context) =>
    context.body(element, 200, { 'Content-Type': 'text/javascript' }),
  );
  app.post('/api/:delay', async (context) => {
    await pause(Number(context.req.param('delay')));
    return context.json({ retCode: 'SUCCESS', retMsg: '', retData: { secureId: 'S1' } });
  });
  app.get('/:kind/:backend/:script', (context) => {
    const { kind, backend, script } = context.req.param();
    const origin = gateways.get(Number(script))?.origin ?? '';
    return context.html(`<!doctype html><meta charset="utf-8"><div id="form"></div><script type="module">
import '/iotpay-checkout.js';
const scriptOrigin = globalThis.scriptOrigin = '${origin}';
const backend = '/api/${backend}';
const times = globalThis.times = { start: performance.now() };
${BODIES[kind as Kind]}
</script>`);
  });
  const site = await serve(app);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const measure = async (kind: Kind, backend: number, script: number): Promise<Times> => {
      await page.goto(`${site.origin}/${kind}/${backend}/${script}`);
      await page.waitForFunction(() => (globalThis as unknown as { times?: Times }).times?.frame, {
        polling: 20,
      });
      return page.evaluate(() => (globalThis as unknown as { times: Times }).times);
    };
    for (const kind of KINDS) await measure(kind, 0, 0);
    const pairs: Pair[] = [];
    for (const backend of DELAYS_MS) {
      for (const script of DELAYS_MS) {
        const all: Record<Kind, Times[]> = { ours: [], sample: [], limit: [] };
        for (let round = 0; round < rounds; round++) {
          for (const kind of KINDS) all[kind].push(await measure(kind, backend, script));
        }
        const of = (name: keyof Times) => ({
          ours: median(all.ours.map((each) => each[name])),
          sample: median(all.sample.map((each) => each[name])),
          limit: median(all.limit.map((each) => each[name])),
        });
        const ours = all.ours.map(({ mount }) => mount);
        pairs.push({
          backend,
          script,
          mount: of('mount'),
          frame: of('frame'),
          spread: Math.max(...ours) - Math.min(...ours),
        });
      }
    }
    return pairs;
  } finally {
    await browser.close();
    site.close();
    for (const gateway of gateways.values()) gateway.close();
  }
}
