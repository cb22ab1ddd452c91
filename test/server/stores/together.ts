// What the stores' tests on real servers share.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { testStore } from '../../../src/sandbox/index.js';
import { startDatabase, type Database, type DatabaseName } from '../../support/databases.js';
import { DRIVERS, type OpenStore } from './drivers.js';

export const driversOf = (database: DatabaseName | 'sqlite'): readonly string[] =>
  Object.keys(DRIVERS).filter((driver) => DRIVERS[driver]!.database === database);

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Checks the store through clients of this driver; all are closed. */
export async function conforms(driver: string, url: string): Promise<void> {
  const open: OpenStore[] = [];
  try {
    await testStore(async () => {
      const client = await DRIVERS[driver]!.open(url);
      open.push(client);
      return client.store;
    });
  } finally {
    for (const { close } of open) await close();
  }
}

interface Added {
  /** How many it has counted. */
  readonly added: number;
  /** The errors that it met. */
  readonly errors: readonly string[];
}

interface Adding {
  /** It has counted one. */
  readonly started: Promise<void>;
  /** Tells it to count no further. */
  readonly stop: () => void;
  readonly end: Promise<Added>;
}

function startAdding(driver: string, url: string, key: string, name: string): Adding {
  const args = ['--import', 'tsx', 'test/server/stores/add-process.ts', driver, url, key, name];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const lines = createInterface(child.stdout);
  const started = new Promise<void>((resolve) => lines.once('line', () => resolve()));
  const end = new Promise<Added>((resolve, reject) => {
    let last = '';
    lines.on('line', (line) => (last = line));
    child.once('close', (code) => {
      process.off('exit', kill);
      if (code === 0) resolve(JSON.parse(last) as Added);
      else reject(new Error(`A process that adds with ${driver} ended with ${code}.`));
    });
  });
  return { started, stop: () => child.stdin.end(), end };
}

/**
 * Three processes count under one key for as long as something happens: nothing that one has counted may be lost.
 * @returns the errors that they met
 */
export async function addTogether(
  drivers: readonly string[],
  url: string,
  meanwhile: () => Promise<void>,
): Promise<readonly string[]> {
  const key = `together/${crypto.randomUUID()}`;
  const names = ['a', 'b', 'c'];
  const adding = names.map((name, i) => startAdding(drivers[i % drivers.length]!, url, key, name));
  const ends = Promise.all(adding.map(({ end }) => end));
  try {
    // A process that breaks down has no start.
    await Promise.race([Promise.all(adding.map(({ started }) => started)), ends]);
    await meanwhile();
  } finally {
    for (const { stop } of adding) stop();
  }
  const added = await ends;
  const { store, close } = await DRIVERS[drivers[0]!]!.open(url);
  try {
    const found: unknown = JSON.parse((await store.get(key))!.value);
    assert.deepEqual(found, Object.fromEntries(names.map((name, i) => [name, added[i]!.added])));
  } finally {
    await close();
  }
  return added.flatMap(({ errors }) => errors);
}

/** Several servers that have just started write over expired keys; each deletes what has expired before its first write. */
async function writeOverExpired(driver: string, url: string): Promise<void> {
  const run = crypto.randomUUID();
  const first = await DRIVERS[driver]!.open(url);
  const open = [first];
  try {
    for (let round = 0; round < 20; round++) {
      const keys = Array.from({ length: 10 }, (_, i) => `expired/${run}/${round}/${i}`);
      const late = { version: undefined, ttlMs: 1 };
      for (const key of keys) assert.equal(await first.store.set(key, 'old', late), true);
      await pause(5);
      const clients = await Promise.all(Array.from({ length: 4 }, () => DRIVERS[driver]!.open(url)));
      open.push(...clients);
      const answers = await Promise.all(
        clients.map(async ({ store }) => {
          const written: boolean[] = [];
          for (const key of keys)
            written.push(await store.set(key, 'new', { version: undefined, ttlMs: 60_000 }));
          return written;
        }),
      );
      for (const i of keys.keys()) {
        assert.equal(answers.filter((written) => written[i]).length, 1, `how many have written key ${i}`);
      }
      for (const { close } of open.splice(1)) await close();
    }
  } finally {
    for (const { close } of open) await close();
  }
}

/** The tests that every server must pass. */
export function testServer(name: DatabaseName, more?: (database: () => Database) => void): void {
  describe(`a store in ${name}`, () => {
    let database: Database;
    before(async () => {
      database = await startDatabase(name);
    });
    after(() => database.stop());

    // Several processes first: they also create the table at the same time.
    it('loses nothing where several processes write together, and none of them meets an error', async () => {
      assert.deepEqual(await addTogether(driversOf(name), database.url, () => pause(500)), []);
    });

    for (const driver of driversOf(name)) {
      it(`keeps the rules through ${driver}`, () => conforms(driver, database.url));
    }

    for (const driver of driversOf(name)) {
      it(`meets no error where many write over what others delete (${driver})`, () =>
        writeOverExpired(driver, database.url));
    }

    it('loses nothing and does nothing twice where the server is killed; whoever waits is told', async () => {
      const errors = await addTogether(driversOf(name), database.url, async () => {
        await pause(100);
        await database.kill();
        await database.restart();
      });
      assert.notEqual(errors.length, 0);
    });

    more?.(() => database);
  });
}
