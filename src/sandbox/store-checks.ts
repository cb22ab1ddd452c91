import type { Store, StoredValue } from '../server/stores/store.js';
import { expectSame, show } from './store-expectations.js';

export interface StoreCheckContext {
  /** Several clients of the same data. */
  readonly clients: readonly Store[];
  /** The first of them. */
  readonly store: Store;
  /** A key that no other check uses. */
  readonly key: (suffix: string) => string;
}

export interface Check {
  readonly name: string;
  /** Waits until something has expired. */
  readonly waits?: true;
  readonly needsKeys?: true;
  run(context: StoreCheckContext): Promise<void>;
}

/** Long enough for every check; what a check leaves behind is gone soon. */
const TTL_MS = 120_000;

/** A life that ends while we wait. No whole number of seconds: a store that rounds down ends it too early. */
const SHORT_TTL_MS = 1900;

/** So long before its end a key is looked at: later than a whole second after its write. */
const EARLY_MS = 600;

/** A store may be so late to forget. */
const LATE_MS = 250;

/** A write that others overtake is tried again so often. */
const MOST_TRIES = 1000;

const DAY_MS = 86_400_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const write = (store: Store, key: string, value: string, version?: string, ttlMs = TTL_MS) =>
  store.set(key, value, { version, ttlMs });

/** Writes where nothing is. */
async function create(store: Store, key: string, value: string, ttlMs = TTL_MS): Promise<void> {
  expectSame(`set() of the new key ${show(key)}`, await write(store, key, value, undefined, ttlMs), true);
}

/** What must be there. */
async function read(store: Store, key: string): Promise<StoredValue> {
  const stored = await store.get(key);
  if (!stored) throw new Error(`get() of a key that was written: expected its value, received undefined.`);
  return stored;
}

const valueOf = async (store: Store, key: string): Promise<string | undefined> =>
  (await store.get(key))?.value;

async function list(store: Store, prefix: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for await (const key of store.keys!(prefix, limit)) {
    found.push(key);
    if (found.length > limit) throw new Error(`keys(): expected at most ${limit} keys, received more.`);
  }
  return found.sort();
}

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** Texts that a column, a collation or a protocol might change, by what is special about them. */
const VALUES: Readonly<Record<string, string>> = {
  'an empty text': '',
  'spaces at both ends': '  a \t',
  'line ends': 'a\r\nb\rc\n',
  'quotes and backslashes': `'"\`\\' \\0 \\n $1 ? :key %s {{}} <!-- -->`,
  'a text that is JSON': '{"a":[1,"2",null,1.10],"b":{}}',
  'a text that is a number': '00012345678901234567890.10',
  'a text that is null': 'null',
  'accents in two spellings': 'caf\u00e9 cafe\u0301',
  'Chinese, and characters beyond the first 65,536':
    '\u4ed8\u6b3e \u{20BB7} \u{1F4B3}\u{1F468}\u200D\u{1F469}',
  'characters that are rarely allowed': '\u0001\u001f\u007f\u0085\u2028\u2029\ufeff\ufffe\uffff',
  '64 KiB of ASCII': 'x'.repeat(65_536),
  '64 KiB of characters of four bytes': '\u{1F4B3}'.repeat(16_384),
};

/** Of all who write at the same time over the same version, one. */
async function expectOneWinner(clients: readonly Store[], key: string, version?: string): Promise<void> {
  const answers = await Promise.all(clients.map((client, i) => write(client, key, `client ${i}`, version)));
  const winners = answers.flatMap((hasWritten, i) => (hasWritten ? [`client ${i}`] : []));
  expectSame('how many clients were told true', winners.length, 1);
  expectSame('the value afterwards', await valueOf(clients[0]!, key), winners[0]);
}

async function increment(client: Store, key: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const stored = await client.get(key);
    const next = String(Number(stored?.value ?? 0) + 1);
    if (await write(client, key, next, stored?.version)) return;
    // Where every answer comes at once, nothing else would ever get its turn.
    await pause(1);
  }
  throw new Error(
    `set() with the version just read: expected true in ${MOST_TRIES} tries, received false each time.`,
  );
}

const COMPARING: readonly Check[] = [
  {
    name: 'a key that was never written is not there',
    run: async ({ store, key }) => {
      expectSame('get()', await store.get(key('never')), undefined);
    },
  },
  {
    name: 'every client sees at once what another has written',
    run: async ({ clients, key }) => {
      const id = key('seen');
      for (const client of clients) expectSame('get() before', await client.get(id), undefined);
      await create(clients[0]!, id, '0');
      for (let round = 1; round <= 12; round++) {
        const client = clients[round % clients.length]!;
        const stored = await client.get(id);
        const what = 'the value read by another client (makeStore must give clients of the same data)';
        expectSame(what, stored?.value, String(round - 1));
        expectSame('set()', await write(client, id, String(round), stored?.version), true);
      }
    },
  },
  {
    name: 'nothing is written over a key that is there, where none was expected',
    run: async ({ store, key }) => {
      await create(store, key('a'), 'first');
      expectSame('set() without a version', await write(store, key('a'), 'second'), false);
      expectSame('the value afterwards', await valueOf(store, key('a')), 'first');
    },
  },
  {
    name: 'nothing is written over a version that is no longer there',
    run: async ({ store, key }) => {
      const id = key('a');
      await create(store, id, 'first');
      const first = await read(store, id);
      expectSame('set() with the version', await write(store, id, 'second', first.version), true);
      expectSame('set() with the version before', await write(store, id, 'third', first.version), false);
      expectSame('the value afterwards', await valueOf(store, id), 'second');
    },
  },
  {
    name: 'nothing is written with a version where no key is',
    run: async ({ store, key }) => {
      await create(store, key('a'), 'x');
      const { version } = await read(store, key('a'));
      expectSame('set() of another key', await write(store, key('b'), 'x', version), false);
      expectSame('get() of it', await store.get(key('b')), undefined);
    },
  },
  {
    name: 'every write has a version that the key never had before',
    run: async ({ store, key }) => {
      const id = key('a');
      const versions = new Set<string>();
      let version: string | undefined;
      for (const value of ['a', 'b', 'a', 'a', 'b', 'a']) {
        expectSame('set()', await write(store, id, value, version), true);
        ({ version } = await read(store, id));
        if (versions.has(version)) {
          throw new Error(`the version after a write: expected a new one, received ${show(version)} again.`);
        }
        versions.add(version);
        expectSame('the version, read again', (await read(store, id)).version, version);
      }
    },
  },
];

const KEEPING: readonly Check[] = [
  {
    name: 'keys that differ in a single character are different keys',
    run: async ({ store, key }) => {
      const endings = PRINTABLE.flatMap((character) => [`${character}a`, `a${character}`]);
      const keys = new Set(['', 'a', 'a  ', ...endings].map(key));
      for (const id of keys) await create(store, id, `of ${id}`);
      for (const id of keys) expectSame(`the value of ${show(id)}`, await valueOf(store, id), `of ${id}`);
    },
  },
  {
    name: 'keys of 300 characters are kept whole',
    run: async ({ store, key }) => {
      const start = key('').padEnd(299, 'k');
      for (const last of ['a', 'b', ' ']) await create(store, start + last, last);
      for (const last of ['a', 'b', ' ']) {
        expectSame(
          `the value of the key that ends in ${show(last)}`,
          await valueOf(store, start + last),
          last,
        );
      }
    },
  },
  {
    name: 'values come back as they were',
    run: async ({ store, key }) => {
      for (const [name, value] of Object.entries(VALUES)) {
        await create(store, key(name), value);
        const received = await valueOf(store, key(name));
        // Where two long texts differ only at their ends, their lengths tell it.
        if (received !== value) {
          throw new Error(
            `${name} (${value.length} characters): expected ${show(value)}, received ${show(received)}` +
              `${received === undefined ? '' : ` (${received.length} characters)`}.`,
          );
        }
      }
    },
  },
];

/**
 * Writes a key and finds it there, shortly before its end.
 * @returns the key, which is there for `EARLY_MS` at most
 */
async function readBeforeItsEnd(store: Store, key: (suffix: string) => string) {
  // Where an answer comes too late to tell, once more, with more time.
  for (let ttlMs = SHORT_TTL_MS; ; ttlMs += 2000) {
    const id = key(`${ttlMs} ms`);
    const began = Date.now();
    await create(store, id, 'first', ttlMs);
    await pause(ttlMs - EARLY_MS);
    const stored = await store.get(id);
    if (Date.now() - began >= ttlMs) continue;
    expectSame('the value before its end', stored?.value, 'first');
    return { id, version: stored!.version };
  }
}

/** Two keys with a short life: one is written again for a longer one, for the other that is refused. */
async function changeLives(store: Store, key: (suffix: string) => string) {
  // Where they have ended before that is done, once more, with more time.
  for (let ttlMs = SHORT_TTL_MS; ; ttlMs += 2000) {
    const [longer, refused] = [key(`longer ${ttlMs}`), key(`refused ${ttlMs}`)];
    const began = Date.now();
    await create(store, longer, 'x', ttlMs);
    await create(store, refused, 'x', ttlMs);
    const isLonger = await write(store, longer, 'x', (await store.get(longer))?.version);
    const hasOverwritten = await write(store, refused, 'y');
    if (Date.now() - began >= ttlMs) continue;
    expectSame('set() with the version', isLonger, true);
    expectSame('set() without a version', hasOverwritten, false);
    return { longer, refused, ttlMs };
  }
}

const EXPIRING: readonly Check[] = [
  {
    name: 'a key is there until its time is over, and then as if it had never been',
    waits: true,
    run: async ({ store, key }) => {
      const { id, version } = await readBeforeItsEnd(store, key);
      await pause(EARLY_MS + LATE_MS);
      expectSame('get() after its end', await store.get(id), undefined);
      expectSame('set() with the version it had', await write(store, id, 'x', version), false);
      await create(store, id, 'second');
      expectSame('set() with the version before', await write(store, id, 'x', version), false);
      expectSame('the value afterwards', await valueOf(store, id), 'second');
    },
  },
  {
    name: 'the last write decides how long a key lives, a refused one nothing',
    waits: true,
    run: async ({ store, key }) => {
      const { longer, refused, ttlMs } = await changeLives(store, key);
      await create(store, key('shorter'), 'x');
      const { version } = await read(store, key('shorter'));
      expectSame('set()', await write(store, key('shorter'), 'x', version, SHORT_TTL_MS), true);
      await pause(ttlMs + LATE_MS);
      expectSame('the value of a key that lives longer now', await valueOf(store, longer), 'x');
      expectSame('get() of a key that lives shorter now', await store.get(key('shorter')), undefined);
      expectSame('get() of a key whose later write was refused', await store.get(refused), undefined);
    },
  },
  {
    name: 'long lives are not cut short',
    waits: true,
    run: async ({ store, key }) => {
      const days = [1, 30, 400];
      // Written for long, so that an overflow shows; then for short, so that nothing stays behind.
      for (const day of days) await create(store, key(`${day} days`), 'x', day * DAY_MS);
      await pause(SHORT_TTL_MS);
      for (const day of days) {
        const { version } = await read(store, key(`${day} days`));
        await write(store, key(`${day} days`), 'x', version);
      }
    },
  },
  {
    name: 'of several who write over an expired key one succeeds',
    waits: true,
    run: async ({ clients, store, key }) => {
      const ids = Array.from({ length: 10 }, (_, i) => key(String(i)));
      await Promise.all(ids.map((id) => create(store, id, 'old', 50)));
      await pause(50 + LATE_MS);
      for (const id of ids) await expectOneWinner(clients, id);
    },
  },
];

const TOGETHER: readonly Check[] = [
  {
    name: 'of several who write a new key at the same time one succeeds',
    run: async ({ clients, key }) => {
      for (let i = 0; i < 25; i++) await expectOneWinner(clients, key(String(i)));
    },
  },
  {
    name: 'of several who write over the same version one succeeds',
    run: async ({ clients, store, key }) => {
      await create(store, key('a'), 'x');
      for (let i = 0; i < 25; i++) {
        await expectOneWinner(clients, key('a'), (await read(store, key('a'))).version);
      }
    },
  },
  {
    name: 'no write is lost where many count together',
    run: async ({ clients, store, key }) => {
      const each = 15;
      await Promise.all(
        clients.map(async (client) => {
          for (let i = 0; i < each; i++) await increment(client, key('count'));
        }),
      );
      expectSame('the count', await valueOf(store, key('count')), String(each * clients.length));
    },
  },
];

const LISTING: readonly Check[] = [
  {
    name: 'keys() lists what begins with the prefix, and nothing else',
    needsKeys: true,
    run: async ({ store, key }) => {
      const prefixes = ['a/', 'A/', 'a%', 'a_', 'a*', 'a?', 'a[a]', 'a\\', 'ab', 'a '];
      const keys = prefixes.flatMap((prefix) => [key(prefix), key(`${prefix}1`), key(`${prefix}~`)]);
      for (const id of keys) await create(store, id, 'x');
      for (const prefix of prefixes.map(key)) {
        const expected = keys.filter((id) => id.startsWith(prefix)).sort();
        expectSame(`keys(${show(prefix)})`, await list(store, prefix, 100), expected);
      }
    },
  },
  {
    name: 'keys() lists many keys, each once, and no more than the limit',
    needsKeys: true,
    run: async ({ clients, store, key }) => {
      const keys = Array.from({ length: 1200 }, (_, i) => key(`many/${i}`)).sort();
      const left = [...keys];
      await Promise.all(
        clients.map(async (client) => {
          for (let id = left.pop(); id !== undefined; id = left.pop()) await create(client, id, 'x');
        }),
      );
      const found = await list(store, key('many/'), 2000);
      expectSame('how many keys', found.length, keys.length);
      expectSame('the keys', found, keys);
      for (const limit of [0, 1, 700]) {
        const some = new Set(await list(store, key('many/'), limit));
        expectSame(`how many different keys with the limit ${limit}`, some.size, limit);
      }
    },
  },
  {
    name: 'keys() does not list what has expired',
    needsKeys: true,
    waits: true,
    run: async ({ store, key }) => {
      await create(store, key('old'), 'x', 50);
      await create(store, key('young'), 'x');
      await pause(50 + LATE_MS);
      expectSame('keys()', await list(store, key(''), 10), [key('young')]);
    },
  },
];

export const CHECKS: readonly Check[] = [...COMPARING, ...KEEPING, ...EXPIRING, ...TOGETHER, ...LISTING];
