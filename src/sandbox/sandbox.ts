import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import { Clock } from './clock.js';
import type { Controls } from './controls.js';
import { Driver } from './driver.js';
import { Faults } from './faults.js';
import { Gateway } from './gateway.js';
import { Books } from './ledger.js';
import { keeper, keptOf, readKept, refill, type Kept } from './keep.js';
import { Notifications } from './notifications.js';
import { Notifier } from './notifier.js';
import { readSettings, type SandboxOptions, type Settings } from './options.js';
import { readQuirks } from './quirks.js';
import { SCENARIOS, scenarioById, type Scenario } from './scenarios.js';
import { Shopper } from './shopper.js';
import { Wire, type SandboxMerchant } from './wire.js';

/** The environment that a merchant's backend reads. */
export interface SandboxEnvironment {
  readonly IOTPAY_MCH_ID: string;
  readonly IOTPAY_MERCHANT_KEY: string;
  readonly IOTPAY_LOGIN_NAME: string;
  readonly IOTPAY_GATEWAY_ORIGIN: string;
}

/** A running sandbox. */
export interface Sandbox extends Controls {
  /** Such as `http://127.0.0.1:40123`: the `gateway-origin` of the element and `gatewayOrigin` of the backend. */
  readonly origin: string;
  readonly merchant: SandboxMerchant;
  readonly env: SandboxEnvironment;
  /** The test cards. */
  readonly scenarios: readonly Scenario[];
  /** Stops listening, and everything that was to be sent. */
  close(): Promise<void>;
}

/**
 * Starts a simulated IOTPay gateway on this machine.
 * @throws TypeError for options that can't be; Error where the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const kept = options.file === undefined ? undefined : readKept(options.file);
  const settings = readSettings({ ...options, merchant: { ...kept?.merchant, ...options.merchant } });
  const { merchant, host } = settings;
  let origin = '';
  const { controls, app, keep, stop } = assemble(settings, () => origin, kept);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const again =
    settings.port === 0 && kept ? await listen(server, kept.port, host).catch(() => undefined) : undefined;
  const { port } = again ?? (await listen(server, settings.port, host));
  origin = `http://${host === '::1' ? '[::1]' : host}:${port}`;
  keep();
  return Object.freeze({
    ...controls,
    origin,
    merchant,
    env: Object.freeze({
      IOTPAY_MCH_ID: merchant.mchId,
      IOTPAY_MERCHANT_KEY: merchant.merchantKey,
      IOTPAY_LOGIN_NAME: merchant.loginName,
      IOTPAY_GATEWAY_ORIGIN: origin,
    }),
    scenarios: SCENARIOS,
    close: async () => {
      stop();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
      server.closeAllConnections();
      await closed;
    },
  });
}

/** Puts the parts together. */
function assemble(settings: Settings, origin: () => string, kept: Kept | undefined) {
  const { merchant, driven, unionPay, log } = settings;
  let current = settings.quirks;
  const quirks = () => current;
  let keep = () => {};
  const clock = new Clock(() => keep());
  const books = new Books(settings.ledgerLimit);
  const wire = new Wire({ origin, merchant, quirks, unionPay });
  const notifier = new Notifier(clock, settings.notificationDelaysMs, log);
  const { merchantKey } = merchant;
  const notifications = new Notifications({ books, wire, merchantKey, quirks, notifier, log });
  const gateway = new Gateway({
    books,
    clock,
    quirks,
    secureIdLifetimeMs: settings.secureIdLifetimeMs,
    unionPay,
    paid: (order) => notifications.send(order),
  });
  const driver = new Driver();
  const faults = new Faults();
  const shopper = new Shopper(gateway, books, wire);
  const reset = () => {
    notifications.reset();
    driver.clear();
    faults.plan(undefined);
    gateway.reset();
    current = settings.quirks;
  };
  const controls: Controls = {
    ledger: books.view(),
    notifications: notifications.controls,
    setQuirks: (wanted) => void (current = readQuirks(wanted, current)),
    force: (scenario) => void (gateway.forced = scenario && scenarioById(scenario).id),
    fault: (fault) => faults.plan(fault),
    pay: (mchOrderNo, card) => shopper.pay(mchOrderNo, card).finally(() => keep()),
    saveCard: (cardId, card) => shopper.saveCard(cardId, card).finally(() => keep()),
    drive: driving(driver, driven),
    advance: (milliseconds) => clock.advance(milliseconds),
    reset,
  };
  if (settings.file !== undefined) {
    const where = () => Number(new URL(origin()).port);
    keep = keeper(settings.file, () => keptOf(merchant, where(), books, gateway));
  }
  if (kept) for (const order of refill(books, gateway, kept)) notifications.send(order);
  const parts = { merchant, gateway, books, wire, faults, driver, driven, controls, quirks, log };
  return {
    controls,
    keep: () => keep(),
    app: createApp({ ...parts, keep: () => keep(), now: () => clock.now() }),
    stop: () => {
      notifier.close();
      clock.clear();
    },
  };
}

function driving(driver: Driver, driven: boolean): Controls['drive'] {
  return (session, instruction = {}) => {
    if (!driven)
      throw new TypeError('drive: start the sandbox with `drive: true` to let forms be filled in.');
    driver.add(session, instruction);
  };
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
