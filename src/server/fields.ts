import { CHANNELS, CURRENCIES, FIELD_LIMITS } from '../gateway/limits.js';
import { IotpayGatewayError, type Violation } from './errors.js';

/** What one field of a call must be; a `?` behind the kind makes it optional. */
export type Kind = 'text' | 'text?' | 'url' | 'url?' | 'cents' | 'currency' | 'channel' | 'channel?' | 'ip?';

const has = (list: readonly string[], value: unknown) => typeof value === 'string' && list.includes(value);

/**
 * Checks a call's arguments against the gateway's limits (source: IOTPay, credit card v3).
 * @throws IotpayGatewayError `request`, with all violations at once
 */
export function checkFields(call: string, fields: Readonly<Record<string, Kind>>, given: object): void {
  const values = given as Readonly<Record<string, unknown>>;
  const violations: Violation[] = [];
  for (const [field, kind] of Object.entries(fields)) {
    const value = values[field];
    if (kind.endsWith('?') && (value === undefined || value === null || value === '')) continue;
    const limit = limitOf(field, kind.replace('?', ''), value);
    if (limit) violations.push({ field, limit, received: describe(value) });
  }
  for (const field of Object.keys(values)) {
    if (!(field in fields))
      violations.push({ field, limit: 'no such field in this call', received: describe(values[field]) });
  }
  if (violations.length === 0) return;
  throw new IotpayGatewayError(
    'request',
    `nothing was sent; ${violations.map(({ field, limit, received }) => `${field}: expected ${limit}, received ${received}`).join('; ')}.`,
    { call, violations },
  );
}

/** The limit that a value breaks, in words. */
function limitOf(field: string, kind: string, value: unknown): string | undefined {
  const longest = field in FIELD_LIMITS ? FIELD_LIMITS[field as keyof typeof FIELD_LIMITS] : 1000;
  const fits = typeof value === 'string' && value.trim() !== '' && [...value].length <= longest;
  switch (kind) {
    case 'cents':
      return Number.isSafeInteger(value) && (value as number) > 0
        ? undefined
        : 'a positive integer, in cents';
    case 'currency':
      return has(CURRENCIES, value) ? undefined : CURRENCIES.join(' or ');
    case 'channel':
      return has(CHANNELS, value) ? undefined : CHANNELS.join(' or ');
    case 'url':
      return fits && URL.canParse(value) && /^https?:/i.test(value)
        ? undefined
        : `an absolute http(s) URL of at most ${longest} characters`;
    default:
      return fits ? undefined : `a text of 1 to ${longest} characters`;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `${[...value].length} characters`;
  if (typeof value === 'number') return `the number ${value}`;
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
}
