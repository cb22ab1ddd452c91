import { FIELD_LIMITS, fitsIn } from '../../gateway/limits.js';
import { isProduction } from '../environment.js';
import { isMemoryStore } from '../stores/memory.js';
import type { Store } from '../stores/store.js';
import { kindOf } from './kind.js';

/** What an option must be. */
interface Rule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const has = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => isFunction((value as Record<string, unknown>)[name]));

const FUNCTION: Rule = { expected: 'a function', holds: isFunction };
const OPTIONAL_FUNCTION: Rule = {
  expected: 'a function, or nothing',
  holds: (value) => value === undefined || isFunction(value),
};
/**
 * What has `get` and `set` and compares nothing: the platform's collections (a Map, Headers, …) and clients of Redis. It would
 * be told of with the first order only.
 */
function isNoStore(value: unknown): boolean {
  const tag = Object.prototype.toString.call(value);
  return (
    /^\[object (?:Weak)?(?:Map|Headers|URLSearchParams|FormData)\]$/.test(tag) || has(value, 'sendCommand')
  );
}

/** Longer than the gateway takes, it would be refused with every order. */
const addressOf = (longest: number): Rule => ({
  expected: `an absolute http(s) address of at most ${longest} characters`,
  holds: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:/i.test(value) && fitsIn(value, longest),
});

const RULES: Readonly<Record<string, Rule>> = {
  iotpay: {
    expected: 'the client that createIotpay makes',
    holds: (value) => has(value, 'purchase', 'queryOrder', 'verifyNotification'),
  },
  store: {
    expected:
      'a store: memoryStore(), sqlStore((sql, params) => …, { dialect }), redisStore((args) => …), or { get, set } of your own',
    holds: (value) => has(value, 'get', 'set') && !isNoStore(value),
  },
  order: FUNCTION,
  onPaid: FUNCTION,
  onCardSaved: OPTIONAL_FUNCTION,
  onPaidTwice: OPTIONAL_FUNCTION,
  log: OPTIONAL_FUNCTION,
  notifyUrl: addressOf(FIELD_LIMITS.notifyUrl),
  returnUrl: addressOf(FIELD_LIMITS.returnUrl),
};

/** Those that `readOrigins` checks besides. */
const NAMES: readonly string[] = [...Object.keys(RULES), 'allowedOrigins', 'publicOrigin'];

/**
 * Checks what `createCheckout` was given.
 * @throws TypeError that names the option, what was expected and what was received
 */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`createCheckout: expected an object of options, received ${kindOf(options)}.`);
  for (const [name, { expected, holds }] of Object.entries(RULES)) {
    const value = (options as Record<string, unknown>)[name];
    if (!holds(value))
      throw new TypeError(`createCheckout: ${name}: expected ${expected}, received ${kindOf(value)}.`);
  }
}

/** What `createCheckout` was given and knows nothing of: a function under such a name would never be called. */
export function strangersIn(options: object): readonly string[] {
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && !NAMES.includes(name))
    .map(([name]) => `createCheckout: there is no option ${name}. There are: ${NAMES.join(', ')}.`);
}

/** A shop in production whose record is gone after a restart: a form that is open then could be paid, and a second one made. */
export function forgetsIn({ store }: { readonly store: Store }): readonly string[] {
  return isProduction() && isMemoryStore(store)
    ? [
        'createCheckout: store: NODE_ENV is "production", and memoryStore() forgets at each restart which forms are open and what was paid: an order could be paid twice. Use sqlStore(…) or redisStore(…).',
      ]
    : [];
}

/**
 * Checks the names in what a function was given: a number in place of `{ amount }`, or a name that is spelled wrong, would
 * move another sum of money than was meant.
 * @throws TypeError that names what was expected and what was received
 */
export function checkNames(where: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${where}: expected an object with ${names.join(', ')}, received ${kindOf(given)}.`);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new TypeError(`${where}: there is no ${name}. There are: ${names.join(', ')}.`);
}
