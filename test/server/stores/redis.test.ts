import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createClient } from 'redis';
import { addTogether, driversOf, pause, testServer } from './together.js';

testServer('redis', (database) => {
  it('loses nothing and does nothing twice where connections are cut', async () => {
    const { url } = database();
    const errors = await addTogether(driversOf('redis'), url, async () => {
      const admin = await createClient({ url }).connect();
      for (let i = 0; i < 15; i++) {
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
        await pause(20);
      }
      admin.destroy();
    });
    assert.notEqual(errors.length, 0);
  });
});
