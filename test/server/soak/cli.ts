/**
 * `npm run soak -- --servers 3 --store postgres --url postgresql://… --shoppers 1000 --seed 1`: a whole shop, killed and cut off at random; ends
 * with 1 where an order was charged twice, or lost, or told twice. `--mutate`: switches each rule off in turn, and ends with
 * 1 where nobody noticed; `--only "…"` takes the rules whose name has this text. Where a rule names conditions, the whole
 * library is tried under them too: there nothing may be noticed.
 */
import { parseArgs } from 'node:util';
import { STORES, type StoreName } from './backend.js';
import type { Conditions } from './conditions.js';
import { MUTATIONS, type Mutation } from './mutations.js';
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
    only: { type: 'string', default: '' },
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
  const { servers, store, seed } = options;
  console.log(`\n${title}: ${numbers.shoppers} shoppers from seed ${seed}, ${servers} servers on ${store}`);
  console.log(
    `  violations ${violations.length}, ${Object.entries(numbers)
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

/** Whether the rule's absence is noticed, and, where it names conditions, nothing else under them. */
async function isNoticed(name: string, { conditions }: Mutation): Promise<boolean> {
  const result = await soak({ ...options, mutation: name });
  print(`Without "${name}"`, result);
  if (result.violations.length === 0) return false;
  return conditions === undefined || isWhole(conditions);
}

const whole = new Map<string, boolean>();

async function isWhole(conditions: Conditions): Promise<boolean> {
  const title = `As it is, with ${JSON.stringify(conditions)}`;
  const known = whole.get(title);
  if (known !== undefined) return known;
  const result = await soak({ ...options, conditions });
  print(title, result);
  whole.set(title, result.violations.length === 0);
  return result.violations.length === 0;
}

if (mutate) {
  const unnoticed: string[] = [];
  const rules = Object.entries(MUTATIONS).filter(([name]) => name.includes(values.only));
  for (const [name, mutation] of rules) {
    const noticed = await isNoticed(name, mutation);
    console.log(noticed ? '  noticed' : '  NOT NOTICED');
    if (!noticed) unnoticed.push(name);
  }
  console.log(`\n${rules.length - unnoticed.length} of ${rules.length} rules noticed`);
  for (const name of unnoticed) console.log(`  not: ${name}`);
  if (unnoticed.length > 0 || rules.length === 0) process.exitCode = 1;
} else {
  const result = await soak(options);
  print('As it is', result);
  if (result.violations.length > 0) process.exitCode = 1;
}
