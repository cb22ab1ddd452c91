/**
 * IOTPay's order status: 0 pending, 1 unknown, 2 and 3 success (both mean that the money moved), 9 fail.
 * Source: IOTPay's redirect page, its PHP SDK and its Android SDK.
 */
export type OrderStatus = 0 | 1 | 2 | 3 | 9;

/** Whether a status says that the money moved. */
export function isPaid(status: number | undefined): boolean {
  return status === 2 || status === 3;
}

/** Whether a status says that the order has failed for good. */
export function isFailed(status: number | undefined): boolean {
  return status === 9;
}

/**
 * Reads a status that arrives as a number or as text (nobody documents which).
 * @returns the number; `undefined` where there is none; `NaN` for a value that is no whole number.
 */
export function readStatus(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return Number.isInteger(value) ? value : NaN;
  return typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : NaN;
}
