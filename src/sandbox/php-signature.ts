import { createHash } from 'node:crypto';

/** A field as it stands in JSON, and as PHP writes its value when it signs. */
export interface WrittenField {
  readonly name: string;
  readonly json: string;
  readonly text: string;
}

/**
 * Fields that show the difference between the two ways of signing. In the second column what PHP's `json_encode` writes,
 * in the third what PHP makes of the value in the signed text: null and false are empty, true is 1, a fraction of .0
 * goes.
 */
const ODD_FIELDS: readonly WrittenField[] = (
  [
    ['recurring', 'true', '1'],
    ['disputed', 'false', ''],
    ['installments', 'null', ''],
    ['fee', '15.5', '15.5'],
    ['limit', '1.0e+25', '1.0E+25'],
    ['base', '1500.0', '1500'],
    ['traceNo', '9007199254740993', '9007199254740993'],
    ['avsResult', '"M"', 'M'],
    ['AVSCode', '"Y"', 'Y'],
    ['cardholder', '"Test Shopper"', 'Test Shopper'],
    ['param10', '"c"', 'c'],
    ['param2', '"b"', 'b'],
    ['refundAmount', '0', '0'],
  ] as const
).map(([name, json, text]) => ({ name, json, text }));

/** Adds the odd fields to ordinary ones: texts and whole numbers. */
export function withOddFields(fields: Readonly<Record<string, unknown>>): WrittenField[] {
  const ordinary = Object.entries(fields).map(([name, value]) => ({
    name,
    json: JSON.stringify(value),
    text: String(value),
  }));
  return [...ordinary, ...ODD_FIELDS];
}

/**
 * The signature as IOTPay's PHP SDK makes it: empty texts are left out, null and false stay as `name=`, and names are
 * sorted as PHP's `ksort` does with SORT_NATURAL and SORT_FLAG_CASE.
 */
export function signPhpWay(fields: readonly WrittenField[], key: string): string {
  const text = fields
    .filter(({ name, json }) => name !== 'sign' && json !== '""')
    .toSorted((a, b) => compareNaturally(a.name, b.name))
    .map(({ name, text }) => `${name}=${text}`)
    .concat(`key=${key}`)
    .join('&');
  return createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
}

/** Letters without their case, and runs of digits by their value. */
function compareNaturally(a: string, b: string): number {
  const parts = (text: string) => text.toUpperCase().match(/\d+|\D/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const byValue = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (byValue !== 0) return byValue;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
