import { isObject, type JsonObject } from '../gateway/envelope.js';

/** Deepest nesting that is kept. */
const MAX_DEPTH = 16;

/** Documented fields that are numbers, codes or dates: they stay as they are (source: IOTPay, credit card v3). */
const KNOWN = new Set([
  ...['mchId', 'mchOrderNo', 'mchRefundNo', 'mchUserId', 'loginName', 'cardId', 'secureId'],
  ...['payOrderId', 'originalOrderId', 'payType', 'status', 'channel', 'capture', 'currency'],
  ...['amount', 'refundAmount', 'refundable', 'paySuccTime', 'expiryDate', 'cardType'],
  ...['invoiceNum', 'authNum', 'transNum', 'retCode'],
]);

/** Words in names of card verification values, whatever else is in the name. */
const VERIFICATION_WORDS = [
  'cvv',
  'cvc',
  'cvn',
  'cvd',
  'csc',
  'cav',
  'securitycode',
  'cardcode',
  'verification',
];

/**
 * PCI: a card verification value and a full card number are never stored, logged or passed on; the gateway's query card
 * sends the former. Documented fields stay. A field that nobody documents stays where it can be neither: no value of
 * three or four digits, no name that speaks of a verification value; card numbers inside texts are masked. At any depth.
 * @returns a new object, which the caller may add to: to spread it into another one takes as long as to make it
 */
export function withoutSecrets(data: JsonObject): Record<string, unknown> {
  return cleanObject(data, 0);
}

function cleanObject(data: JsonObject, depth: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(data)) {
    const value = data[name];
    // None of the known names speaks of a verification value.
    if (KNOWN.has(name) && !(typeof value === 'object' && value !== null)) kept[name] = value;
    else if (name.toLowerCase() === 'sign' || namesVerification(name)) continue;
    else if (name === 'cardNum') kept[name] = maskCard(value);
    else {
      const clean = cleanValue(value, depth);
      if (clean !== undefined) put(kept, name, clean);
    }
  }
  return kept;
}

/** Sets a field, whatever its name: to assign to `__proto__` would change what the object inherits. */
function put(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') fields[name] = value;
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A value under a name that nobody documents; `undefined` where it may be a secret. */
function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') {
    const text = String(value);
    if (/^\s*\d{3,4}\s*$/.test(text)) return undefined;
    const masked = maskText(text);
    return masked === text ? value : masked;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (isObject(value)) return cleanObject(value, depth + 1);
  return (value as unknown[]).map((each) => cleanValue(each, depth + 1)).filter((each) => each !== undefined);
}

function namesVerification(name: string): boolean {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '');
  return letters === 'cid' || VERIFICATION_WORDS.some((word) => letters.includes(word));
}

/** A card's number, masked if the gateway has not done it: the first six and the last four digits may stay. */
function maskCard(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  const digits = text.replace(/\D/g, '');
  return digits.length <= 10 ? text : `${digits.slice(0, 6)}******${digits.slice(-4)}`;
}

/** A text without the card numbers and verification values in it. */
export function maskText(text: string): string {
  if (!/\d/.test(text)) return text;
  return text
    .replace(/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g, (run) =>
      isCardNumber(run.replace(/\D/g, '')) ? '…' : run,
    )
    .replace(
      /\b(cvv2?|cvc2?|cvn|csc|cid|security\W?code|verification\W?(?:code|value))(\W{0,5})\d{3,4}\b/gi,
      '$1$2…',
    );
}

/** Luhn's check. No card begins with 0 or 1; times in milliseconds do. */
function isCardNumber(digits: string): boolean {
  if (digits.startsWith('0') || digits.startsWith('1')) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}
