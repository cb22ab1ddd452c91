import { checkKey, checkListing, checkWrite, describe } from './checks.js';
import { hasCounted, hasReturned, rowsOf, textOf } from './sql-answers.js';
import {
  DEFAULT_TABLE,
  PAGE_ROWS,
  checkTable,
  statementsFor,
  type SqlDialect,
  type Statements,
} from './sql-dialects.js';
import type { Store } from './store.js';

/** How often rows that have expired are deleted, in milliseconds. */
const SWEEP_MS = 10_000;

/** A statement that the database has rolled back is tried again so often. */
const MOST_ROLLBACKS = 10;

/** So long is waited before it, at most, in milliseconds. */
const ROLLBACK_PAUSE_MS = 20;

/** Comes after every character that a key may have. */
const AFTER_ASCII = '\x7f';

/**
 * Runs one statement, by itself (not inside a transaction of yours), on the database that takes the writes (no read replica).
 * Its placeholders are `$1`, `$2` … for PostgreSQL, `?` otherwise. Answers with the rows, as an array of objects or as an
 * object with `rows`; for MySQL and MariaDB, where a statement gives no rows, with the object that has `affectedRows`. May
 * answer at once or with a promise; throws or rejects where the database did not answer.
 */
export type SqlQuery = (sql: string, params: (string | number)[]) => unknown;

export interface SqlStoreOptions {
  /** `mysql` is MariaDB's too. */
  readonly dialect: SqlDialect;
  /** Default: `iotpay_checkout`. With a schema before it and a dot, if need be. */
  readonly table?: string;
}

type Values = Readonly<Record<string, string | number>>;
/** Runs a template; a statement without values needs none. */
type Run = (template: string, values?: Values) => Promise<unknown>;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Texts go to MySQL and back as the hexadecimal digits of their UTF-8: a connection whose character set is another one would
 * change them in silence, and so would the driver's backslashes where the server's mode is NO_BACKSLASH_ESCAPES.
 */
const toHex = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @throws TypeError for what is no text in UTF-8, in hexadecimal digits */
function fromHex(digits: string): string {
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A template's text for the driver, and its values in the order in which they stand there. */
function bind(dialect: SqlDialect, template: string, values: Values): [string, (string | number)[]] {
  const params: (string | number)[] = [];
  const sql = template.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name]!;
    // MariaDB's mode EMPTY_STRING_IS_NULL makes a NULL of every empty text that it is sent, and of none that it has made itself.
    if (dialect === 'mysql' && value === '') return 'space(0)';
    const isHex = dialect === 'mysql' && typeof value === 'string';
    params.push(isHex ? toHex(value) : value);
    return dialect === 'postgresql' ? `$${params.length}` : isHex ? 'unhex(?)' : '?';
  });
  return [sql, params];
}

/**
 * Whether the database says that it has undone the statement: a deadlock, in which it chose this one to give way, or two
 * that could not be put in order. SQLSTATE of class 40, without 40003, which does not know whether it was done. `pg` and
 * `postgres` tell it as `code`, `mysql2` as `sqlState`.
 */
function isRolledBack(error: unknown): boolean {
  const { code, sqlState } = (error ?? {}) as { readonly code?: unknown; readonly sqlState?: unknown };
  return [code, sqlState].some((state) => ['40001', '40P01', '40002', '40000'].includes(state as string));
}

/** A statement that was rolled back has written nothing, so it is safe to run it again. */
async function again(statement: () => unknown): Promise<unknown> {
  for (let rollbacks = 0; ; rollbacks++) {
    try {
      return await statement();
    } catch (error) {
      if (rollbacks === MOST_ROLLBACKS || !isRolledBack(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * ROLLBACK_PAUSE_MS));
    }
  }
}

/** A role without the right to create can still use what is there, so it is looked for first. */
async function findOrCreate(run: Run, statements: Statements, hint: string): Promise<void> {
  let missing: unknown;
  const found = await run(statements.probe).catch((error: unknown) => {
    missing = error;
    return [];
  });
  rowsOf(found);
  if (missing === undefined) return;
  try {
    for (const statement of statements.create) await run(statement);
  } catch (cause) {
    throw new Error(
      `sqlStore: the table cannot be used (${messageOf(missing)}) and cannot be created (${messageOf(cause)}). ${hint}`,
      { cause },
    );
  }
}

async function sweep(run: Run, statements: Statements): Promise<void> {
  if (!statements.expired) {
    await run(statements.sweep(0));
    return;
  }
  const keys = rowsOf(await run(statements.expired)).map((row) => textOf(row, 'name'));
  if (keys.length === 0) return;
  await run(statements.sweep(keys.length), Object.fromEntries(keys.map((key, i) => [`key${i}`, key])));
}

async function* list(
  run: Run,
  statements: Statements,
  prefix: string,
  limit: number,
): AsyncGenerator<string> {
  const end = prefix + AFTER_ASCII;
  let from = prefix;
  let page = statements.firstKeys;
  for (let left = limit; left > 0;) {
    const rows = rowsOf(await run(page(Math.min(left, PAGE_ROWS)), { from, end }));
    const names = rows.map((row) => textOf(row, 'name'));
    const last = names.at(-1);
    if (last === undefined) return;
    yield* names;
    left -= names.length;
    from = last;
    page = statements.nextKeys;
  }
}

/**
 * A store in a table of your database: PostgreSQL, SQLite (3.35 or newer), MySQL or MariaDB. It creates the table at its
 * first use, where it is not there (`sqlStoreSchema` gives the SQL instead), and deletes rows that have expired, now and then,
 * a few at a time. Times are the database's, not this machine's.
 * @param query - one line for every driver, see `src/server/stores/README.md`
 * @throws TypeError for options that are none
 */
export function sqlStore(query: SqlQuery, options: SqlStoreOptions): Store {
  if (typeof query !== 'function') {
    throw new TypeError(`sqlStore: expected a function (sql, params) => rows, received ${describe(query)}.`);
  }
  const { dialect, table = DEFAULT_TABLE } = options ?? {};
  checkTable('sqlStore', dialect, table);
  const statements = statementsFor(dialect, table);
  const run: Run = (template, values = {}) => again(() => query(...bind(dialect, template, values)));
  let ready: Promise<void> | undefined;
  let nextSweep = 0;

  const prepare = (): Promise<void> => {
    const hint = `Where the database is well, create ${table} with what sqlStoreSchema('${dialect}') gives.`;
    ready ??= findOrCreate(run, statements, hint).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
  const write = async (template: string, values: Values & { readonly next: string }): Promise<boolean> => {
    const answer = await run(template, values);
    return dialect === 'mysql' ? hasCounted(answer) : hasReturned(answer, values.next);
  };

  return {
    get: async (key) => {
      checkKey('sqlStore.get', key);
      await prepare();
      const row = rowsOf(await run(statements.get, { key }))[0];
      if (!row) return undefined;
      const value = textOf(row, 'value');
      return { value: dialect === 'mysql' ? fromHex(value) : value, version: textOf(row, 'version') };
    },
    set: async (key, value, writeOptions) => {
      checkWrite('sqlStore.set', key, value, writeOptions);
      await prepare();
      // Before the write, so that what fails here is told while nothing has been written.
      if (Date.now() >= nextSweep) {
        nextSweep = Date.now() + SWEEP_MS;
        await sweep(run, statements);
      }
      const { version, ttlMs } = writeOptions;
      const values = { key, value, next: crypto.randomUUID(), ttl: ttlMs };
      if (version !== undefined) return write(statements.update, { ...values, version });
      for (const statement of statements.insert) if (await write(statement, values)) return true;
      return false;
    },
    keys: async function* (prefix, limit) {
      checkListing('sqlStore.keys', prefix, limit);
      await prepare();
      yield* list(run, statements, prefix, limit);
    },
  };
}
