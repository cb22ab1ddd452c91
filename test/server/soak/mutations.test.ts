import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MUTATIONS, withoutRule } from './mutations.js';

describe('a rule that the soak switches off', () => {
  for (const [name, mutation] of Object.entries(MUTATIONS))
    it(`stands in ${mutation.file} as it is known: ${name}`, () => {
      const source = readFileSync(
        new URL(`../../../src/server/checkout/${mutation.file}`, import.meta.url),
        'utf8',
      );
      assert.notEqual(withoutRule(source, mutation), source);
    });
});
