/**
 * `npm run build && npm run screenshots`: takes the built element in every state, language, colour scheme and width, on
 * the sandbox, and writes one contact sheet for each scheme and width into `.cache/screenshots`. States are rows,
 * languages are columns. Then the states on pages of other people's (hosts.ts), at two widths, a picture for each language.
 * `-- --state=failed,unknown`, `-- --lang=fr`: only these. As root on Debian or Ubuntu it installs a font for Chinese where
 * there is none.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { createIotpay } from '../../src/server/index.js';
import { launchChromium } from '../support/chromium.js';
import { wantChinese } from '../support/fonts.js';
import { HOSTS, type Host } from './hosts.js';

const OUTPUT = '.cache/screenshots';
const ELEMENT = 'dist/cdn/iotpay-checkout.js';
const EXTRAS = 'dist/cdn/iotpay-checkout-extras.js';
/** Longest that all elements of one sheet may take to reach their states, in milliseconds. */
const SHEET_TIMEOUT_MS = 240_000;
/** Time for transitions to end before the picture is taken, in milliseconds. */
const SETTLE_MS = 1000;

interface State {
  readonly name: string;
  /** The element's `status` in this state. */
  readonly status: string;
  readonly mode?: 'add';
  /** What happens to the payment, by the sandbox's name; without one the form waits for a card. */
  readonly scenario?: string;
  /** What the backend answers in place of a secureId. */
  readonly backend?: 'stall' | 'error';
  /** Whether the element may ask for the order. */
  readonly asks?: true;
  /** Attributes besides the endpoints. */
  readonly attributes?: string;
}

const STATES: readonly State[] = [
  { name: 'loading', status: 'loading', backend: 'stall' },
  { name: 'ready', status: 'ready' },
  { name: 'paid', status: 'succeeded', scenario: 'approved' },
  { name: 'card saved', status: 'succeeded', scenario: 'approved', mode: 'add' },
  { name: 'failed', status: 'failed', scenario: 'declined' },
  { name: 'card not saved', status: 'failed', scenario: 'declined', mode: 'add' },
  { name: 'unknown', status: 'unknown', scenario: 'unknown-status' },
  { name: 'unknown, being asked for', status: 'unknown', scenario: 'unknown-status', asks: true },
  { name: 'error', status: 'error', backend: 'error' },
  { name: 'error, no retry', status: 'error', attributes: 'gateway-origin="https://example.com"' },
];
const LANGUAGES = ['en', 'fr', 'zh-Hans', 'zh-Hant'] as const;
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS_PX = [320, 560] as const;
/** Widths of the pages of other people's. */
const HOST_WIDTHS_PX = [320, 820] as const;

/** What the backend is told of an order: which state it is for. */
interface Wanted {
  readonly state: string;
  readonly mode: 'pay' | 'add';
}

function backend(sandbox: Sandbox, states: readonly State[], page: (query: URLSearchParams) => string): Hono {
  const iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
  const app = new Hono();
  let serial = 0;
  app.get('/', ({ req, html }) => html(page(new URL(req.url).searchParams)));
  for (const [path, file] of Object.entries({ '/element.js': ELEMENT, '/iotpay-checkout-extras.js': EXTRAS }))
    app.get(path, ({ body }) => body(readFileSync(file, 'utf8'), 200, { 'Content-Type': 'text/javascript' }));
  app.post('/order-status', ({ json }) => json({ status: 1 }));
  app.post('/secure-id', async ({ req, json }) => {
    const { state, mode } = await req.json<Wanted>();
    const wanted = states.find(({ name }) => name === state);
    if (wanted?.backend === 'stall') return new Promise<Response>(() => undefined);
    if (wanted?.backend === 'error') return json({ message: 'Broken on purpose.' }, 500);
    const id = `picture-${++serial}`;
    const returnUrl = `${new URL(req.url).origin}/returned`;
    const order = { amount: 18924, currency: 'CAD', notifyUrl: returnUrl, returnUrl } as const;
    if (wanted?.scenario) sandbox.drive(id, { scenario: wanted.scenario });
    const { secureId } =
      mode === 'add'
        ? await iotpay.addCard({ cardId: id, channel: 'PF_CC', returnUrl })
        : await iotpay.purchase({ ...order, mchOrderNo: id, channel: 'PF_CC' });
    return json(mode === 'add' ? { secureId } : { secureId, mchOrderNo: id, amount: 18924, currency: 'CAD' });
  });
  app.post('/returned', ({ text }) => text('SUCCESS'));
  return app;
}

function tag(state: State, sandbox: Sandbox): string {
  const wanted = JSON.stringify({ state: state.name });
  return `<iotpay-checkout no-redirect setup-timeout="${SHEET_TIMEOUT_MS}" secure-id-endpoint="/secure-id"
    ${state.attributes ?? `gateway-origin="${sandbox.origin}"`}
    ${state.mode ? `mode="${state.mode}"` : ''} ${state.asks ? 'order-status-endpoint="/order-status"' : ''}
    data-state="${state.name}" data-wanted="${state.status}" request-data='${wanted}'></iotpay-checkout>`;
}

function sheet(
  states: readonly State[],
  languages: readonly string[],
  scheme: string,
  width: number,
  sandbox: Sandbox,
): string {
  const rows = states.map(
    (state) =>
      `<tr><th scope="row">${state.name}</th>${languages.map((lang) => `<td lang="${lang}">${tag(state, sandbox)}</td>`).join('')}</tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${scheme}, ${width} px</title>
<style>
  :root { color-scheme: ${scheme}; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
  table { border-spacing: 24px; } th { text-align: start; vertical-align: top; font-size: 13px; }
  td { vertical-align: top; width: ${width}px; min-width: ${width}px; max-width: ${width}px; }
</style>
<script type="module" src="/element.js"></script>
<table><tr><th></th>${languages.map((lang) => `<th scope="col">${lang}</th>`).join('')}</tr>${rows.join('')}</table>
</html>`;
}

/** All states, one below the other, on a page of other people's. */
function hostPage(
  { name, css, dir }: Host,
  states: readonly State[],
  lang: string,
  sandbox: Sandbox,
): string {
  const rows = states.map((state) => `<p>${state.name}</p>${tag(state, sandbox)}`);
  return `<!doctype html><html lang="${lang}" dir="${dir ?? 'ltr'}"><meta charset="utf-8"><title>${name}</title>
<style>${css}</style><script type="module" src="/element.js"></script>${rows.join('')}</html>`;
}

/** Waits until each element of the sheet is in its state; says which are not. */
async function settle(page: Page): Promise<void> {
  const missing = (): string[] =>
    [...document.querySelectorAll<HTMLElement>('iotpay-checkout')]
      .filter((each) => each.getAttribute('status') !== each.dataset['wanted'])
      .map((each) => `${each.dataset['state']}: ${each.getAttribute('status')}`);
  const end = Date.now() + SHEET_TIMEOUT_MS;
  for (;;) {
    const left = await page.evaluate(missing);
    if (left.length === 0) break;
    if (Date.now() > end) throw new Error(`Not in their states: ${left.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** What a flag has chosen of all that there are. */
function chosen(flag: string, given: string | undefined, all: readonly string[]): readonly string[] {
  const names = given?.split(',') ?? all;
  const strange = names.filter((name) => !all.includes(name));
  if (strange.length > 0)
    throw new Error(`--${flag}: there is no ${strange.join(', ')}. There are: ${all.join(', ')}.`);
  return names;
}

const { values } = parseArgs({ options: { state: { type: 'string' }, lang: { type: 'string' } } });
const names = chosen(
  'state',
  values.state,
  STATES.map(({ name }) => name),
);
const states = STATES.filter(({ name }) => names.includes(name));
const languages = chosen('lang', values.lang, LANGUAGES);
if (!existsSync(ELEMENT)) throw new Error(`${ELEMENT} is not there yet: npm run build`);

mkdirSync(OUTPUT, { recursive: true });
const sandbox = await startSandbox({ drive: true });
const app = backend(sandbox, states, (query) => {
  const host = HOSTS.find(({ name }) => name === query.get('host'));
  if (host) return hostPage(host, states, query.get('lang') ?? 'en', sandbox);
  return sheet(states, languages, query.get('scheme') ?? 'light', Number(query.get('width')), sandbox);
});
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
wantChinese();
const browser = await launchChromium();

interface Picture {
  readonly name: string;
  /** Query of the page. */
  readonly query: string;
  readonly width: number;
  readonly scheme?: 'light' | 'dark';
  readonly forcedColors?: boolean;
}

async function take({ name, query, width, scheme = 'light', forcedColors }: Picture): Promise<void> {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 1000 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  if (forcedColors) {
    const session = await page.createCDPSession();
    const features = [{ name: 'forced-colors', value: 'active' }];
    await session.send('Emulation.setEmulatedMedia', { features });
  }
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?${query}`);
  await settle(page);
  // A frame of another origin that is out of sight is not painted.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width, height });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const path = join(OUTPUT, `${name}.png`) as `${string}.png`;
  // Not the whole page, which is as high as the viewport: Chromium shifts that picture where the page runs right to left.
  await page.screenshot({ path });
  console.log(path);
  await page.close();
}

const sheets = SCHEMES.flatMap((scheme) =>
  WIDTHS_PX.map((width) => ({
    name: `${scheme}-${width}`,
    query: `scheme=${scheme}&width=${width}`,
    width: (width + 24) * languages.length + 200,
    scheme,
  })),
);
const pages = HOSTS.flatMap(({ name, forcedColors = false }) =>
  HOST_WIDTHS_PX.flatMap((width) =>
    languages.map((lang) => ({
      name: `${name}-${width}-${lang}`,
      query: `host=${name}&lang=${lang}`,
      width,
      forcedColors,
    })),
  ),
);
try {
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
  for (const picture of [...sheets, ...pages]) await take(picture);
} finally {
  await browser.close();
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await sandbox.close();
}
