import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { createCheckout, createIotpay, memoryStore } from '../../src/server/index.js';
import { breakAnswer } from './fault-server.js';

/**
 * Ways in which a merchant's backend breaks: `?fault=NAME` behind any of its addresses. With `&times=n&tag=x` only the
 * first n requests of that tag break.
 */
export const BACKEND_FAULTS = [
  'html200',
  '204',
  /** 302 to a page for logging in. */
  '302',
  '401',
  '404',
  '404json',
  '500',
  '500json',
  'stall',
  'stall-body',
  'cut',
  'reset',
  'bad-json',
  'array',
  'no-secure-id',
  'empty-secure-id',
  'number-secure-id',
  'ret-fail',
  /** Works, after 1.5 s. */
  'slow',
] as const;

export type BackendFault = (typeof BACKEND_FAULTS)[number];

/** How long a slow answer takes, in milliseconds. */
const SLOW_MS = 1500;

/** What a test says about the order it wants, in `request-data`. */
export interface TestOrder {
  /** Marks the requests of one test, so that it finds its own among those of tests that run at the same time. */
  readonly tag?: string;
  /** In cents; default: 1500. */
  readonly amount?: number;
  /** Default: PF_CC. */
  readonly channel?: 'PF_CC' | 'UPI_EX';
  /** The order has been tried before: this status is answered in place of a secureId. */
  readonly status?: number;
  /** What the answer says besides, or instead. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** The backend refuses, with this HTTP status. */
  readonly refuse?: number;
}

/** An order as the merchant's own database has it. */
export interface MerchantOrder {
  readonly mchOrderNo: string;
  readonly tag: string | undefined;
  readonly amount: number;
  /** Set by a signed notification, and by nothing else. */
  paid: boolean;
  notifications: number;
}

/** A request as the backend saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly tag: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface MerchantEnvironment {
  readonly mchId: string;
  readonly merchantKey: string;
  readonly loginName: string;
  readonly gatewayOrigin: string;
}

/** Raw Node objects, as the bridge to the test runner's server hands them over. */
export interface Bindings {
  readonly outgoing: ServerResponse;
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

const text = (status: number, type: string, body: string): Response =>
  new Response(body, { status, headers: { 'Content-Type': type } });

function faultyAnswer(fault: string): Response | undefined {
  const page = '<!doctype html><title>Shop</title><p>Please log in.';
  switch (fault) {
    case 'html200':
      return text(200, 'text/html', page);
    case '204':
      return new Response(null, { status: 204 });
    case '302':
      return new Response(null, { status: 302, headers: { Location: './login' } });
    case '401':
    case '404':
    case '500':
      return text(Number(fault), 'text/html', page);
    case '404json':
      return json(404, { message: 'No such order.' });
    case '500json':
      return json(500, { retCode: 'FAIL', retMsg: 'The shop is broken.' });
    case 'bad-json':
      return text(200, 'application/json', '{"secureId": "abc"');
    case 'array':
      return json(200, ['abc']);
    case 'no-secure-id':
      return json(200, { retCode: 'SUCCESS', retMsg: '', retData: {} });
    case 'empty-secure-id':
      return json(200, { secureId: ' ' });
    case 'number-secure-id':
      return json(200, { secureId: { nested: true } });
    case 'ret-fail':
      return json(200, { retCode: 'FAIL', retMsg: 'Card channel is closed.' });
    default:
      return undefined;
  }
}

/** A shop as small as a test needs it: the three routes over `iotpay-checkout/server`, its orders in memory. */
export function merchantBackend(
  environment: MerchantEnvironment,
  baseUrl: string,
): Hono<{ Bindings: Bindings }> {
  const orders = new Map<string, MerchantOrder>();
  const seen: SeenRequest[] = [];
  const broken = new Map<string, number>();
  const app = new Hono<{ Bindings: Bindings }>();

  app.use('/api/*', async (context, next) => {
    const { fault, times, tag } = context.req.query();
    if (context.req.method === 'POST') {
      // What is not JSON is refused by the route; it is recorded all the same.
      const body = (await context.req.raw
        .clone()
        .json()
        .catch(() => undefined)) as { tag?: string } | undefined;
      seen.push({
        path: new URL(context.req.url).pathname,
        tag: tag ?? body?.tag,
        idempotencyKey: context.req.header('Idempotency-Key'),
        headers: context.req.header(),
        body,
      });
    }
    if (!fault) return next();
    const count = (broken.get(`${fault} ${tag}`) ?? 0) + 1;
    broken.set(`${fault} ${tag}`, count);
    if (times !== undefined && count > Number(times)) return next();
    if (fault === 'slow') {
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      return next();
    }
    if (breakAnswer(fault, context.env.outgoing, 'application/json')) {
      // The answer was written to the socket already.
      return RESPONSE_ALREADY_SENT;
    }
    return faultyAnswer(fault) ?? json(400, { message: `No such fault: ${fault}` });
  });

  const checkout = createCheckout({
    iotpay: createIotpay(environment),
    store: memoryStore(),
    notifyUrl: `${baseUrl}/api/notify`,
    returnUrl: `${baseUrl}/returned`,
    // Every request is an order of its own, but for the questions about one that is there.
    order: ({ data, orderId = randomUUID() }) => {
      const { amount = 1500, channel = 'PF_CC', refuse } = data as TestOrder;
      if (refuse !== undefined) return json(refuse, { retCode: 'FAIL', retMsg: 'Not for you.' });
      return { id: orderId, amount, channel };
    },
    onPaid: ({ payment }) => {
      const order = orders.get(payment.mchOrderNo);
      if (!order) throw new Error(`No order ${payment.mchOrderNo}.`);
      order.paid = true;
      order.notifications += 1;
    },
  });
  app.post('/api/secure-id', async (context) => {
    const data = (await context.req.raw
      .clone()
      .json()
      .catch(() => ({}))) as TestOrder;
    if (data.status !== undefined) return json(200, { status: data.status });
    const answer = await checkout.secureId(context.req.raw);
    if (!answer.ok) return answer;
    const told = (await answer.json()) as { mchOrderNo?: string; gatewayOrigin?: string };
    const { mchOrderNo } = told;
    const { tag, amount = 1500 } = data;
    if (mchOrderNo) orders.set(mchOrderNo, { mchOrderNo, tag, amount, paid: false, notifications: 0 });
    // Many tests put another gateway under the element than the one that made the order.
    return json(200, { ...told, gatewayOrigin: undefined, ...data.answer });
  });
  app.all('/api/login', (context) => context.html('<!doctype html><title>Log in</title>'));
  app.all('/api/*', (context) => checkout.handler(context.req.raw));

  const tagged = <T extends { tag: string | undefined }>(items: Iterable<T>, tag: string | undefined): T[] =>
    [...items].filter((item) => tag === undefined || item.tag === tag);
  app.get('/orders', (context) => context.json(tagged(orders.values(), context.req.query('tag'))));
  app.get('/requests', (context) => context.json(tagged(seen, context.req.query('tag'))));
  app.get('/returned', (context) => context.html('<!doctype html><title>Returned</title>'));
  return app;
}
