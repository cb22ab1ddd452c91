// The conformance test must find each kind of broken store, by name. Each of these is a memory store with one fault.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testStore } from '../../src/sandbox/index.js';
import { memoryStore } from '../../src/server/stores/memory.js';
import type { Store } from '../../src/server/stores/store.js';

type Full = Required<Store>;
type Options = Parameters<Store['set']>[2];

/** A memory store whose parts may be replaced. */
function wrong(change: (good: Full) => Partial<Record<keyof Store, unknown>>): () => Store {
  const good = memoryStore() as Full;
  const store = { ...good, ...change(good) } as Store;
  return () => store;
}

/** The key, spelled another way, before the store sees it. */
const spelled = (spell: (key: string) => string) =>
  wrong((good) => ({
    get: (key: string) => good.get(spell(key)),
    set: (key: string, value: string, options: Options) => good.set(spell(key), value, options),
    keys: undefined,
  }));

/** Everything about a write may be changed. */
const written = (change: (key: string, value: string, options: Options) => [string, string, Options]) =>
  wrong((good) => ({
    set: (...write: [string, string, Options]) => good.set(...change(...write)),
  }));

const values = (change: (value: string) => string) =>
  written((key, value, options) => [key, change(value), options]);

const lives = (change: (ttlMs: number) => number) =>
  written((key, value, { version, ttlMs }) => [key, value, { version, ttlMs: change(ttlMs) }]);

const answers = (answer: (hasWritten: boolean) => unknown) =>
  wrong((good) => ({
    set: async (key: string, value: string, options: Options) => answer(await good.set(key, value, options)),
  }));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes over whatever is there. */
async function overwrite(good: Full, key: string, value: string, ttlMs: number): Promise<boolean> {
  for (;;) {
    const version = (await good.get(key))?.version;
    if (await good.set(key, value, { version, ttlMs })) return true;
  }
}

/** The version is made from the value, or from how often the key was written since it is there. */
const versions = (name: (value: string, writes: number) => string) => {
  const writes = new Map<string, number>();
  return wrong((good) => {
    const get = async (key: string) => {
      const stored = await good.get(key);
      if (!stored) writes.delete(key);
      return stored && { value: stored.value, version: name(stored.value, writes.get(key) ?? 0) };
    };
    return {
      get,
      set: async (key: string, value: string, options: Options) => {
        if ((await get(key))?.version !== options.version) return false;
        writes.set(key, (writes.get(key) ?? 0) + 1);
        const version = (await good.get(key))?.version;
        return good.set(key, value, { ...options, version });
      },
    };
  });
};

/** Its clock stands still, so nothing ever expires. */
const standingStill = memoryStore(() => 0);

const BROKEN: Readonly<Record<string, [makeStore: () => Store, found: RegExp]>> = {
  'the last write wins': [
    wrong((good) => ({
      set: (key: string, value: string, { ttlMs }: Options) => overwrite(good, key, value, ttlMs),
    })),
    /nothing is written over a version that is no longer there: .*expected false, received true/,
  ],
  'it reads, waits, and then writes': [
    wrong((good) => ({
      set: async (key: string, value: string, { version, ttlMs }: Options) => {
        const isSame = (await good.get(key))?.version === version;
        await pause(1);
        return isSame && overwrite(good, key, value, ttlMs);
      },
    })),
    /no write is lost where many count together/,
  ],
  'a version is not asked for where none is given': [
    wrong((good) => ({
      set: (key: string, value: string, options: Options) =>
        options.version === undefined
          ? overwrite(good, key, value, options.ttlMs)
          : good.set(key, value, options),
    })),
    /nothing is written over a key that is there, where none was expected/,
  ],
  'a version is not asked for where no key is': [
    wrong((good) => ({
      set: async (key: string, value: string, options: Options) => {
        const isThere = await good.get(key);
        return good.set(key, value, isThere ? options : { ...options, version: undefined });
      },
    })),
    /nothing is written with a version where no key is/,
  ],
  'what has expired is returned': [
    () => standingStill,
    /as if it had never been: get\(\) after its end: expected undefined/,
  ],
  'what has expired is in the way of a new key': [
    wrong((good) => {
      const ever = new Set<string>();
      return {
        set: async (key: string, value: string, options: Options) => {
          if (options.version === undefined && ever.has(key)) return false;
          ever.add(key);
          return good.set(key, value, options);
        },
      };
    }),
    /as if it had never been: set\(\) of the new key .* expected true, received false/,
  ],
  'the version is a hash of the value': [
    versions((value) => `v${value.length}${value}`),
    /a version that the key never had before/,
  ],
  'the version counts from 1 again after a key has expired': [
    versions((_, writes) => String(writes)),
    /as if it had never been: set\(\) with the version before: expected false, received true/,
  ],
  'upper and lower case are the same': [
    spelled((key) => key.toLowerCase()),
    /keys that differ in a single character/,
  ],
  'spaces at the end do not count': [
    spelled((key) => key.trimEnd()),
    /keys that differ in a single character/,
  ],
  'keys are cut at 255 characters': [spelled((key) => key.slice(0, 255)), /keys of 300 characters/],
  'values are cut at 65,535 characters': [
    values((value) => value.slice(0, 65_535)),
    /values come back .*64 KiB of ASCII/,
  ],
  'values are trimmed': [values((value) => value.trim()), /values come back .*spaces at both ends/],
  'values are normalized': [values((value) => value.normalize()), /values come back .*accents/],
  'characters of four bytes become question marks': [
    values((value) => value.replace(/[\u{10000}-\u{10ffff}]/gu, '?')),
    /values come back .*beyond the first/,
  ],
  'values that are JSON come back parsed': [
    wrong((good) => ({
      get: async (key: string) => {
        const stored = await good.get(key);
        if (!stored?.value.startsWith('{')) return stored;
        return { ...stored, value: JSON.parse(stored.value) as unknown };
      },
    })),
    /values come back as they were: get\(\): expected undefined or \{ value, version \}/,
  ],
  "set() answers 'OK' or null": [
    answers((hasWritten) => (hasWritten ? 'OK' : null)),
    /set\(\): expected true or false, received "OK"/,
  ],
  'set() answers with a count': [answers(Number), /set\(\): expected true or false, received 1/],
  'set() answers nothing': [answers(() => undefined), /set\(\): expected true or false, received undefined/],
  'set() always answers true': [answers(() => true), /expected false, received true/],
  'get() answers null where nothing is': [
    wrong((good) => ({ get: async (key: string) => (await good.get(key)) ?? null })),
    /a key that was never written is not there: get\(\): expected undefined or .* received null/,
  ],
  'a refused write prolongs the life of what is there': [
    wrong((good) => ({
      set: async (key: string, value: string, options: Options) => {
        if (await good.set(key, value, options)) return true;
        const stored = await good.get(key);
        if (stored) await good.set(key, stored.value, { version: stored.version, ttlMs: options.ttlMs });
        return false;
      },
    })),
    /the last write decides how long a key lives, a refused one nothing: .*refused/,
  ],
  'the first write decides how long a key lives': [
    (() => {
      const first = new Map<string, number>();
      return written((key, value, options) => {
        if (!first.has(key)) first.set(key, options.ttlMs);
        return [key, value, { ...options, ttlMs: first.get(key)! }];
      });
    })(),
    /the last write decides how long a key lives/,
  ],
  'lives are rounded down to seconds': [
    lives((ttlMs) => Math.floor(ttlMs / 1000) * 1000 || 1),
    /until its time is over.*the value before its end: expected "first"/,
  ],
  'lives are rounded up to minutes': [
    lives((ttlMs) => Math.ceil(ttlMs / 60_000) * 60_000),
    /as if it had never been: get\(\) after its end/,
  ],
  'milliseconds are taken for seconds': [
    lives((ttlMs) => ttlMs * 1000),
    /as if it had never been: get\(\) after its end/,
  ],
  'lives overflow at 2^31 milliseconds': [
    lives((ttlMs) => (ttlMs > 2 ** 31 ? 1 : ttlMs)),
    /long lives are not cut short/,
  ],
  'every client has data of its own': [() => memoryStore(), /makeStore must give clients of the same data/],
  'a client remembers what it has read': [
    (() => {
      const good = memoryStore();
      return () => {
        const cache = new Map<string, Awaited<ReturnType<Store['get']>>>();
        return {
          get: async (key: string) => {
            if (!cache.has(key)) cache.set(key, await good.get(key));
            return cache.get(key);
          },
          set: async (key: string, value: string, options: Options) => {
            cache.delete(key);
            return good.set(key, value, options);
          },
        };
      };
    })(),
    /every client sees at once what another has written/,
  ],
  'a replica is read, which lags behind': [
    (() => {
      const good = memoryStore();
      return () => ({
        ...good,
        set: async (key: string, value: string, options: Options) => {
          void pause(5).then(() => good.set(key, value, options));
          return true;
        },
      });
    })(),
    /get\(\) of a key that was written: expected its value, received undefined/,
  ],
  'keys() forgets all but the first page': [
    wrong((good) => ({ keys: (prefix: string) => good.keys(prefix, 1000) })),
    /keys\(\) lists many keys/,
  ],
  'keys() knows no limit': [
    wrong((good) => ({ keys: (prefix: string) => good.keys(prefix, 10_000) })),
    /expected at most \d+ keys, received more/,
  ],
  'keys() takes the prefix for a pattern': [
    wrong((good) => ({
      keys: async function* (prefix: string, limit: number) {
        const pattern = new RegExp(
          `^${prefix
            .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
            .replaceAll('%', '.*')
            .replaceAll('_', '.')}`,
        );
        for await (const key of good.keys('', 1_000_000)) if (pattern.test(key) && limit-- > 0) yield key;
      },
    })),
    /keys\(\) lists what begins with the prefix/,
  ],
  'keys() ignores case': [
    wrong((good) => ({
      keys: async function* (prefix: string, limit: number) {
        for await (const key of good.keys('', 1_000_000)) {
          if (key.toLowerCase().startsWith(prefix.toLowerCase()) && limit-- > 0) yield key;
        }
      },
    })),
    /keys\(\) lists what begins with the prefix/,
  ],
  'keys() names a key twice': [
    wrong((good) => ({
      keys: async function* (prefix: string, limit: number) {
        let repeated: string | undefined;
        for await (const key of good.keys(prefix, limit - 1)) yield (repeated = key);
        if (repeated !== undefined) yield repeated;
      },
    })),
    /keys\(\) lists/,
  ],
  'keys() lists what has expired': [
    wrong((good) => {
      const ever = new Set<string>();
      return {
        set: async (key: string, value: string, options: Options) => {
          ever.add(key);
          return good.set(key, value, options);
        },
        keys: async function* (prefix: string, limit: number) {
          for (const key of ever) if (key.startsWith(prefix) && limit-- > 0) yield key;
        },
      };
    }),
    /keys\(\) does not list what has expired/,
  ],
  'it throws': [
    wrong(() => ({ get: () => Promise.reject(new Error('connection refused')) })),
    /a key that was never written is not there: connection refused/,
  ],
  'it has no set()': [
    () => ({ get: async () => undefined }) as unknown as Store,
    /expected makeStore to give an object with the functions get and set/,
  ],
};

describe('testStore', { concurrency: 8 }, () => {
  it('passes a store that keeps the rules, with and without keys()', async () => {
    const store = memoryStore();
    const names = await testStore(() => store);
    assert.ok(names.some((name) => name.startsWith('keys()')));
    const short = { ...store };
    delete short.keys;
    assert.deepEqual(
      await testStore(() => short),
      names.filter((name) => !name.startsWith('keys()')),
    );
  });

  for (const [fault, [makeStore, found]] of Object.entries(BROKEN)) {
    it(`finds that ${fault}`, async () => {
      await assert.rejects(testStore(makeStore), found);
    });
  }
});
