import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FIELD_LIMITS } from '../gateway/limits.js';
import { createApp } from './app.js';
import { Clock } from './clock.js';
import { Driver, type DriveInstruction } from './driver.js';
import { Gateway, type SandboxMerchant } from './gateway.js';
import type { Ledger } from './ledger.js';
import { Notifier, NOTIFICATION_DELAYS_MS } from './notifier.js';
import { readQuirks, type Quirks } from './quirks.js';
import { SCENARIOS, scenarioById, type Scenario } from './scenarios.js';

/** An hour, as the iOS SDK's page has it. */
const SECURE_ID_LIFETIME_MS = 60 * 60 * 1000;

/** IOTPay's script gives up after 30 tries; how far apart they are is not documented. */
const UNION_PAY = { tries: 30, interval: 150 } as const;

const HOSTS = ['127.0.0.1', 'localhost', '::1'] as const;

const DEFAULT_MERCHANT: SandboxMerchant = {
  mchId: '10000701',
  merchantKey: 'sandbox-merchant-key',
  loginName: 'sandbox',
};

export interface SandboxOptions {
  /** Default: 0, any free port. */
  readonly port?: number;
  /** Default: `127.0.0.1`. The sandbox listens on loopback only. */
  readonly host?: (typeof HOSTS)[number];
  /** Default: one that is made up; see `Sandbox.merchant`. */
  readonly merchant?: SandboxMerchant;
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
  /** Told of every call, one line each. Default: nobody. */
  readonly log?: (line: string) => void;
}

/** The environment that a merchant's backend reads. */
export interface SandboxEnvironment {
  readonly IOTPAY_MCH_ID: string;
  readonly IOTPAY_MERCHANT_KEY: string;
  readonly IOTPAY_LOGIN_NAME: string;
  readonly IOTPAY_GATEWAY_ORIGIN: string;
}

/** A running sandbox. */
export interface Sandbox {
  /** Such as `http://127.0.0.1:40123`: the `gateway-origin` of the element and `gatewayOrigin` of the backend. */
  readonly origin: string;
  readonly merchant: SandboxMerchant;
  readonly env: SandboxEnvironment;
  /** The test cards. */
  readonly scenarios: readonly Scenario[];
  readonly ledger: Ledger;
  /**
   * Changes the quirks: `true` for all, `false` for none, or the ones to change. A page that has loaded the script
   * already keeps those of the mount (`asyncMount`, `lateFrame`, `noAutoHeight`).
   * @throws TypeError for a quirk that there isn't
   */
  setQuirks(quirks: boolean | Partial<Quirks>): void;
  /**
   * Makes this scenario happen to all payments from now on, whatever the card; `undefined`: the card decides again.
   * @throws RangeError for a scenario that there isn't
   */
  force(scenario: string | undefined): void;
  /**
   * Makes the form of one session fill itself in and be sent, before or after it has loaded.
   * @param session - its secureId, mchOrderNo or cardId
   * @throws Error where the sandbox was started without `drive: true`
   */
  drive(session: string, instruction?: DriveInstruction): void;
  /** Puts the sandbox's time ahead, in milliseconds: secureIds expire, notifications are sent again, orders settle. */
  advance(milliseconds: number): void;
  /** Forgets every order, card and notification; quirks are those of the start again. */
  reset(): void;
  /** Stops listening, and everything that was to be sent. */
  close(): Promise<void>;
}

/**
 * Starts a simulated IOTPay gateway on this machine.
 * @throws TypeError for options that can't be; Error where the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', drive: driven = false, log = () => {} } = options;
  if (!HOSTS.includes(host)) {
    throw new TypeError(
      `host: the sandbox listens on loopback only: ${HOSTS.join(', ')}; got "${String(host)}".`,
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError(`port: expected a whole number from 0 to 65535, got ${port}.`);
  }
  const merchant = readMerchant(options.merchant);
  const secureIdLifetime = readMilliseconds(
    'secureIdLifetime',
    options.secureIdLifetime ?? SECURE_ID_LIFETIME_MS,
  );
  const delays = options.notificationDelays ?? NOTIFICATION_DELAYS_MS;
  if (delays.length === 0) throw new TypeError('notificationDelays: expected at least one delay.');
  delays.forEach((delay) => readMilliseconds('notificationDelays', delay));
  const unionPay = { ...UNION_PAY, ...options.unionPay };
  readMilliseconds('unionPay.interval', unionPay.interval);
  if (!Number.isInteger(unionPay.tries) || unionPay.tries < 1) {
    throw new TypeError(`unionPay.tries: expected a whole number of 1 or more, got ${unionPay.tries}.`);
  }
  const initialQuirks = readQuirks(options.quirks);

  let quirks = initialQuirks;
  let origin = '';
  const clock = new Clock();
  const notifier = new Notifier(clock, delays, log);
  const gateway = new Gateway({
    origin: () => origin,
    merchant,
    clock,
    notifier,
    quirks: () => quirks,
    secureIdLifetime,
    unionPay,
  });
  const driver = new Driver();
  const ledger = gateway.books.view();
  const controls = {
    ledger,
    quirks: () => quirks,
    setQuirks: (wanted: unknown) => {
      quirks = readQuirks(wanted, quirks);
    },
    force: (scenario: string | undefined) => {
      gateway.forced = scenario === undefined ? undefined : scenarioById(scenario).id;
    },
    drive: (session: string, instruction: DriveInstruction = {}) => {
      if (!driven)
        throw new TypeError('drive: start the sandbox with `drive: true` to let forms be filled in.');
      driver.add(session, instruction);
    },
    advance: (milliseconds: number) => clock.advance(milliseconds),
    reset: () => {
      notifier.clear();
      driver.clear();
      gateway.reset();
      quirks = initialQuirks;
    },
  };
  const app = createApp({ gateway, driver, driven, controls, log });
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  const address = await listen(server, port, host);
  origin = `http://${host === '::1' ? '[::1]' : host}:${address.port}`;

  return Object.freeze({
    origin,
    merchant,
    env: Object.freeze({
      IOTPAY_MCH_ID: merchant.mchId,
      IOTPAY_MERCHANT_KEY: merchant.merchantKey,
      IOTPAY_LOGIN_NAME: merchant.loginName,
      IOTPAY_GATEWAY_ORIGIN: origin,
    }),
    scenarios: SCENARIOS,
    ledger,
    setQuirks: controls.setQuirks,
    force: controls.force,
    drive: controls.drive,
    advance: controls.advance,
    reset: controls.reset,
    close: async () => {
      notifier.close();
      clock.clear();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
      server.closeAllConnections();
      await closed;
    },
  });
}

function readMilliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`${name}: expected milliseconds of 0 or more, got ${value}.`);
}

function readMerchant(merchant: SandboxMerchant = DEFAULT_MERCHANT): SandboxMerchant {
  const limits = { mchId: FIELD_LIMITS.mchId, loginName: FIELD_LIMITS.loginName, merchantKey: Infinity };
  for (const name of ['mchId', 'merchantKey', 'loginName'] as const) {
    const value: unknown = merchant[name];
    if (typeof value !== 'string' || !value || value.length > limits[name]) {
      throw new TypeError(`merchant.${name}: expected a text of at most ${limits[name]} characters.`);
    }
  }
  const { mchId, merchantKey, loginName } = merchant;
  return Object.freeze({ mchId, merchantKey, loginName });
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Error(`The sandbox can't listen on ${host}, port ${port}: ${cause.message}`, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The sandbox has no address.'));
      else resolve(address);
    });
  });
}
