/**
 * On IOTPay's button; `{amount}` is `$189.24`. IOTPay fixes the button's text when the form is mounted, so these are in
 * the CDN build's first file, whatever the language.
 */
export const PAY = {
  en: 'Pay {amount}',
  fr: 'Payer {amount}',
  'zh-Hans': '支付 {amount}',
  'zh-Hant': '付款 {amount}',
} as const satisfies Record<string, string>;
