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
  [/expired (?:card|credit)|card(?: has| is)? ?expired|卡片?已?[过過]期|^[过過]期的?卡片?$/i, 'expiredCard'],
  [
    /(?:invalid|wrong|incorrect|bad) (?:cv[vc]2?|security code)|(?:cv[vc]2?|security code)[^.]* (?:mismatch|invalid|incorrect|wrong|failed|not match)|(?:安全[码碼]|校[验驗][码碼]|cv[vcn]2?) ?(?:[错錯][误誤]|不正[确確]|有[误誤])/i,
    'wrongCvv',
  ],
  [
    /(?:invalid|wrong|incorrect) (?:card|account) (?:number|no\b)|(?:invalid|incorrect) card$|卡[号號](?:[错錯][误誤]|[无無]效|不正[确確]|有[误誤])|[无無]效的?卡[号號]/i,
    'invalidNumber',
  ],
  [
    /try (?:again )?later|issuer (?:is )?(?:unavailable|inoperative|not available)|稍[后後][再重][试試]/i,
    'tryLater',
  ],
  [
    /\bdeclined\b|do not honou?r|(?:卡片?|卡行|卡方|[银銀]行|交易|支付|付款)(?:已?被|遭)?拒[绝絕]?(?:交易)?$|^拒[绝絕](?:交易)?$/i,
    'declined',
  ],
];

/** The name of our text that says the same as a refusal of the gateway's; `undefined` where none does. */
export function refusalText(message: string): keyof IotpayStrings | undefined {
  const words = message.trim().replace(/[.!。！]$/, '');
  return REFUSALS.find(([pattern]) => pattern.test(words))?.[1];
}
