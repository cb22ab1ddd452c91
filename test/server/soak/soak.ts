import { createServer } from 'node:http';
import { mkdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { createIotpay } from '../../../src/server/index.js';
import { startBackend, type Backend, type StoreName } from './backend.js';
import { bundleShop } from './bundle.js';
import { judge, type DeliveredAt, type Ended } from './judge.js';
import { MUTATIONS } from './mutations.js';
import { startProxy } from './proxy.js';
import { pause, randomFrom, type Random } from './random.js';
import { command, Servers } from './servers.js';
import type { Delivered } from './shop.js';
import { ShopperModel, type Mall } from './shopper.js';

export interface SoakOptions {
  readonly servers: number;
  readonly store: StoreName;
  /** The address of a PostgreSQL or Redis that may be written into. */
  readonly url?: string | undefined;
  readonly shoppers: number;
  readonly seed: number;
  /** Shoppers at a time. Default: 12. */
  readonly atATime?: number;
  /** The name of a rule that is switched off. */
  readonly mutation?: string | undefined;
}

export interface SoakResult {
  /** One line each: what must never be. */
  readonly violations: readonly string[];
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
/** How far the clocks are put ahead at the end, in milliseconds: an order that the gateway does not know is believed then. */
const AHEAD_MS = 180_000;
/** The first server is killed at this step. */
const FIRST_KILL = 10;
const FAULTS = ['slow', 'nonsense', 'http-500', 'reset', 'lost-answer'] as const;
const CALLS = ['cc_purchase', 'cc_query', 'cc_purchasewithtoken'] as const;

/** Everything that runs. */
interface Stage {
  readonly sandbox: Sandbox;
  readonly backend: Backend;
  readonly servers: Servers;
  readonly deliveries: DeliveredAt[];
  readonly random: Random;
  readonly tally: { cuts: number; killsInOnPaid: number; counts: Record<string, number> };
}

/** Lets random shoppers loose on a shop whose servers are killed, and looks at the gateway's books afterwards. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { mutation, seed } = options;
  const rule = mutation === undefined ? undefined : MUTATIONS[mutation];
  if (mutation !== undefined && !rule) throw new Error(`There is no rule "${mutation}".`);
  const folder = join('node_modules', '.cache', 'iotpay-checkout-soak');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `shop-${process.pid}-${seed}.mjs`);
  const closing: (() => unknown)[] = [() => rmSync(file, { force: true })];
  try {
    await bundleShop(file, rule);
    const stage = await setUp(options, file, closing);
    const shoppers = await run(stage, options);
    return await finish(stage, shoppers);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function setUp(
  { servers: count, store, url, seed }: SoakOptions,
  file: string,
  closing: (() => unknown)[],
): Promise<Stage> {
  const sandbox = await startSandbox({
    unionPay: { tries: 3, interval: 10 },
    notificationDelays: [20, 300, 1000, 2000],
  });
  closing.push(() => sandbox.close());
  const backend = await startBackend(store, url);
  closing.push(() => backend.close());
  const random = randomFrom(seed);
  const deliveries: DeliveredAt[] = [];
  const tally: Stage['tally'] = { cuts: 0, killsInOnPaid: 0, counts: {} };
  const book = createServer((request, response) => {
    void json(request).then(async (told) => {
      const delivered = told as Delivered;
      deliveries.push({ ...delivered, atMs: performance.now() });
      // Now and then the server dies while onPaid runs.
      if (random.chance(0.06)) {
        tally.killsInOnPaid += 1;
        return servers.kill(servers.indexOf(delivered.run), random.between(50, 300));
      }
      await pause(random.between(0, 40));
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => book.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    book.close();
    book.closeAllConnections();
  });
  const balancer = await startProxy(() => random.pick(servers.ports));
  closing.push(() => balancer.close());
  const servers = new Servers(file, {
    parent: `http://127.0.0.1:${(book.address() as AddressInfo).port}`,
    merchant: sandbox.merchant,
    gatewayOrigin: sandbox.origin,
    notifyUrl: `http://127.0.0.1:${balancer.port}/pay/notify`,
    store: backend.address,
  });
  closing.push(() => servers.close());
  await servers.start(count);
  return { sandbox, backend, servers, deliveries, random, tally };
}

/** The shoppers, and all that goes wrong meanwhile. */
async function run(
  stage: Stage,
  { shoppers: count, seed, atATime = 12 }: SoakOptions,
): Promise<ShopperModel[]> {
  const { sandbox, servers, tally } = stage;
  const trouble = troubleFor(stage);
  const mall: Mall = {
    sandbox,
    ports: servers.ports,
    savedCards: await saveCards(sandbox),
    step: trouble.step,
    count: (what) => (tally.counts[what] = (tally.counts[what] ?? 0) + 1),
  };
  const shoppers = Array.from(
    { length: count },
    (_, i) => new ShopperModel(`order-${seed}-${i}`, mall, randomFrom(seed * 100_003 + i)),
  );
  let next = 0;
  const visit = async () => {
    for (let shopper = shoppers[next++]; shopper; shopper = shoppers[next++]) await shopper.shop();
  };
  await Promise.all(Array.from({ length: atATime }, visit));
  await trouble.over();
  return shoppers;
}

/** One card that is good, one whose charges are declined. */
async function saveCards(sandbox: Sandbox): Promise<string[]> {
  const iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
  const cards = ['approved', 'declined-later'];
  for (const cardId of cards) {
    await iotpay.addCard({ cardId, channel: 'PF_CC', returnUrl: 'http://127.0.0.1/thanks' });
    await sandbox.saveCard(cardId, { scenario: cardId });
  }
  return cards;
}

/**
 * What goes wrong, at random after so much shopping rather than after so many milliseconds: a busy machine sees
 * the same as an idle one.
 * @returns to be called at each question and payment, and what is still under way
 */
function troubleFor({ backend, sandbox, servers, random, tally }: Stage) {
  const { notifications } = sandbox;
  let victim = 0;
  let steps = 0;
  let killing: Promise<void> | undefined;
  const kill = () => {
    // One server after the other.
    killing ??= servers.kill(victim, random.between(0, 200)).finally(() => (killing = undefined));
    victim = (victim + 1) % servers.ports.length;
  };
  const cut = () => {
    backend.cut();
    tally.cuts += 1;
  };
  const mishaps = [
    () => sandbox.fault({ kind: random.pick(FAULTS), call: random.pick(CALLS), delayMs: 300 }),
    () => notifications.drop(random.between(1, 3)),
    () => notifications.double(random.between(1, 5)),
    () => notifications.delay(random.between(100, 2000), random.between(1, 3)),
    () => {
      notifications.pause();
      setTimeout(() => notifications.resume(), random.between(50, 500));
    },
  ];
  return {
    step: () => {
      steps += 1;
      // A short run sees one too.
      if (steps === FIRST_KILL || random.chance(0.02)) kill();
      if (random.chance(0.04)) cut();
      if (random.chance(0.2)) random.pick(mishaps)();
    },
    over: async () => killing,
  };
}

/** Nothing goes wrong any more; the shop finds out about everything; then it is judged. */
async function finish(stage: Stage, shoppers: readonly ShopperModel[]): Promise<SoakResult> {
  const { sandbox, backend, servers, deliveries, tally } = stage;
  sandbox.fault(undefined);
  // What is lost stays lost: the shop finds out by asking.
  sandbox.notifications.drop(Infinity);
  sandbox.advance(10_000);
  await servers.ahead(AHEAD_MS);
  backend.ahead(AHEAD_MS);
  const unsettled = await reconcileAll(servers);
  const orders: Ended[] = [];
  for (const { order, sawPaid } of shoppers) {
    const standing = (await command(servers.ports[0] ?? 0, '/status', { order }).catch(
      () => undefined,
    )) as Ended['standing'];
    orders.push({ order, sawPaid, standing });
  }
  const charges = sandbox.ledger.charges();
  const killedAt = (run: number) => servers.killedAt(run);
  const told = new Set(deliveries.map(({ mchOrderNo }) => mchOrderNo));
  return {
    violations: [...judge({ orders, charges, deliveries, killedAt }), ...unsettled, ...servers.ended],
    charges: charges.length,
    kills: servers.kills,
    killsInOnPaid: tally.killsInOnPaid,
    cuts: tally.cuts,
    repeats: deliveries.length - told.size,
    counts: tally.counts,
    errors: servers.lines.filter((line) => !line.startsWith('warn: ')),
  };
}

/** Runs `reconcile` until nothing is unknown. @returns what is still unknown in the end */
async function reconcileAll(servers: Servers): Promise<string[]> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const port = servers.ports[0] ?? 0;
    const sum = await command(port, '/reconcile', {}).catch((error: unknown) => String(error));
    const { unknown, failures, paid } = sum as { unknown?: number; failures?: number; paid?: number };
    if (unknown === 0 && failures === 0 && paid === 0) return [];
    if (performance.now() > end) return [`reconcile: not settled in the end: ${JSON.stringify(sum)}`];
    await pause(500);
  }
}
