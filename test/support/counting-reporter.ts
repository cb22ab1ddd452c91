import type { Reporter, TestSession, TestSuiteResult } from '@web/test-runner';
import { leaveCounts } from './counts.js';

function countTests(
  suite: TestSuiteResult,
  counts: { passed: number; failed: number; skipped: number },
): void {
  for (const test of suite.tests) {
    if (test.skipped) counts.skipped += 1;
    else if (test.passed) counts.passed += 1;
    else counts.failed += 1;
  }
  for (const inner of suite.suites) countTests(inner, counts);
}

/** A session that failed as a whole (a file that does not load, a browser that does not start) is one failed test. */
function countSession({ passed, testResults }: TestSession): {
  passed: number;
  failed: number;
  skipped: number;
} {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (testResults) countTests(testResults, counts);
  if (!passed && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Prints a line for each engine and group, and leaves the sums for `npm test`. */
export function countingReporter(): Reporter {
  return {
    onTestRunFinished({ sessions }) {
      const lines = new Map<string, { passed: number; failed: number; skipped: number }>();
      const all = { passed: 0, failed: 0, skipped: 0 };
      for (const session of sessions) {
        const group = session.group.name === 'default' ? 'plain' : session.group.name;
        const name = `${session.browser.name}, ${group}`;
        const line = lines.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
        lines.set(name, line);
        const counts = countSession(session);
        for (const key of ['passed', 'failed', 'skipped'] as const) {
          line[key] += counts[key];
          all[key] += counts[key];
        }
      }
      for (const [name, { passed, failed, skipped }] of lines) {
        console.log(`${name}: ${passed} tests passed, ${failed} failed, ${skipped} skipped`);
      }
      leaveCounts(all);
    },
  };
}
