import { SCENARIOS, scenarioByNumber } from './scenarios.js';

/** What is typed besides a number, where nobody says otherwise. */
export const FILLED_IN = { expiry: '12/34', cvv: '123', holder: 'Test Shopper', code: '123456' } as const;

/** A card number as IOTPay shows it: `432567******2266`. */
export function maskNumber(number: string): string {
  return `${number.slice(0, 6)}******${number.slice(-4)}`;
}

/** Whether a number is UnionPay's, as far as the simulation goes. */
export function isUnionPay(number: string): boolean {
  return number.startsWith('62');
}

/**
 * IOTPay's letter for the kind of a card: `V` and `M` are Visa and Mastercard; that `D` is UnionPay, and that Amex has
 * none, is a guess of ours.
 */
export function cardTypeOf(number: string): string {
  if (number.startsWith('4')) return 'V';
  if (/^[52]/.test(number)) return 'M';
  return isUnionPay(number) ? 'D' : '';
}

/** The security code that a test card has. */
export function cvvOf(number: string): string {
  return scenarioByNumber(number)?.cvv ?? FILLED_IN.cvv;
}

/**
 * The number to pay with.
 * @param scenario - its card is taken where it fits the channel
 */
export function numberFor(scenario: string | undefined, unionPay: boolean): string {
  const fits = ({ number }: { number: string }) => !unionPay || isUnionPay(number);
  const chosen = SCENARIOS.find(({ id, number }) => id === scenario && fits({ number }));
  const card = chosen ?? SCENARIOS.find(({ id }) => id === (unionPay ? 'unionpay-approved' : 'approved'));
  if (!card) throw new Error('The approved test card is missing.');
  return card.number;
}
