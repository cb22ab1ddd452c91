// What a merchant's function may give or answer by mistake: an error that says what was expected and what was received,
// never `false` or "nothing there".
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redisStore, sqlStore, sqlStoreSchema, type SqlDialect } from '../../../src/server/index.js';
import { memoryStore } from '../../../src/server/stores/memory.js';
import type { Store } from '../../../src/server/stores/store.js';

const NEW = { version: undefined, ttlMs: 1000 };

/** Answers the statements that make the store ready, and then this. */
const sqlAnswering = (dialect: SqlDialect, answer: unknown): Store =>
  sqlStore((sql) => (/^(?:insert|update|select value|select hex)/.test(sql) ? answer : []), { dialect });

describe('sqlStore', () => {
  it('refuses what is no query function, no dialect, no table', () => {
    assert.throws(
      () => sqlStore(undefined as never, { dialect: 'sqlite' }),
      /^TypeError: sqlStore: expected a function .* received undefined/,
    );
    assert.throws(() => sqlStore(() => [], undefined as never), /expected dialect .* received undefined/);
    assert.throws(
      () => sqlStore(() => [], { dialect: 'postgres' as never }),
      /expected dialect .* received "postgres"/,
    );
    for (const table of ['', 'a b', 'a;drop table x', 'a.b.c', '"a"', 'x'.repeat(51)]) {
      assert.throws(
        () => sqlStore(() => [], { dialect: 'postgresql', table }),
        /^TypeError: sqlStore: expected table/,
      );
      assert.throws(() => sqlStoreSchema('postgresql', table), /^TypeError: sqlStoreSchema: expected table/);
    }
    assert.match(sqlStoreSchema('mysql', 'shop.payments'), /create table if not exists shop\.payments/);
  });

  for (const [dialect, answer, received] of [
    ['postgresql', undefined, 'received undefined'],
    ['postgresql', [['v', '1']], 'received an array of 1, first an array of 2'],
    ['postgresql', { command: 'SELECT' }, 'received an object with the keys command'],
    ['postgresql', true, 'received true'],
    ['sqlite', { changes: 1 }, 'received an object with the keys changes'],
    ['mysql', 'OK', 'received a text of 2 characters'],
  ] as const) {
    it(`get() over ${dialect} throws where query() answers ${JSON.stringify(answer)}`, async () => {
      await assert.rejects(sqlAnswering(dialect, answer).get('a'), (error: TypeError) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, /^sqlStore: expected query\(\) to answer with/);
        return error.message.includes(received);
      });
    });
  }

  it('get() throws where a column is no text', async () => {
    const rows = [{ value: Buffer.from('x'), version: '1' }];
    await assert.rejects(
      sqlAnswering('postgresql', rows).get('a'),
      /column value is a text, received a Buffer/,
    );
  });

  for (const [dialect, answer] of [
    ['postgresql', undefined],
    ['postgresql', { rowCount: 1 }],
    ['postgresql', [{ version: 'of somebody else' }]],
    ['sqlite', { changes: 1 }],
    ['mysql', []],
    ['mysql', [{ affectedRows: 1 }, undefined]],
    ['mysql', { affectedRows: 2 }],
    ['mysql', { affectedRows: true }],
    ['mysql', { affectedRows: '1' }],
  ] as const) {
    it(`set() over ${dialect} throws where query() answers ${JSON.stringify(answer)}`, async () => {
      const store = sqlAnswering(dialect, answer);
      await assert.rejects(store.set('a', 'x', NEW), /^TypeError: sqlStore: expected query\(\) to answer/);
    });
  }

  it("passes a driver's error on, and is no worse for it the next time", async () => {
    let isDown = true;
    const rows = [{ value: 'x', version: '1' }];
    const query = (sql: string) => {
      if (isDown) throw new Error('connection refused');
      return sql.startsWith('select value') ? rows : [];
    };
    const store = sqlStore(query, { dialect: 'sqlite' });
    await assert.rejects(store.get('a'), /cannot be used \(connection refused\).*sqlStoreSchema\('sqlite'\)/);
    isDown = false;
    assert.deepEqual(await store.get('a'), rows[0]);
    isDown = true;
    await assert.rejects(store.get('a'), /^Error: connection refused$/);
    await assert.rejects(store.set('a', 'x', NEW), /^Error: connection refused$/);
  });

  for (const state of [
    { code: '40P01' },
    { code: '40001' },
    { code: 'ER_LOCK_DEADLOCK', sqlState: '40001' },
  ]) {
    const rolledBack = Object.assign(new Error('deadlock'), state);

    it(`runs a statement again that was rolled back (${JSON.stringify(state)})`, async () => {
      let left = 3;
      const query = (sql: string, params: unknown[]) => {
        if (!sql.startsWith('insert')) return [];
        if (left-- > 0) throw rolledBack;
        return [{ version: params[2] }];
      };
      assert.equal(await sqlStore(query, { dialect: 'postgresql' }).set('a', 'x', NEW), true);
      assert.equal(left, -1);
    });

    it(`passes it on where that has no end (${JSON.stringify(state)})`, async () => {
      const query = (sql: string) => {
        if (sql.startsWith('insert')) throw rolledBack;
        return [];
      };
      await assert.rejects(sqlStore(query, { dialect: 'postgresql' }).set('a', 'x', NEW), rolledBack);
    });
  }

  it('never runs a statement again of which nobody knows whether it was done', async () => {
    for (const code of ['40003', 'ECONNRESET', '08006', undefined]) {
      let runs = 0;
      const lost = Object.assign(new Error('lost'), { code });
      const query = (sql: string) => {
        if (!sql.startsWith('insert')) return [];
        runs++;
        throw lost;
      };
      await assert.rejects(sqlStore(query, { dialect: 'postgresql' }).set('a', 'x', NEW), lost);
      assert.equal(runs, 1);
    }
  });

  it('deletes what has expired, now and then and before it writes', async () => {
    const seen: string[] = [];
    const query = (sql: string, params: unknown[]) => {
      seen.push(sql.split(' ')[0]!);
      if (sql.startsWith('insert')) return { affectedRows: 1 };
      if (sql.startsWith('delete')) assert.deepEqual(params, ['6f6c64', '6f6c646572']);
      return sql.includes(' as name ') ? [{ name: 'old' }, { name: 'older' }] : [];
    };
    const store = sqlStore(query, { dialect: 'mysql' });
    await store.set('a', 'x', NEW);
    await store.set('b', 'x', NEW);
    assert.deepEqual(seen, ['select', 'select', 'delete', 'insert', 'insert']);
  });
});

describe('redisStore', () => {
  it('refuses what is no command function', () => {
    assert.throws(
      () => redisStore({} as never),
      /^TypeError: redisStore: expected a function .* With ioredis/,
    );
    assert.throws(
      () => redisStore(() => 1, { prefix: 'é' }),
      /^TypeError: redisStore \(its prefix\): expected/,
    );
  });

  for (const reply of [undefined, null, 'x', {}, [], ['x', null], [Buffer.from('x'), '1'], [{ a: 1 }, '1']]) {
    it(`get() throws where command() answers ${JSON.stringify(reply)}`, async () => {
      await assert.rejects(
        redisStore(() => reply).get('a'),
        /^TypeError: redisStore: expected command\(\) to answer HMGET/,
      );
    });
  }

  for (const reply of [undefined, null, true, false, 'OK', 2, -1, [1], '']) {
    it(`set() throws where command() answers ${JSON.stringify(reply)}`, async () => {
      await assert.rejects(
        redisStore(() => reply).set('a', 'x', NEW),
        /^TypeError: redisStore: expected command\(\) to answer EVAL with 1 or 0/,
      );
    });
  }

  it('takes whole numbers in every spelling that drivers have', async () => {
    for (const reply of [1, 1n, '1']) assert.equal(await redisStore(() => reply).set('a', 'x', NEW), true);
    for (const reply of [0, 0n, '0']) assert.equal(await redisStore(() => reply).set('a', 'x', NEW), false);
  });

  it('keys() throws where command() answers no cursor', async () => {
    const keys = redisStore(() => ['a', 'b']).keys!('', 10)[Symbol.asyncIterator]();
    await assert.rejects(keys.next(), /^TypeError: redisStore: expected command\(\) to answer SCAN/);
  });
});

describe('every store', () => {
  const STORES = {
    memoryStore: memoryStore(),
    sqlStore: sqlStore(() => assert.fail('it was asked'), { dialect: 'mysql' }),
    redisStore: redisStore(() => assert.fail('it was asked')),
  };
  const WRONG: Readonly<Record<string, [...Parameters<Store['set']>]>> = {
    'an empty key': ['', 'x', NEW],
    'a key of 301 characters': ['k'.repeat(301), 'x', NEW],
    'a key beyond ASCII': ['é', 'x', NEW],
    'a key with a line end': ['a\n', 'x', NEW],
    'a key that is no text': [1 as never, 'x', NEW],
    'a value that is no text': ['a', {} as never, NEW],
    'a value with NUL': ['a', 'a\0b', NEW],
    'a value with half a pair': ['a', 'a\ud800', NEW],
    'a value above 1 MiB': ['a', 'é'.repeat(524_289), NEW],
    'an empty version': ['a', 'x', { version: '', ttlMs: 1 }],
    'a version that is null': ['a', 'x', { version: null as never, ttlMs: 1 }],
    'no life': ['a', 'x', { version: undefined, ttlMs: 0 }],
    'half a millisecond': ['a', 'x', { version: undefined, ttlMs: 0.5 }],
    'an endless life': ['a', 'x', { version: undefined, ttlMs: Infinity }],
    'a life that is no number': ['a', 'x', { version: undefined, ttlMs: '1' as never }],
  };
  for (const [name, store] of Object.entries(STORES)) {
    for (const [what, write] of Object.entries(WRONG)) {
      it(`${name} refuses ${what} before anything is asked`, async () => {
        await assert.rejects(
          store.set(...write),
          new RegExp(`^TypeError: ${name}\\.set: expected .* received `),
        );
      });
    }
  }
});
