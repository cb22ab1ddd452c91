/**
 * `npm test`: everything that must hold, one step after the other; every step runs, even when one before it failed.
 * `npm test -- --apps`: the framework apps as well, which install their own dependencies.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINES, requireBrowsers } from './support/browsers.js';
import { COUNTS_FILE, type Counts } from './support/counts.js';
import { requireDatabases } from './support/databases.js';
import { wantChinese } from './support/fonts.js';
import { requireLanguages } from './support/languages.js';

interface Step {
  readonly name: string;
  readonly script: string;
  /** Leaves its own counts; every other step counts as one. */
  readonly counts?: true;
}

const { values } = parseArgs({ options: { apps: { type: 'boolean', default: false } } });
const STEPS: readonly Step[] = [
  { name: 'format', script: 'format:check' },
  { name: 'lint', script: 'lint' },
  { name: 'types', script: 'types' },
  { name: 'unused', script: 'unused' },
  { name: 'build', script: 'build' },
  { name: 'tests in Node', script: 'test:node', counts: true },
  { name: 'tests in browsers', script: 'test:browser', counts: true },
  { name: 'documents', script: 'docs:check' },
  { name: 'package', script: 'test:package', counts: true },
  ...(values.apps ? [{ name: 'apps', script: 'test:apps', counts: true } as const] : []),
];

// First of all, and once: what is missing here would fail in the middle.
requireBrowsers(ENGINES);
requireDatabases();
requireLanguages();
wantChinese();

const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-'));
const file = join(folder, 'counts');
const total = { passed: 0, failed: 0, skipped: 0 };
const report: string[] = [];
const failures: string[] = [];

function run({ name, script, counts }: Step): void {
  console.log(`\n── ${name}: npm run ${script}`);
  writeFileSync(file, '');
  const began = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [COUNTS_FILE]: file },
    shell: process.platform === 'win32',
  });
  const seconds = Math.round((Date.now() - began) / 1000);
  const left = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Counts);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const each of left) {
    sum.passed += each.passed;
    sum.failed += each.failed;
    sum.skipped += each.skipped;
    failures.push(...(each.failures ?? []));
  }
  if (!counts) sum[status === 0 ? 'passed' : 'failed'] += 1;
  // A runner that broke down before it counted, or that ended badly with all its tests passed, has failed all the same.
  else if (status === 0 ? sum.passed === 0 : sum.failed === 0) sum.failed += 1;
  total.passed += sum.passed;
  total.failed += sum.failed;
  total.skipped += sum.skipped;
  report.push(`${sum.failed === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
}

try {
  for (const step of STEPS) run(step);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join('\n  ')}`);
console.log(`\n${report.join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
