// One server of the soak: a process of its own, that is killed and started again. Bundled by bundle.ts.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createCheckout, createIotpay, toNodeHandler, type PaidOrder } from '../../../src/server/index.js';
import type { SandboxMerchant } from '../../../src/sandbox/index.js';
import { openStore, type StoreAddress } from './open-store.js';

/** What a server is told by the soak, in its environment. */
export interface ShopSettings {
  readonly port: number;
  /** Names this process: a restart has another one. */
  readonly run: number;
  /** The soak's own address. */
  readonly parent: string;
  readonly merchant: SandboxMerchant;
  readonly gatewayOrigin: string;
  /** Where notifications go: any of the servers. */
  readonly notifyUrl: string;
  readonly store: StoreAddress;
  /** How far its clock is ahead, in milliseconds. */
  readonly aheadMs: number;
}

/** What `onPaid` and `onPaidTwice` write down outside the server. */
export interface Delivered {
  readonly run: number;
  readonly orderId: string;
  readonly mchOrderNo: string;
  readonly twice: boolean;
}

/** How long the gateway may take for one answer, in milliseconds. */
const GATEWAY_MS = 3000;
/** Shortest pause between two runs of `reconcile`, in milliseconds; a run that took long is followed by a longer one. */
const RECONCILE_MS = 1500;
const PAUSE_OF_RUN = 10;

const settings = JSON.parse(process.env['SOAK_SHOP'] ?? '') as ShopSettings;
const { run, parent } = settings;
let aheadMs = settings.aheadMs;
const realNow = Date.now;
Date.now = () => realNow() + aheadMs;

const tell = async (twice: boolean, { orderId, payment }: PaidOrder): Promise<void> => {
  const told: Delivered = { run, orderId, mchOrderNo: payment.mchOrderNo, twice };
  const response = await fetch(`${parent}/delivered`, { method: 'POST', body: JSON.stringify(told) });
  if (!response.ok) throw new Error(`The soak answered HTTP ${response.status}.`);
};

const checkout = createCheckout({
  iotpay: createIotpay({
    ...settings.merchant,
    gatewayOrigin: settings.gatewayOrigin,
    timeout: GATEWAY_MS,
  }),
  store: await openStore(settings.store),
  notifyUrl: settings.notifyUrl,
  returnUrl: 'http://127.0.0.1/thanks',
  order: ({ data, orderId }) => ({
    id: (data['order'] ?? orderId ?? 'none') as string,
    amount: 1999,
    channel: data['channel'] === 'UPI_EX' ? 'UPI_EX' : 'PF_CC',
  }),
  onPaid: (paid) => tell(false, paid),
  onPaidTwice: (paid) => tell(true, paid),
  log: (line, { level }) => console.log(`${level}: ${line}`),
});

/** What the soak asks a server for, beside the checkout's own routes. */
const COMMANDS: Readonly<Record<string, (body: Record<string, string>) => Promise<unknown>>> = {
  '/charge': ({ order, cardId, formClosed }) =>
    checkout.charge(order ?? '', { cardId: cardId ?? '', amount: 1999, formClosed: formClosed === 'yes' }),
  '/refund': ({ order }) => checkout.refund(order ?? ''),
  '/status': ({ order }) => checkout.status(order ?? ''),
  '/reconcile': () => checkout.reconcile({ limit: 100_000 }),
  '/ahead': async ({ ms }) => (aheadMs = Number(ms)),
};

const handle = toNodeHandler(checkout);
const server = createServer((request, response) => {
  const command = COMMANDS[request.url ?? ''];
  if (!command) return void handle(request, response);
  json(request)
    .then((body) => command(body as Record<string, string>))
    .then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
});
server.listen(settings.port, '127.0.0.1', () => process.send?.('ready'));
// The soak has ended, whatever way: nobody needs this server any more.
process.on('disconnect', () => process.exit());

for (let tookMs = 0; ;) {
  await new Promise((resolve) => setTimeout(resolve, Math.max(RECONCILE_MS, PAUSE_OF_RUN * tookMs)));
  const startMs = performance.now();
  await checkout.reconcile().catch((error: unknown) => console.log(`reconcile: ${String(error)}`));
  tookMs = performance.now() - startMs;
}
