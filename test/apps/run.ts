/**
 * `npm run test:apps`: builds and packs the package, installs the tarball into a copy of each app in `demo/apps`, and
 * drives it through full payments in a real browser: built with its own tool, and in that tool's dev server. Prints a
 * table, app by check. Then a merchant's project runs the tests that the documents of src/sandbox print, the element lives
 * through environments of unit tests, and the frameworks' type checkers and bundlers look at right and wrong uses.
 * `--app=vue,react,types`: only these. `--mutate`: takes away the event's binding, the list's key, and what marks an order
 * paid, and expects the checks to fail. `--keep`: leaves the copies where they are, and says where.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { inOneLine, leaveCounts } from '../support/counts.js';
import { APPS, type App, type Mutation } from './apps.js';
import { drive } from './drive.js';
import { install, npm, pack } from './install.js';
import type { Project } from './project.js';
import { PROJECTS } from './projects.js';
import { table } from './table.js';

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
let passed = 0;
const failures: string[] = [];

function build(place: string): void {
  if (existsSync(join(place, 'package.json'))) npm(place, 'run', 'build');
}

function change(place: string, { file, from, to }: Mutation): () => void {
  const path = join(place, file);
  const before = readFileSync(path, 'utf8');
  if (!before.includes(from)) throw new Error(`${file} has no longer: ${from}`);
  writeFileSync(path, before.replaceAll(from, to));
  return () => writeFileSync(path, before);
}

async function mutate(app: App, place: string, browser: Browser): Promise<void> {
  for (const mutation of app.mutations) {
    const undo = change(place, mutation);
    build(place);
    // The checks before it prepare what it looks at.
    const last = app.checks.findIndex(({ name }) => name === mutation.check);
    const isShop = app.home !== undefined && last > app.checks.length - 4;
    const checks = isShop ? app.checks.slice(-3, last + 1) : app.checks.slice(last, last + 1);
    const results = await drive(app, place, browser, { command: app.server, checks });
    undo();
    const result = results.get(mutation.check) ?? '';
    const noticed = result.startsWith('FAILED');
    if (noticed) passed += 1;
    else failures.push(`${app.name} without its ${mutation.what}: not noticed`);
    console.log(
      `${app.name} without its ${mutation.what}: ${noticed ? 'noticed' : 'NOT NOTICED'} (${mutation.check}: ${result})`,
    );
  }
}

/** A row of the table: results by the check's name. */
function report(name: string, results: ReadonlyMap<string, string>, seconds: number): Map<string, string> {
  for (const [check, result] of results) {
    if (result === 'ok') passed += 1;
    else {
      failures.push(inOneLine(`${name}, ${check}`, result));
      console.error(`${name}, ${check}: ${result}`);
    }
  }
  const row = new Map([['app', name]]);
  for (const [check, result] of results) row.set(check, result.replace(/:.*/s, ''));
  row.set('time', `${seconds} s`);
  console.log(`${name}: ${[...results.values()].filter((each) => each === 'ok').length} ok, ${seconds} s`);
  return row;
}

async function driveBoth(app: App, place: string, browser: Browser, began: number) {
  const since = (start: number) => Math.round((Date.now() - start) / 1000);
  const { checks } = app;
  build(place);
  const rows = [
    report(app.name, await drive(app, place, browser, { command: app.server, checks }), since(began)),
  ];
  if (app.dev) {
    const start = Date.now();
    // A dev server that does not start is that app's failure; the others are still looked at.
    const results = await drive(app, place, browser, { command: app.dev, checks }).catch(
      (error: unknown) => new Map(checks.map(({ name }) => [name, `FAILED: ${String(error)}`])),
    );
    rows.push(report(`${app.name}, dev`, results, since(start)));
  }
  return rows;
}

async function tryProject(project: Project, tarball: string): Promise<void> {
  const place = install(project.source, folder, tarball);
  try {
    for (const [name, trial] of Object.entries(project.trials)) {
      const trouble = await trial(place);
      if (trouble === undefined) passed += 1;
      else failures.push(inOneLine(`${project.name}, ${name}`, trouble));
      console.log(`${project.name}, ${name}: ${trouble === undefined ? 'ok' : `FAILED\n${trouble}`}`);
    }
  } finally {
    project.end?.();
  }
}

const browser = await launchChromium();
try {
  const tarball = pack(folder);
  console.log(`Packed: ${tarball.split('/').pop()} with ${readdirSync(folder).length} file`);
  const rows: Map<string, string>[] = [];
  for (const app of APPS.filter(({ name }) => wanted.includes(name))) {
    const began = Date.now();
    const place = install(join('demo/apps', app.name), folder, tarball);
    if (values.mutate) await mutate(app, place, browser);
    else rows.push(...(await driveBoth(app, place, browser, began)));
  }
  if (rows.length > 0) console.log(`\n${table(rows)}`);
  for (const project of PROJECTS.filter(({ name }) => wanted.includes(name) && !values.mutate))
    await tryProject(project, tarball);
} finally {
  await browser.close();
  if (values.keep) console.log(`Kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
leaveCounts({ passed, failed: failures.length, skipped: 0, failures });
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
