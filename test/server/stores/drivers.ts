// Each driver with the line that the stores' README gives for it.
import { redisStore, sqlStore } from '../../../src/server/index.js';
import type { Store } from '../../../src/server/stores/store.js';
import type { DatabaseName } from '../../support/databases.js';

export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<unknown>;
}

export interface Driver {
  readonly database: DatabaseName | 'sqlite';
  /** @param url - the database's address; for SQLite the file's path */
  open(url: string): Promise<OpenStore>;
}

/** A lost connection is told to whoever is waiting for an answer; nobody waits on an idle one. */
const ignoreIdle = (): void => undefined;

/** What is used of it: the types are those of Node 20, which has no SQLite. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): { all(...params: readonly (string | number)[]): unknown };
    close(): void;
  };
}
const nodeSqlite = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule?.(
  'node:sqlite',
) as NodeSqlite | undefined;

export const DRIVERS: Readonly<Record<string, Driver>> = {
  pg: {
    database: 'postgresql',
    open: async (url) => {
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: url, max: 4 });
      pool.on('error', ignoreIdle);
      const store = sqlStore((sql, params) => pool.query(sql, params), { dialect: 'postgresql' });
      return { store, close: () => pool.end() };
    },
  },
  postgres: {
    database: 'postgresql',
    open: async (url) => {
      const { default: postgres } = await import('postgres');
      // Its query for the array types is nobody's: where the connection is cut then, the process ends (porsager/postgres#1192).
      const client = postgres(url, { fetch_types: false });
      const store = sqlStore((sql, params) => client.unsafe(sql, params), { dialect: 'postgresql' });
      return { store, close: () => client.end() };
    },
  },
  mysql2: {
    database: 'mariadb',
    open: async (url) => {
      const { default: mysql } = await import('mysql2/promise');
      const pool = mysql.createPool({ uri: url, connectionLimit: 4 });
      const store = sqlStore(async (sql, params) => (await pool.query(sql, params))[0], { dialect: 'mysql' });
      return { store, close: () => pool.end() };
    },
  },
  'mysql2, prepared': {
    database: 'mariadb',
    open: async (url) => {
      const { default: mysql } = await import('mysql2/promise');
      const pool = mysql.createPool({ uri: url, connectionLimit: 4 });
      const store = sqlStore(async (sql, params) => (await pool.execute(sql, params))[0], {
        dialect: 'mysql',
      });
      return { store, close: () => pool.end() };
    },
  },
  ioredis: {
    database: 'redis',
    open: async (url) => {
      const { Redis } = await import('ioredis');
      const redis = new Redis(url, { autoResendUnfulfilledCommands: false });
      redis.on('error', ignoreIdle);
      const store = redisStore((args) => redis.call(...args));
      return { store, close: async () => redis.disconnect() };
    },
  },
  redis: {
    database: 'redis',
    open: async (url) => {
      const { createClient } = await import('redis');
      const client = createClient({ url });
      client.on('error', ignoreIdle);
      await client.connect();
      const store = redisStore((args) => client.sendCommand(args));
      return { store, close: async () => client.destroy() };
    },
  },
  'redis, RESP3': {
    database: 'redis',
    open: async (url) => {
      const { createClient } = await import('redis');
      const client = createClient({ url, RESP: 3 });
      client.on('error', ignoreIdle);
      await client.connect();
      const store = redisStore((args) => client.sendCommand(args));
      return { store, close: async () => client.destroy() };
    },
  },
  'node-sqlite3-wasm': {
    database: 'sqlite',
    open: async (path) => {
      const { default: sqlite } = await import('node-sqlite3-wasm');
      const database = new sqlite.Database(path);
      // A test's file need not survive a power cut: yours must, so leave `synchronous` as it is.
      database.exec('pragma busy_timeout = 5000; pragma synchronous = off');
      const store = sqlStore((sql, params) => database.all(sql, params), { dialect: 'sqlite' });
      return { store, close: async () => database.close() };
    },
  },
  ...(nodeSqlite && {
    'node:sqlite': {
      database: 'sqlite',
      open: async (path: string) => {
        const database = new nodeSqlite.DatabaseSync(path);
        database.exec('pragma busy_timeout = 5000; pragma journal_mode = wal');
        const store = sqlStore((sql, params) => database.prepare(sql).all(...params), { dialect: 'sqlite' });
        return { store, close: async () => database.close() };
      },
    } satisfies Driver,
  }),
};
