import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMoney } from '../../src/gateway/money.js';

describe('readMoney', () => {
  it('reads cents and currency, as numbers or as text', () => {
    const money = { amount: 18924, currency: 'CAD' };
    assert.deepEqual(readMoney({ amount: 18924, currency: 'CAD' }), money);
    assert.deepEqual(readMoney({ amount: '18924', currency: 'cad' }), money);
  });

  const nonsense: [amount: unknown, currency: unknown][] = [
    [undefined, 'CAD'],
    [18924, undefined],
    [189.24, 'CAD'],
    ['$189', 'CAD'],
    [-1, 'CAD'],
    [0, 'CAD'],
    [2 ** 60, 'CAD'],
    [18924, 'dollars'],
    [18924, { toString: () => 'CAD' }],
    [{ valueOf: () => 1 }, 'CAD'],
  ];
  for (const [amount, currency] of nonsense) {
    it(`is silent about ${typeof amount} ${JSON.stringify(amount)} in ${JSON.stringify(currency)}`, () =>
      assert.equal(readMoney({ amount, currency }), undefined));
  }
});
