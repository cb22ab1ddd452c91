/**
 * `npm run bench`: all tables; `-- --table size,faults`: these; `-- --rounds 3 --cycles 200`: shorter. Needs a build.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { purposes } from './bytes.js';
import { faults, PATIENCE_S } from './faults.js';
import { network } from './network.js';
import { crowds, repetition, type Crowd } from './repetition.js';
import { handlers, signatures } from './server.js';
import { CDN_FILE } from './site.js';
import { parts, sizes } from './size.js';
import { markdown, median, spread } from './statistics.js';
import { coldTimeToForm, timeToForm } from './time-to-form.js';

/** Each round's share of the bare frames' of the same round, the median. */
function ofBare(crowd: readonly Crowd[], count: number, rounds: readonly number[]): number {
  const bare = crowd.find((each) => each.kind === 'bare frames' && each.count === count)?.rounds ?? [];
  return median(rounds.map((ms, i) => ms / (bare[i] ?? NaN)));
}

const TABLES: Readonly<Record<string, (asked: { rounds: number; cycles: number }) => Promise<void>>> = {
  form: async ({ rounds }) => {
    const pairs = await timeToForm(rounds);
    title('Time to form', 'ms from the markup in the page to the call of mount(), medians; delays in ms');
    show(
      pairs.map(({ backend, script, mount, frame, rounds: ours }) => ({
        backend,
        script,
        ours: Math.round(mount.ours),
        'lowest–highest': spread(ours),
        sample: Math.round(mount.sample),
        limit: Math.round(mount.limit),
        'of the sample': (mount.ours / mount.sample).toFixed(2),
        'above the limit': (mount.ours - mount.limit).toFixed(1),
        'frame, ours': Math.round(frame.ours),
        'frame, sample': Math.round(frame.sample),
        'frame, limit': Math.round(frame.limit),
      })),
    );
    const equal = pairs.filter(({ backend, script }) => backend === script && backend > 0);
    const share = median(equal.map(({ mount }) => mount.ours / mount.sample));
    const above = median(pairs.map(({ mount }) => mount.ours - mount.limit));
    console.log(`\nAt equal latencies ${share.toFixed(2)} of the sample (median of four, without 0 and 0).`);
    console.log(`Above the limit: ${above.toFixed(1)} ms (median of all 25 pairs).`);
  },
  cold: async ({ rounds }) => {
    const rows = await coldTimeToForm(rounds);
    title(
      'Time to form, the CDN file cold',
      'ms from the navigation to the call of mount(), medians; “hinted”: a preload link for IOTPay’s script in the head; “started”: the starter there',
    );
    show(
      rows.map(({ file, others, mount, rounds: ours }) => ({
        'CDN file': file,
        'backend, script': others,
        ours: Math.round(mount.ours),
        'lowest–highest': spread(ours),
        'ours, hinted': Math.round(mount['ours, hinted']),
        'ours, started': Math.round(mount['ours, started']),
        sample: Math.round(mount.sample),
        limit: Math.round(mount.limit),
        'of the sample': (mount.ours / mount.sample).toFixed(2),
        'started, of the sample': (mount['ours, started'] / mount.sample).toFixed(2),
      })),
    );
  },
  network: async ({ rounds }) => {
    const rows = await network(rounds);
    title(
      'On a real network',
      'a first visit over HTTP/2 and TLS at 1.6 Mbit/s with a processor four times slower; ms from the navigation to the call of mount(), of a peer until its package has run; medians',
    );
    show(
      rows.map(({ roundTripMs, kind, ms, rounds: all, blockingMs, kilobytes }) => ({
        'round trip': roundTripMs,
        '': kind,
        ms: Math.round(ms),
        'lowest–highest': spread(all),
        'of the sample': (
          ms / (rows.find((row) => row.kind === 'sample' && row.roundTripMs === roundTripMs)?.ms ?? NaN)
        ).toFixed(2),
        'total blocking time': Math.round(blockingMs),
        kB: kilobytes.toFixed(1),
      })),
    );
  },
  size: async () => {
    title('Size', 'bytes, built by esbuild, minified');
    show((await sizes()).map((row) => ({ ...row })));
    title('Where our own share goes', 'bytes by which it gets smaller without that part; the rest is code');
    show((await parts()).map((row) => ({ ...row })));
    title('The CDN file', 'what every byte is for; bytes, taken out one purpose after the other');
    show(purposes().map((row) => ({ ...row })));
  },
  repetition: async ({ rounds, cycles }) => {
    const rows = await repetition(cycles);
    title('Repetition', 'what is left of so many cycles of mount, pay, remove, after garbage collection');
    show(
      rows.map(({ heapBytes, ...rest }) => ({
        cycles: rest.cycles,
        'heap, kB': Math.round(heapBytes / 1000),
        'detached nodes': rest.detachedNodes,
        elements: rest.elements,
        'listeners on window': rest.windowListeners,
        'on document': rest.documentListeners,
        frames: rest.frames,
        timers: rest.timers,
      })),
    );
    const crowd = await crowds(rounds);
    title('Many on a page', 'ms of the main thread until all frames have loaded, medians');
    show(
      crowd.map(({ kind, count, scriptRequests, mainThreadMs, rounds: all, blockingMs }) => ({
        '': kind,
        count,
        'requests for the script': scriptRequests,
        'main thread, each': mainThreadMs.toFixed(1),
        'lowest–highest': spread(all, 1),
        'of a bare frame': ofBare(crowd, count, all).toFixed(2),
        'total blocking time': Math.round(blockingMs),
      })),
    );
  },
  faults: async () => {
    const endings = await faults();
    title(
      'Faults',
      `how a call ends, seconds to its end, script tags it leaves; "hangs" after ${PATIENCE_S} s; (!) is not what a merchant hopes for`,
    );
    const loaders = [...new Set(endings.map(({ loader }) => loader))];
    show(
      [...new Set(endings.map(({ fault }) => fault))].map((fault) => ({
        fault,
        ...Object.fromEntries(
          loaders.map((name) => {
            const end = endings.find(({ loader, fault: other }) => loader === name && other === fault);
            const cell =
              end && `${end.ending} ${end.seconds.toFixed(1)} s, ${end.tags}${end.asHoped ? '' : ' (!)'}`;
            return [name, cell ?? ''];
          }),
        ),
      })),
    );
  },
  server: async ({ rounds }) => {
    const rows = await handlers(rounds);
    title('Server', 'requests a second in one process, medians, and how long the slowest hundredth takes');
    show(
      rows.map(({ name, atATime, perSecond, p99Ms, rounds: all, share }) => ({
        route: name,
        'at a time': atATime,
        'per second': Math.round(perSecond),
        'lowest–highest': spread(all),
        'of the bare route': share.toFixed(2),
        'p99, ms': p99Ms.toFixed(2),
      })),
    );
    const signed = signatures(rounds);
    title('Signature', 'of a purchase with ten parameters, a second, medians');
    show(
      signed.map(({ name, perSecond, rounds: all }) => ({
        '': name,
        'per second': Math.round(perSecond),
        'lowest–highest': spread(all),
        'of bare MD5': (perSecond / (signed[0]?.perSecond ?? NaN)).toFixed(2),
      })),
    );
  },
};

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: Object.keys(TABLES).join(',') },
    rounds: { type: 'string', default: '5' },
    cycles: { type: 'string', default: '1000' },
  },
});
const wanted = values.table.split(',');
const strange = wanted.filter((name) => !(name in TABLES));
if (strange.length > 0) {
  throw new Error(`No such table: ${strange.join(', ')}. There are: ${Object.keys(TABLES).join(', ')}.`);
}
if (!existsSync(CDN_FILE)) throw new Error('dist/ is not there yet: npm run build');

function title(name: string, unit: string): void {
  console.log(`\n## ${name}\n\n${unit}\n`);
}

function show(rows: Parameters<typeof markdown>[0]): void {
  console.log(markdown(rows));
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? ''}`,
);
for (const name of wanted) {
  await TABLES[name]?.({ rounds: Number(values.rounds), cycles: Number(values.cycles) });
}
