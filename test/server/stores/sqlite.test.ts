import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { addTogether, conforms, driversOf, pause } from './together.js';

describe('a store in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-sqlite-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [i, driver] of driversOf('sqlite').entries()) {
    const file = join(folder, `${i}.db`);
    it(`loses nothing where several processes write together through ${driver}`, async () => {
      assert.deepEqual(await addTogether([driver], file, () => pause(500)), []);
    });

    it(`keeps the rules through ${driver}`, () => conforms(driver, file));
  }

  it(
    'node:sqlite is tested where Node has it',
    { skip: !driversOf('sqlite').includes('node:sqlite') && 'this Node has none' },
    () => assert.ok(driversOf('sqlite').includes('node:sqlite')),
  );
});
