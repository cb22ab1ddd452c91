import type { Reporter, TestSession, TestSuiteResult } from '@web/test-runner';
import { relative } from 'node:path';
import { inOneLine, leaveCounts } from './counts.js';

interface Sums {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

function countTests(suite: TestSuiteResult, sums: Sums, path: readonly string[]): void {
  for (const test of suite.tests) {
    if (test.skipped) sums.skipped += 1;
    else if (test.passed) sums.passed += 1;
    else {
      sums.failed += 1;
      sums.failures.push(inOneLine([...path, test.name].join(' › '), test.error?.message));
    }
  }
  for (const inner of suite.suites) countTests(inner, sums, [...path, inner.name]);
}

/** A session that failed as a whole (a file that does not load, a browser that does not start) is one failed test. */
function countSession({ passed, testResults, testFile, errors }: TestSession, name: string): Sums {
  const sums: Sums = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const path = [name, relative('.', testFile)];
  if (testResults) countTests(testResults, sums, path);
  if (!passed && sums.failed === 0) {
    sums.failed = 1;
    sums.failures.push(inOneLine(path.join(' › '), errors[0]?.message ?? 'the file failed as a whole.'));
  }
  return sums;
}

/** Prints a line for each engine and group, and leaves the sums for `npm test`. */
export function countingReporter(): Reporter {
  return {
    onTestRunFinished({ sessions }) {
      const lines = new Map<string, { passed: number; failed: number; skipped: number }>();
      const all: Sums = { passed: 0, failed: 0, skipped: 0, failures: [] };
      for (const session of sessions) {
        const group = session.group.name === 'default' ? 'plain' : session.group.name;
        const name = `${session.browser.name}, ${group}`;
        const line = lines.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
        lines.set(name, line);
        const counts = countSession(session, name);
        all.failures.push(...counts.failures);
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
