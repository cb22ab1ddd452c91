import { redisStore, sqlStore, type Store } from '../../../src/server/index.js';
import { servedStore } from './served-store.js';

/** How a server reaches its store. */
export interface StoreAddress {
  /** `served`: the soak's own process keeps it. */
  readonly kind: 'served' | 'postgres' | 'redis';
  readonly url: string;
}

/** A lost connection is told to whoever waits for an answer; nobody waits on an idle one. */
const ignoreIdle = (): void => undefined;

/** Opens a server's store, as a shop would. A driver is loaded where it is needed: a server that was killed is soon back. */
export async function openStore({ kind, url }: StoreAddress): Promise<Store> {
  if (kind === 'served') return servedStore(url);
  if (kind === 'postgres') {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on('error', ignoreIdle);
    return sqlStore((sql, params) => pool.query(sql, params), { dialect: 'postgresql' });
  }
  const { createClient } = await import('redis');
  const client = createClient({ url });
  client.on('error', ignoreIdle);
  await client.connect();
  return redisStore((args) => client.sendCommand(args));
}
