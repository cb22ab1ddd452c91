const en = {
  frameTitle: 'Card form by IOTPay',
  loading: 'The secure card form is loading.',
  slow: 'This is taking longer than usual. Please wait.',
  ready: 'The card form is ready.',
  confirming: 'We are confirming your payment. Please do not pay again.',
  unknown: 'We could not confirm your payment yet. Please do not pay again; ask the shop about your order.',
  cardUnknown: 'We could not confirm that your card was saved.',
  paid: 'Payment complete. Thank you.',
  cardSaved: 'Your card is saved.',
  failed: 'The payment did not go through.',
  cardFailed: 'Your card was not saved.',
  error: 'The card form could not be shown. You have not been charged.',
  removed:
    'The card form was removed from this page. If you had already pressed Pay, check your order before you pay again.',
  offline: 'You seem to be offline. You have not been charged.',
  retry: 'Try again',
} as const;

/** Every text that a shopper sees or hears, by name. */
export type IotpayStrings = { readonly [K in keyof typeof en]: string };

export default en;
