import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatMoney } from '../../src/ui/money.js';

describe('formatMoney', () => {
  const rows: [lang: string, currency: string, text: string][] = [
    ['en', 'CAD', '$189.24'],
    ['en-CA', 'CAD', '$189.24'],
    ['', 'CAD', '$189.24'],
    ['de', 'CAD', '$189.24'],
    ['en', 'USD', 'US$189.24'],
    ['en-US', 'CAD', 'CA$189.24'],
    ['en-US', 'USD', '$189.24'],
    ['fr', 'CAD', '189,24\u00a0$'],
    ['fr-CA', 'USD', '189,24\u00a0$\u00a0US'],
    ['zh', 'CAD', '$189.24'],
    ['zh-Hant', 'CAD', '$189.24'],
    ['zh-HK', 'CAD', 'CA$189.24'],
    ['zh-Hans', 'CNY', '¥189.24'],
    ['en', 'JPY', 'JP¥18,924'],
  ];
  for (const [lang, currency, text] of rows) {
    it(`${currency} where the language is "${lang}": ${text}`, () =>
      assert.equal(formatMoney({ amount: 18924, currency }, lang), text));
  }

  it('is an empty text where nobody has told an amount', () =>
    assert.equal(formatMoney(undefined, 'en'), ''));
});
