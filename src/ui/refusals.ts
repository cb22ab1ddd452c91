import type { IotpayStrings } from './strings.js';

/**
 * Refusals that card networks and gateways word in many ways, and the text of ours that each of them means. The first
 * that fits counts: "Declined: insufficient funds" is about the funds. Nobody documents IOTPay's words, so these are the
 * common ones, in English and Chinese. What is not surely one of them is shown as it came: better raw than wrong.
 */
const REFUSALS: readonly (readonly [RegExp, keyof IotpayStrings])[] = [
  [
    /insufficient (?:fund|balance|credit)|not enough (?:fund|balance|money)|余额不足|餘額不足/i,
    'insufficientFunds',
  ],
  [/expired (?:card|credit)|(?:card|卡)(?: has| is)?(?:已)? ?(?:expired|过期|過期)/i, 'expiredCard'],
  [
    /(?:invalid|wrong|incorrect|bad) (?:cv[vc]2?|security code)|(?:cv[vc]2?|security code)[^.]* (?:mismatch|invalid|incorrect|wrong|failed|not match)|(?:安全码|安全碼|校验码)(?:错误|錯誤|不正确|不正確)/i,
    'wrongCvv',
  ],
  [
    /(?:invalid|wrong|incorrect) (?:card|account) (?:number|no\b)|(?:invalid|incorrect) card$|卡(?:号|號)(?:错误|錯誤|无效|無效|不正确|不正確)/i,
    'invalidNumber',
  ],
  [
    /try (?:again )?later|issuer (?:is )?(?:unavailable|inoperative|not available)|稍后再试|稍後再試/i,
    'tryLater',
  ],
  [/\bdeclined\b|do not honou?r|拒绝(?:交易)?$|拒絕(?:交易)?$/i, 'declined'],
];

/** The name of our text that says the same as a refusal of the gateway's; `undefined` where none does. */
export function refusalText(message: string): keyof IotpayStrings | undefined {
  const words = message.trim().replace(/[.!。！]$/, '');
  return REFUSALS.find(([pattern]) => pattern.test(words))?.[1];
}
