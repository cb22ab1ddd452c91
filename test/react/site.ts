import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { merchantBackend, type Bindings, type SeenRequest } from '../support/merchant-backend.js';
import type { State } from './app.js';

export type ReactVersion = 18 | 19;

/** How a page is made: as a server's markup that is hydrated, or in the browser alone. */
export interface PageOptions {
  readonly render?: 'server' | 'client';
  /** Hydrates only when the test calls `hydrate()`; the tag is defined long before. */
  readonly held?: boolean;
  /** Runs before the tag is defined. */
  readonly before?: string;
  /** Runs once the tag is defined, before the hydration. */
  readonly between?: string;
}

const CLIENT = `
import './src/index.ts';
import { createElement } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './test/react/app.ts';

const { first, options } = globalThis.page;
(0, eval)(options.between ?? '');
if (options.held) await new Promise((resolve) => (globalThis.hydrate = resolve));
const root = document.querySelector('#root');
const app = createElement(App, { first, log: globalThis.log });
if (options.render === 'client') createRoot(root).render(app);
else hydrateRoot(root, app);
`;

const SERVER = `
const { createElement } = require('react');
const { renderToString } = require('react-dom/server');
const { App } = require('./test/react/app.ts');
exports.render = (first) => renderToString(createElement(App, { first, log: [] }));
`;

/** Bundles code over one version of React, in its development build: that is the one that warns. */
async function bundle(version: ReactVersion, code: string, outfile: string, node: boolean): Promise<void> {
  await build({
    stdin: { contents: code, resolveDir: resolve('.'), loader: 'ts' },
    bundle: true,
    outfile,
    format: node ? 'cjs' : 'esm',
    platform: node ? 'node' : 'browser',
    target: 'es2022',
    alias: version === 18 ? { react: 'react-18', 'react-dom': 'react-dom-18' } : {},
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'error',
  });
}

export interface Site {
  readonly sandbox: Sandbox;
  /** The markup of a page, as its server renders it. */
  markup(first: State): string;
  address(first: State, options?: PageOptions): string;
  /** What the merchant's backend was asked, by tag. */
  requests(tag: string): Promise<SeenRequest[]>;
  close(): Promise<void>;
}

/** A merchant's server that renders the page with one version of React. */
export async function startSite(version: ReactVersion): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-react-'));
  const [client, server] = [join(folder, 'client.js'), join(folder, 'server.cjs')];
  await Promise.all([bundle(version, CLIENT, client, false), bundle(version, SERVER, server, true)]);
  const { render } = createRequire(import.meta.url)(server) as { render: (first: State) => string };
  const sandbox = await startSandbox({ drive: true });
  const app = new Hono<{ Bindings: Bindings }>();
  const listener = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  app.route('/', merchantBackend({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }, origin));
  app.get('/client.js', ({ body }) => body(readFileSync(client), 200, { 'Content-Type': 'text/javascript' }));
  app.get('/favicon.ico', ({ body }) => body(null, 204));
  app.get('/', (context) => {
    const page = JSON.parse(context.req.query('page') ?? '{}') as { first: State; options: PageOptions };
    const markup = page.options.render === 'client' ? '' : render(page.first);
    const data = JSON.stringify(page).replaceAll('<', '\\u003c');
    return context.html(`<!doctype html><html lang="en"><title>React ${version}</title>
<div id="root">${markup}</div>
<script>
  globalThis.page = ${data};
  globalThis.log = [];
  globalThis.served = document.querySelector('iotpay-checkout');
  ${page.options.before ?? ''}
</script>
<script type="module" src="/client.js"></script></html>`);
  });
  return {
    sandbox,
    markup: render,
    address: (first, options = {}) =>
      `${origin}/?page=${encodeURIComponent(JSON.stringify({ first, options }))}`,
    requests: async (tag) => (await (await fetch(`${origin}/requests?tag=${tag}`)).json()) as SeenRequest[],
    close: async () => {
      if ('closeAllConnections' in listener) listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
