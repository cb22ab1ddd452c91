/** `npm run load`: 10,000 requests to each of two routes, 64 at a time; `-- --count 1000 --concurrency 16`. */
import { parseArgs } from 'node:util';
import { load } from './load.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, concurrency: { type: 'string', default: '64' } },
});
const results = await load(Number(values.count), Number(values.concurrency));
console.table(
  results.map(({ medianMs, p99Ms, perSecond, ...rest }) => ({
    ...rest,
    'median, ms': medianMs.toFixed(2),
    'p99, ms': p99Ms.toFixed(2),
    'per second': Math.round(perSecond),
  })),
);
if (results.some(({ lost, twice, distinct, handled }) => lost > 0 || twice > 0 || distinct !== handled)) {
  process.exitCode = 1;
}
