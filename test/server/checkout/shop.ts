import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';
import {
  createCheckout,
  createIotpay,
  memoryStore,
  toNodeHandler,
  type Checkout,
  type CheckoutOptions,
  type OrderPaidTwice,
  type PaidOrder,
  type SavedCard,
  type Store,
} from '../../../src/server/index.js';

/** What a shop of the tests does otherwise than usual. */
export interface ShopOptions extends Partial<Omit<CheckoutOptions, 'iotpay'>> {
  readonly sandbox?: SandboxOptions;
  /** Milliseconds for one answer of the gateway. */
  readonly timeout?: number;
}

/** The answer of one of the routes. */
export interface Told {
  readonly httpStatus: number;
  readonly secureId?: string;
  readonly mchOrderNo?: string;
  readonly status?: number;
  readonly amount?: number;
  readonly retMsg?: string;
  readonly [name: string]: unknown;
}

export interface Shop {
  readonly sandbox: Sandbox;
  readonly checkout: Checkout;
  readonly origin: string;
  readonly store: Store;
  /** What `onPaid` was told, in order. */
  readonly paid: PaidOrder[];
  readonly paidTwice: OrderPaidTwice[];
  readonly cards: SavedCard[];
  readonly log: string[];
  /** `POST /pay/secure-id`, as the element sends it. */
  secureId(body?: Record<string, unknown>, headers?: Record<string, string>): Promise<Told>;
  orderStatus(body?: Record<string, unknown>): Promise<Told>;
  /** `POST /pay/notify`. */
  notify(body: string, headers?: Record<string, string>, search?: string): Promise<string>;
  /** Types a test card into the form of a secureId. */
  pay(secureId: unknown, scenario?: string): Promise<unknown>;
  /** The checkout of another server, on the same store. */
  another(): Checkout;
  /** What really moved money, by the sandbox's own books: the number of charges. */
  charges(): number;
}

/** A shop with one order of 1999 cents for each `order` in the request's data, on a sandbox of its own. */
export async function shopFor(test: TestContext, options: ShopOptions = {}): Promise<Shop> {
  const { sandbox: sandboxOptions, timeout, ...given } = options;
  const sandbox = await startSandbox({ unionPay: { interval: 10, tries: 3 }, ...sandboxOptions });
  const paid: PaidOrder[] = [];
  const paidTwice: OrderPaidTwice[] = [];
  const cards: SavedCard[] = [];
  const log: string[] = [];
  const store = given.store ?? memoryStore();
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  test.after(async () => {
    server.close();
    server.closeAllConnections();
    await sandbox.close();
  });
  const settings: CheckoutOptions = {
    iotpay: createIotpay({
      ...sandbox.merchant,
      gatewayOrigin: sandbox.origin,
      ...(timeout === undefined ? {} : { timeout }),
    }),
    store,
    notifyUrl: `${origin}/pay/notify`,
    returnUrl: `${origin}/thanks`,
    order: ({ data }) => ({ id: (data['order'] ?? 'order-1') as string, amount: 1999, ...channelOf(data) }),
    onPaid: (told) => void paid.push(told),
    onPaidTwice: (told) => void paidTwice.push(told),
    onCardSaved: (told) => void cards.push(told),
    log: (line) => void log.push(line),
    ...given,
  };
  const checkout = createCheckout(settings);
  const handle = toNodeHandler(checkout);
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Told> => {
    const response = await fetch(`${origin}/pay/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { ...(text ? (JSON.parse(text) as object) : {}), httpStatus: response.status };
  };
  return {
    sandbox,
    checkout,
    origin,
    store,
    paid,
    paidTwice,
    cards,
    log,
    secureId: (body, headers) => post('secure-id', { mode: 'pay', ...body }, headers),
    orderStatus: (body) => post('order-status', { mode: 'pay', ...body }),
    notify: async (body, headers = {}, search = '') => {
      const response = await fetch(`${origin}/pay/notify${search}`, { method: 'POST', headers, body });
      return `${response.status} ${await response.text()}`;
    },
    another: () => createCheckout(settings),
    pay: (secureId, scenario = 'approved') => typeCard(sandbox, secureId, scenario),
    charges: () => sandbox.ledger.charges().filter(({ amount }) => amount > 0).length,
  };
}

function channelOf(data: Readonly<Record<string, unknown>>) {
  return data['channel'] === 'UPI_EX' ? ({ channel: 'UPI_EX' } as const) : {};
}

/** What the sandbox's form sends. */
async function typeCard(sandbox: Sandbox, key: unknown, scenario: string): Promise<unknown> {
  const card = sandbox.scenarios.find(({ id }) => id === scenario);
  if (!card) throw new Error(`No scenario ${scenario}.`);
  const response = await fetch(`${sandbox.origin}/cc/pay`, {
    method: 'POST',
    body: JSON.stringify({ key, number: card.number, expiry: '1234', holder: 'Test Shopper' }),
  });
  return response.json();
}

/** An order that is paid in both of two forms, the second one first; the merchant knows of both payments. */
export async function payTwice(shop: Shop) {
  const first = await shop.secureId();
  const second = await shop.secureId({ failed: first.mchOrderNo });
  await shop.pay(second.secureId);
  await until('the merchant knows', () => shop.paid.length === 1);
  await shop.pay(first.secureId);
  await until('the merchant knows of the second', () => shop.paidTwice.length === 1);
  return { first, second };
}

/** Waits until something holds; fails with its description after five seconds. */
export async function until(what: string, holds: () => unknown): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end; await pause(10)) {
    if (await holds()) return;
  }
  throw new Error(`Waited in vain until ${what}.`);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
