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
const ADDRESS: Rule = {
  expected: 'an absolute http(s) address',
  holds: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:/i.test(value),
};

const RULES: Readonly<Record<string, Rule>> = {
  iotpay: {
    expected: 'the client that createIotpay makes',
    holds: (value) => has(value, 'purchase', 'queryOrder', 'verifyNotification'),
  },
  store: {
    expected: 'a store: memoryStore(), sqlStore(…), redisStore(…), or { get, set } of your own',
    holds: (value) => has(value, 'get', 'set'),
  },
  order: FUNCTION,
  onPaid: FUNCTION,
  onCardSaved: OPTIONAL_FUNCTION,
  onPaidTwice: OPTIONAL_FUNCTION,
  log: OPTIONAL_FUNCTION,
  notifyUrl: ADDRESS,
  returnUrl: ADDRESS,
};

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
