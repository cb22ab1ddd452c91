import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import {
  createCheckout,
  createIotpay,
  memoryStore,
  sign,
  type Checkout,
  type Route as Handler,
} from '../../src/server/index.js';
import { MERCHANT, notificationOf, post } from '../server/support.js';
import { inParallel, type Timings } from '../support/parallel.js';
import { median } from './statistics.js';

const REQUESTS = 4000;
const AT_A_TIME = [1, 16, 64] as const;
const SIGNATURES = 20_000;

interface Route {
  readonly name: string;
  readonly handle: Handler<unknown>;
  /** Another one for each number: no request is a repeat. */
  readonly request: (n: number) => Request;
}

/** A gateway that answers at once: what is measured is ours. */
const GATEWAY = (async (_url: string, { body }: { body: string }) => {
  const { mchOrderNo } = JSON.parse(body) as { mchOrderNo: string };
  return Response.json({
    retCode: 'SUCCESS',
    retMsg: '',
    retData: { secureId: `S-${mchOrderNo}`, status: 2, mchOrderNo, payOrderId: 'P1' },
  });
}) as unknown as typeof fetch;

/** A checkout without orders. */
function newCheckout(): Checkout {
  return createCheckout({
    iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: 'http://localhost:9', fetch: GATEWAY }),
    store: memoryStore(),
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/thanks',
    order: ({ data }) => ({ id: `order-${String(data['n'])}`, amount: 1999 }),
    onPaid: () => {},
  });
}

/** Everything new, so that a store's growth in one round does not weigh on the next. */
async function routes(): Promise<Route[]> {
  const bare = new Hono();
  bare.post('/route', async ({ req, json }) => {
    await req.json();
    return json({ secureId: 'S1' }, 200, { 'Cache-Control': 'no-store' });
  });
  const tried = newCheckout();
  /** The gateway's numbers of the orders that were tried. */
  const numbers = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, n) => {
      const answer = await tried.secureId(post({ mode: 'pay', n }));
      return ((await answer.json()) as { mchOrderNo: string }).mchOrderNo;
    }),
  );
  return [
    {
      name: 'a bare Hono route',
      handle: async (request) => bare.fetch(request),
      request: (n) => post({ mode: 'pay', n }, { 'Idempotency-Key': `key-${n}` }),
    },
    {
      name: 'secure-id',
      handle: newCheckout().secureId,
      request: (n) => post({ mode: 'pay', n }, { 'Idempotency-Key': `key-${n}` }),
    },
    {
      name: 'order-status',
      handle: tried.orderStatus,
      request: (n) => post({ mode: 'pay', n, mchOrderNo: numbers[n] }),
    },
    {
      name: 'notify',
      handle: tried.notification,
      request: (n) => post(notificationOf({ mchOrderNo: numbers[n], payOrderId: `P${n}` })),
    },
  ];
}

export interface RouteRow {
  readonly name: string;
  readonly atATime: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Requests for each second of every round. */
  readonly rounds: readonly number[];
  /** Share of what the bare route does. */
  readonly share: number;
}

async function measure({ name, handle, request }: Route, atATime: number): Promise<Timings> {
  const requests = Array.from({ length: REQUESTS }, (_, n) => request(n));
  return inParallel(REQUESTS, atATime, async (i) => {
    const answer = await handle(requests[i] as Request);
    await answer.text();
    if (answer.status !== 200) throw new Error(`${name} answered HTTP ${answer.status}.`);
  });
}

/** Requests handled in one process, without sockets, beside a route that does nothing. */
export async function handlers(rounds: number): Promise<RouteRow[]> {
  for (const route of await routes()) await measure(route, 16);
  const rows: RouteRow[] = [];
  for (const atATime of AT_A_TIME) {
    const all = new Map<string, Timings[]>();
    for (let round = 0; round < rounds; round++) {
      for (const route of await routes()) {
        all.set(route.name, [...(all.get(route.name) ?? []), await measure(route, atATime)]);
      }
    }
    let bare: number | undefined;
    for (const [name, timings] of all) {
      const perSecond = median(timings.map((each) => each.perSecond));
      bare ??= perSecond;
      rows.push({
        name,
        atATime,
        perSecond,
        p99Ms: median(timings.map((each) => each.p99Ms)),
        rounds: timings.map((each) => each.perSecond),
        share: perSecond / bare,
      });
    }
  }
  return rows;
}

export interface SignatureRow {
  readonly name: string;
  readonly perSecond: number;
  readonly rounds: readonly number[];
}

/** `sign` of a purchase's parameters, beside MD5 of the text that it signs. */
export function signatures(rounds: number): SignatureRow[] {
  const params = {
    mchId: MERCHANT.mchId,
    mchOrderNo: 'order-1',
    amount: 1999,
    currency: 'CAD',
    channel: 'PF_CC',
    loginName: MERCHANT.loginName,
    subject: 'Tea',
    body: 'Two boxes of tea',
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/thanks',
  };
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = [...sorted.map(([name, value]) => `${name}=${value}`), `key=${MERCHANT.merchantKey}`].join(
    '&',
  );
  const bare = () => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
  const ours = () => sign(params, MERCHANT.merchantKey);
  if (bare() !== ours()) throw new Error('The bench signs another text than sign() does.');
  const kinds = { 'bare MD5': bare, sign: ours };
  const speeds = Object.entries(kinds).map(([name, run]) => ({ name, run, rounds: [] as number[] }));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { run, rounds: measured } of speeds) {
      const began = performance.now();
      for (let i = 0; i < SIGNATURES; i++) run();
      if (round > 0) measured.push((1000 * SIGNATURES) / (performance.now() - began));
    }
  }
  return speeds.map(({ name, rounds: measured }) => ({
    name,
    perSecond: median(measured),
    rounds: measured,
  }));
}
