import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import type { Browser, Page } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { addBackend, addElement, gateway, serve, STARTER } from './site.js';
import { median } from './statistics.js';

/** Milliseconds after which backend and script answer; all pairs are measured. */
const DELAYS_MS = [0, 50, 200, 400, 800] as const;
/** Milliseconds after which the CDN file answers. */
const FILE_DELAYS_MS = [0, 50, 200] as const;

interface Times {
  /** Milliseconds to the call of `mount()`. */
  readonly mount: number;
  /** Milliseconds to the frame's load. */
  readonly frame: number;
}

export const SCRIPT = `window.Iotpay = () => ({ mount(selector) {
  times.mount = performance.now() - times.start;
  const frame = document.createElement('iframe');
  frame.addEventListener('load', () => { times.frame = performance.now() - times.start; });
  frame.src = new URL('/frame', scriptOrigin).href;
  document.querySelector(selector).append(frame);
} });`;

/** How IOTPay's own page does it: the script, then the secureId, then the form. */
export const SAMPLE = `
  const tag = document.createElement('script');
  tag.src = scriptOrigin + '/cc/iotpaycc.js';
  tag.onload = async () => {
    const answer = await fetch(backend, { method: 'POST', body: '{}' });
    const { retData } = await answer.json();
    Iotpay(retData.secureId, 'Pay').mount('#form', () => {});
  };
  document.head.append(tag);`;

/** Nothing but the two requests, side by side. */
export const LIMIT = `
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

const WARM = { ours: OURS, sample: SAMPLE, limit: LIMIT } as const;
type Warm = keyof typeof WARM;

type Values<Kind extends string, Value> = Readonly<Record<Kind, Value>>;

export interface Pair {
  readonly backend: number;
  readonly script: number;
  readonly mount: Values<Warm, number>;
  readonly frame: Values<Warm, number>;
  /** Our times of all rounds. */
  readonly rounds: readonly number[];
}

type Cold = 'ours' | 'ours, hinted' | 'ours, started' | 'sample' | 'limit';
const COLD: readonly Cold[] = ['ours', 'ours, hinted', 'ours, started', 'sample', 'limit'];

export interface ColdRow {
  /** Milliseconds after which the CDN file answers, and after which backend and script do. */
  readonly file: number;
  readonly others: number;
  readonly mount: Values<Cold, number>;
  readonly rounds: readonly number[];
}

const opening = (origin: string, backend: number, start: string): string => `
const scriptOrigin = globalThis.scriptOrigin = '${origin}';
const backend = '/api/${backend}';
const times = globalThis.times = { start: ${start} };`;

/** The element is defined before the clock starts. */
const warmPage = (kind: Warm, backend: number, origin: string): string =>
  `<!doctype html><meta charset="utf-8"><div id="form"></div><script type="module">
import '/iotpay-checkout.js';
${opening(origin, backend, 'performance.now()')}
${WARM[kind]}
</script>`;

/** The clock starts with the page itself; what is not ours needs no file. */
function coldPage(kind: Cold, file: number, backend: number, origin: string): string {
  const hint =
    kind === 'ours, hinted'
      ? `<link rel="preload" as="script" href="${origin}/cc/iotpaycc.js">`
      : kind === 'ours, started'
        ? `<script>${readFileSync(STARTER, 'utf8')}</script>`
        : '';
  const head = `<!doctype html><meta charset="utf-8">${hint}<script>${opening(origin, backend, '0')}</script>`;
  return kind === 'sample' || kind === 'limit'
    ? `${head}<div id="form"></div><script>${WARM[kind]}</script>`
    : `${head}<script type="module" src="/iotpay-checkout.js?after=${file}"></script>
<iotpay-checkout secure-id-endpoint="/api/${backend}" gateway-origin="${origin}"></iotpay-checkout>`;
}

/** A site, its gateways by delay, and a browser, for as long as `use` runs. */
async function withSite<Result>(
  use: (visit: (path: string) => Promise<Times>, browser: Browser) => Promise<Result>,
): Promise<Result> {
  const gateways = new Map<number, Awaited<ReturnType<typeof serve>>>();
  for (const delay of DELAYS_MS) gateways.set(delay, await serve(gateway(SCRIPT, delay)));
  const originOf = (delay: string) => gateways.get(Number(delay))?.origin ?? '';
  const app = new Hono();
  addElement(app);
  addBackend(app);
  app.get('/warm/:kind/:backend/:script', ({ req, html }) => {
    const { kind, backend, script } = req.param();
    return html(warmPage(kind as Warm, Number(backend), originOf(script)));
  });
  app.get('/cold/:kind/:file/:others', ({ req, html }) => {
    const { kind, file, others } = req.param();
    return html(coldPage(kind as Cold, Number(file), Number(others), originOf(others)));
  });
  const site = await serve(app);
  const browser = await launchChromium();
  try {
    const page: Page = await browser.newPage();
    const visit = async (path: string): Promise<Times> => {
      await page.goto(site.origin + path);
      await page.waitForFunction(() => (globalThis as unknown as { times?: Times }).times?.frame, {
        polling: 20,
      });
      return page.evaluate(() => (globalThis as unknown as { times: Times }).times);
    };
    return await use(visit, browser);
  } finally {
    await browser.close();
    site.close();
    for (const each of gateways.values()) each.close();
  }
}

/** One after the other in each round, so that what disturbs one disturbs all. */
async function inTurns<Kind extends string>(
  kinds: readonly Kind[],
  rounds: number,
  visit: (kind: Kind) => Promise<Times>,
): Promise<Record<Kind, Times[]>> {
  const all = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<Kind, Times[]>;
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) all[kind].push(await visit(kind));
  }
  return all;
}

function mediansOf<Kind extends string>(all: Record<Kind, Times[]>, name: keyof Times): Values<Kind, number> {
  const entries = Object.entries(all) as [Kind, Times[]][];
  return Object.fromEntries(
    entries.map(([kind, times]) => [kind, median(times.map((each) => each[name]))]),
  ) as Values<Kind, number>;
}

/** From the markup in the page to the call of `mount()` and to the frame's load, for all 25 pairs of delays. */
export function timeToForm(rounds: number): Promise<Pair[]> {
  return withSite(async (visit) => {
    const kinds = Object.keys(WARM) as Warm[];
    await inTurns(kinds, 1, (kind) => visit(`/warm/${kind}/0/0`));
    const pairs: Pair[] = [];
    for (const backend of DELAYS_MS) {
      for (const script of DELAYS_MS) {
        const all = await inTurns(kinds, rounds, (kind) => visit(`/warm/${kind}/${backend}/${script}`));
        pairs.push({
          backend,
          script,
          mount: mediansOf(all, 'mount'),
          frame: mediansOf(all, 'frame'),
          rounds: all.ours.map(({ mount }) => mount),
        });
      }
    }
    return pairs;
  });
}

/** From the navigation to the call of `mount()`, with the CDN file fetched anew, backend and script equally late. */
export function coldTimeToForm(rounds: number): Promise<ColdRow[]> {
  return withSite(async (visit) => {
    await inTurns(COLD, 1, (kind) => visit(`/cold/${kind}/0/0`));
    const rows: ColdRow[] = [];
    for (const file of FILE_DELAYS_MS) {
      for (const others of DELAYS_MS) {
        const all = await inTurns(COLD, rounds, (kind) => visit(`/cold/${kind}/${file}/${others}`));
        rows.push({
          file,
          others,
          mount: mediansOf(all, 'mount'),
          rounds: all.ours.map(({ mount }) => mount),
        });
      }
    }
    return rows;
  });
}
