/** Runs the tests that need no browser: `npm run test:node`, or `npm run test:node -- test/server/sign.test.ts`. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { inspect } from 'node:util';
import { inOneLine, leaveCounts } from './support/counts.js';

/** Longest that one file may take, in milliseconds. */
const FILE_TIMEOUT_MS = 600_000;

const given = process.argv.slice(2);
const files = given.length > 0 ? given : findTests('test');

/** Node 20 knows no globs for tests. */
function findTests(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.endsWith('.browser.test.ts'))
    .map((path) => join(folder, path))
    .sort();
}

if (files.length === 0) throw new Error('No test files found.');

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const tests = run({ files, concurrency: 2, timeout: FILE_TIMEOUT_MS });

// Node's own closing summary counts what ran; a suite is no test of its own.
tests.on('test:diagnostic', ({ message, nesting }) => {
  if (nesting !== 0) return;
  const [, name, count] = /^(pass|fail|cancelled|skipped|todo) (\d+)$/.exec(message) ?? [];
  if (name === 'pass') counts.passed += Number(count);
  else if (name === 'fail' || name === 'cancelled') counts.failed += Number(count);
  else if (name) counts.skipped += Number(count);
});
tests.on('test:fail', ({ name, file, details, todo }) => {
  if (todo !== undefined && todo !== false) return;
  process.exitCode = 1;
  // A suite fails with what is in it, which is told by itself.
  const { cause, failureType } = details.error as Error & { failureType?: string };
  if (failureType === 'subtestsFailed') return;
  const reason = cause instanceof Error ? cause.message : inspect(cause);
  failures.push(inOneLine(`${file ? relative('.', file) : 'tests'} › ${name}`, reason));
});
tests.on('end', () => {
  leaveCounts({ ...counts, failures });
  if (counts.passed + counts.failed === 0) {
    console.error('No test was run.');
    process.exitCode = 1;
  }
});
tests.pipe(new spec()).pipe(process.stdout);
