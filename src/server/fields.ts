import { asObject } from '../gateway/envelope.js';
import {
  CHANNELS,
  CURRENCIES,
  FIELD_LIMITS,
  fitsIn,
  MAX_AMOUNT_CENTS,
  WALLET_TYPES,
} from '../gateway/limits.js';
import { IotpayGatewayError, type Violation } from './errors.js';

/** What one field of a call must be. */
export type Kind = 'id' | 'text' | 'url' | 'cents' | 'currency' | 'channel' | 'walletType' | 'base64';

/** The fields of one call; a `?` behind the kind makes a field optional. */
export type FieldTable = Readonly<Record<string, Kind | `${Kind}?`>>;

/** Longest text where IOTPay names no limit, in characters; a wallet's payment token has some thousand. */
const DEFAULT_LENGTH = 16_384;

/**
 * Checks a call's arguments against the gateway's limits (source: IOTPay, credit card v3).
 * @returns the fields as they are sent: amounts as numbers, empty fields left out
 * @throws IotpayGatewayError `request`, with all violations at once
 */
export function checkFields(call: string, fields: FieldTable, given: object): Record<string, unknown> {
  const values = asObject(given);
  const violations: Violation[] = [];
  const sent: Record<string, unknown> = {};
  for (const [field, kindOrOptional] of Object.entries(fields)) {
    const value = values[field];
    const isOptional = kindOrOptional.endsWith('?');
    const kind = (isOptional ? kindOrOptional.slice(0, -1) : kindOrOptional) as Kind;
    if (isOptional && (value === undefined || value === null || value === '')) continue;
    const limit = limitOf(field, kind, value);
    if (limit) violations.push({ field, limit, received: describe(value, kind === 'cents') });
    else sent[field] = kind === 'cents' ? readCents(value) : value;
  }
  for (const field of Object.keys(values)) {
    if (!Object.hasOwn(fields, field) && values[field] !== undefined)
      violations.push({ field, limit: 'no such field in this call', received: describe(values[field]) });
  }
  if (violations.length === 0) return sent;
  throw new IotpayGatewayError(
    'request',
    `nothing was sent; ${violations.map(({ field, limit, received }) => `${field}: expected ${limit}, received ${received}`).join('; ')}.`,
    { call, violations },
  );
}

/** Cents as a number, a bigint or a text of digits (as SQL drivers give them); `undefined` for everything else. */
function readCents(value: unknown): number | undefined {
  const isWritten = typeof value === 'bigint' || (typeof value === 'string' && /^\d{1,15}$/.test(value));
  const number = isWritten ? Number(value) : value;
  const fits = typeof number === 'number' && Number.isInteger(number);
  return fits && number > 0 && number <= MAX_AMOUNT_CENTS ? number : undefined;
}

const LISTS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  currency: CURRENCIES,
  channel: CHANNELS,
  walletType: WALLET_TYPES,
};

/** The limit that a value breaks, in words. */
function limitOf(field: string, kind: Kind, value: unknown): string | undefined {
  const longest = (FIELD_LIMITS as Readonly<Record<string, number>>)[field] ?? DEFAULT_LENGTH;
  const list = LISTS[kind];
  if (list) return list.some((each) => each === value) ? undefined : list.join(' or ');
  if (kind === 'cents') {
    return readCents(value) === undefined
      ? `a positive whole number of cents up to ${MAX_AMOUNT_CENTS} (a number, a bigint or a text of digits)`
      : undefined;
  }
  const fits =
    typeof value === 'string' && value.trim() !== '' && fitsIn(value, longest) && value.isWellFormed();
  const is = (form: boolean, words: string) => (fits && form ? undefined : words);
  const text = String(value);
  switch (kind) {
    case 'id':
      return is(
        /^[^\s&=\p{C}]+$/u.test(text),
        `a text of 1 to ${longest} characters, without white space, & and =`,
      );
    case 'url':
      return is(
        /^https?:\/\//i.test(text) && URL.canParse(text),
        `an absolute http(s) URL of at most ${longest} characters`,
      );
    case 'base64':
      return is(
        /^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
          (text.includes('=') ? text.length % 4 === 0 : text.length % 4 !== 1),
        `base64 of the wallet's payment token, at most ${longest} characters`,
      );
    default:
      return is(true, `a text of 1 to ${longest} characters`);
  }
}

/** Lengths and types, never the value: it may be a card's number in the wrong place. Amounts are shown. */
function describe(value: unknown, isAmount = false): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `${[...value].length} characters`;
  if (typeof value === 'number') return isAmount ? `the number ${value}` : 'a number';
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
}
