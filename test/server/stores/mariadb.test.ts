import assert from 'node:assert/strict';
import { it } from 'node:test';
import mysql from 'mysql2/promise';
import { sqlStore } from '../../../src/server/index.js';
import { addTogether, driversOf, pause, testServer } from './together.js';

testServer('mariadb', (database) => {
  for (const [what, charset, mode] of [
    ['the character set latin1', 'latin1', ''],
    ['the character set gbk', 'gbk', ''],
    ['the mode NO_BACKSLASH_ESCAPES', 'utf8mb4', 'NO_BACKSLASH_ESCAPES'],
    ['the mode ANSI_QUOTES', 'utf8mb4', 'ANSI_QUOTES'],
    ['the mode EMPTY_STRING_IS_NULL', 'utf8mb4', 'STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL'],
  ] as const)
    it(`gives back what it was given through a connection with ${what}`, async () => {
      const pool = mysql.createPool({ uri: database().url, connectionLimit: 1, charset });
      if (mode) await pool.query(`set session sql_mode = '${mode}'`);
      const store = sqlStore(async (sql, params) => (await pool.query(sql, params))[0], { dialect: 'mysql' });
      const value = `{"id":"O'Brien \\"\\\\ 订单 😀 é\n"}`;
      const key = `it's a "\\key" ${what}`;
      try {
        assert.equal(await store.set(key, value, { version: undefined, ttlMs: 60_000 }), true);
        const written = await store.get(key);
        assert.equal(written?.value, value);
        assert.equal(await store.set(key, '', { version: written.version, ttlMs: 60_000 }), true);
        assert.equal((await store.get(key))?.value, '');
        assert.equal(await store.set(`${key} 2`, '', { version: undefined, ttlMs: 60_000 }), true);
        assert.equal((await store.get(`${key} 2`))?.value, '');
      } finally {
        await pool.end();
      }
    });

  it('loses nothing and does nothing twice where connections are cut', async () => {
    const { url } = database();
    const errors = await addTogether(driversOf('mariadb'), url, async () => {
      const admin = await mysql.createConnection(url);
      for (let i = 0; i < 15; i++) {
        const [rows] = await admin.query<mysql.RowDataPacket[]>(
          'select id from information_schema.processlist where user = ? and id <> connection_id()',
          ['shop'],
        );
        // One that has gone by itself since is no matter.
        for (const { id } of rows) await admin.query(`kill connection ${id}`).catch(() => undefined);
        await pause(30);
      }
      await admin.end();
    });
    assert.notEqual(errors.length, 0);
  });
});
