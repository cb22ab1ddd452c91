import { asObject } from '../gateway/envelope.js';
import { CHANNELS, CURRENCIES, FIELD_LIMITS } from '../gateway/limits.js';
import { IotpayGatewayError, type Violation } from './errors.js';

/** What one field of a call must be; a `?` behind the kind makes it optional. */
export type Kind = 'id' | 'text' | 'text?' | 'url' | 'url?' | 'cents' | 'currency' | 'channel';

/** The fields of an order by which goods are shipped. */
const DECISIVE = 'amount|channel|currency|mchId|mchOrderNo|payOrderId|payType|sign|status';

/**
 * The signed text has no escaping: `subject = 'x&payType=refund'` signs as the two fields would. No text that we send
 * has such a part, so a notification that has one is another, cut apart differently.
 */
const AMBIGUOUS = new RegExp(`&(?:${DECISIVE})=`);

/** Whether a field of a notification can't be mistaken for several others. */
export function isUnambiguous(name: string, value: unknown): boolean {
  return !/[&=]/.test(name) && !(typeof value === 'string' && AMBIGUOUS.test(value));
}

/** Whether a text can be an order's or a card's number, ours or the gateway's. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && [...value].length <= 30 && /^[^\s&=\p{C}]+$/u.test(value);
}

const has = (list: readonly string[], value: unknown) => typeof value === 'string' && list.includes(value);

/**
 * Checks a call's arguments against the gateway's limits (source: IOTPay, credit card v3).
 * @throws IotpayGatewayError `request`, with all violations at once
 */
export function checkFields(call: string, fields: Readonly<Record<string, Kind>>, given: object): void {
  const values = asObject(given);
  const violations: Violation[] = [];
  for (const [field, kind] of Object.entries(fields)) {
    const value = values[field];
    if (kind.endsWith('?') && (value === undefined || value === null || value === '')) continue;
    const limit = limitOf(field, kind.replace('?', ''), value);
    if (limit) violations.push({ field, limit, received: describe(value, kind === 'cents') });
  }
  for (const field of Object.keys(values)) {
    if (!Object.hasOwn(fields, field) && values[field] !== undefined)
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
  const longest =
    (FIELD_LIMITS as Readonly<Record<string, number>>)[field] ?? (field === 'walletData' ? 16_384 : 1000);
  const fits =
    typeof value === 'string' &&
    value.trim() !== '' &&
    [...value].length <= longest &&
    !/\p{Surrogate}/u.test(value) &&
    isUnambiguous(field, value);
  const not =
    typeof value === 'string' && AMBIGUOUS.test(value)
      ? ` and without “${AMBIGUOUS.exec(value)?.[0]}”, which can't be told from a field of its own in the signature`
      : '';
  switch (kind) {
    case 'cents':
      return Number.isSafeInteger(value) && (value as number) > 0
        ? undefined
        : 'a positive whole number, in cents';
    case 'id':
      return isId(value) ? undefined : 'a text of 1 to 30 characters, without white space, & and =';
    case 'currency':
      return has(CURRENCIES, value) ? undefined : CURRENCIES.join(' or ');
    case 'channel':
      return has(CHANNELS, value) ? undefined : CHANNELS.join(' or ');
    case 'url':
      return fits && URL.canParse(value) && /^https?:/i.test(value)
        ? undefined
        : `an absolute http(s) URL of at most ${longest} characters${not}`;
    default:
      return fits ? undefined : `a text of 1 to ${longest} characters${not}`;
  }
}

/** Lengths and types, never the value: it may be a card's number in the wrong place. Amounts are shown. */
function describe(value: unknown, isAmount = false): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `${[...value].length} characters`;
  if (typeof value === 'number') return isAmount ? `the number ${value}` : 'a number';
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
}
