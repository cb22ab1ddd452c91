import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPaid, meansTimeout, readWhole, stateOf } from '../../src/gateway/status.js';

describe('an order status', () => {
  for (const [status, state] of [
    [0, 'open'],
    [1, 'open'],
    [2, 'paid'],
    [3, 'paid'],
    [9, 'failed'],
    [4, 'strange'],
    [-1, 'strange'],
    [2.5, 'strange'],
    [NaN, 'strange'],
    [undefined, undefined],
  ] as const) {
    it(`${status} is ${state}, and ${state === 'paid' ? 'paid' : 'not paid'}`, () => {
      assert.equal(stateOf(status), state);
      assert.equal(isPaid(status), state === 'paid');
    });
  }
});

describe('"Timeout"', () => {
  for (const text of [
    'Timeout',
    'TIMEOUT',
    'timeout',
    'Time out',
    'Query timeout, please wait',
    'time-out',
  ]) {
    it(`is meant by "${text}"`, () => assert.equal(meansTimeout(undefined, text), true));
  }
  for (const text of [
    'Card declined',
    '',
    'time',
    undefined,
    null,
    30,
    { message: 'Timeout' },
    ['Timeout'],
  ]) {
    it(`is not meant by ${JSON.stringify(text)}`, () => assert.equal(meansTimeout(text), false));
  }
  it('is found in any of several texts', () => assert.equal(meansTimeout('', 'FAIL', 'Timeout'), true));
  it('is in no text where there is none', () => assert.equal(meansTimeout(), false));
});

describe('a whole number', () => {
  for (const [value, number] of [
    [2, 2],
    ['2', 2],
    [' 9 ', 9],
    [0, 0],
    ['007', 7],
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
    [2.5, NaN],
    ['2.0', NaN],
    ['-1', NaN],
    ['two', NaN],
    [true, NaN],
    [[2], NaN],
    [{}, NaN],
  ] as const) {
    it(`is read from ${JSON.stringify(value)} as ${number}`, () => assert.equal(readWhole(value), number));
  }
});
