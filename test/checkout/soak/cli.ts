/**
 * `npm run soak:element -- --runs 1000 --seed 1`: random shoppers; ends with 1 where one was charged twice or told something
 * false. `--mutate`: switches each rule off in turn, and ends with 1 where nobody noticed.
 */
import { parseArgs } from 'node:util';
import { EXPECTED, MUTATIONS, soak, type Mutation, type SoakResult } from './soak.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6) * 1000}` },
    mutate: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  throw new Error(`--runs and --seed: expected whole numbers, got ${values.runs} and ${values.seed}.`);
}

function print(title: string, { violations, charges, unknowns, counts, ...result }: SoakResult): void {
  console.log(
    `\n${title}: ${result.runs} shoppers from seed ${seed}, ${charges} charges, ${unknowns} unknown outcomes`,
  );
  for (const [name, count] of Object.entries(counts).sort())
    console.log(`  ${`${count}`.padStart(7)}  ${name}`);
  for (const line of violations.slice(0, 10)) console.log(`  NEVER: ${line}`);
  if (violations.length > 10) console.log(`  … and ${violations.length - 10} more`);
}

if (values.mutate) {
  for (const mutation of Object.keys(MUTATIONS) as Mutation[]) {
    const { habit } = MUTATIONS[mutation];
    const result = await soak({ runs, seed, mutation });
    print(`Without ${mutation}`, result);
    // Under the same habit, nothing may be noticed with the rule.
    const whole = habit && (await soak({ runs, seed, habit }));
    if (whole) print(`As it is, where a shopper ${habit}`, whole);
    const noticed = result.violations.length > 0 && !whole?.violations.length;
    if (!noticed) process.exitCode = 1;
    console.log(noticed ? '  noticed' : '  NOT NOTICED');
  }
} else {
  const result = await soak({ runs, seed });
  print('As it is', result);
  const missing = EXPECTED.filter((name) => !result.counts[name]);
  if (missing.length > 0) console.log(`  Never happened: ${missing.join(', ')}`);
  if (missing.length > 0 || result.violations.length > 0) process.exitCode = 1;
}
