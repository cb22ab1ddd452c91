/** `npm run bench`: time to form; `-- --rounds 5`. Needs a build. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { timeToForm } from './time-to-form.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
if (!existsSync('dist/cdn/iotpay-checkout.js')) throw new Error('dist/ is not there yet: npm run build');

const pairs = await timeToForm(Number(values.rounds));
console.log('From the markup in the page to the call of mount(), medians in milliseconds:');
console.table(
  pairs.map(({ backend, script, mount, frame, spread }) => ({
    backend,
    script,
    ours: Math.round(mount.ours),
    spread: Math.round(spread),
    sample: Math.round(mount.sample),
    limit: Math.round(mount.limit),
    'of the sample': (mount.ours / mount.sample).toFixed(2),
    'above the limit': (mount.ours - mount.limit).toFixed(1),
    'frame, ours': Math.round(frame.ours),
    'frame, sample': Math.round(frame.sample),
  })),
);
const middle = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
const equal = pairs.filter(({ backend, script }) => backend === script && backend > 0);
console.log(
  `At equal latencies: ${middle(equal.map(({ mount }) => mount.ours / mount.sample)).toFixed(2)} of the sample (median)`,
);
console.log(
  `Above the limit: ${middle(pairs.map(({ mount }) => mount.ours - mount.limit)).toFixed(1)} ms (median)`,
);
