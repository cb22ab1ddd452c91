import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { COUNTS_FILE, type Counts, inOneLine } from '../support/counts.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'counts-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What `npm run test:node` leaves for `npm test` of a file with these lines. */
function countsOf(lines: string): Counts {
  const file = join(folder, 'case.mjs');
  const counts = join(folder, 'counts');
  writeFileSync(file, `import { describe, test } from 'node:test';\n${lines}`);
  const env: NodeJS.ProcessEnv = { ...process.env, [COUNTS_FILE]: counts };
  // It would take itself for one of this run's own files.
  delete env.NODE_TEST_CONTEXT;
  spawnSync(process.execPath, ['--import', 'tsx', 'test/run-node.ts', file], { env });
  return JSON.parse(readFileSync(counts, 'utf8')) as Counts;
}

test('what failed is left by its name and the first line of its reason, suites only by what is in them', () => {
  const { passed, failed, skipped, failures } = countsOf(`
    describe('outer', () => {
      test('goes well', () => {});
      test('goes wrong', () => { throw new Error('because\\nof two lines'); });
      test('is left out', { skip: true }, () => {});
    });
    test('also wrong', () => Promise.reject('no error'));
  `);
  assert.deepEqual({ passed, failed, skipped }, { passed: 1, failed: 2, skipped: 1 });
  assert.deepEqual(
    failures?.map((line) => line.replace(/.*› /, '')),
    ['goes wrong: because', "also wrong: 'no error'"],
  );
});

test('a file that ends badly by itself is among the failures', () => {
  const { failed, failures } = countsOf(`throw new Error('does not load');`);
  assert.equal(failed, 1);
  assert.equal(failures?.length, 1);
});

test('a reason without end is cut, and one of nothing leaves the name alone', () => {
  assert.equal(inOneLine('name', 'x'.repeat(999)).length, 'name: '.length + 300);
  assert.equal(inOneLine('name', '  \n '), 'name');
});
