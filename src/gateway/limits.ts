/** Longest values that IOTPay's API takes, in characters (source: IOTPay, credit card v3, and its PHP SDK). */
export const FIELD_LIMITS = {
  mchId: 30,
  mchOrderNo: 30,
  cardId: 30,
  payOrderId: 30,
  mchRefundNo: 30,
  mchUserId: 30,
  loginName: 12,
  clientIp: 50,
  walletType: 10,
  subject: 64,
  body: 250,
  notifyUrl: 200,
  returnUrl: 200,
} as const;

/** The largest amount, in cents: what fits into the gateway's Int. */
export const MAX_AMOUNT_CENTS = 2 ** 31 - 1;

/** How long a secureId can be used, in milliseconds (source: IOTPay's iOS SDK). */
export const SECURE_ID_LIFETIME_MS = 3_600_000;

/** The only currency that IOTPay takes for now. */
export const CURRENCIES = ['CAD'] as const;

/** `PF_CC`: credit and debit cards. `UPI_EX`: UnionPay ExpressPay. */
export const CHANNELS = ['PF_CC', 'UPI_EX'] as const;

export type Channel = (typeof CHANNELS)[number];

/** The wallets that `purchase with wallet` takes (source: IOTPay, "Purchase with wallet"). */
export const WALLET_TYPES = ['ApplePay', 'GooglePay'] as const;

export type WalletType = (typeof WALLET_TYPES)[number];

/** Whether a text has at most so many characters (an emoji is one). */
export function fitsIn(text: string, most: number): boolean {
  // Its length is never less than its characters, and rarely more.
  return text.length <= most || (text.length <= 2 * most && [...text].length <= most);
}
