/**
 * `npm run build && npm run film`: takes one payment in a headless Chromium, from the form through IOTPay's "Timeout" to
 * the paid order, and writes it as a short animated picture into `demo/pictures`, once light and once dark, with a still
 * of its middle for whoever wants nothing to move. The element, the backend and the sandbox are the real ones.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import type { Browser, ElementHandle, Frame, Page } from 'puppeteer-core';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { createCheckout, createIotpay, memoryStore } from '../../src/server/index.js';
import { launchChromium } from '../support/chromium.js';
import { webpTool } from './webp.js';

const ELEMENT = 'dist/cdn/iotpay-checkout.js';
const EXTRAS = 'dist/cdn/iotpay-checkout-extras.js';
const PICTURES = 'demo/pictures';
const SIZE = { width: 440, height: 600 } as const;
/** The card whose payment answers "Timeout" and is paid two seconds later. */
const CARD = { number: '6200000000000013', expiry: '1234', cvv: '123', holder: 'Camille Landry' } as const;
/** How long one picture of the film is shown, in milliseconds, where nothing else is said. */
const FRAME_MS = 90;
/** Longest wait for any one thing on the page, in milliseconds. */
const PATIENCE_MS = 30_000;

const page = (
  sandbox: Sandbox,
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Checkout</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #16181d); color: light-dark(#1d2430, #e8eaf0); }
  body { margin: 0; padding: 20px 24px; }
  h1 { font-size: 20px; margin: 0 0 4px; } p { margin: 0 0 16px; opacity: .75; }
  iotpay-checkout { --iotpay-button-background-color: #14532d; --iotpay-button-color: #fff; --iotpay-button-border-radius: 8px; }
</style>
<script type="module" src="/element.js"></script>
<h1>Tide mug, handmade</h1><p>Order 1042 · $189.24</p>
<iotpay-checkout no-redirect secure-id-endpoint="/pay/secure-id" order-status-endpoint="/pay/order-status"
  gateway-origin="${sandbox.origin}"></iotpay-checkout></html>`;

function shop(sandbox: Sandbox, origin: () => string): Hono {
  let order = 1041;
  const backend = (id: string) =>
    createCheckout({
      iotpay: createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }),
      store: memoryStore(),
      notifyUrl: `${origin()}/pay/notify`,
      returnUrl: `${origin()}/`,
      order: () => ({ id, amount: 18924, channel: 'UPI_EX' }),
      onPaid: () => undefined,
    });
  let checkout: ReturnType<typeof backend> | undefined;
  const app = new Hono();
  app.get('/', ({ html }) => {
    checkout = backend(String(++order));
    return html(page(sandbox));
  });
  for (const [path, file] of Object.entries({ '/element.js': ELEMENT, '/iotpay-checkout-extras.js': EXTRAS }))
    app.get(path, ({ body }) => body(readFileSync(file, 'utf8'), 200, { 'Content-Type': 'text/javascript' }));
  app.all('/pay/*', ({ req, notFound }) => checkout?.handler(req.raw) ?? notFound());
  return app;
}

/** The pictures of one film, in order, each with the time that it is shown. */
class Film {
  readonly #page: Page;
  readonly #folder: string;
  readonly #shots: { path: string; ms: number }[] = [];

  constructor(page: Page, folder: string) {
    this.#page = page;
    this.#folder = folder;
  }

  /** @param ms - how long the picture is shown */
  async shoot(ms: number = FRAME_MS): Promise<void> {
    const path = join(this.#folder, `${this.#shots.length}.png`) as `${string}.png`;
    await this.#page.screenshot({ path });
    this.#shots.push({ path, ms });
  }

  /** Takes pictures for as long as something moves, at the speed at which they are shown. */
  async shootFor(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end) {
      const began = Date.now();
      await this.shoot();
      await pause(Math.max(0, FRAME_MS - (Date.now() - began)));
    }
  }

  /** @param still - where the picture that is last now is kept by itself */
  keep(still: string): void {
    const last = this.#shots.at(-1);
    if (!last) throw new Error('No picture was taken yet.');
    execFileSync(webpTool('cwebp'), ['-quiet', '-lossless', '-z', '9', last.path, '-o', still]);
  }

  write(path: string): void {
    const frames = this.#shots.flatMap(({ path: shot, ms }) => ['-d', String(ms), shot]);
    execFileSync(
      webpTool('img2webp'),
      ['-loop', '0', '-min_size', '-lossy', '-q', '70', '-m', '6', ...frames, '-o', path],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function cardForm(page: Page, sandbox: Sandbox): Promise<Frame> {
  await page.waitForSelector('iotpay-checkout[status=ready]', { timeout: PATIENCE_MS });
  const form = page.frames().find((frame) => frame.url().startsWith(`${sandbox.origin}/`));
  if (!form) throw new Error('The card form has no frame.');
  return form;
}

async function field(form: Frame, selector: string): Promise<ElementHandle> {
  const found = await form.waitForSelector(selector, { timeout: PATIENCE_MS });
  if (!found) throw new Error(`The card form has no ${selector}.`);
  return found;
}

/** One payment: typed, sent, "Timeout", asked for, paid. */
async function play(page: Page, film: Film, sandbox: Sandbox, still: string): Promise<void> {
  await film.shootFor(300);
  const form = await cardForm(page, sandbox);
  await film.shootFor(500);
  for (const [name, value] of Object.entries(CARD)) {
    await (await field(form, `input[name=${name}]`)).click();
    for (const part of value.match(/.{1,4}/g) ?? []) {
      await page.keyboard.type(part);
      await film.shoot();
    }
  }
  await film.shoot(500);
  await (await field(form, 'button[type=submit]')).click();
  await film.shootFor(900);
  await page.waitForSelector('iotpay-checkout[status=unknown]', { timeout: PATIENCE_MS });
  await film.shootFor(1200);
  film.keep(still);
  await film.shoot(1500);
  await page.waitForSelector('iotpay-checkout[status=succeeded]', { timeout: PATIENCE_MS });
  await film.shootFor(1500);
  await film.shoot(3000);
}

async function record(
  browser: Browser,
  scheme: 'light' | 'dark',
  address: string,
  sandbox: Sandbox,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-film-'));
  const page = await browser.newPage();
  try {
    await page.setViewport({ ...SIZE, deviceScaleFactor: 1 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const film = new Film(page, folder);
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    await play(page, film, sandbox, join(PICTURES, `payment-${scheme}-still.webp`));
    const path = join(PICTURES, `payment-${scheme}.webp`);
    film.write(path);
    console.log(`${path} (${Math.round(statSync(path).size / 1000)} kB)`);
  } finally {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!existsSync(ELEMENT)) throw new Error(`${ELEMENT} is not there yet: npm run build`);
const sandbox = await startSandbox({ unionPay: { tries: 5, interval: 150 } });
let origin = '';
const server = serve({ fetch: shop(sandbox, () => origin).fetch, hostname: '127.0.0.1', port: 0 });
const browser = await launchChromium();
try {
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const scheme of ['light', 'dark'] as const) await record(browser, scheme, `${origin}/`, sandbox);
} finally {
  await browser.close();
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await sandbox.close();
}
