// A shop at a gateway of a few lines, quick enough to be attacked some hundred times.
import { createCheckout, createIotpay, memoryStore, sign } from '../../../src/server/index.js';
import type { Checkout, CheckoutOptions, PaidOrder, SavedCard } from '../../../src/server/index.js';
import { post } from '../support.js';

export const MERCHANT = { mchId: '10000701', merchantKey: 'sandbox-merchant-key', loginName: 'jack123' };

/** What the gateway says to a call; `undefined`: its usual answer. */
type Says = (path: string, request: Readonly<Record<string, unknown>>) => object | undefined;

export interface Counter {
  readonly checkout: Checkout;
  readonly log: string[];
  readonly paid: PaidOrder[];
  readonly cards: SavedCard[];
  /** The numbers of the orders that the gateway was asked to make. */
  readonly made: string[];
  /** Asks for a form; the answer's fields beside `httpStatus`. */
  form(body?: object): Promise<Readonly<Record<string, unknown>> & { readonly httpStatus: number }>;
  /** The status and the text of the answer to a notification. */
  notify(body: string, type?: string): Promise<string>;
}

/** Nobody pays here: an order's status is 0, unless `says` has another answer. */
export function openCounter(options: Partial<CheckoutOptions> & { readonly says?: Says } = {}): Counter {
  const { says, ...given } = options;
  const log: string[] = [];
  const paid: PaidOrder[] = [];
  const cards: SavedCard[] = [];
  const made: string[] = [];
  const gateway = async (url: string, { body }: { body: string }) => {
    const path = url.slice(url.lastIndexOf('/') + 1);
    const request = JSON.parse(body) as Record<string, unknown>;
    if (path === 'cc_purchase') made.push(String(request['mchOrderNo']));
    const retData = says?.(path, request) ?? { secureId: `secret-${made.length}`, status: 0 };
    return Response.json({ retCode: 'SUCCESS', retMsg: '', retData });
  };
  const checkout = createCheckout({
    iotpay: createIotpay({
      ...MERCHANT,
      gatewayOrigin: 'http://127.0.0.1:9',
      fetch: gateway as unknown as typeof fetch,
    }),
    store: memoryStore(),
    notifyUrl: 'https://shop.example/pay/notify',
    returnUrl: 'https://shop.example/thanks',
    order: () => ({ id: 'order-1', amount: 1999 }),
    onPaid: (told) => void paid.push(told),
    onCardSaved: (told) => void cards.push(told),
    log: (line) => void log.push(line),
    ...given,
  });
  return {
    checkout,
    log,
    paid,
    cards,
    made,
    async form(body = {}) {
      const answer = await checkout.secureId(post({ mode: 'pay', ...body }));
      return { ...((await answer.json()) as object), httpStatus: answer.status };
    },
    async notify(body, type = 'application/json') {
      const answer = await checkout.notification(post(body, { 'Content-Type': type }));
      return `${answer.status} ${await answer.text()}`;
    },
  };
}

/** The fields of a notification that 1999 CAD were paid. */
export const paidFields = (mchOrderNo: unknown): Record<string, unknown> => ({
  mchId: MERCHANT.mchId,
  mchOrderNo,
  payOrderId: `PC${'1'.repeat(26)}`,
  amount: 1999,
  currency: 'CAD',
  status: 2,
  payType: 'pay',
});

/** A notification as IOTPay's page signs it. */
export function signedJson(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...fields, sign: sign(fields, MERCHANT.merchantKey) });
}
