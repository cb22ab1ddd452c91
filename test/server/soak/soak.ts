import { createServer } from 'node:http';
import { mkdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { createIotpay } from '../../../src/server/index.js';
import { startBackend, type StoreName } from './backend.js';
import { bundleShop } from './bundle.js';
import type { Conditions } from './conditions.js';
import { finish, type SoakResult } from './ending.js';
import type { DeliveredAt } from './judge.js';
import { MUTATIONS } from './mutations.js';
import { startProxy } from './proxy.js';
import { pause, randomFrom } from './random.js';
import { command, Servers, within } from './servers.js';
import type { Delivered } from './shop.js';
import type { Stage, Tally } from './stage.js';
import { troubleFor } from './trouble.js';
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
  /** What is otherwise than usual. Default: those of the mutation. */
  readonly conditions?: Conditions | undefined;
  /** The name of a rule that is switched off. */
  readonly mutation?: string | undefined;
  /** Told of how far it has come, every few seconds. */
  readonly say?: ((line: string) => void) | undefined;
}

/** How long one shopper may take, in milliseconds: much longer than all their deadlines together need. */
const SHOPPER_MS = 300_000;
/** How often it is said how far the soak has come, in milliseconds. */
const PROGRESS_MS = 3000;

/** Lets random shoppers loose on a shop whose servers are killed, and looks at the gateway's books afterwards. */
export async function soak(given: SoakOptions): Promise<SoakResult> {
  const { mutation, seed, say = () => {} } = given;
  const rule = mutation === undefined ? undefined : MUTATIONS[mutation];
  if (mutation !== undefined && !rule) throw new Error(`There is no rule "${mutation}".`);
  const conditions = given.conditions ?? rule?.conditions ?? {};
  const options = { ...given, conditions, shoppers: conditions.shoppers ?? given.shoppers };
  const folder = join('node_modules', '.cache', 'iotpay-checkout-soak');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `shop-${process.pid}-${seed}.mjs`);
  const closing: (() => unknown)[] = [() => rmSync(file, { force: true })];
  try {
    await bundleShop(file, rule);
    const stage = await setUp(options, file, closing);
    const progress = setInterval(() => say(progressOf(stage, options)), PROGRESS_MS);
    closing.push(() => clearInterval(progress));
    return await Promise.race([
      stage.broken,
      run(stage, options).then((shoppers) => finish(stage, shoppers, say)),
    ]);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function progressOf({ sandbox, servers, tally }: Stage, { shoppers }: SoakOptions): string {
  const { gone, cuts } = tally;
  return `${gone} of ${shoppers} shoppers, ${sandbox.ledger.charges().length} charges, ${servers.kills} kills, ${cuts} cuts`;
}

async function setUp(
  { servers: count, store, url, seed, conditions = {} }: SoakOptions,
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
  const { calm = false, slowOnPaidMs = 0, sparesOnPaid = false } = conditions;
  const tally: Tally = {
    calm,
    gone: 0,
    cuts: 0,
    killsInOnPaid: 0,
    stuck: [],
    refused: [],
    counts: {},
  };
  let fail: (reason: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => (fail = reject));
  broken.catch(() => {}); // Whoever waits hears of it.
  const book = createServer((request, response) => {
    json(request)
      .then(async (told) => {
        const delivered = told as Delivered;
        deliveries.push({ ...delivered, atMs: performance.now() });
        // Now and then the server dies while onPaid runs.
        if (!tally.calm && !sparesOnPaid && random.chance(0.06)) {
          tally.killsInOnPaid += 1;
          await servers.kill(servers.indexOf(delivered.run), random.between(50, 300));
          return response.destroy();
        }
        if (deliveries.length === 1 && slowOnPaidMs) {
          await pause(slowOnPaidMs);
          // Whoever may take the lease now takes it, on however slow a machine.
          for (const port of servers.ports) await command(port, '/reconcile', {});
        } else await pause(random.between(0, 40));
        response.end('{}');
      })
      .catch(fail);
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
  return { sandbox, backend, servers, deliveries, random, tally, broken, fail };
}

/** The shoppers, and all that goes wrong meanwhile. */
async function run(
  stage: Stage,
  { shoppers: count, seed, atATime = 12, conditions = {} }: SoakOptions,
): Promise<ShopperModel[]> {
  const { sandbox, servers, tally } = stage;
  const trouble = troubleFor(stage);
  if (conditions.deaf) sandbox.notifications.drop(Infinity);
  const mall: Mall = {
    sandbox,
    habit: conditions.habit,
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
    for (let shopper = shoppers[next++]; shopper; shopper = shoppers[next++]) {
      if ((await within(SHOPPER_MS, shopper.shop())) === 'late') tally.stuck.push(shopper.order);
      if (shopper.refused) tally.refused.push(shopper.order);
      tally.gone += 1;
    }
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
