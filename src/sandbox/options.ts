import { randomBytes } from 'node:crypto';
import { FIELD_LIMITS, SECURE_ID_LIFETIME_MS } from '../gateway/limits.js';
import { NOTIFICATION_DELAYS_MS } from './notifier.js';
import { readQuirks, type Quirks } from './quirks.js';
import type { SandboxMerchant } from './wire.js';

const HOSTS = ['127.0.0.1', 'localhost', '::1'] as const;

/** IOTPay's script gives up after 30 tries; how far apart they are is not documented. */
const UNION_PAY = { tries: 30, interval: 150 } as const;

/** How many entries each list of the ledger keeps. */
const LEDGER_LIMIT = 20_000;

/** What every merchant key of a sandbox begins with. */
export const KEY_PREFIX = 'sandbox';

export interface SandboxOptions {
  /** Default: 0, any free port. */
  readonly port?: number;
  /** Default: `127.0.0.1`. The sandbox listens on loopback only. */
  readonly host?: (typeof HOSTS)[number];
  /**
   * Default: a made-up merchant with a fresh key at every start; see `Sandbox.merchant`. A key must begin with
   * `sandbox`: IOTPay's own belongs into no simulation.
   */
  readonly merchant?: Partial<SandboxMerchant>;
  /** `true`: everything undocumented that can happen together. Default: false. */
  readonly quirks?: boolean | Partial<Quirks>;
  /** Lets `drive()` fill in the form. Default: false. */
  readonly drive?: boolean;
  /** How long a secureId is good for, in milliseconds. Default: 3600000. */
  readonly secureIdLifetime?: number;
  /** Milliseconds before each attempt of a notification; the last repeats. Default: 100, 1000, 3000, 10000, … */
  readonly notificationDelays?: readonly number[];
  /** How often the script queries a UnionPay order, and how many milliseconds apart. Default: 30, 150. */
  readonly unionPay?: { readonly tries?: number; readonly interval?: number };
  /** How many entries each list of the ledger keeps, the newest. Default: 20000. */
  readonly ledgerLimit?: number;
  /**
   * Keeps orders, cards, open forms, the merchant's key and the port in this file, so that a sandbox that is started again
   * with it goes on where the one before ended, however that ended. The port is the same where it is free and none is
   * given. One sandbox at a time. Default: nothing is kept.
   */
  readonly file?: string;
  /** Told of every call and of every notification, one line each. Default: nobody. */
  readonly log?: (line: string) => void;
}

/** The options, complete and checked. */
export interface Settings {
  readonly port: number;
  readonly host: (typeof HOSTS)[number];
  readonly merchant: SandboxMerchant;
  readonly quirks: Quirks;
  readonly driven: boolean;
  readonly secureIdLifetimeMs: number;
  readonly notificationDelaysMs: readonly number[];
  readonly unionPay: { readonly tries: number; readonly intervalMs: number };
  readonly ledgerLimit: number;
  readonly file: string | undefined;
  readonly log: (line: string) => void;
}

/** @throws TypeError for options that can't be */
export function readSettings(options: SandboxOptions): Settings {
  const { port = 0, host = '127.0.0.1', drive = false, log = () => {} } = options;
  if (!HOSTS.includes(host)) {
    throw new TypeError(
      `host: the sandbox listens on loopback only: ${HOSTS.join(', ')}; got "${String(host)}".`,
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError(`port: expected a whole number from 0 to 65535, got ${port}.`);
  }
  const delays = options.notificationDelays ?? NOTIFICATION_DELAYS_MS;
  if (delays.length === 0) throw new TypeError('notificationDelays: expected at least one delay.');
  const { tries, interval } = { ...UNION_PAY, ...options.unionPay };
  return {
    port,
    host,
    merchant: readMerchant(options.merchant),
    quirks: readQuirks(options.quirks),
    driven: drive,
    secureIdLifetimeMs: readMilliseconds(
      'secureIdLifetime',
      options.secureIdLifetime ?? SECURE_ID_LIFETIME_MS,
    ),
    notificationDelaysMs: delays.map((delay) => readMilliseconds('notificationDelays', delay)),
    unionPay: {
      tries: readCount('unionPay.tries', tries),
      intervalMs: readMilliseconds('unionPay.interval', interval),
    },
    file: options.file,
    ledgerLimit: readCount('ledgerLimit', options.ledgerLimit ?? LEDGER_LIMIT),
    log,
  };
}

function readMilliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`${name}: expected milliseconds of 0 or more, got ${value}.`);
}

function readCount(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`${name}: expected a whole number of 1 or more, got ${value}.`);
}

function readMerchant(given: Partial<SandboxMerchant> = {}): SandboxMerchant {
  const merchant = {
    mchId: given.mchId ?? '10000701',
    merchantKey: given.merchantKey ?? `${KEY_PREFIX}-${randomBytes(16).toString('hex')}`,
    loginName: given.loginName ?? 'sandbox',
  };
  for (const name of ['mchId', 'loginName'] as const) {
    const value: unknown = merchant[name];
    if (typeof value !== 'string' || !value || value.length > FIELD_LIMITS[name]) {
      throw new TypeError(`merchant.${name}: expected a text of 1 to ${FIELD_LIMITS[name]} characters.`);
    }
  }
  const key: unknown = merchant.merchantKey;
  if (typeof key !== 'string' || !key.startsWith(KEY_PREFIX)) {
    throw new TypeError(
      `merchant.merchantKey: expected a text that begins with "${KEY_PREFIX}", so that nobody takes it for a real key; received another one. Leave it out for a fresh key.`,
    );
  }
  return Object.freeze(merchant);
}
