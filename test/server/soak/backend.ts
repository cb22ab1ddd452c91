import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import sqlite from 'node-sqlite3-wasm';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, sqlStore, type Store } from '../../../src/server/index.js';
import { startDatabase } from '../../support/databases.js';
import type { StoreAddress } from './open-store.js';
import { startProxy, type Proxy } from './proxy.js';
import { answerStoreCall, type StoreCall } from './served-store.js';

export const STORES = ['memory', 'sqlite', 'postgres', 'redis'] as const;
export type StoreName = (typeof STORES)[number];

const DATABASE_OF = { postgres: 'postgresql', redis: 'redis' } as const;
const DEFAULT_PORTS = { postgres: 5432, redis: 6379 };

/** What the servers share, with its connections to be cut. */
export interface Backend {
  readonly address: StoreAddress;
  cut(): void;
  close(): Promise<void>;
}

/**
 * Starts what the servers share. `memory` and `sqlite` are kept here and served over HTTP, since neither is for several
 * processes: the lock of node-sqlite3-wasm outlives a process that is killed.
 * @param url - of a PostgreSQL or Redis that runs already and may be written into. Default: one is started, and stopped in the end
 */
export async function startBackend(name: StoreName, url: string | undefined): Promise<Backend> {
  if (name === 'memory') return serve(memoryStore());
  if (name === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-soak-'));
    const database = new sqlite.Database(join(folder, 'shop.db'));
    const store = sqlStore((sql, params) => database.all(sql, params), { dialect: 'sqlite' });
    const backend = await serve(store);
    const close = async () => {
      await backend.close();
      database.close();
      rmSync(folder, { recursive: true });
    };
    return { ...backend, close };
  }
  const database = url === undefined ? await startDatabase(DATABASE_OF[name]) : undefined;
  const { hostname, port } = new URL(url ?? database!.url);
  const proxy = await startProxy(() => Number(port || DEFAULT_PORTS[name]), hostname);
  const address = new URL(url ?? database!.url);
  address.hostname = '127.0.0.1';
  address.port = String(proxy.port);
  return {
    address: { kind: name, url: address.href },
    cut: () => proxy.cut(),
    close: async () => {
      proxy.close();
      await database?.stop();
    },
  };
}

async function serve(store: Store): Promise<Backend> {
  const server = createServer((request, response) => {
    json(request)
      .then((call) => answerStoreCall(store, call as StoreCall))
      .then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = await startProxy(() => (server.address() as AddressInfo).port);
  return {
    address: { kind: 'served', url: `http://127.0.0.1:${proxy.port}/` },
    cut: () => proxy.cut(),
    close: async () => {
      proxy.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
