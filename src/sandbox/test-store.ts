import type { Store } from '../server/stores/store.js';
import { CHECKS, type Check, type StoreCheckContext } from './store-checks.js';
import { checkedStore } from './store-expectations.js';

/** How many clients write at the same time. */
const CLIENTS = 4;

/** Longest that one check may take, in milliseconds. */
const CHECK_TIMEOUT_MS = 60_000;

interface Failure {
  readonly name: string;
  readonly error: unknown;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function inTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`expected an end within ${CHECK_TIMEOUT_MS} ms, received none.`)),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Checks that a store keeps the rules of `Store`, on which "one order is paid at most once" stands: run it on a store of
 * your own, in any test runner, against the database that you use. It takes a few seconds and writes under keys that begin
 * with `test-store/` and expire within two minutes.
 * @param makeStore - called several times: each time a client of the same data, with a connection of its own if there can be
 *   one. For a store within the process: `const store = memoryStore(); await testStore(() => store);`
 * @returns the names of the checks, all of which the store has passed
 * @throws Error that lists each check that failed, with what was expected and what was received
 */
export async function testStore(makeStore: () => Store | Promise<Store>): Promise<readonly string[]> {
  if (typeof makeStore !== 'function') {
    throw new TypeError(`testStore: expected a function that makes a store, received ${typeof makeStore}.`);
  }
  const clients: Store[] = [];
  for (let i = 0; i < CLIENTS; i++) clients.push(checkedStore(await makeStore()));
  const run = crypto.randomUUID();
  const failures: Failure[] = [];
  const check = async (each: Check, number: number): Promise<void> => {
    const context: StoreCheckContext = {
      clients,
      store: clients[0]!,
      key: (suffix) => `test-store/${run}/${number}/${suffix}`,
    };
    await inTime(each.run(context)).catch((error: unknown) => {
      failures.push({ name: each.name, error });
    });
  };
  const lists = 'keys' in clients[0]!;
  const checks = CHECKS.filter(({ needsKeys }) => lists || !needsKeys);
  // Those that wait for something to expire wait together.
  await Promise.all(checks.map(async (each, i) => each.waits && check(each, i)));
  for (const [i, each] of checks.entries()) if (!each.waits) await check(each, i);
  if (failures.length === 0) return checks.map(({ name }) => name);
  const list = failures.map(({ name, error }) => `- ${name}: ${messageOf(error)}`);
  throw new Error(
    `testStore: the store fails ${failures.length} of ${checks.length} checks.\n${list.join('\n')}`,
    { cause: failures[0]!.error },
  );
}
