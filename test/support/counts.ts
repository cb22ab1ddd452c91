import { appendFileSync } from 'node:fs';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, by name, each with the first line of why; said again at the very end, where a long log is read first. */
  readonly failures?: readonly string[];
}

/** A failure in one line: where it stands, and the first line of its reason. */
export function inOneLine(name: string, reason = ''): string {
  const [first = ''] = reason.trim().split('\n');
  return first ? `${name}: ${first.slice(0, 300)}` : name;
}

/** Names the file where each runner leaves its counts, for the one that started them all to add up. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

/** Leaves a runner's counts where `npm test` looks for them; alone, a runner prints its own only. */
export function leaveCounts(counts: Counts): void {
  const file = process.env[COUNTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}
