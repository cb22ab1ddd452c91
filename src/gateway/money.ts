import { asText, type JsonObject } from './envelope.js';
import { readWhole } from './status.js';

/** An amount of money, as the merchant's backend tells it. */
export interface Money {
  /** In the currency's smallest unit: cents. */
  readonly amount: number;
  /** ISO 4217, such as `CAD`. */
  readonly currency: string;
}

/**
 * Reads `amount` and `currency` from an answer of the merchant's backend. Nobody else is believed: not the page, whose
 * scripts may be anybody's, and not what a form reports.
 * @returns `undefined` unless both are there and make sense: no amount is better than a wrong one
 */
export function readMoney(data: JsonObject): Money | undefined {
  const amount = readWhole(data['amount']);
  const currency = asText(data['currency'])?.toUpperCase();
  if (amount === undefined || !Number.isSafeInteger(amount) || amount <= 0) return undefined;
  return currency !== undefined && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : undefined;
}
