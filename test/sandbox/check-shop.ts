// The shop of our own that `check` is tried on, and what the tests of it share.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCheck, type Report } from '../../src/sandbox/check/run.js';
import type { ShopOrder } from '../../src/sandbox/check/stage.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { createCheckout, createIotpay, memoryStore, toNodeHandler } from '../../src/server/index.js';

interface Cleanup {
  after(run: () => unknown): void;
}

/** A backend on a port of its own. */
export interface Served {
  readonly origin: string;
  readonly shipped?: (order: ShopOrder) => Promise<number>;
}

export async function serve(test: Cleanup, handlerAt: (origin: string) => RequestListener): Promise<string> {
  let handler: RequestListener = () => {};
  const server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  handler = handlerAt(origin);
  return origin;
}

/** The README's backend. `restart` forgets what is in memory but the store. */
export async function ourShop(test: Cleanup, sandbox: Sandbox) {
  const shipped = new Map<string, number>();
  const store = memoryStore();
  let handle: RequestListener = () => {};
  let here = '';
  const start = () => {
    const checkout = createCheckout({
      iotpay: createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }),
      store,
      notifyUrl: `${here}/pay/notify`,
      returnUrl: `${here}/thanks`,
      order: ({ data }) => ({ id: String(data['orderId']), amount: 1999 }),
      onPaid: ({ orderId }) => void shipped.set(orderId, (shipped.get(orderId) ?? 0) + 1),
      onPaidTwice: () => {},
      log: () => {},
    });
    handle = toNodeHandler(checkout);
  };
  const origin = await serve(test, (own) => {
    here = own;
    start();
    return (request, response) => handle(request, response);
  });
  return {
    origin,
    shipped: async ({ name }: ShopOrder) => shipped.get(name) ?? 0,
    restart: async () => start(),
  };
}

/** Runs trials against a backend, in a sandbox of its own. */
export async function checkShop(
  test: Cleanup,
  shopOf: (sandbox: Sandbox) => Promise<Served & { readonly restart?: () => Promise<void> }>,
  only?: readonly string[],
): Promise<Report> {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  const { origin, shipped, restart } = await shopOf(sandbox);
  let count = 0;
  return runCheck({
    sandbox,
    secureIdUrl: `${origin}/pay/secure-id`,
    orderStatusUrl: `${origin}/pay/order-status`,
    newOrder: async () => {
      const name = `order-${++count}`;
      return { name, data: { orderId: name } };
    },
    add: true,
    ...(shipped ? { shipped } : {}),
    ...(restart ? { restart } : {}),
    ...(only ? { only } : {}),
  });
}
