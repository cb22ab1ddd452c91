/** A value's kind, never the value: it may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (kind !== 'Object') return `${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}`;
    const names = Object.keys(value);
    return names.length ? `an object with ${names.slice(0, 12).join(', ')}` : 'an empty object';
  }
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return `the ${typeof value} ${value}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
