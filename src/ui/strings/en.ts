import { PAY } from './pay.js';

const en = {
  frameTitle: 'Card form by IOTPay',
  loading: 'The secure card form is loading.',
  slow: 'Still loading the card form. Nothing has been charged.',
  ready: 'The card form is ready.',
  pay: PAY.en,
  confirming:
    'We’re confirming your payment. It can take a few minutes. Please don’t pay again; you can leave this page.',
  /** The steps of a payment whose outcome is unknown: it was sent, is being confirmed, and then is known. */
  sent: 'Sent',
  checking: 'Confirming',
  /** In place of "Confirming" where nobody asks for the order, or no longer. */
  unconfirmed: 'Not confirmed yet',
  known: 'Result',
  /** `{time}` is "4:35:07 PM". */
  asked: 'Last checked: {time}',
  unknown:
    'We can’t see yet whether your payment went through. Please don’t pay again. Contact the shop and give this reference: {order}.',
  unknownNoOrder:
    'We can’t see yet whether your payment went through. Please don’t pay again. Contact the shop about your order.',
  cardUnknown: 'We can’t see yet whether your card was saved.',
  paid: 'Payment complete. Thank you.',
  paidAmount: 'Paid {amount}. Thank you.',
  cardSaved: 'Your card is saved.',
  /** IOTPay has refused; the form stands above. */
  failed:
    'The payment was not accepted and you have not been charged. Check the details or use another card.',
  /** The order's own status, asked for after an unknown outcome, says that it failed. */
  notMade: 'The payment was not made and nothing was charged. You can pay again now.',
  cardFailed: 'Your card was not saved. Check the details or use another card.',
  error: 'The card form didn’t load. You have not been charged.',
  cardError: 'The card form didn’t load. No card was saved.',
  removed:
    'The card form was removed from this page. If you had already pressed Pay, check your order before you pay again.',
  offline: 'You’re offline. You have not been charged. We’ll try again when you’re back.',
  cardOffline: 'You’re offline. No card was saved. We’ll try again when you’re back.',
  declined: 'The card was declined.',
  insufficientFunds: 'There are not enough funds on this card.',
  expiredCard: 'The card has expired.',
  wrongCvv: 'The security code is not right.',
  invalidNumber: 'The card number is not right.',
  tryLater: 'The card can’t be checked right now. Try again in a few minutes.',
  retry: 'Try again',
  payAgain: 'Pay again',
  startOver: 'Start over with a new form',
  checkAgain: 'Check again',
  order: 'Order {order}',
  copy: 'Copy order number',
  copied: 'Copied',
} as const;

/** Every text that a shopper sees or hears, by name. What is in braces is put in. */
export type IotpayStrings = { readonly [K in keyof typeof en]: string };

export default en;
