// A bounded number of tries within a time, with growing pauses.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tries } from '../../src/checkout/tries.js';

describe('tries', () => {
  it('are as many as there are pauses, and come back when their time is over', () => {
    let now = 0;
    const tries = new Tries([0, 100, 300], 1000, () => now);
    assert.deepEqual([tries.next(), tries.next(), tries.next(), tries.next()], [0, 100, 300, undefined]);
    now = 999;
    assert.equal(tries.next(), undefined);
    now = 1000;
    assert.equal(tries.next(), 0);
  });

  it('are refused without being used up, and are all to be had again when somebody starts anew', () => {
    let now = 0;
    const tries = new Tries([0, 100], 1000, () => now);
    tries.next();
    now = 900;
    tries.next();
    assert.equal(tries.next(), undefined);
    now = 1000;
    assert.equal(tries.next(), 100, 'only the first is over');
    tries.clear();
    assert.equal(tries.next(), 0);
  });
});
