import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryStore } from '../../../src/server/stores/memory.js';

const TTL_MS = 1000;

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

describe('memoryStore', () => {
  it('writes only over the version that was read', async () => {
    const store = memoryStore(() => 0);
    assert.equal(await store.get('a'), undefined);
    assert.equal(await store.set('a', 'one', { version: 'x', ttlMs: TTL_MS }), false, 'nothing is there');
    assert.equal(await store.set('a', 'one', { version: undefined, ttlMs: TTL_MS }), true);
    assert.equal(await store.set('a', 'two', { version: undefined, ttlMs: TTL_MS }), false, 'it is there');
    const first = await store.get('a');
    assert.equal(first?.value, 'one');
    assert.equal(await store.set('a', 'one', { version: first.version, ttlMs: TTL_MS }), true);
    assert.equal(
      await store.set('a', 'two', { version: first.version, ttlMs: TTL_MS }),
      false,
      'it is older',
    );
    assert.equal((await store.get('a'))?.value, 'one');
  });

  it('forgets a key when its time is over, not before, and never uses a version again', async () => {
    let now = 0;
    const store = memoryStore(() => now);
    await store.set('a', 'one', { version: undefined, ttlMs: TTL_MS });
    now = TTL_MS - 1;
    const old = await store.get('a');
    assert.equal(old?.value, 'one');
    now = TTL_MS;
    assert.equal(await store.get('a'), undefined);
    assert.equal(await store.set('a', 'two', { version: old.version, ttlMs: TTL_MS }), false, 'it is gone');
    assert.equal(await store.set('a', 'two', { version: undefined, ttlMs: TTL_MS }), true);
    assert.notEqual((await store.get('a'))?.version, old.version);
  });

  it('throws away what has expired, and nothing else', async () => {
    let now = 0;
    const store = memoryStore(() => now);
    await store.set('a/short', 'x', { version: undefined, ttlMs: TTL_MS });
    await store.set('a/long', 'x', { version: undefined, ttlMs: 100 * TTL_MS });
    now = 61_000;
    await store.set('b', 'x', { version: undefined, ttlMs: TTL_MS });
    assert.deepEqual(await listed(store.keys!('', 10)), ['a/long', 'b']);
    assert.deepEqual(await listed(store.keys!('a/', 10)), ['a/long']);
    assert.deepEqual(await listed(store.keys!('', 1)), ['a/long']);
    assert.deepEqual(await listed(store.keys!('', 0)), []);
  });
});
