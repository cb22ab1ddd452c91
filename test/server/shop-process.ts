/** One of a merchant's servers, for the tests: the notification route over a database file that others share. */
import { appendFileSync } from 'node:fs';
import { createAdaptorServer } from '@hono/node-server';
import sqlite from 'node-sqlite3-wasm';
import type { AddressInfo } from 'node:net';
import { createIotpay, notificationHandler } from '../../src/server/index.js';
import { sqlStore } from './sql-store.js';
import { MERCHANT } from './support.js';

const [file = '', log = '', behaviour = '', ahead = '0'] = process.argv.slice(2);
const database = new sqlite.Database(file);
const handle = notificationHandler(createIotpay(MERCHANT), {
  store: sqlStore(
    {
      run: (text, values) => database.run(text, [...values]),
      get: (text, values) => database.get(text, [...values]),
    },
    () => Date.now() + Number(ahead),
  ),
  order: () => ({ amount: 1999, currency: 'CAD' }),
  onPaid: async ({ mchOrderNo }) => {
    appendFileSync(log, `begin ${mchOrderNo}\n`);
    if (behaviour === 'hang') await new Promise(() => setInterval(() => {}, 1000));
    appendFileSync(log, `done ${mchOrderNo}\n`);
  },
});
const server = createAdaptorServer({ fetch: handle });
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
