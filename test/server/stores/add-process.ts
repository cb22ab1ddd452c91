// One of several servers: adds its names to a list under one key, each once, whatever happens to its connection.
// add-process.ts <driver> <url> <key> <name> <count>
import { DRIVERS } from './drivers.js';

const [driver, url, key, name, count] = process.argv.slice(2) as [string, string, string, string, string];
const TTL_MS = 600_000;
const DEADLINE_MS = 3000;
const { store, close } = await DRIVERS[driver]!.open(url);
const errors: string[] = [];

/** As the checkout does: some drivers leave a query without an answer for ever where its connection is cut. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), DEADLINE_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function add(item: string): Promise<void> {
  for (;;) {
    try {
      const stored = await inTime(store.get(key));
      const items = stored ? (JSON.parse(stored.value) as string[]) : [];
      // Where the answer to a write was lost, this tells what has become of it.
      if (items.includes(item)) return;
      const value = JSON.stringify([...items, item]);
      if (await inTime(store.set(key, value, { version: stored?.version, ttlMs: TTL_MS }))) return;
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

for (let i = 0; i < Number(count); i++) {
  await add(`${name}${i}`);
  if (i === 0) console.log('started');
}
console.log(JSON.stringify(errors));
await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, DEADLINE_MS))]);
process.exit();
