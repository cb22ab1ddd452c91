// One of several servers: counts under one key, beside the others' counts, whatever happens to its connection, until its
// input ends. Ends with 3 where what it has counted is lost, or is there twice.
// add-process.ts <driver> <url> <key> <name>
import { DRIVERS } from './drivers.js';

const [driver, url, key, name] = process.argv.slice(2) as [string, string, string, string];
const TTL_MS = 600_000;
const DEADLINE_MS = 3000;
const LOST = 3;
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

/** How many of each process are in the value. */
type Counts = Readonly<Record<string, number>>;

/** Counts one more, if `before` were counted. */
async function addOne(before: number): Promise<void> {
  for (;;) {
    try {
      const stored = await inTime(store.get(key));
      const counts = stored ? (JSON.parse(stored.value) as Counts) : {};
      const found = counts[name] ?? 0;
      // Where the answer to a write was lost, this tells what has become of it.
      if (found === before + 1) return;
      if (found !== before) process.exit(LOST);
      const value = JSON.stringify({ ...counts, [name]: found + 1 });
      if (await inTime(store.set(key, value, { version: stored?.version, ttlMs: TTL_MS }))) return;
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

let over = false;
process.stdin.once('end', () => (over = true)).resume();
let added = 0;
while (!over) {
  await addOne(added);
  added += 1;
  if (added === 1) console.log('started');
  // A store that answers in the same task would leave no time to hear of the end.
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify({ added, errors }));
await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, DEADLINE_MS))]);
process.exit();
