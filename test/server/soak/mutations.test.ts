import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MUTATIONS } from './mutations.js';

describe('a rule that the soak switches off', () => {
  for (const [name, { file, text }] of Object.entries(MUTATIONS))
    it(`stands in ${file} as it is known: ${name}`, () => {
      const source = readFileSync(new URL(`../../../src/server/checkout/${file}`, import.meta.url), 'utf8');
      assert.equal(source.split(text).length - 1, 1, 'the rule was written anew: write its mutation anew');
    });
});
