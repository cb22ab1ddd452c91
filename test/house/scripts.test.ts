// Each npm script names files that a clone has: one that .gitignore hides works on one machine only.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** What a clone has, and what is new and not ignored: it comes with the next commit. */
const kept = new Set(
  execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).split('\n'),
);

/** The files of this project that a script starts. */
const filesOf = (script: string): string[] =>
  script.split(/\s+/).filter((word) => /\.m?[jt]s$/.test(word) && !word.startsWith('node_modules/'));

describe('npm scripts', () => {
  it('name files, and one that is ignored would be noticed', () => {
    assert.deepEqual(filesOf('node --import tsx test/run.ts && node demo/server.js'), [
      'test/run.ts',
      'demo/server.js',
    ]);
    assert.ok(Object.values(scripts).flatMap(filesOf).length > 5);
    assert.ok(!kept.has('dist/index.js'));
  });

  for (const [name, script] of Object.entries(scripts)) {
    it(`npm run ${name}`, () => {
      assert.deepEqual(
        filesOf(script).filter((path) => !kept.has(path)),
        [],
      );
    });
  }
});
