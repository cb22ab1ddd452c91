import type { Store } from '../../src/server/index.js';

/** What the store needs of a database: SQLite's dialect, as PostgreSQL understands it too. */
export interface Sql {
  run(text: string, values: readonly (string | number)[]): unknown;
  get(text: string, values: readonly (string | number)[]): Record<string, unknown> | null | undefined;
}

/**
 * A store that many servers share: one table, one row a key. The README shows it.
 * @param now - milliseconds since the epoch
 */
export function sqlStore(sql: Sql, now: () => number = Date.now): Store {
  sql.run(
    'CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, owner TEXT, until BIGINT NOT NULL, value TEXT)',
    [],
  );
  return {
    async claim(key, owner, ttl) {
      // One statement: of several servers at the same time, the database lets one through.
      const taken = sql.get(
        `INSERT INTO claims (key, owner, until) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, until = excluded.until, value = NULL
         WHERE claims.until <= ? RETURNING key`,
        [key, owner, now() + ttl, now()],
      );
      if (taken) return { state: 'claimed' };
      const row = sql.get('SELECT value FROM claims WHERE key = ?', [key]);
      const value = row?.['value'];
      return typeof value === 'string' ? { state: 'done', value: JSON.parse(value) } : { state: 'busy' };
    },
    async complete(key, value, ttl) {
      sql.run(
        `INSERT INTO claims (key, until, value) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET until = excluded.until, value = excluded.value`,
        [key, now() + ttl, JSON.stringify(value)],
      );
    },
    async release(key, owner) {
      sql.run('DELETE FROM claims WHERE key = ? AND owner = ? AND value IS NULL', [key, owner]);
    },
  };
}
