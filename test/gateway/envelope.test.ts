import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asObject, asText, isObject } from '../../src/gateway/envelope.js';

describe('foreign data', () => {
  for (const [value, is] of [
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    [undefined, false],
    ['{}', false],
    [1, false],
  ] as const) {
    it(`${JSON.stringify(value)} is ${is ? 'an object' : 'none'}`, () => {
      assert.equal(isObject(value), is);
      if (is) assert.equal(asObject(value), value);
      else assert.deepEqual(asObject(value), {});
    });
  }

  for (const [value, text] of [
    ['PC1', 'PC1'],
    [' PC1 ', 'PC1'],
    [1500, '1500'],
    [0, '0'],
    ['', undefined],
    ['  ', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [['PC1'], undefined],
    [{ toString: () => 'PC1' }, undefined],
  ] as const) {
    it(`${JSON.stringify(value)} is read as the text ${JSON.stringify(text)}`, () =>
      assert.equal(asText(value), text));
  }
});
