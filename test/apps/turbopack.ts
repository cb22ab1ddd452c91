import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { ENTRIES, fileOf, told, writeEntries, wrong, type Probed } from './bundles.js';
import { run, type Project } from './project.js';
import { startServer, type AppServer } from './servers.js';

/** Scripts of pages, which a framework does not import. */
const isScript = (door: string): boolean => door.startsWith('./cdn/');
/** What Next's edge runtime can load: it has no `node:crypto`, and no files. */
const onEdge = (door: string): boolean => !isScript(door) && door !== './server' && door !== './sandbox';
const DOORS = Object.keys(ENTRIES).filter((door) => !isScript(door));

/** A module that imports these entries, and says what each of them gives. */
function writeAll(place: string, name: string, doors: readonly string[]): void {
  const imports = doors.map((door, i) => `import * as entry${i} from './${fileOf(door)}.js';`);
  const rows = doors.map((door, i) => `  ${JSON.stringify(door)}: await probe(entry${i}),`);
  const code = [
    `import { probe } from '../probe.mjs';`,
    ...imports,
    `export const probeAll = async () => ({\n${rows.join('\n')}\n});\n`,
  ];
  writeFileSync(join(place, 'entries', name), code.join('\n'));
}

type Where = 'browser' | 'server' | 'edge';

/** What is otherwise than in the other bundlers. */
const OTHERWISE: Readonly<Record<Where, Readonly<Record<string, Partial<Probed>>>>> = {
  browser: {},
  server: {
    // Next gives a server no more of a client component than a reference.
    './react': { does: 'class: function' },
    // The files of its card form come along.
    './sandbox': { does: 'sandbox: 200' },
  },
  edge: { '.': { tag: false }, './react': { does: 'class: function' } },
};

/** The modules share one page, or one process: of the tag it is asked once. */
function read(said: string, doors: readonly string[], where: Where): string | undefined {
  let found: Record<string, Probed>;
  try {
    found = JSON.parse(said) as Record<string, Probed>;
  } catch {
    return said;
  }
  return told(
    doors.map((door) => {
      const usual = ENTRIES[door]?.[where === 'browser' ? 'browser' : 'server'];
      const probed = found[door];
      if (!usual || !probed) return `${door}: not there`;
      const expected = { ...usual, ...OTHERWISE[where][door] };
      const tag = door === '.' ? expected.tag : probed.tag;
      return wrong(door, { ...expected, tag }, JSON.stringify(probed));
    }),
  );
}

async function inBrowser({ origin }: AppServer, path: string): Promise<string> {
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`${origin}${path}`);
    const said = await page.waitForSelector('#said');
    return (await said?.evaluate((node) => node.textContent)) ?? '';
  } finally {
    await browser?.close();
  }
}

const answerOf = async ({ origin }: AppServer, path: string) => (await fetch(`${origin}${path}`)).text();

let app: AppServer | undefined;

/** A trial of what was built. */
const opened = (trial: (at: AppServer) => Promise<string | undefined>) => async () =>
  app ? trial(app) : 'It was not built.';

export const TURBOPACK: Project = {
  name: 'turbopack',
  source: 'test/apps/turbopack',
  trials: {
    'every entry is built': async (place) => {
      cpSync('test/apps/bundlers/probe.mjs', join(place, 'probe.mjs'));
      writeEntries(place);
      writeAll(place, 'all.js', DOORS);
      writeAll(place, 'edge.js', DOORS.filter(onEdge));
      const { status, output } = run(place, 'next', 'build');
      if (status !== 0) return output;
      app = await startServer(place, ['next', 'start', '-H', '127.0.0.1', '-p', 'PORT'], {});
      return undefined;
    },
    'in a client component, in the browser': opened(async (at) =>
      read(await inBrowser(at, '/'), DOORS, 'browser'),
    ),
    'in a server component': opened(async (at) => read(await inBrowser(at, '/server'), DOORS, 'server')),
    'in a route handler': opened(async (at) => read(await answerOf(at, '/node'), DOORS, 'server')),
    'in an edge route': opened(async (at) => read(await answerOf(at, '/edge'), DOORS.filter(onEdge), 'edge')),
  },
  end: () => app?.stop(),
};
