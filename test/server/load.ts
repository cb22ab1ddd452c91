import {
  createIotpay,
  memoryStore,
  notificationHandler,
  secureIdHandler,
  type Handler,
} from '../../src/server/index.js';
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
  handle: Handler,
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

/** Secure-id requests and notifications, a third of them repeats, so many at a time, against the handlers. */
export async function load(count: number, concurrency: number): Promise<LoadResult[]> {
  // A gateway that answers after a millisecond: what is measured is ours.
  const gateway = (async (_url: string, { body }: { body: string }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { mchOrderNo } = JSON.parse(body) as { mchOrderNo: string };
    return Response.json({ retCode: 'SUCCESS', retMsg: '', retData: { secureId: `S-${mchOrderNo}` } });
  }) as unknown as typeof fetch;
  const iotpay = createIotpay({ ...MERCHANT, fetch: gateway });
  const counted = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);

  const made = new Map<string, number>();
  const secureId = secureIdHandler(iotpay, {
    store: memoryStore(),
    resolve: ({ data }) => {
      const mchOrderNo = `order-${String(data['n'])}`;
      counted(made, mchOrderNo);
      return {
        mchOrderNo,
        amount: 1999,
        currency: 'CAD',
        channel: 'PF_CC',
        notifyUrl: 'https://shop.example/notify',
        returnUrl: 'https://shop.example/thanks',
      };
    },
  });
  const shipped = new Map<string, number>();
  const notification = notificationHandler(iotpay, {
    store: memoryStore(),
    order: () => ({ amount: 1999, currency: 'CAD' }),
    onPaid: ({ mchOrderNo }) => void counted(shipped, mchOrderNo),
  });
  return [
    await run(
      'secure-id',
      count,
      concurrency,
      secureId,
      (n) => post({ mode: 'pay', n }, { 'Idempotency-Key': `key-${n}` }),
      (status, text, n) => status === 200 && text.includes(`"S-order-${n}"`),
      made,
    ),
    await run(
      'notification',
      count,
      concurrency,
      notification,
      (n) => post(notificationOf({ mchOrderNo: `order-${n}`, payOrderId: `P${n}` })),
      (status, text) => status === 200 && text === 'SUCCESS',
      shipped,
    ),
  ];
}
