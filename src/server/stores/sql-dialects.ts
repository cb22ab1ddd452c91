import { describe } from './checks.js';

export const SQL_DIALECTS = ['postgresql', 'sqlite', 'mysql'] as const;
/** `mysql` is MariaDB's too. */
export type SqlDialect = (typeof SQL_DIALECTS)[number];

export const DEFAULT_TABLE = 'iotpay_checkout';

/** How many rows one page of `keys` and one sweep take. */
export const PAGE_ROWS = 500;

/** A statement with `:name` where a value goes. */
type Template = string;

export interface Statements {
  /** Fails where the table is not there, or not ours. */
  readonly probe: Template;
  /** Creates the table; together with others who do the same. */
  readonly create: readonly Template[];
  readonly get: Template;
  /** Writes over the version that was read. */
  readonly update: Template;
  /** Write where nothing is: one after the other, until one of them has written. */
  readonly insert: readonly Template[];
  /** One page of keys, from `:from` on. */
  readonly firstKeys: (limit: number) => Template;
  /** One page of keys, after `:from`. */
  readonly nextKeys: (limit: number) => Template;
  /** Finds expired keys, where `sweep` cannot do it by itself. */
  readonly expired: Template | undefined;
  /** Deletes some rows that have expired. Gets `:key0`, `:key1` … where `expired` has found them. */
  readonly sweep: (keys: number) => Template;
}

/** Our own names need no quotes, so none can break out of them. */
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,49}(?:\.[A-Za-z_][A-Za-z0-9_]{0,49})?$/;

/** @throws TypeError */
export function checkTable(caller: string, dialect: unknown, table: unknown): void {
  if (!(SQL_DIALECTS as readonly unknown[]).includes(dialect)) {
    throw new TypeError(
      `${caller}: expected dialect to be 'postgresql', 'sqlite' or 'mysql' (MariaDB too), received ` +
        `${typeof dialect === 'string' ? JSON.stringify(dialect) : describe(dialect)}.`,
    );
  }
  if (typeof table === 'string' && TABLE_NAME.test(table) && !(dialect === 'sqlite' && table.includes('.')))
    return;
  throw new TypeError(
    `${caller}: expected table to be a name of at most 50 letters, digits and underscores` +
      `${dialect === 'sqlite' ? '' : ' (before it, if need be, a schema and a dot)'}, received ` +
      `${typeof table === 'string' ? JSON.stringify(table) : describe(table)}.`,
  );
}

/**
 * Milliseconds since 1970 by the database's clock: servers whose clocks differ agree on what has expired. None of these
 * depends on a time zone.
 */
const NOW: Readonly<Record<SqlDialect, string>> = {
  postgresql: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
  sqlite: "cast((julianday('now') - 2440587.5) * 86400000 as integer)",
  mysql: "timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000",
};

const indexName = (table: string): string => `${table.slice(table.indexOf('.') + 1)}_expires_at`;

/**
 * Keys are compared byte by byte: the default collation of MySQL and MariaDB takes `A` for `a` and ignores spaces at the
 * end, so that two orders would share a record; and the range of a prefix is one only in this order.
 */
const SCHEMA: Readonly<Record<SqlDialect, (table: string) => readonly string[]>> = {
  postgresql: (table) => [
    `create table if not exists ${table} (
  id varchar(300) collate "C" primary key,
  value text not null,
  version varchar(36) not null,
  expires_at bigint not null
)`,
    `create index if not exists ${indexName(table)} on ${table} (expires_at)`,
  ],
  sqlite: (table) => [
    `create table if not exists ${table} (
  id text not null primary key,
  value text not null,
  version text not null,
  expires_at integer not null
)`,
    `create index if not exists ${indexName(table)} on ${table} (expires_at)`,
  ],
  mysql: (table) => [
    `create table if not exists ${table} (
  id varbinary(300) not null primary key,
  value mediumtext character set utf8mb4 not null,
  version varchar(36) character set ascii collate ascii_bin not null,
  expires_at bigint not null,
  index ${indexName(table)} (expires_at)
) engine = InnoDB`,
  ],
};

/**
 * The table that `sqlStore` uses, as SQL for your migrations. Not needed where the store may create it by itself, which it
 * does at its first use.
 * @param table - default: `iotpay_checkout`
 * @throws TypeError for a dialect or a name that is none
 */
export function sqlStoreSchema(dialect: SqlDialect, table: string = DEFAULT_TABLE): string {
  checkTable('sqlStoreSchema', dialect, table);
  return SCHEMA[dialect](table)
    .map((statement) => `${statement};\n`)
    .join('');
}

/** PostgreSQL's `if not exists` fails where two sessions create at the same time: they take turns. */
const inTurns = (statements: readonly string[]): string =>
  `do $$ begin perform pg_advisory_xact_lock(4951066); ${statements.join('; ')}; end $$`;

function common(dialect: SqlDialect, table: string) {
  const now = NOW[dialect];
  // As text in every dialect: MySQL's driver would give a key of bytes as a Buffer.
  const key = dialect === 'mysql' ? 'convert(id using ascii)' : 'id';
  const keys = (compare: string) => (limit: number) =>
    `select ${key} as name from ${table} where id ${compare} :from and id < :end and expires_at > ${now}` +
    ` order by ${table}.id limit ${limit}`;
  return {
    probe: `select id, value, version, expires_at from ${table} where id = ''`,
    get: `select ${dialect === 'mysql' ? 'hex(value) as value' : 'value'}, version from ${table} where id = :key and expires_at > ${now}`,
    update:
      `update ${table} set value = :value, version = :next, expires_at = ${now} + :ttl` +
      ` where id = :key and version = :version and expires_at > ${now}`,
    values: `into ${table} (id, value, version, expires_at) values (:key, :value, :next, ${now} + :ttl)`,
    firstKeys: keys('>='),
    nextKeys: keys('>'),
  };
}

/** One statement each: the row that it returns says that it has written. */
function returning(dialect: 'postgresql' | 'sqlite', table: string): Statements {
  const { values, update, ...others } = common(dialect, table);
  const now = NOW[dialect];
  const isPostgres = dialect === 'postgresql';
  // now(), since an index serves no clock_timestamp(). Two sweeps that lock the same rows in another order would wait for
  // each other: what is locked is passed over.
  const old =
    `select id from ${table} where expires_at <= ${isPostgres ? now.replace('clock_timestamp', 'now') : now}` +
    ` order by expires_at limit ${PAGE_ROWS}${isPostgres ? ' for update skip locked' : ''}`;
  return {
    ...others,
    create: isPostgres ? [inTurns(SCHEMA[dialect](table))] : SCHEMA[dialect](table),
    update: `${update} returning version`,
    insert: [
      `insert ${values} on conflict (id) do update set value = excluded.value, version = excluded.version,` +
        ` expires_at = excluded.expires_at where ${table}.expires_at <= ${now} returning version`,
    ],
    expired: undefined,
    sweep: () => `delete from ${table} where id in (${old})`,
  };
}

/** MySQL returns no rows from a write: the number of rows that it counts must tell. */
function counting(table: string): Statements {
  const { values, update, ...others } = common('mysql', table);
  const now = NOW.mysql;
  return {
    ...others,
    create: SCHEMA.mysql(table),
    update,
    // Not `on duplicate key update`: its count depends on a flag of the connection.
    insert: [
      `insert ignore ${values}`,
      `update ${table} set value = :value, version = :next, expires_at = ${now} + :ttl` +
        ` where id = :key and expires_at <= ${now}`,
    ],
    // By primary key, as the writes do: a delete along the other index would lock in the other order, and deadlock.
    expired: `select convert(id using ascii) as name from ${table} where expires_at <= ${now} limit ${PAGE_ROWS}`,
    sweep: (keys) =>
      `delete from ${table} where id in (${Array.from({ length: keys }, (_, i) => `:key${i}`).join(', ')})` +
      ` and expires_at <= ${now}`,
  };
}

export function statementsFor(dialect: SqlDialect, table: string): Statements {
  return dialect === 'mysql' ? counting(table) : returning(dialect, table);
}
