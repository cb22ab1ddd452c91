import { describe } from './checks.js';

export type Row = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null;

const isRows = (value: unknown): value is readonly Row[] =>
  Array.isArray(value) && value.every((row) => isObject(row) && !Array.isArray(row));

/** @throws TypeError for an answer that holds no rows */
export function rowsOf(answer: unknown): readonly Row[] {
  const rows: unknown = isObject(answer) && 'rows' in answer ? answer['rows'] : answer;
  if (isRows(rows)) return rows;
  throw new TypeError(
    `sqlStore: expected query() to answer with the rows (an array of objects, or an object with such rows), ` +
      `received ${describe(answer)}.`,
  );
}

/** @throws TypeError for a column that is no text */
export function textOf(row: Row, column: string): string {
  const text = row[column];
  if (typeof text === 'string') return text;
  throw new TypeError(
    `sqlStore: expected query() to answer with rows whose column ${column} is a text, received ${describe(text)}.`,
  );
}

/** Whether MySQL or MariaDB has changed one row. */
export function hasCounted(answer: unknown): boolean {
  const count = isObject(answer) ? answer['affectedRows'] : undefined;
  if (count === 1 || count === 1n) return true;
  if (count === 0 || count === 0n) return false;
  throw new TypeError(
    `sqlStore: expected query() to answer a write with an object whose affectedRows is 0 or 1, received ` +
      `${count === undefined ? describe(answer) : `affectedRows: ${describe(count)}`}.`,
  );
}

/** Whether a row came back, and is the one that was written. */
export function hasReturned(answer: unknown, version: string): boolean {
  const rows = rowsOf(answer);
  if (rows.length === 0) return false;
  if (rows.length === 1 && textOf(rows[0]!, 'version') === version) return true;
  throw new TypeError(
    `sqlStore: expected query() to answer a write with no row, or with the one that was written; received ${describe(answer)}.`,
  );
}
