import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, Frame, Page } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';

/** Longest that one thing may take to appear, in milliseconds. */
export const PATIENCE_MS = 20_000;

export interface RunningShop {
  readonly address: string;
  readonly gateway: string;
  readonly stop: () => void;
  /** SIGKILL: nothing is tidied up. */
  readonly crash: () => Promise<void>;
}

/** Starts the demo as `npm start` does after its build, on any free port. */
export async function startShop(env: NodeJS.ProcessEnv = {}): Promise<RunningShop> {
  if (!existsSync('dist/server/index.js')) throw new Error('dist/ is not there yet: npm run build');
  const folder = env['DATA_DIR'] ?? mkdtempSync(join(tmpdir(), 'iotpay-checkout-demo-'));
  const child = spawn(process.execPath, ['demo/server.js'], {
    env: { ...process.env, PORT: '0', DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whoever names a folder looks after it.
  if (!env['DATA_DIR']) child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const printed = await output(child, /Gateway +(\S+)/);
  const find = (name: string) => new RegExp(`${name} +(http\\S+)`).exec(printed)?.[1] ?? '';
  const crash = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return { address: find('Shop'), gateway: find('Gateway'), stop: () => child.kill(), crash };
}

/** One browser and one shop for all tests of the suite, or the file, that calls this. */
export function shopInBrowser(): { readonly browser: Browser; readonly shop: RunningShop } {
  const running = {} as { browser: Browser; shop: RunningShop };
  before(async () => {
    [running.browser, running.shop] = await Promise.all([launchChromium(), startShop()]);
  });
  after(async () => {
    running.shop?.stop();
    await running.browser?.close();
  });
  return running;
}

/** Starts the demo where it can't start: what it says, and how it ends. */
export async function failToStart(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['demo/server.js'], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, said };
}

function output(child: ChildProcess, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`The shop did not start: ${text}`)), PATIENCE_MS);
    const add = (chunk: Buffer) => {
      text += chunk.toString();
      if (!until.test(text)) return;
      clearTimeout(timer);
      resolve(text);
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('exit', (code) => reject(new Error(`The shop ended with ${code}: ${text}`)));
  });
}

/** Waits until something holds. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The gateway's card form in a page, once the element says that it is ready. */
export async function cardForm(page: Page, gateway: string, not?: Frame): Promise<Frame> {
  await page.waitForSelector('iotpay-checkout[status=ready]', { timeout: PATIENCE_MS });
  return until(
    async () => page.frames().find((frame) => frame.url().startsWith(`${gateway}/`) && frame !== not),
    'the card form',
  );
}

/** Types a test card and sends the form, as a shopper does. */
export async function pay(form: Frame, number: string): Promise<void> {
  for (const [name, value] of Object.entries({
    number,
    expiry: '1234',
    cvv: '123',
    holder: 'Camille Landry',
  })) {
    const field = await form.waitForSelector(`input[name=${name}]`, { timeout: PATIENCE_MS });
    await field?.click({ count: 3 });
    await field?.type(value);
  }
  await (await form.waitForSelector('button[type=submit]'))?.click();
}

/** What the simulated gateway has charged for one order of the shop. */
export async function chargesOf(gateway: string, order: string): Promise<{ mchOrderNo: string }[]> {
  const { charges, orders } = (await (await fetch(`${gateway}/sandbox/ledger`)).json()) as {
    charges: { mchOrderNo: string }[];
    orders: { mchOrderNo: string; subject?: string }[];
  };
  // Its numbers at the gateway are the library's; its own stands in the subject.
  const numbers = orders
    .filter(({ subject }) => subject?.endsWith(order))
    .map(({ mchOrderNo }) => mchOrderNo);
  return charges.filter(({ mchOrderNo }) => numbers.includes(mchOrderNo));
}

/** A visitor of their own: no cookies, no cart. */
export async function visitor(browser: Browser, test: TestContext, width = 1280): Promise<Page> {
  const context = await browser.createBrowserContext();
  test.after(() => context.close());
  const page = await context.newPage();
  await page.setViewport({ width, height: width < 500 ? 640 : 900 });
  return page;
}

export async function clickThrough(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
}

/** From the shop's window to the checkout, by its own buttons. */
export async function goToCheckout(page: Page, { address }: RunningShop): Promise<string> {
  await page.goto(address);
  await clickThrough(page, 'a[href="/products/tide-mug"]');
  await clickThrough(page, 'form[action="/cart"] button[type=submit]');
  await clickThrough(page, 'form[action="/checkout"] button');
  return new URL(page.url()).pathname.split('/').pop() ?? '';
}

export async function atOrderPage(page: Page, state: string): Promise<void> {
  await page.waitForSelector(`.order[data-state=${state}]`, { timeout: PATIENCE_MS });
}

/** Saves a card for this visitor. */
export async function saveCard(page: Page, { address, gateway }: RunningShop): Promise<void> {
  await page.goto(`${address}/cards`);
  await page.locator('#add-card').click();
  await pay(await cardForm(page, gateway), '4242424242424242');
  await page.waitForSelector('.wallet .bank-number', { timeout: PATIENCE_MS });
}
