import type { Order } from '../../../src/sandbox/index.js';
import { stateOf } from '../../../src/gateway/status.js';
import { nameIn, nameOf } from '../../../src/server/checkout/record.js';
import { judge, type Ended } from './judge.js';
import { pause } from './random.js';
import { command, type Servers } from './servers.js';
import type { ShopperModel } from './shopper.js';
import type { Stage } from './stage.js';

export interface SoakResult {
  /** One line each: what must never be. */
  readonly violations: readonly string[];
  /** How many came. */
  readonly shoppers: number;
  readonly charges: number;
  readonly kills: number;
  /** Servers that were killed while `onPaid` ran. */
  readonly killsInOnPaid: number;
  readonly cuts: number;
  /** Runs of `onPaid` after the first for the same payment, each after a crash in the middle. */
  readonly repeats: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines that the servers logged as errors. */
  readonly errors: readonly string[];
}

/** How long the end may take, in milliseconds: a lease of a process that was killed lasts 30 s. */
const SETTLE_MS = 90_000;
/**
 * How far the servers' clocks are put ahead at the end, in milliseconds: an order that the gateway does not know is believed
 * then. Not the store's: its leases would run out while somebody works under them, between the shop's being told and its
 * being written down for one, and the shop would be told again.
 */
const AHEAD_MS = 180_000;

/** Nothing goes wrong any more; the shop finds out about everything; then it is judged. */
export async function finish(
  stage: Stage,
  shoppers: readonly ShopperModel[],
  say: (line: string) => void,
): Promise<SoakResult> {
  const { sandbox, servers, deliveries, tally } = stage;
  tally.calm = true;
  sandbox.fault(undefined);
  // What is lost stays lost: the shop finds out by asking.
  sandbox.notifications.drop(Infinity);
  sandbox.advance(10_000);
  // One may have been killed a moment ago.
  await servers.allRun();
  await servers.ahead(AHEAD_MS);
  const gatewayOrders = sandbox.ledger.orders();
  const undecided = gatewayOrders
    .filter(({ status }) => stateOf(status) === 'open')
    .map(({ mchOrderNo }) => mchOrderNo);
  const unsettled = await reconcileAll(servers, new Set(undecided.map(nameIn)).size, say);
  // Asking about an order settles it: what nobody told of before is what reconcile did not find.
  const toldBefore = deliveries.length;
  const orders: Ended[] = [];
  for (const { order, sawPaid, keepsForms } of shoppers) {
    const standing = (await command(servers.ports[0] ?? 0, '/status', { order }).catch(
      () => undefined,
    )) as Ended['standing'];
    orders.push({ order, sawPaid, keepsForms, standing });
  }
  const charges = sandbox.ledger.charges().filter(({ amount }) => amount > 0);
  const killedAt = (run: number) => servers.killedAt(run);
  const told = new Set(deliveries.map(({ mchOrderNo }) => mchOrderNo));
  return {
    violations: [
      ...unsettled,
      ...deliveries.slice(toldBefore).map(({ orderId }) => `${orderId}: reconcile did not find its payment`),
      ...servers.ended,
      ...judge({ orders, charges, undecided, deliveries, killedAt }),
      ...tally.stuck.map((order) => `${order}: the shopper was stuck`),
      ...tally.refused.map((order) => `${order}: a refund was never said to be done`),
    ].map((line) => withJournal(line, shoppers, gatewayOrders)),
    shoppers: shoppers.length,
    charges: charges.length,
    kills: servers.kills,
    killsInOnPaid: tally.killsInOnPaid,
    cuts: tally.cuts,
    repeats: deliveries.length - told.size,
    counts: tally.counts,
    errors: servers.lines.filter((line) => !line.startsWith('warn: ')),
  };
}

/** A violation, with what its shopper did and heard, and what the gateway has of the order. */
function withJournal(
  violation: string,
  shoppers: readonly ShopperModel[],
  gatewayOrders: readonly Order[],
): string {
  const shopper = shoppers.find(({ order }) => violation.startsWith(`${order}:`));
  if (!shopper) return violation;
  const name = nameOf(shopper.order);
  const own = gatewayOrders
    .filter(({ mchOrderNo }) => mchOrderNo.startsWith(name))
    .map(({ mchOrderNo, status, scenario }) => `the gateway has ${mchOrderNo}: ${status} (${scenario})`);
  return [violation, ...shopper.journal, ...own].join('\n           ');
}

/** Runs `reconcile` until nothing is unknown but what the gateway itself does not know. @returns what is still unknown in the end */
async function reconcileAll(
  servers: Servers,
  undecided: number,
  say: (line: string) => void,
): Promise<string[]> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const port = servers.ports[0] ?? 0;
    const sum = await command(port, '/reconcile', {}).catch((error: unknown) => String(error));
    const { unknown, failures, paid } = sum as { unknown?: number; failures?: number; paid?: number };
    if (unknown !== undefined && unknown <= undecided && failures === 0 && paid === 0) return [];
    say(`reconcile: ${typeof sum === 'string' ? sum : JSON.stringify(sum)}`);
    if (performance.now() > end) return [`reconcile: not settled in the end: ${JSON.stringify(sum)}`];
    await pause(500);
  }
}
