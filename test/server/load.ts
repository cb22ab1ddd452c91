import { Hono } from 'hono';
import { createCheckout, createIotpay, memoryStore, type Route, type Store } from '../../src/server/index.js';
import { inParallel, type Timings } from '../support/parallel.js';
import { routesByHand } from './load-by-hand.js';
import { MERCHANT, notificationOf, post } from './support.js';

export interface LoadResult extends Timings {
  readonly route: string;
  readonly requests: number;
  /** Distinct orders that the requests were about. */
  readonly distinct: number;
  /** Orders that were handled: made, or shipped. */
  readonly handled: number;
  /** Orders that were handled more than once. */
  readonly twice: number;
  /** Requests without the right answer. */
  readonly lost: number;
}

/** Every third request repeats an earlier one. */
const numberOf = (i: number): number => (i % 3 === 2 ? i - 1 : i);

async function run(
  route: string,
  count: number,
  concurrency: number,
  handle: Route<unknown>,
  requests: readonly Request[],
  isRight: (status: number, text: string, n: number) => boolean,
  handled: ReadonlyMap<string, number>,
): Promise<LoadResult> {
  const distinct = new Set<number>();
  let lost = 0;
  const timings = await inParallel(count, concurrency, async (i) => {
    const n = numberOf(i);
    distinct.add(n);
    const answer = await handle(requests[i] as Request);
    if (!isRight(answer.status, await answer.text(), n)) lost += 1;
  });
  return {
    route,
    requests: count,
    distinct: distinct.size,
    handled: handled.size,
    twice: [...handled.values()].filter((each) => each > 1).length,
    lost,
    ...timings,
  };
}

/** Made before the clock starts: their making is no work of the route. */
const requestsOf = (count: number, requestOf: (n: number) => Request): Request[] =>
  Array.from({ length: count }, (_, i) => requestOf(numberOf(i)));

/** The two routes that are measured. */
export interface LoadedRoutes {
  readonly secureId: Route<unknown>;
  readonly notification: Route<unknown>;
}

/** What they are made of. */
export interface LoadedParts {
  readonly store: Store;
  readonly fetch: typeof globalThis.fetch;
  /** Stands in the orders' ids. */
  readonly name: string;
  readonly onPaid: (mchOrderNo: string) => void;
}

export interface LoadOptions {
  /** Default: `memoryStore()`. */
  readonly store?: Store | undefined;
  /** How long the gateway takes for an answer, in milliseconds. Default: 1. */
  readonly gatewayMs?: number | undefined;
  /** Stands in the orders' ids, so that several loads share one store. Default: `order`. */
  readonly name?: string | undefined;
  /** The routes by hand in place of this package's. Default: false. */
  readonly byHand?: boolean | undefined;
}

/** A gateway without a socket: reads the order as it was sent, and answers. */
function gatewayOf(gatewayMs: number, heard: (mchOrderNo: string) => void): typeof fetch {
  return (async (url: string, { body }: { body: string }) => {
    if (gatewayMs > 0) await new Promise((resolve) => setTimeout(resolve, gatewayMs));
    const { mchOrderNo = '' } = JSON.parse(body) as { mchOrderNo?: string };
    if (url.endsWith('/cc_purchase')) heard(mchOrderNo);
    const retData = { secureId: `S-${mchOrderNo}`, mchOrderNo, status: 0 };
    return Response.json({ retCode: 'SUCCESS', retMsg: '', retData });
  }) as unknown as typeof fetch;
}

const formRequest = (n: number) => post({ mode: 'pay', n }, { 'Idempotency-Key': `key-${n}` });

const notificationRequest = (n: number) =>
  post(notificationOf({ mchOrderNo: `order-${n}-of-26-characters`, payOrderId: `P${n}` }));

/**
 * Requests to a bare route of Hono's that reads the same JSON as ours and gives the same answer: what is not ours.
 * @param asks - whether it also asks the gateway once, which answers at once: what no route for a form can do without
 */
export async function bareLoad(
  route: 'secure-id' | 'notification',
  count: number,
  concurrency: number,
  asks = false,
): Promise<Timings> {
  const app = new Hono();
  const gateway = gatewayOf(0, () => {});
  const headers = { 'Cache-Control': 'no-store' };
  app.post('/route', async (context) => {
    const { n, mchOrderNo = `order-${n}` } = await context.req.json<{ n: number; mchOrderNo?: string }>();
    if (asks) {
      const answer = await gateway('http://localhost:9/v3/cc_purchase', {
        method: 'POST',
        body: JSON.stringify({ mchOrderNo }),
      });
      await answer.json();
    }
    return route === 'notification'
      ? context.text('SUCCESS', 200, headers)
      : context.json(
          { secureId: `S-${mchOrderNo}`, mchOrderNo, amount: 1999, currency: 'CAD' },
          200,
          headers,
        );
  });
  const requests = requestsOf(count, route === 'notification' ? notificationRequest : formRequest);
  return inParallel(count, concurrency, async (i) => {
    const answer = await app.fetch(requests[i] as Request);
    await answer.text();
  });
}

const checkoutRoutes = ({ store, fetch, name, onPaid }: LoadedParts): LoadedRoutes =>
  createCheckout({
    iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: 'http://localhost:9', fetch }),
    store,
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/thanks',
    order: ({ data }) => ({ id: `${name}-${String(data['n'])}`, amount: 1999 }),
    onPaid: ({ payment }) => onPaid(payment.mchOrderNo),
  });

/** Secure-id requests and notifications, a third of them repeats, so many at a time, against the routes. */
export async function load(
  count: number,
  concurrency: number,
  { store = memoryStore(), gatewayMs = 1, name = 'order', byHand = false }: LoadOptions = {},
): Promise<LoadResult[]> {
  const made = new Map<string, number>();
  const shipped = new Map<string, number>();
  /** The gateway's number of each order. */
  const numbers = new Map<number, string>();
  const counted = (map: Map<string, number>, each: string) => map.set(each, (map.get(each) ?? 0) + 1);
  const routes = (byHand ? routesByHand : checkoutRoutes)({
    store,
    name,
    fetch: gatewayOf(gatewayMs, (mchOrderNo) => void counted(made, mchOrderNo)),
    onPaid: (mchOrderNo) => void counted(shipped, mchOrderNo),
  });
  const forms = await run(
    'secure-id',
    count,
    concurrency,
    routes.secureId,
    requestsOf(count, (n) => post({ mode: 'pay', n }, { 'Idempotency-Key': `${name}-${n}` })),
    (status, text, n) => {
      const { mchOrderNo } = JSON.parse(text) as { mchOrderNo: string };
      const first = numbers.get(n) ?? mchOrderNo;
      numbers.set(n, first);
      return status === 200 && mchOrderNo === first && text.includes(`"S-${first}"`);
    },
    made,
  );
  const notifications = await run(
    'notification',
    count,
    concurrency,
    routes.notification,
    requestsOf(count, (n) => post(notificationOf({ mchOrderNo: numbers.get(n), payOrderId: `P${n}` }))),
    (status, text) => status === 200 && text === 'SUCCESS',
    shipped,
  );
  return [forms, notifications];
}
