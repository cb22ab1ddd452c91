/**
 * `npm run test:apps`: builds and packs the package, installs the tarball into a copy of each app in `demo/apps`, builds
 * the app with its own tool, and drives it through a full payment in a real browser. Prints a table, app by check. Then a
 * merchant's project runs the tests that the documents of src/sandbox print, the element lives through environments of unit tests,
 * and the frameworks' type checkers look at right and wrong uses.
 * `--app=vue,react,types`: only these. `--mutate`: takes away the event's binding, and the list's key, and expects the checks
 * to fail.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'puppeteer-core';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { freePort } from '../support/browsers.js';
import { launchChromium } from '../support/chromium.js';
import { merchantBackend, type Bindings } from '../support/merchant-backend.js';
import { leaveCounts } from '../support/counts.js';
import { CHECKS, type Check, type Visit } from './checks.js';
import { install, npm, pack } from './install.js';
import { PROJECTS } from './projects.js';

interface App {
  readonly name: string;
  /** Folder of what its build makes, where that is served as files. */
  readonly files?: string;
  /** What starts its own server, where it renders on one. */
  readonly server?: readonly string[];
  /** Checks that have no meaning for it. */
  readonly without?: readonly string[];
  /** What takes the binding of the success event away. */
  readonly unbind: Change;
  /** What takes the list's key away. */
  readonly unkey?: Change;
}

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const UNBIND = { from: 'iotpay-success', to: 'iotpay-nothing' };
const APPS: readonly App[] = [
  {
    name: 'html',
    files: '.',
    without: ['object properties', 're-render', 'reorder', 'unmount in mid-load', 'late hydration'],
    unbind: { file: 'index.html', ...UNBIND },
  },
  {
    name: 'vue',
    files: 'dist',
    without: ['late hydration'],
    unbind: { file: 'src/App.vue', ...UNBIND },
    unkey: { file: 'src/App.vue', from: ':key="item" ', to: '' },
  },
  {
    name: 'react',
    files: 'dist',
    without: ['late hydration'],
    unbind: { file: 'src/App.jsx', ...UNBIND },
    unkey: { file: 'src/App.jsx', from: 'key={item}', to: 'key={items.indexOf(item)}' },
  },
  {
    name: 'svelte',
    files: 'dist',
    without: ['late hydration'],
    unbind: { file: 'src/App.svelte', ...UNBIND },
    unkey: { file: 'src/App.svelte', from: 'as item (item)', to: 'as item' },
  },
  {
    name: 'angular',
    files: 'dist/browser',
    without: ['late hydration'],
    // Its templates are type-checked: an event of another name does not build. The whole binding goes.
    unbind: { file: 'src/main.ts', from: '(iotpay-success)="paid(item, $event)"', to: '' },
    unkey: { file: 'src/main.ts', from: 'track item', to: 'track $index' },
  },
  {
    name: 'sveltekit',
    server: ['build/index.js'],
    unbind: { file: 'src/routes/+page.svelte', ...UNBIND },
    unkey: { file: 'src/routes/+page.svelte', from: 'as item (item)', to: 'as item' },
  },
];

const { values } = parseArgs({
  options: {
    app: { type: 'string' },
    mutate: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const names = [...APPS, ...PROJECTS].map(({ name }) => name);
const wanted = values.app?.split(',') ?? names;
const strange = wanted.filter((name) => !names.includes(name));
if (strange.length > 0)
  throw new Error(`No such app: ${strange.join(', ')}. There are: ${names.join(', ')}.`);

const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-apps-'));

function change(place: string, { file, from, to }: Change): () => void {
  const path = join(place, file);
  const before = readFileSync(path, 'utf8');
  if (!before.includes(from)) throw new Error(`${file} has no longer: ${from}`);
  writeFileSync(path, before.replaceAll(from, to));
  return () => writeFileSync(path, before);
}

/** Builds and serves an app beside a merchant's backend, and runs the checks. */
async function drive(app: App, place: string, browser: Browser, checks: readonly Check[]): Promise<string[]> {
  if (existsSync(join(place, 'package.json'))) npm(place, 'run', 'build');
  const sandbox = await startSandbox({ drive: true });
  const server = createAdaptorServer({ fetch: (request, env) => site.fetch(request, env) });
  const site = new Hono<{ Bindings: Bindings }>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  site.route('/', merchantBackend({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }, origin));
  const child = app.server && (await serveItself(app.server, place, site, sandbox));
  if (app.files) {
    const root = join(place, app.files);
    site.get('/', (context) =>
      context.html(readFileSync(join(root, 'index.html'), 'utf8').replaceAll('%GATEWAY%', sandbox.origin)),
    );
    site.get('/favicon.ico', (context) => context.body(null, 204));
    site.use('/*', serveStatic({ root }));
  }
  const results: string[] = [];
  try {
    for (const check of checks) {
      if (app.without?.includes(check.name)) {
        results.push('–');
        continue;
      }
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on('pageerror', (error) => trouble.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
      const visit: Visit = { app: app.name, page, origin, sandbox };
      try {
        await check.run(visit);
        if (trouble.length > 0) throw new Error(trouble.join('; '));
        results.push('ok');
      } catch (error) {
        results.push(`FAILED: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      } finally {
        await context.close();
      }
    }
  } finally {
    child?.kill();
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await sandbox.close();
  }
  return results;
}

/** An app that renders on a server of its own, behind the merchant's address. */
async function serveItself(
  command: readonly string[],
  place: string,
  site: Hono<{ Bindings: Bindings }>,
  sandbox: Sandbox,
): Promise<ChildProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [...command], {
    cwd: place,
    env: { ...process.env, PORT: `${port}`, HOST: '127.0.0.1', IOTPAY_GATEWAY_ORIGIN: sandbox.origin },
    stdio: 'ignore',
  });
  const own = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const up = await fetch(own).then(
      () => true,
      () => false,
    );
    if (up) break;
    if (i > 100) throw new Error('The app’s own server did not start.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  site.get('/favicon.ico', (context) => context.body(null, 204));
  site.get('/*', ({ req }) => proxy(own + new URL(req.url).pathname));
  return child;
}

let failed = 0;
let passed = 0;
const browser = await launchChromium();
try {
  const tarball = pack(folder);
  console.log(`Packed: ${tarball.split('/').pop()} with ${readdirSync(folder).length} file`);
  const rows: string[][] = [];
  for (const app of APPS.filter(({ name }) => wanted.includes(name))) {
    const began = Date.now();
    const place = install(join('demo/apps', app.name), folder, tarball);
    if (values.mutate) {
      for (const [what, edit, check] of [
        ['event', app.unbind, 'payment'],
        ['key', app.unkey, 'reorder'],
      ] as const) {
        if (!edit) continue;
        const undo = change(place, edit);
        const [result = ''] = await drive(
          app,
          place,
          browser,
          CHECKS.filter(({ name }) => name === check),
        );
        undo();
        const noticed = result.startsWith('FAILED');
        if (noticed) passed += 1;
        else failed += 1;
        console.log(
          `${app.name} without its ${what}: ${noticed ? 'noticed' : 'NOT NOTICED'} (${check}: ${result})`,
        );
      }
      continue;
    }
    const results = await drive(app, place, browser, CHECKS);
    rows.push([
      app.name,
      ...results.map((each) => each.replace(/:.*/s, '')),
      `${Math.round((Date.now() - began) / 1000)} s`,
    ]);
    for (const [i, result] of results.entries()) {
      if (result === 'ok') passed += 1;
      if (!result.startsWith('FAILED')) continue;
      failed += 1;
      console.error(`${app.name}, ${CHECKS[i]?.name}: ${result}`);
    }
    console.log(`${app.name}: ${results.filter((each) => each === 'ok').length} ok`);
  }
  if (rows.length > 0) {
    const head = ['app', ...CHECKS.map(({ name }) => name), 'time'];
    const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
    const line = (cells: readonly string[]) =>
      `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
    console.log(`\n${line(head)}\n${line(widths.map((width) => '-'.repeat(width)))}`);
    for (const row of rows) console.log(line(row));
  }
  for (const project of PROJECTS.filter(({ name }) => wanted.includes(name) && !values.mutate)) {
    const place = install(project.source, folder, tarball);
    for (const [name, trial] of Object.entries(project.trials)) {
      const trouble = await trial(place);
      if (trouble === undefined) passed += 1;
      else failed += 1;
      console.log(`${project.name}, ${name}: ${trouble === undefined ? 'ok' : `FAILED\n${trouble}`}`);
    }
  }
} finally {
  await browser.close();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
leaveCounts({ passed, failed, skipped: 0 });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
