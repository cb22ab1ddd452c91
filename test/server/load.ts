import { Hono } from 'hono';
import { createCheckout, createIotpay, memoryStore, type Route, type Store } from '../../src/server/index.js';
import { inParallel, type Timings } from '../support/parallel.js';
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
  requestOf: (n: number) => Request,
  isRight: (status: number, text: string, n: number) => boolean,
  handled: ReadonlyMap<string, number>,
): Promise<LoadResult> {
  const distinct = new Set<number>();
  let lost = 0;
  const timings = await inParallel(count, concurrency, async (i) => {
    const n = numberOf(i);
    distinct.add(n);
    const answer = await handle(requestOf(n));
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

export interface LoadOptions {
  /** Empty. Default: `memoryStore()`. */
  readonly store?: Store | undefined;
  /** How long the gateway takes for an answer, in milliseconds. Default: 1. */
  readonly gatewayMs?: number | undefined;
}

/** The same requests to a bare route of Hono's that reads JSON and answers with the same JSON: what is not ours. */
export async function bareLoad(count: number, concurrency: number): Promise<Timings> {
  const app = new Hono();
  app.post('/', async (context) => {
    const { n } = await context.req.json<{ n: number }>();
    const mchOrderNo = `order-${n}`;
    return context.json({ secureId: `S-${mchOrderNo}`, mchOrderNo, amount: 1999, currency: 'CAD' }, 200, {
      'Cache-Control': 'no-store',
    });
  });
  return inParallel(count, concurrency, async (i) => {
    const answer = await app.fetch(post({ mode: 'pay', n: numberOf(i) }));
    await answer.text();
  });
}

/** Secure-id requests and notifications, a third of them repeats, so many at a time, against the routes. */
export async function load(
  count: number,
  concurrency: number,
  { store = memoryStore(), gatewayMs = 1 }: LoadOptions = {},
): Promise<LoadResult[]> {
  const made = new Map<string, number>();
  const shipped = new Map<string, number>();
  /** The gateway's number of each order. */
  const numbers = new Map<number, string>();
  const counted = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);
  const gateway = (async (url: string, { body }: { body: string }) => {
    if (gatewayMs > 0) await new Promise((resolve) => setTimeout(resolve, gatewayMs));
    const { mchOrderNo = '' } = JSON.parse(body) as { mchOrderNo?: string };
    if (url.endsWith('/cc_purchase')) counted(made, mchOrderNo);
    const retData = { secureId: `S-${mchOrderNo}`, mchOrderNo, status: 0 };
    return Response.json({ retCode: 'SUCCESS', retMsg: '', retData });
  }) as unknown as typeof fetch;
  const checkout = createCheckout({
    iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: 'http://localhost:9', fetch: gateway }),
    store,
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/thanks',
    order: ({ data }) => ({ id: `order-${String(data['n'])}`, amount: 1999 }),
    onPaid: ({ orderId }) => void counted(shipped, orderId),
  });
  return [
    await run(
      'secure-id',
      count,
      concurrency,
      checkout.secureId,
      (n) => post({ mode: 'pay', n }, { 'Idempotency-Key': `key-${n}` }),
      (status, text, n) => {
        const { mchOrderNo } = JSON.parse(text) as { mchOrderNo: string };
        const first = numbers.get(n) ?? mchOrderNo;
        numbers.set(n, first);
        return status === 200 && mchOrderNo === first && text.includes(`"S-${first}"`);
      },
      made,
    ),
    await run(
      'notification',
      count,
      concurrency,
      checkout.notification,
      (n) => post(notificationOf({ mchOrderNo: numbers.get(n), payOrderId: `P${n}` })),
      (status, text) => status === 200 && text === 'SUCCESS',
      shipped,
    ),
  ];
}
