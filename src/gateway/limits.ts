/** Longest values that IOTPay's API takes, in characters (source: IOTPay, credit card v3). */
export const FIELD_LIMITS = {
  mchId: 30,
  mchOrderNo: 30,
  cardId: 30,
  payOrderId: 30,
  mchRefundNo: 30,
  loginName: 12,
  subject: 64,
  body: 250,
  notifyUrl: 200,
  returnUrl: 200,
} as const;

/** The only currency that IOTPay takes for now. */
export const CURRENCIES = ['CAD'] as const;

/** `PF_CC`: credit and debit cards. `UPI_EX`: UnionPay ExpressPay. */
export const CHANNELS = ['PF_CC', 'UPI_EX'] as const;

export type Channel = (typeof CHANNELS)[number];
