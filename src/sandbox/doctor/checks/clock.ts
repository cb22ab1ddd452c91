import { SCRIPT_PATH } from '../../../gateway/origins.js';
import type { Check } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import { visit, wordsOf } from '../visit.js';

/** What a clock may be off, in milliseconds, before it is worth a word, and before it is a problem. */
const ODD_MS = 30_000;
const WRONG_MS = 300_000;
/** The header has whole seconds. */
const RESOLUTION_MS = 1000;

const ADVICE =
  'Let the system set its clock by NTP: certificates, sessions and the times in your books hang on it.';

/** This machine's clock, held against the gateway's. */
export const clock: Check = {
  title: 'Clock',
  async run({ gatewayOrigin, timeoutMs, now }): Promise<Finding[]> {
    const before = now();
    let date: number;
    try {
      const answer = await visit(gatewayOrigin + SCRIPT_PATH, { timeoutMs });
      date = Date.parse(answer.headers.get('Date') ?? '');
    } catch (error) {
      return [warning(`The gateway’s time could not be had: ${wordsOf(error)}.`, 'See “Gateway” below.')];
    }
    if (Number.isNaN(date))
      return [warning('The gateway told no time.', 'Look at this machine’s clock yourself.')];
    const after = now();
    // The answer was made between the two.
    const off = Math.max(before - date - RESOLUTION_MS, date - after, 0);
    const seconds = Math.round(off / 1000);
    if (off > WRONG_MS)
      return [problem(`This machine’s clock is ${seconds} s away from the gateway’s.`, ADVICE)];
    if (off > ODD_MS)
      return [warning(`This machine’s clock is ${seconds} s away from the gateway’s.`, ADVICE)];
    return [ok('This machine’s clock agrees with the gateway’s.')];
  },
};
