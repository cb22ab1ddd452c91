import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SettingsError } from './settings-error.js';

/**
 * The shop's database.
 * @typedef {object} Database
 * @property {'sqlite' | 'postgresql'} dialect
 * @property {(sql: string, params?: readonly (string | number)[]) => Promise<Record<string, unknown>[]>} query
 *   placeholders are `?`
 * @property {(sql: string, params: readonly (string | number)[]) => unknown} library the same for `sqlStore`, which
 *   writes the placeholders of its dialect
 * @property {() => Promise<void>} close
 */

/** What the shop keeps, beside the library's own table. Times are milliseconds, `lines` and `payment` are JSON. */
const TABLES = [
  'create table if not exists visitors (id text primary key, seen bigint not null)',
  `create table if not exists carts (visitor text not null, slug text not null, quantity integer not null,
    primary key (visitor, slug))`,
  `create table if not exists cards (card_id text primary key, visitor text not null, channel text not null,
    card_num text, expiry text, holder text, added bigint not null)`,
  `create table if not exists orders (id text primary key, visitor text not null, lines text not null,
    state text not null, placed bigint not null, in_cart integer not null, asked bigint, payment text)`,
  'create index if not exists orders_visitor on orders (visitor)',
  `create table if not exists given_back (mch_order_no text primary key, order_id text not null,
    amount bigint not null, done integer not null)`,
];

/**
 * Opens the shop's database, and makes its tables where they are missing.
 * @param {object} where
 * @param {string | undefined} where.url of a PostgreSQL
 * @param {string} where.folder else a SQLite file in this folder
 * @returns {Promise<Database>}
 */
export async function openDatabase({ url, folder }) {
  const database = url === undefined ? await openSqlite(folder) : await openPostgres(url);
  for (const table of TABLES) await database.query(table);
  return database;
}

/**
 * @param {string} folder
 * @returns {Promise<Database>}
 */
async function openSqlite(folder) {
  mkdirSync(folder, { recursive: true });
  const release = await holdAlone(folder);
  const { default: sqlite } = await import('node-sqlite3-wasm');
  const file = join(folder, 'shop.db');
  // node-sqlite3-wasm locks by a folder, which a process that was killed leaves behind. Nobody else has it: see above.
  rmSync(`${file}.lock`, { recursive: true, force: true });
  const database = new sqlite.Database(file);
  return {
    dialect: 'sqlite',
    query: async (sql, params = []) => database.all(sql, [...params]),
    library: (sql, params) => database.all(sql, [...params]),
    close: async () => {
      database.close();
      release();
    },
  };
}

/**
 * @param {string} url
 * @returns {Promise<Database>}
 */
async function openPostgres(url) {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', (error) => console.warn(`A connection to the database was lost: ${error.message}`));
  return {
    dialect: 'postgresql',
    query: async (sql, params = []) => {
      let number = 0;
      const { rows } = await pool.query(
        sql.replaceAll('?', () => `$${++number}`),
        [...params],
      );
      return rows;
    },
    library: (sql, params) => pool.query(sql, [...params]),
    close: () => pool.end(),
  };
}

/**
 * One process at a time works on a folder. What says so is a socket that listens: it ends with its process, however that
 * ends, and unlike a process's number it is never somebody else's.
 * @param {string} folder
 * @returns {Promise<() => void>}
 */
async function holdAlone(folder) {
  const name = `brindle-cove-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`;
  const path = platform() === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  for (let tries = 0; ; tries++) {
    const server = createServer((socket) => socket.destroy());
    const error = await new Promise((done) => {
      server.once('error', done);
      server.listen(path, () => done(undefined));
    });
    if (error === undefined) {
      server.unref();
      return () => server.close();
    }
    if (error.code !== 'EADDRINUSE') throw error;
    if (tries > 0 || (await answers(path)))
      throw new SettingsError(
        `Another shop is running on the data in ${folder}. Stop it, or set DATA_DIR to another folder.`,
      );
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function answers(path) {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}
