import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import type { Browser } from 'puppeteer-core';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { merchantBackend, type Bindings } from '../support/merchant-backend.js';
import type { App } from './apps.js';
import { ready, type Check, type Visit } from './checks.js';
import { SHOP_CHECKS } from './shop-checks.js';
import { forwardUpgrades, startServer, type AppServer } from './servers.js';

/** Time for a dev server to make each page for the first time. */
const FIRST_MS = 60_000;

/** What lit says in every dev server, which gives it the condition `development`. */
const LIT_IN_DEVELOPMENT = /^Lit is in dev mode\./;

/** An app that is served, behind the address of a merchant's backend. */
interface Site {
  readonly origin: string;
  readonly sandbox: Sandbox;
  /** Its own server, where it has one. */
  readonly own: AppServer | undefined;
  readonly close: () => Promise<void>;
}

async function serve(app: App, place: string, command: readonly string[] | undefined): Promise<Site> {
  // Notifications go to a dev server that may still be making the route.
  const sandbox = await startSandbox({ drive: true, notificationDelays: [0, 1000, 2000, 4000] });
  const own = command && (await startServer(place, command, { ...sandbox.env }));
  const site = new Hono<{ Bindings: Bindings }>();
  const server = createAdaptorServer({ fetch: (request, env) => site.fetch(request, env) }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  site.route('/', merchantBackend({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }, origin));
  site.get('/favicon.ico', (context) => context.body(null, 204));
  const filled = (page: string) => page.replaceAll('%GATEWAY%', sandbox.origin);
  if (own) {
    forwardUpgrades(server, own);
    site.get('/', async (context) => context.html(filled(await (await fetch(own.origin)).text())));
    site.get('/*', ({ req }) => proxy(own.origin + req.url.slice(origin.length)));
  } else {
    const root = join(place, app.files ?? '.');
    site.get('/', (context) => context.html(filled(readFileSync(join(root, 'index.html'), 'utf8'))));
    site.use('/*', serveStatic({ root }));
  }
  const close = async (): Promise<void> => {
    own?.stop();
    server.close();
    server.closeAllConnections();
    await sandbox.close();
  };
  return { origin, sandbox, own, close };
}

/** One check on a page of its own; says what went wrong. An error or a warning in the console is wrong, too. */
async function one(check: Check, browser: Browser, visit: Omit<Visit, 'page'>): Promise<string> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    if (!/^(?:error|warn)/.test(message.type()) || LIT_IN_DEVELOPMENT.test(message.text())) return;
    const url = message.location().url ?? 'no address';
    // The browser's own question, which it asks now and then: no app of these has a picture.
    if (url.endsWith('/favicon.ico')) return;
    trouble.push(`${message.type()}: ${message.text()} (${url})`);
  });
  try {
    await check.run({ ...visit, page });
    if (trouble.length > 0) throw new Error(trouble.join('; '));
    return 'ok';
  } catch (error) {
    const first = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return `FAILED: ${[first, ...trouble].join('; ')}`;
  } finally {
    await context.close();
  }
}

/** Lets a dev server make each page once: it bundles dependencies then, and may load the page again. */
async function warmUp(browser: Browser, addresses: readonly string[]): Promise<void> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    for (const address of addresses) {
      await page.goto(address, { timeout: FIRST_MS });
      await ready(page, FIRST_MS);
    }
  } finally {
    await context.close();
  }
}

/** Serves an app, built or by its dev server (`command`), and runs the checks; gives their results by name. */
export async function drive(
  app: App,
  place: string,
  browser: Browser,
  options: { readonly command: readonly string[] | undefined; readonly checks: readonly Check[] },
): Promise<Map<string, string>> {
  const site = await serve(app, place, options.command);
  const { sandbox, own } = site;
  const results = new Map<string, string>();
  try {
    const common = { app: app.name, sandbox, home: app.home ?? '/' };
    const isShop = (check: Check) => SHOP_CHECKS.includes(check);
    if (options.command === app.dev && own) {
      await warmUp(browser, [
        ...(options.checks.every(isShop) ? [] : [site.origin]),
        ...(app.home === undefined ? [] : [`${own.origin}/checkout/2`]),
      ]);
    }
    for (const check of options.checks) {
      // A shop has an address of its own: nothing of the merchant's stands in front.
      const origin = isShop(check) && own ? own.origin : site.origin;
      results.set(check.name, await one(check, browser, { ...common, origin }));
    }
    const failed = [...results.values()].some((result) => result.startsWith('FAILED'));
    if (failed && own) console.error(own.output().slice(-3000));
  } finally {
    await site.close();
  }
  return results;
}
