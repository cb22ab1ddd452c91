/**
 * `npm run load`: 10,000 requests to each of two routes, 64 at a time, with a gateway that answers at once, in turns with
 * bare routes of Hono's and with routes by hand that make the same trips and check nothing (load-by-hand.ts), five rounds
 * after one that warms up; medians, and each share is taken within its round.
 * `-- --count 1000 --rounds 3 --concurrency 16 --store memory,sqlite,postgresql,mariadb,redis`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { Store } from '../../src/server/index.js';
import { startDatabase } from '../support/databases.js';
import { median } from '../bench/statistics.js';
import type * as Load from './load.js';
import { DRIVERS } from './stores/drivers.js';

/** The driver that each store is measured with. */
const DRIVER = {
  sqlite: 'node-sqlite3-wasm',
  postgresql: 'pg',
  mariadb: 'mysql2, prepared',
  redis: 'redis',
} as const;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '64' },
    store: { type: 'string', default: 'memory' },
  },
});
const [count, rounds, concurrency] = [values.count, values.rounds, values.concurrency].map(Number) as [
  number,
  number,
  number,
];

/** As a merchant has it: tsx, which runs this file, adds a call for the name of each function that is made. */
async function compiled(): Promise<typeof Load> {
  const outfile = '.cache/load.mjs';
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm' } as const;
  await build({ ...options, entryPoints: ['test/server/load.ts'], target: 'node20', outfile });
  return (await import(pathToFileURL(outfile).href)) as typeof Load;
}

interface Opened {
  /** `undefined`: a `memoryStore()` for each round. */
  readonly store: Store | undefined;
  readonly close: () => Promise<void>;
}

async function open(name: string): Promise<Opened> {
  if (name === 'memory') return { store: undefined, close: async () => undefined };
  const driver = DRIVERS[DRIVER[name as keyof typeof DRIVER] ?? ''];
  if (!driver)
    throw new Error(`--store: expected memory, ${Object.keys(DRIVER).join(', ')}, received ${name}.`);
  if (driver.database === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-load-'));
    const { store, close } = await driver.open(join(folder, 'shop.db'));
    return { store, close: async () => (await close(), rmSync(folder, { recursive: true })) };
  }
  const database = await startDatabase(driver.database);
  const { store, close } = await driver.open(database.url);
  return { store, close: async () => (await close(), database.stop()) };
}

const { bareLoad, load } = await compiled();

interface Round {
  readonly result: Load.LoadResult;
  /** Of what the bare route does in the same round. */
  readonly share: number;
  /** Of what it does where it asks the gateway as well; a notification asks nobody. */
  readonly shareAsking: number | undefined;
  /** Of what a route by hand does with the same store. */
  readonly shareByHand: number;
}

/** One round's routes one after the other, so that what slows the machine down slows all of them. */
async function measure(store: Store | undefined, round: number): Promise<Round[]> {
  const bare = [
    await bareLoad('secure-id', count, concurrency),
    await bareLoad('notification', count, concurrency),
  ];
  const asking = await bareLoad('secure-id', count, concurrency, true);
  const options = { store, gatewayMs: 0 };
  const byHand = await load(count, concurrency, { ...options, name: `by-hand-${round}`, byHand: true });
  const results = await load(count, concurrency, { ...options, name: `round-${round}` });
  return results.map((result, route) => ({
    result,
    share: result.perSecond / (bare[route]?.perSecond ?? NaN),
    shareAsking: route === 0 ? result.perSecond / asking.perSecond : undefined,
    shareByHand: result.perSecond / (byHand[route]?.perSecond ?? NaN),
  }));
}

function rowOf(name: string, rounds: readonly Round[]) {
  const middle = (read: (round: Round) => number) => median(rounds.map(read));
  const sum = (read: (result: Load.LoadResult) => number) =>
    rounds.reduce((all, { result }) => all + read(result), 0);
  return {
    store: name,
    route: rounds[0]?.result.route ?? '',
    requests: sum(({ requests }) => requests),
    lost: sum(({ lost }) => lost),
    twice: sum(({ twice }) => twice),
    unhandled: sum(({ distinct, handled }) => distinct - handled),
    'median, ms': middle(({ result }) => result.medianMs).toFixed(2),
    'p99, ms': middle(({ result }) => result.p99Ms).toFixed(2),
    'per second': Math.round(middle(({ result }) => result.perSecond)),
    'of a bare route': middle(({ share }) => share).toFixed(2),
    'of one that asks': rounds[0]?.shareAsking
      ? middle(({ shareAsking = NaN }) => shareAsking).toFixed(2)
      : '',
    'of one by hand': middle(({ shareByHand }) => shareByHand).toFixed(2),
  };
}

const rows: ReturnType<typeof rowOf>[] = [];
for (const name of values.store.split(',')) {
  console.error(`${name} …`);
  const { store, close } = await open(name);
  try {
    const all: Round[][] = [];
    // The first one warms up.
    for (let round = 0; round <= rounds; round++) all.push(await measure(store, round));
    const [forms, notifications] = [0, 1].map((route) =>
      rowOf(
        name,
        all.slice(1).flatMap((each) => each[route] ?? []),
      ),
    );
    if (forms && notifications) rows.push(forms, notifications);
  } finally {
    await close();
  }
}
console.table(rows);
if (rows.some(({ lost, twice, unhandled }) => lost + twice + unhandled > 0)) process.exitCode = 1;
