import { isObject, type JsonObject } from '../gateway/envelope.js';
import { configError } from './errors.js';

/** How many values request-data may have. A value that contains itself twice over and over has more in a few lines. */
const MAX_VALUES = 10_000;

/** What JSON writes as it is: `Object.prototype.toString` calls everything else by a name of its own. */
const CARRIED = ['Object', 'Array', 'String', 'Number', 'Boolean'];

/**
 * Reads `request-data` once, as JSON. What JSON would leave out or change without a word (a Map, a Set, FormData, a
 * Promise, a function, a symbol, a BigInt, a cycle, a DOM node, …) is refused: an order without its data must not be made.
 * @returns the JSON text of an object; `{}` where the page has set nothing
 * @throws IotpayCheckoutError `config`, naming the path
 */
export function requestJson(value: unknown): string {
  if (value === undefined || value === null) return '{}';
  const paths = new Map<unknown, string>();
  let path = 'request-data';
  let count = 0;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, function (this: unknown, key: string, each: unknown) {
      path = placeOf(paths.get(this), key, this);
      if ((count += 1) > MAX_VALUES) throw refusal(path, `at most ${MAX_VALUES} values`, 'more');
      const kind = kindOf(each);
      if (kind) throw refusal(path, 'what JSON can carry', kind);
      if (typeof each === 'object' && each !== null) paths.set(each, path);
      return each;
    });
  } catch (cause) {
    if ((cause as { code?: unknown } | undefined)?.code === 'config') throw cause;
    // A cycle, a revoked proxy, a getter that throws, or too deep.
    throw configError(
      `${path}: expected what JSON can carry, received what it can't read: ${String(cause)}`,
      cause,
    );
  }
  if (text?.startsWith('{')) return text;
  const received =
    typeof value === 'string' ? `"${value.slice(0, 80)}"` : (text ?? typeof value).slice(0, 80);
  throw refusal(
    'request-data',
    'a JSON object such as {"orderId": 7}',
    text?.startsWith('[') ? 'an array' : received,
  );
}

/** The object that the JSON text is of. */
export function requestObject(json: string): JsonObject {
  const data: unknown = JSON.parse(json);
  return isObject(data) ? data : {};
}

function refusal(path: string, expected: string, received: string) {
  return configError(`${path}: expected ${expected}, received ${received}.`);
}

/** The name of what JSON can't carry; `undefined` for what it can. */
function kindOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'function':
    case 'symbol':
    case 'bigint':
      return `a ${typeof value}`;
    case 'object': {
      const tag = Object.prototype.toString.call(value).slice(8, -1);
      return value === null || CARRIED.includes(tag) || isOwnTag(value) ? undefined : `a ${tag}`;
    }
    default:
      return undefined;
  }
}

/** Whether an object only calls itself something, and is a plain one: its prototype is Object's, or none. */
function isOwnTag(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function placeOf(parent: string | undefined, key: string, holder: unknown): string {
  if (parent === undefined) return 'request-data';
  return Array.isArray(holder) ? `${parent}[${key}]` : `${parent}.${key}`;
}
