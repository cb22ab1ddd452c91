import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

it("the README's line for each driver is the one that the tests run", () => {
  const lines = readFileSync('src/server/stores/README.md', 'utf8').match(/^const store = .*;$/gm) ?? [];
  const drivers = readFileSync('test/server/stores/drivers.ts', 'utf8').replace(/\s+/g, ' ');
  assert.equal(lines.length, 7);
  for (const line of lines) assert.ok(drivers.includes(line), line);
});
