import assert from 'node:assert/strict';
import { it } from 'node:test';
import mysql from 'mysql2/promise';
import { addTogether, driversOf, pause, testServer } from './together.js';

testServer('mariadb', (database) => {
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
