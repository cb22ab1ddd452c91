/**
 * `npm run soak -- --servers 3 --store postgres --url postgresql://… --shoppers 1000 --seed 1`: a whole shop, killed and cut off at random; ends
 * with 1 where an order was charged twice, or lost, or told twice. `--mutate`: switches each rule off in turn, and ends with
 * 1 where nobody noticed.
 */
import { parseArgs } from 'node:util';
import { STORES, type StoreName } from './backend.js';
import { MUTATIONS } from './mutations.js';
import type { SoakResult } from './ending.js';
import { soak, type SoakOptions } from './soak.js';

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '3' },
    store: { type: 'string', default: 'memory' },
    url: { type: 'string' },
    shoppers: { type: 'string' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6)}` },
    mutate: { type: 'boolean', default: false },
  },
});
const { mutate } = values;

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name}: expected a whole number above 0, received ${text}.`);
}

const isStore = (name: string): name is StoreName => (STORES as readonly string[]).includes(name);
if (!isStore(values.store))
  throw new Error(`--store: expected one of ${STORES.join(', ')}, received ${values.store}.`);

const options: SoakOptions = {
  servers: wholeNumber('servers', values.servers),
  store: values.store,
  url: values.url,
  shoppers: wholeNumber('shoppers', values.shoppers ?? (mutate ? '60' : '1000')),
  seed: wholeNumber('seed', values.seed),
  say: (line) => console.error(line),
};

function print(title: string, { violations, counts, errors, ...numbers }: SoakResult): void {
  const { servers, store, shoppers, seed } = options;
  console.log(`\n${title}: ${shoppers} shoppers from seed ${seed}, ${servers} servers on ${store}`);
  console.log(
    `  ${Object.entries(numbers)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')}`,
  );
  for (const [name, count] of Object.entries(counts).sort())
    console.log(`  ${`${count}`.padStart(7)}  ${name}`);
  console.log(`  ${`${errors.length}`.padStart(7)}  errors in the servers' logs`);
  for (const line of new Set(errors.slice(-3))) console.log(`           ${line.slice(0, 200)}`);
  for (const line of violations.slice(0, 10)) console.log(`  NEVER: ${line}`);
  if (violations.length > 10) console.log(`  … and ${violations.length - 10} more`);
}

if (mutate) {
  for (const mutation of Object.keys(MUTATIONS)) {
    const result = await soak({ ...options, mutation });
    print(`Without "${mutation}"`, result);
    if (result.violations.length === 0) process.exitCode = 1;
    console.log(result.violations.length > 0 ? '  noticed' : '  NOT NOTICED');
  }
} else {
  const result = await soak(options);
  print('As it is', result);
  if (result.violations.length > 0) process.exitCode = 1;
}
