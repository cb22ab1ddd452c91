import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { run, type Project } from './project.js';

/** What a module gives where it runs: see `test/apps/bundlers/probe.mjs`. */
export interface Probed {
  readonly names: readonly string[];
  readonly tag: boolean;
  readonly does: string;
}

type Place = 'browser' | 'server';

/** What each entry gives: `undefined` where it is not for that place, and is built only. */
type Expected = Readonly<Record<Place, Probed | undefined>>;

const everywhere = (does: string, names: readonly string[] = [], tag = false): Expected => ({
  browser: { names, tag, does },
  server: { names, tag, does },
});

const NOTHING = everywhere('class: undefined');
const DATA = everywhere('data: true');
const SERVER = [
  'IotpayGatewayError',
  'createCheckout',
  'createIotpay',
  'memoryStore',
  'redisStore',
  'sign',
  'sqlStore',
  'sqlStoreSchema',
  'toCents',
  'toNodeHandler',
  'verify',
];
const SANDBOX = ['startSandbox', 'testStore'];
const ELEMENT = ['IotpayCheckout', 'IotpayCheckoutError'];
const notInBrowsers = (names: readonly string[], entry: string): Probed => ({
  names,
  tag: false,
  does: `refuses: ${entry} was loaded ${entry.endsWith('server') ? 'in' : 'for'} a browser`,
});

/** Every entry of package.json: a new one has no row, and fails. */
export const ENTRIES: Readonly<Record<string, Expected>> = {
  '.': everywhere('class: function', ELEMENT, true),
  './element.js': everywhere('class: function', ['IotpayCheckout']),
  './react': everywhere('class: object', ['IotpayCheckout'], true),
  './server': {
    browser: notInBrowsers(SERVER, 'iotpay-checkout/server'),
    // MD5 of `a=apple&key=key`.
    server: { names: SERVER, tag: false, does: 'signature: 4C1BCD62F66C9DC565F7F497B2592E3B' },
  },
  './sandbox': {
    browser: notInBrowsers(SANDBOX, 'iotpay-checkout/sandbox'),
    // Its card form is files, which bundlers leave behind: it says what to do.
    server: { names: SANDBOX, tag: false, does: 'refuses: The files of the sandbox’s card form are not' },
  },
  './sandbox/unit': everywhere('simulates: function', ['simulateIotpay']),
  // Scripts of pages.
  './cdn/iotpay-checkout.js': { ...everywhere('class: function', ELEMENT, true), server: undefined },
  './cdn/iotpay-checkout-start.js': { ...NOTHING, server: undefined },
  './types/react': NOTHING,
  './types/vue': NOTHING,
  './types/svelte': NOTHING,
  './custom-elements.json': DATA,
  './vscode.html-custom-data.json': DATA,
  './vscode.css-custom-data.json': DATA,
  './web-types.json': DATA,
  './package.json': DATA,
};

/** An entry's name as that of a file. */
export const fileOf = (entry: string): string =>
  entry.replace(/^\.\/?/, '').replaceAll(/\W/g, '-') || 'index';

/** A module for each entry, as a merchant imports it: for what it does, and for what it gives. */
export function writeEntries(place: string): void {
  const manifest = JSON.parse(
    readFileSync(join(place, 'node_modules/iotpay-checkout/package.json'), 'utf8'),
  ) as { exports: Record<string, unknown> };
  const doors = Object.keys(manifest.exports);
  const strange = doors.filter((door) => !ENTRIES[door]);
  if (strange.length > 0) throw new Error(`No row for ${strange.join(', ')} in ENTRIES`);
  emptied(place, 'entries');
  for (const door of doors) {
    const name = `iotpay-checkout${door.slice(1)}`;
    const code = door.endsWith('.json')
      ? `export { default } from '${name}';\n`
      : `import '${name}';\nexport * from '${name}';\n`;
    writeFileSync(join(place, 'entries', `${fileOf(door)}.js`), code);
  }
}

function emptied(place: string, folder: string): void {
  rmSync(join(place, folder), { recursive: true, force: true });
  mkdirSync(join(place, folder));
}

function inNode(place: string, file: string): string {
  const { status, stdout, output } = run(place, process.execPath, 'open.mjs', `./bundled/${file}`);
  return status === 0 ? stdout : output;
}

/** Serves the project's files, so that a page can import what was bundled. */
async function withPages<T>(
  place: string,
  use: (probe: (file: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const site = new Hono();
  site.get('/', (context) => context.html('<!doctype html><p>'));
  site.use('/*', serveStatic({ root: place }));
  const server = createAdaptorServer(site) as Server;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const pages = browser;
    return await use(async (file) => {
      const page = await pages.newPage();
      try {
        await page.goto(origin);
        const code = `import('/probe.mjs').then(async ({ probe }) => JSON.stringify(await probe(await import('/bundled/${file}'))))`;
        return String(await page.evaluate(code));
      } catch (error) {
        return String(error);
      } finally {
        await page.close();
      }
    });
  } finally {
    await browser?.close();
    server.close();
    server.closeAllConnections();
  }
}

export function wrong(door: string, expected: Probed, said: string): string | undefined {
  let probed: Probed;
  try {
    probed = JSON.parse(said) as Probed;
  } catch {
    return `${door}: ${said}`;
  }
  const same =
    probed.names.join() === expected.names.join() &&
    probed.tag === expected.tag &&
    probed.does.startsWith(expected.does);
  return same ? undefined : `${door}: expected ${JSON.stringify(expected)}, received ${said.trim()}`;
}

export const told = (troubles: readonly (string | undefined)[]): string | undefined =>
  troubles.filter((each) => each !== undefined).join('\n') || undefined;

/** Bundles every entry for a place, and opens each there. */
function everyEntry(where: Place, ...command: string[]) {
  return async (place: string): Promise<string | undefined> => {
    writeEntries(place);
    rmSync(join(place, 'bundled'), { recursive: true, force: true });
    const { status, output } = run(place, 'env', `PLATFORM=${where}`, ...command);
    if (status !== 0) return output;
    const rows = Object.entries(ENTRIES).flatMap(([door, each]) =>
      each[where] ? [{ door, file: `${fileOf(door)}.js`, expected: each[where] }] : [],
    );
    if (where === 'server')
      return told(rows.map(({ door, file, expected }) => wrong(door, expected, inNode(place, file))));
    return withPages(place, async (probe) => {
      const troubles = [];
      for (const { door, file, expected } of rows) troubles.push(wrong(door, expected, await probe(file)));
      return told(troubles);
    });
  };
}

/** The component and nothing else: it must bring the tag's definition along, through what bundlers leave out. */
function componentAlone(...command: string[]) {
  return (place: string): string | undefined => {
    emptied(place, 'entries');
    writeFileSync(
      join(place, 'entries/alone.js'),
      "import { IotpayCheckout } from 'iotpay-checkout/react';\nglobalThis.shown = IotpayCheckout;\n",
    );
    rmSync(join(place, 'bundled'), { recursive: true, force: true });
    const { status, output } = run(place, 'env', 'PLATFORM=browser', ...command);
    if (status !== 0) return output;
    const made = readdirSync(join(place, 'bundled'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('js'))
      .map((path) => readFileSync(join(place, 'bundled', path), 'utf8'))
      .join('');
    return made.includes('customElements') ? undefined : `The bundle defines no element.\n${output}`;
  };
}

const esbuild = (where: Place): string[] => [
  'sh',
  '-c',
  `esbuild entries/*.js --bundle --format=esm --platform=${where === 'server' ? 'node' : 'browser'} --outdir=bundled`,
];

export const BUNDLERS: Project = {
  name: 'bundlers',
  source: 'test/apps/bundlers',
  trials: {
    'Vite, every entry in the browser': everyEntry('browser', 'vite', 'build'),
    'Vite (ssr), every entry in Node': everyEntry('server', 'vite', 'build'),
    'webpack, every entry in the browser': everyEntry('browser', 'webpack'),
    'webpack (target node), every entry in Node': everyEntry('server', 'webpack'),
    'esbuild, every entry in the browser': everyEntry('browser', ...esbuild('browser')),
    'esbuild, every entry in Node': everyEntry('server', ...esbuild('server')),
    'Rollup, every entry in the browser': everyEntry('browser', 'rollup', '-c'),
    'Rollup, every entry in Node': everyEntry('server', 'rollup', '-c'),
    'Vite, the component alone': componentAlone('vite', 'build'),
    'webpack, the component alone': componentAlone('webpack'),
  },
};
