/**
 * `npm run load`: 10,000 requests to each of two routes, 64 at a time, with a gateway that answers at once, beside a bare
 * route of Hono's in the same run; `-- --count 1000 --concurrency 16 --store memory,sqlite,postgresql,mariadb,redis`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryStore } from '../../src/server/index.js';
import { startDatabase } from '../support/databases.js';
import { bareLoad, load } from './load.js';
import { DRIVERS, type OpenStore } from './stores/drivers.js';

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
    concurrency: { type: 'string', default: '64' },
    store: { type: 'string', default: 'memory' },
  },
});
const [count, concurrency] = [Number(values.count), Number(values.concurrency)];

async function open(name: string): Promise<OpenStore> {
  if (name === 'memory') return { store: memoryStore(), close: async () => undefined };
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

const rows: Record<string, string | number>[] = [];
for (const name of values.store.split(',')) {
  console.error(`${name} …`);
  const { store, close } = await open(name);
  try {
    // Once to warm up, once to be measured, beside each other.
    await bareLoad(count, concurrency);
    const bare = await bareLoad(count, concurrency);
    for (const { perSecond, medianMs, p99Ms, ...rest } of await load(count, concurrency, {
      store,
      gatewayMs: 0,
    })) {
      rows.push({
        store: name,
        ...rest,
        'median, ms': medianMs.toFixed(2),
        'p99, ms': p99Ms.toFixed(2),
        'per second': Math.round(perSecond),
        'of a bare route': (perSecond / bare.perSecond).toFixed(2),
      });
      if (rest.lost > 0 || rest.twice > 0 || rest.distinct !== rest.handled) process.exitCode = 1;
    }
  } finally {
    await close();
  }
}
console.table(rows);
