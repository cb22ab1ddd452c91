import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalText } from '../../src/ui/refusals.js';

describe('refusalText', () => {
  const rows: [words: string, text: string | undefined][] = [
    ['Declined', 'declined'],
    ['Card declined', 'declined'],
    ['Transaction declined by issuer.', 'declined'],
    ['Do not honor', 'declined'],
    ['Insufficient funds', 'insufficientFunds'],
    ['DECLINED: INSUFFICIENT FUNDS', 'insufficientFunds'],
    ['余额不足', 'insufficientFunds'],
    ['Expired card', 'expiredCard'],
    ['Card has expired', 'expiredCard'],
    ['卡已过期', 'expiredCard'],
    ['Invalid CVV', 'wrongCvv'],
    ['CVV2 mismatch', 'wrongCvv'],
    ['Invalid card number', 'invalidNumber'],
    ['Invalid card', 'invalidNumber'],
    ['卡号错误', 'invalidNumber'],
    ['Issuer unavailable, try again later', 'tryLater'],
    ['请稍后再试', 'tryLater'],
    // Near them, and not the same: said in the gateway's words rather than in wrong ones of ours.
    ['Invalid card type', undefined],
    ['Invalid expiration date', undefined],
    ['Session expired', undefined],
    ['Connection refused', undefined],
    ['Order amount not enough for this channel', undefined],
    ['Card number is blocked', undefined],
    ['', undefined],
  ];
  for (const [words, text] of rows) {
    it(`"${words}": ${text ?? 'as it came'}`, () => assert.equal(refusalText(words), text));
  }
});
