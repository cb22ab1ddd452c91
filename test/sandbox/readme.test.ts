import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { CALLS } from '../../src/sandbox/api.js';
import { FAULTS } from '../../src/sandbox/faults.js';
import { QUIRKS, readQuirks } from '../../src/sandbox/quirks.js';
import { SCENARIOS } from '../../src/sandbox/scenarios.js';
import { sandboxFor } from './support.js';

const README = readFileSync(new URL('../../src/sandbox/README.md', import.meta.url), 'utf8');

/** The rows of the table under a heading whose first column begins with `head`. */
function rowsOf(head: string): string[][] {
  const lines = README.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head}`));
  assert.notEqual(start, -1, `no table ${head}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const unquoted = (cell = '') => cell.replaceAll('`', '');

it('the README has every test card', () => {
  assert.deepEqual(
    rowsOf('number').map(([number, id, what]) => [
      unquoted(number).replaceAll(' ', ''),
      unquoted(id),
      unquoted(what),
    ]),
    SCENARIOS.map(({ number, id, description }) => [number, id, description]),
  );
});

it('the README has every quirk, and what `true` makes of it', () => {
  const all = readQuirks(true);
  assert.deepEqual(
    rowsOf('quirk').map(([name, value]) => [unquoted(name), unquoted(value)]),
    QUIRKS.map((name) => {
      const value = all[name];
      return [name, typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)];
    }),
  );
});

it('the README has every fault, and names calls that there are', () => {
  assert.deepEqual(
    rowsOf('`kind`').map(([kind]) => unquoted(kind)),
    [...FAULTS],
  );
  for (const [call] of README.matchAll(/\bcc_[a-zA-Z]+/g)) assert.ok(CALLS.includes(call), call);
});

it('the README has every member of a running sandbox, and every route of its control API', async (test) => {
  const sandbox = await sandboxFor(test);
  const documented = rowsOf('of a running sandbox')
    .map(([names]) => names)
    .join();
  for (const name of Object.keys(sandbox)) assert.match(documented, new RegExp(`\`${name}\\b`), name);
  const controls = rowsOf('`sandbox.notifications.`')
    .map(([names]) => names)
    .join();
  for (const name of Object.keys(sandbox.notifications)) assert.ok(controls.includes(`${name}(`), name);
  const routes = rowsOf('`POST /sandbox/…`');
  assert.equal(routes.length, 9);
  for (const [route] of routes) {
    const url = `${sandbox.origin}/sandbox/${unquoted(route)}`;
    const answer = await fetch(url, { method: 'POST', body: '{}' });
    assert.notEqual(answer.status, 404, route);
  }
});

it('the README’s options are those of the source', () => {
  const source = readFileSync(new URL('../../src/sandbox/options.ts', import.meta.url), 'utf8');
  const [, members = ''] = /interface SandboxOptions \{([^]*?)\n\}/.exec(source) ?? [];
  const names = [...members.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  assert.deepEqual(
    rowsOf('option of').map(([name]) => unquoted(name)),
    names,
  );
});
