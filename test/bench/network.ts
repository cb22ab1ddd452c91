import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { installPeers, modules } from './peers.js';
import { serveSecurely, type Answer } from './secure-site.js';
import { CDN_FILE, EXTRAS, STARTER } from './site.js';
import { behind, Line } from './slow-line.js';
import { median } from './statistics.js';
import { LIMIT, SAMPLE, SCRIPT } from './time-to-form.js';

const ROUND_TRIPS_MS = [40, 150, 400] as const;
const BITS_PER_SECOND = 1_600_000;
/** How much slower than this machine the visitor's is. */
const CPU_SLOWDOWN = 4;
/** How long the merchant's backend takes, which asks the gateway, in milliseconds. */
const BACKEND_MS = 100;
/** How large IOTPay's script is taken to be, in bytes that do not get smaller. */
const SCRIPT_BYTES = 10_000;
/** Longest that a page may take, in milliseconds. */
const PATIENCE_MS = 60_000;

const OURS = ['ours', 'ours, hinted', 'ours, started', 'sample', 'limit'] as const;

/** What a page of theirs does: as much as can be done without their servers. */
const PEERS = {
  '@stripe/stripe-js': `import { loadStripe } from '@stripe/stripe-js/pure'; kept(loadStripe);`,
  '@paypal/paypal-js': `import { loadCoreSdkScript } from '@paypal/paypal-js/sdk-v6'; kept(loadCoreSdkScript);`,
  '@adyen/adyen-web': `import { AdyenCheckout, Card } from '@adyen/adyen-web'; kept(AdyenCheckout, Card);`,
  '@primer-io/primer-js': `import { loadPrimer } from '@primer-io/primer-js'; loadPrimer(); document.querySelector('#form').append(document.createElement('primer-checkout'));`,
} as const;

type Kind = (typeof OURS)[number] | keyof typeof PEERS;

export interface NetworkRow {
  readonly roundTripMs: number;
  readonly kind: Kind;
  /** Milliseconds from the navigation to the call of `mount()`; of a peer: until its package has run. */
  readonly ms: number;
  readonly rounds: readonly number[];
  /** What the main thread was busy beyond 50 ms at a stretch, in milliseconds. */
  readonly blockingMs: number;
  /** Of everything that the page has fetched, as it came over the line. */
  readonly kilobytes: number;
}

interface Seen {
  readonly mount: number;
  readonly blocking: number;
  readonly bytes: number;
}

const COUNT_BLOCKING = `
globalThis.blocking = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) blocking += duration - 50;
}).observe({ type: 'longtask', buffered: true });`;

function pageOf(kind: Kind, gateway: string): string {
  const opening = `${COUNT_BLOCKING}
const scriptOrigin = globalThis.scriptOrigin = '${gateway}';
const backend = '/api';
const times = globalThis.times = { start: 0 };`;
  const head = (tags: string) =>
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pay</title>${tags}`;
  if (kind in PEERS) {
    return head(
      `<script>${opening}</script><div id="form"></div><script type="module" src="/peers/${kind}/entry.js"></script>`,
    );
  }
  if (kind === 'sample' || kind === 'limit') {
    const own = kind === 'sample' ? SAMPLE : LIMIT;
    return head(`<script>${opening}</script><div id="form"></div><script>${own}</script>`);
  }
  const hint = {
    ours: '',
    'ours, hinted': `<link rel="preload" as="script" href="${gateway}/cc/iotpaycc.js">`,
    'ours, started': `<script>${readFileSync(STARTER, 'utf8')}</script>`,
  }[kind as 'ours' | 'ours, hinted' | 'ours, started'];
  return head(
    `${hint}<script>${opening}</script><script type="module" src="/iotpay-checkout.js"></script><iotpay-checkout secure-id-endpoint="/api" gateway-origin="${gateway}"></iotpay-checkout>`,
  );
}

/** What the merchant's host answers. */
async function shop(gateway: () => string): Promise<(path: string) => Answer | undefined> {
  installPeers();
  const files = new Map<string, string>();
  for (const [name, code] of Object.entries(PEERS)) {
    const entry = `${code}\nfunction kept(...all) { globalThis.used = all; }\ntimes.mount = performance.now(); times.frame = times.mount;`;
    for (const [file, text] of await modules(entry)) files.set(`/peers/${name}/${file}`, text);
  }
  files.set('/iotpay-checkout.js', readFileSync(CDN_FILE, 'utf8'));
  files.set('/iotpay-checkout-extras.js', readFileSync(EXTRAS, 'utf8'));
  const pages = new Map<string, string>();
  return (path) => {
    if (path === '/api') {
      const body = JSON.stringify({ retCode: 'SUCCESS', retMsg: '', retData: { secureId: 'S1' } });
      return { type: 'application/json', body, afterMs: BACKEND_MS };
    }
    const file = files.get(path);
    if (file !== undefined) return { type: 'text/javascript', body: file };
    if (!path.startsWith('/page/')) return undefined;
    const [kind = ''] = path.slice('/page/'.length).split('?');
    const body = pages.get(path) ?? pageOf(decodeURIComponent(kind) as Kind, gateway());
    pages.set(path, body);
    return { type: 'text/html', body };
  };
}

function gatewayAnswers(): (path: string) => Answer | undefined {
  // Half of what hexadecimal digits take is left by the compression.
  const script = `${SCRIPT}\n// ${randomBytes(SCRIPT_BYTES).toString('hex')}`;
  return (path) => {
    if (path === '/cc/iotpaycc.js') return { type: 'text/javascript', body: script };
    return path === '/frame'
      ? { type: 'text/html', body: '<!doctype html><title>Form</title><p>Form' }
      : undefined;
  };
}

/** A visit of somebody who has never been here: no cache, no connection. */
async function visit(browser: Browser, address: string): Promise<Seen> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const cdp = await page.createCDPSession();
    let bytes = 0;
    await cdp.send('Network.enable');
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.goto(address, { waitUntil: 'domcontentloaded', timeout: PATIENCE_MS });
    await page.waitForFunction('globalThis.times?.frame', { polling: 50, timeout: PATIENCE_MS });
    // The observer hears of a task after it.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))');
    const [mount, blocking] = (await page.evaluate('[times.mount, blocking]')) as [number, number];
    return { mount, blocking, bytes };
  } finally {
    await context.close();
  }
}

/** First visits over a modelled network on a slow phone. */
export async function network(rounds: number): Promise<NetworkRow[]> {
  const rows: NetworkRow[] = [];
  const browser = await launchChromium(['--ignore-certificate-errors']);
  let gatewayOrigin = '';
  const servers = [
    await serveSecurely(await shop(() => gatewayOrigin)),
    await serveSecurely(gatewayAnswers()),
  ] as const;
  try {
    for (const roundTripMs of ROUND_TRIPS_MS) {
      const line = new Line(roundTripMs, BITS_PER_SECOND);
      const [site, gateway] = [await behind(line, servers[0].port), await behind(line, servers[1].port)];
      gatewayOrigin = `https://127.0.0.1:${gateway.port}`;
      const kinds: Kind[] = [...OURS, ...(Object.keys(PEERS) as (keyof typeof PEERS)[])];
      const all = new Map<Kind, Seen[]>(kinds.map((kind) => [kind, []]));
      const go = (kind: Kind) =>
        visit(browser, `https://127.0.0.1:${site.port}/page/${encodeURIComponent(kind)}?${roundTripMs}`);
      // One after the other in each round, so that what disturbs one disturbs all. Of peers the bytes hardly vary.
      for (let round = 0; round < rounds; round++) {
        for (const kind of kinds) all.get(kind)?.push(await go(kind));
      }
      for (const [kind, seen] of all) {
        rows.push({
          roundTripMs,
          kind,
          ms: median(seen.map(({ mount }) => mount)),
          rounds: seen.map(({ mount }) => mount),
          blockingMs: median(seen.map(({ blocking }) => blocking)),
          kilobytes: median(seen.map(({ bytes }) => bytes)) / 1000,
        });
      }
      site.close();
      gateway.close();
    }
  } finally {
    await browser.close();
    for (const server of servers) server.close();
  }
  return rows;
}
