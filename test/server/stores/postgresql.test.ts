import assert from 'node:assert/strict';
import { it } from 'node:test';
import pg from 'pg';
import { addTogether, driversOf, pause, testServer } from './together.js';

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where usename = current_user and pid <> pg_backend_pid()`;

testServer('postgresql', (database) => {
  it('loses nothing and does nothing twice where connections are cut', async () => {
    const { url } = database();
    const errors = await addTogether(driversOf('postgresql'), url, async () => {
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      for (let i = 0; i < 15; i++) {
        await admin.query(CUT);
        await pause(30);
      }
      await admin.end();
    });
    assert.notEqual(errors.length, 0);
  });
});
