import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalText } from '../../src/ui/refusals.js';

describe('refusalText', () => {
  const rows: [words: string, text: string | undefined][] = [
    ['Declined', 'declined'],
    ['Card declined', 'declined'],
    ['Transaction declined by issuer.', 'declined'],
    ['Do not honor', 'declined'],
    ['发卡行拒绝交易', 'declined'],
    ['交易被拒绝。', 'declined'],
    ['卡片遭拒', 'declined'],
    ['拒绝', 'declined'],
    ['Insufficient funds', 'insufficientFunds'],
    ['DECLINED: INSUFFICIENT FUNDS', 'insufficientFunds'],
    ['余额不足', 'insufficientFunds'],
    ['Expired card', 'expiredCard'],
    ['Card has expired', 'expiredCard'],
    ['卡已过期', 'expiredCard'],
    ['卡片已過期。', 'expiredCard'],
    ['过期的卡', 'expiredCard'],
    ['Invalid CVV', 'wrongCvv'],
    ['CVV2 mismatch', 'wrongCvv'],
    ['CVN2 有误', 'wrongCvv'],
    ['安全碼錯誤', 'wrongCvv'],
    ['Invalid card number', 'invalidNumber'],
    ['Invalid card', 'invalidNumber'],
    ['卡号错误', 'invalidNumber'],
    ['无效卡号', 'invalidNumber'],
    ['卡號有誤', 'invalidNumber'],
    ['Issuer unavailable, try again later', 'tryLater'],
    ['请稍后再试', 'tryLater'],
    ['发卡方状态异常，请稍后重试', 'tryLater'],
    ['請稍後重試', 'tryLater'],
    // Near them, and not the same: said in the gateway's words rather than in wrong ones of ours.
    ['Invalid card type', undefined],
    ['Invalid expiration date', undefined],
    ['Session expired', undefined],
    ['Connection refused', undefined],
    ['访问被拒绝', undefined],
    ['连接被拒绝', undefined],
    ['会话已过期', undefined],
    ['订单已过期', undefined],
    ['Order amount not enough for this channel', undefined],
    ['Card number is blocked', undefined],
    ['', undefined],
  ];
  for (const [words, text] of rows) {
    it(`"${words}": ${text ?? 'as it came'}`, () => assert.equal(refusalText(words), text));
  }
});
