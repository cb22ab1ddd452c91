import { appendFileSync } from 'node:fs';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Names the file where each runner leaves its counts, for the one that started them all to add up. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

/** Leaves a runner's counts where `npm test` looks for them; alone, a runner prints its own only. */
export function leaveCounts(counts: Counts): void {
  const file = process.env[COUNTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}
