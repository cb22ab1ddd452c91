// A shop at a gateway of a few lines, quick enough to be attacked some hundred times.
import assert from 'node:assert/strict';
import { createCheckout, createIotpay, memoryStore, sign } from '../../../src/server/index.js';
import type { Checkout, CheckoutOptions, PaidOrder, SavedCard, Store } from '../../../src/server/index.js';
import { post } from '../support.js';

export const MERCHANT = { mchId: '10000701', merchantKey: 'sandbox-merchant-key', loginName: 'jack123' };

/** What the gateway says to a call; `undefined`: its usual answer. */
export type Says = (path: string, request: Readonly<Record<string, unknown>>) => object | undefined;

/** The words with which the gateway refuses a call; `undefined`: it does not. */
export type Refuses = (
  path: string,
  request: Readonly<Record<string, unknown>>,
) => string | undefined | Promise<string | undefined>;

export interface Counter {
  readonly checkout: Checkout;
  readonly log: string[];
  readonly paid: PaidOrder[];
  readonly cards: SavedCard[];
  /** The numbers of the orders that the gateway was asked to make. */
  readonly made: string[];
  /** The numbers of the charges of saved cards that the gateway was asked for. */
  readonly charged: string[];
  /** The order that is asked for, unless the options have an `order` of their own. */
  readonly order: { id: string; amount: number };
  /** Asks for a form; the answer's fields beside `httpStatus`. */
  form(body?: object): Promise<Readonly<Record<string, unknown>> & { readonly httpStatus: number }>;
  /** Asks what became of an order. */
  orderStatus(body?: object): Promise<Readonly<Record<string, unknown>> & { readonly httpStatus: number }>;
  /** The status and the text of the answer to a notification. */
  notify(body: string, type?: string): Promise<string>;
}

/** Nobody pays here: an order's status is 0, unless `says` has another answer. */
export function openCounter(
  options: Partial<CheckoutOptions> & { readonly says?: Says; readonly refuses?: Refuses } = {},
): Counter {
  const { says, refuses, ...given } = options;
  const log: string[] = [];
  const paid: PaidOrder[] = [];
  const cards: SavedCard[] = [];
  const made: string[] = [];
  const charged: string[] = [];
  const order = { id: 'order-1', amount: 1999 };
  const gateway = async (url: string, { body }: { body: string }) => {
    const path = url.slice(url.lastIndexOf('/') + 1);
    const request = JSON.parse(body) as Record<string, unknown>;
    if (path === 'cc_purchase') made.push(String(request['mchOrderNo']));
    if (path === 'cc_purchasewithtoken') charged.push(String(request['mchOrderNo']));
    const words = await refuses?.(path, request);
    if (words !== undefined) return Response.json({ retCode: 'FAIL', retMsg: words });
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
    order: () => order,
    onPaid: (told) => void paid.push(told),
    onCardSaved: (told) => void cards.push(told),
    log: (line) => void log.push(line),
    ...given,
  });
  const ask = async (route: Checkout['secureId'], body: object) => {
    const answer = await route(post({ mode: 'pay', ...body }));
    return { ...((await answer.json()) as object), httpStatus: answer.status };
  };
  return {
    checkout,
    log,
    paid,
    cards,
    made,
    charged,
    order,
    form: (body = {}) => ask(checkout.secureId, body),
    orderStatus: (body = {}) => ask(checkout.orderStatus, body),
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

/** A paid order at a gateway that says what the test says. */
export async function paidAt(
  says: Says,
  refuses: Refuses = () => undefined,
  store: Store = memoryStore(),
): Promise<Counter & { readonly mchOrderNo: string }> {
  const counter = openCounter({ says, refuses, store });
  const { mchOrderNo } = await counter.form();
  await counter.notify(signedJson(paidFields(mchOrderNo)));
  assert.equal(counter.paid.length, 1);
  return { ...counter, mchOrderNo: String(mchOrderNo) };
}
