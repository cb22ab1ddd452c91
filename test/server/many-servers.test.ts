// Two of a merchant's servers on one database, one of them killed in the middle of its work.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sqlite from 'node-sqlite3-wasm';
import { memoryStore, type Store } from '../../src/server/index.js';
import { sqlStore } from './sql-store.js';
import { notificationOf } from './support.js';

function folderFor(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-store-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function sqlStoreFor(test: TestContext, now: () => number): Store {
  const database = new sqlite.Database(join(folderFor(test), 'shop.db'));
  test.after(() => database.close());
  return sqlStore(
    {
      run: (text, values) => database.run(text, [...values]),
      get: (text, values) => database.get(text, [...values]),
    },
    now,
  );
}

for (const [name, make] of [
  ['memoryStore', (_test: TestContext, now: () => number) => memoryStore(now)],
  ['a store over SQL', sqlStoreFor],
] as const) {
  describe(name, () => {
    it('gives a key to one of several callers, and its value to the others once it is done', async (test) => {
      const store = make(test, () => 0);
      const claims = await Promise.all(['a', 'b', 'c'].map((owner) => store.claim('key', owner, 1000)));
      assert.deepEqual(claims.map(({ state }) => state).sort(), ['busy', 'busy', 'claimed']);
      await store.complete('key', { answer: 1 }, 1000);
      assert.deepEqual(await store.claim('key', 'd', 1000), { state: 'done', value: { answer: 1 } });
      assert.deepEqual(await store.claim('other', 'd', 1000), { state: 'claimed' });
    });

    it('takes a key back from its owner only, and never what is done', async (test) => {
      const store = make(test, () => 0);
      await store.claim('key', 'a', 1000);
      await store.release('key', 'b');
      assert.equal((await store.claim('key', 'c', 1000)).state, 'busy');
      await store.release('key', 'a');
      assert.equal((await store.claim('key', 'c', 1000)).state, 'claimed');
      await store.complete('key', true, 1000);
      await store.release('key', 'c');
      assert.equal((await store.claim('key', 'd', 1000)).state, 'done');
    });

    it('forgets a claim, and a value, when their time is over', async (test) => {
      let now = 0;
      const store = make(test, () => now);
      await store.claim('key', 'a', 1000);
      now = 1001;
      assert.equal((await store.claim('key', 'b', 1000)).state, 'claimed');
      await store.release('key', 'a');
      assert.equal((await store.claim('key', 'c', 1000)).state, 'busy', 'the late one takes nothing away');
      await store.complete('key', true, 500);
      now = 1600;
      assert.equal((await store.claim('key', 'd', 1000)).state, 'claimed');
    });
  });
}

describe('two servers on one store', () => {
  it('a notification whose server is killed inside onPaid is delivered again, and never acknowledged before', async (test) => {
    const folder = folderFor(test);
    const log = join(folder, 'log');
    const said = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    const start = async (...more: string[]) => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'test/server/shop-process.ts', join(folder, 'shop.db'), log, ...more],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      test.after(() => child.kill('SIGKILL'));
      const origin = await new Promise<string>((resolve, reject) => {
        child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
        child.once('exit', (code) => reject(new Error(`A server ended with ${code}.`)));
      });
      return { child, origin };
    };
    const body = JSON.stringify(notificationOf());
    const notify = async (origin: string) => {
      const answer = await fetch(origin, { method: 'POST', body });
      return `${answer.status} ${await answer.text()}`;
    };

    const first = await start('hang');
    const lost = notify(first.origin).catch(() => 'no answer');
    while (!said().includes('begin order-1')) await new Promise((resolve) => setTimeout(resolve, 20));
    first.child.kill('SIGKILL');
    assert.equal(await lost, 'no answer');
    assert.deepEqual(said(), ['begin order-1']);

    const second = await start('finish');
    assert.equal(await notify(second.origin), '503 FAIL', 'while the claim of the dead one lasts');
    assert.deepEqual(said(), ['begin order-1']);

    const later = await start('finish', '121000');
    assert.deepEqual(await Promise.all([notify(later.origin), notify(later.origin)]), [
      '200 SUCCESS',
      '200 SUCCESS',
    ]);
    assert.equal(await notify(later.origin), '200 SUCCESS');
    assert.deepEqual(said(), ['begin order-1', 'begin order-1', 'done order-1']);
  });
});
