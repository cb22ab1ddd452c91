/**
 * IOTPay's order status: 0 pending, 1 unknown, 2 and 3 success (both mean that the money moved), 9 fail.
 * Source: IOTPay's redirect page, its PHP SDK and its Android SDK.
 */
export type OrderStatus = 0 | 1 | 2 | 3 | 9;

/** What a status says of an order. `strange`: a status that nobody documents; it decides nothing. */
export type OrderState = 'open' | 'paid' | 'failed' | 'strange';

const STATES: Readonly<Record<OrderStatus, OrderState>> = {
  0: 'open',
  1: 'open',
  2: 'paid',
  3: 'paid',
  9: 'failed',
};

/** What a status says of its order; `undefined` where there is no status. */
export function stateOf(status: number | undefined): OrderState | undefined {
  if (status === undefined) return undefined;
  return (STATES as Readonly<Record<number, OrderState>>)[status] ?? 'strange';
}

/** Whether a status says that the money moved. */
export function isPaid(status: number | undefined): boolean {
  return stateOf(status) === 'paid';
}

/** Whether a status says that somebody has paid, and nobody knows yet whether it worked. */
export function isUnderWay(status: number | undefined): boolean {
  return status === 1;
}

/**
 * Whether one of these texts is IOTPay's "Timeout": the order must be queried, it has neither failed nor succeeded. Any
 * case, and "Time out" as well: to take another failure for an unknown outcome costs one question.
 * Source: IOTPay, "Embedded Integration".
 */
export function meansTimeout(...texts: readonly unknown[]): boolean {
  return texts.some((text) => typeof text === 'string' && /time.?out/i.test(text));
}

/**
 * Reads a whole number (a status, cents) that arrives as a number or as text: nobody documents which.
 * @returns the number; `undefined` where there is none; `NaN` for a value that is no whole number
 */
export function readWhole(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return Number.isInteger(value) ? value : NaN;
  return typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : NaN;
}
