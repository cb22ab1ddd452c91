import { changesSince, writeBaseline, type Baseline } from '../baseline.js';
import type { Check } from '../examination.js';
import { ok, problem, type Finding } from '../finding.js';
import { watchedHeaders, watchedMetas } from '../inventory.js';

/** The page's headers and scripts, held against the last time: PCI DSS 11.6.1. */
export const changes: Check = {
  title: 'Changes since the last time',
  needs: 'baseline',
  run(examination) {
    const { baseline: file, before, updateBaseline, inventory, now, visit: page } = examination;
    if (!page || file === undefined) return [];
    const is: Baseline = {
      page: page.url,
      headers: { ...watchedHeaders(page), ...watchedMetas(page) },
      scripts: inventory,
    };
    const found = before ? changesSince(before, is) : [];
    if (before && !updateBaseline)
      return found.length > 0 ? found.map(changed) : [ok('Headers and scripts are those of the last time.')];
    if (page.status !== 200)
      return [
        problem(
          `${file} was not written: the page answers HTTP ${page.status}.`,
          'What is written there should be the page as it is when all is well.',
        ),
      ];
    writeBaseline(file, is, now());
    return before
      ? [ok(`${file} has the page as it is now${found.length > 0 ? `; it was:\n${found.join('\n')}` : ''}.`)]
      : [ok(`${file} is written: the next time is held against it. Fill in its "why".`)];
  },
};

const changed = (change: string): Finding =>
  problem(
    change,
    'Was that you? Then --update-baseline. If not, take the page off the net and look who it was.',
  );
