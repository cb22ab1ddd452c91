// A shop of several servers whose every step outside of itself (the store, the gateway, the shop's functions) is taken by the
// test: one after the other, in the order that the test wants, and cut where it wants. Its time is the test's, too.
import type { TestContext } from 'node:test';
import { createCheckout, createIotpay, memoryStore, type Checkout } from '../../../src/server/index.js';
import type { PaidOrder, Refund, RefundOptions, Store } from '../../../src/server/index.js';
import { MERCHANT, paidFields, signedJson } from '../attacks/counter.js';
import { post } from '../support.js';

/** How a step ends that is cut. */
export const CUTS = [
  /** The server dies before it is taken. */
  'dies-before',
  /** The server dies after it: it is done, and the server never hears of it. */
  'dies-after',
  /** It fails, and is not done. */
  'fails',
  /** It is done, and its answer is lost. */
  'lost',
  /** It is done long after everybody has given it up. */
  'late',
] as const;
export type Cut = (typeof CUTS)[number];

/** One call of a server's to the outside. */
export interface Step {
  readonly server: string;
  /** Such as `store.set order` or `cc_purchase`. */
  readonly name: string;
  take(cut?: Cut): void;
}

/** Which of the waiting steps is taken next, and how it is cut; `undefined`: none for now, time passes. */
export type Choose = (
  waiting: readonly Step[],
) => { readonly step: Step; readonly cut?: Cut | undefined } | undefined;

/** An order of the gateway's. */
interface GatewayOrder {
  readonly mchOrderNo: string;
  readonly amount: number;
  readonly secureId: string | undefined;
  status: number;
}

/** What a route for browsers says. */
export type Answer = Readonly<Record<string, unknown>> & { readonly httpStatus: number };

/** Longer than any step may take, in milliseconds. */
const LATE_MS = 100_000;
/** How far time goes on at once where nothing else happens, in milliseconds. */
const PASS_MS = 50;
/** Longer than anything may last that somebody waits for, in milliseconds. */
const STUCK_MS = 15 * 60_000;

export interface Server {
  readonly name: string;
  readonly checkout: Checkout;
  /** Resolves when the server dies. */
  readonly death: Promise<void>;
  isDead: boolean;
}

export class World {
  readonly servers: readonly Server[];
  /** What the shop was told of, by the payment's number. */
  readonly told: string[] = [];
  readonly toldTwice: string[] = [];
  /** The cards that the shop was told of, and those that were saved, by their numbers. */
  readonly toldCards: string[] = [];
  readonly savedCards: string[] = [];
  /** The gateway's books: what was paid, by its number, and what was given back, by the number and in cents. */
  readonly paid: string[] = [];
  readonly givenBack = new Map<string, number>();
  readonly trace: string[] = [];
  readonly #orders = new Map<string, GatewayOrder>();
  /** The numbers of the cards that may be saved, by the secureId of their form. */
  readonly #cards = new Map<unknown, string>();
  readonly #waiting: Step[] = [];
  readonly #test: TestContext;
  /** Whether the gateway knows of an order before anybody has submitted anything: nobody documents it. */
  readonly #knowsUnpaid: boolean;
  choose: Choose = ([first]) => ({ step: first as Step });

  constructor(test: TestContext, { servers = ['A', 'B'], knowsUnpaid = true } = {}) {
    this.#test = test;
    this.#knowsUnpaid = knowsUnpaid;
    const store = memoryStore(() => Date.now());
    this.servers = servers.map((name) => this.#server(name, store));
  }

  #server(name: string, store: Store): Server {
    let die = () => {};
    const death = new Promise<void>((resolve) => (die = resolve));
    const server = { name, death, isDead: false } as Server & { checkout: Checkout };
    const dying = () => {
      server.isDead = true;
      die();
    };
    const step = <T>(what: string, work: () => T | Promise<T>): Promise<T> =>
      this.#step(server, dying, what, work);
    const checkout = createCheckout({
      iotpay: createIotpay({
        ...MERCHANT,
        gatewayOrigin: 'http://127.0.0.1:9',
        fetch: ((url: string, { body, signal }: { body: string; signal: AbortSignal }) => {
          const path = url.slice(url.lastIndexOf('/') + 1);
          const request = JSON.parse(body) as Record<string, unknown>;
          const answer = step(path, () => Response.json(this.#answer(path, request)));
          const end = new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
          return Promise.race([answer, end]);
        }) as unknown as typeof fetch,
      }),
      store: {
        get: (key) => step(`store.get ${kindOf(key)}`, () => store.get(key)),
        set: (key, ...more) => step(`store.set ${kindOf(key)}`, () => store.set(key, ...more)),
        keys: (...listing) => store.keys!(...listing),
      },
      notifyUrl: 'https://shop.example/pay/notify',
      returnUrl: 'https://shop.example/thanks',
      order: () => ({ id: 'order-1', amount: 1999 }),
      onPaid: ({ payment }: PaidOrder) => step('onPaid', () => void this.told.push(payment.mchOrderNo)),
      onCardSaved: ({ cardId }) => step('onCardSaved', () => void this.toldCards.push(cardId)),
      onPaidTwice: ({ payment }: PaidOrder) =>
        step('onPaidTwice', () => void this.toldTwice.push(payment.mchOrderNo)),
      log: () => {},
    });
    return Object.assign(server, { checkout });
  }

  #step<T>(server: Server, die: () => void, name: string, work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = async () => work();
      const ways: Readonly<Record<Cut, () => void>> = {
        'dies-before': die,
        'dies-after': () => void done().then(die, die),
        fails: () => reject(new TypeError('fetch failed')),
        lost: () => void done().then(() => reject(new TypeError('connection lost'))),
        late: () => void setTimeout(() => void done().then(resolve, reject), LATE_MS),
      };
      const take = (cut?: Cut) => {
        this.trace.push(`${server.name} ${name}${cut ? `: ${cut}` : ''}`);
        if (cut) ways[cut]();
        else done().then(resolve, reject);
      };
      // Nobody hears any more of a server that is dead.
      if (!server.isDead) this.#waiting.push({ server: server.name, name, take });
    });
  }

  /**
   * Lets the world go on until something is over: takes the steps that are waiting, else lets time pass.
   * @throws Error where it is never over
   */
  async until<T>(work: Promise<T>, passMs = PASS_MS): Promise<T> {
    let over = false;
    const end = () => (over = true);
    work.then(end, end);
    for (let passedMs = 0; ;) {
      await turns();
      if (over) return work;
      const next = this.#waiting.length > 0 ? this.choose(this.#waiting) : undefined;
      if (next) {
        this.#waiting.splice(this.#waiting.indexOf(next.step), 1);
        next.step.take(next.cut);
      } else {
        if (passedMs > STUCK_MS + 1000 * passMs)
          throw new Error(`Stuck for ${STUCK_MS} ms, after:\n${this.trace.join('\n')}`);
        passedMs += passMs;
        this.#test.mock.timers.tick(passMs);
      }
    }
  }

  /** Lets time pass while nobody asks for anything. */
  async pass(ms: number): Promise<void> {
    await this.until(new Promise<void>((resolve) => setTimeout(resolve, ms)), Math.max(PASS_MS, ms / 100));
  }

  /** What a call gave; `undefined` where it failed or its server died. */
  #heard<T>(server: Server, call: Promise<T>): Promise<T | undefined> {
    const answer = call.catch(() => undefined);
    return Promise.race([answer, server.death.then(() => undefined)]);
  }

  #ask(server: Server, route: Checkout['secureId'], body: object): Promise<Answer | undefined> {
    const ask = async () => {
      const answer = await route(post({ mode: 'pay', ...body }));
      return { ...((await answer.json()) as object), httpStatus: answer.status };
    };
    return this.#heard(server, ask());
  }

  /** Asks for a form. */
  form(server: Server, body: object = {}): Promise<Answer | undefined> {
    return this.#ask(server, server.checkout.secureId, body);
  }

  cardStatus(server: Server): Promise<Answer | undefined> {
    return this.#ask(server, server.checkout.orderStatus, { mode: 'add' });
  }

  orderStatus(server: Server, mchOrderNo: unknown): Promise<Answer | undefined> {
    return this.#ask(server, server.checkout.orderStatus, { mchOrderNo });
  }

  async charge(server: Server, formClosed = false): Promise<string | undefined> {
    const call = server.checkout.charge('order-1', { cardId: 'card-1', amount: 1999, formClosed });
    return (await this.#heard(server, call))?.state;
  }

  refund(server: Server, choice: RefundOptions = {}): Promise<Refund | undefined> {
    return this.#heard(server, server.checkout.refund('order-1', choice));
  }

  void(server: Server): Promise<Refund | undefined> {
    return this.#heard(server, server.checkout.void('order-1'));
  }

  reconcile(server: Server): Promise<unknown> {
    return this.#heard(server, server.checkout.reconcile());
  }

  /** IOTPay's notification; whether it was acknowledged. */
  async notify(server: Server, mchOrderNo: unknown): Promise<boolean> {
    const call = server.checkout
      .notification(post(signedJson(paidFields(mchOrderNo)), { 'Content-Type': 'application/json' }))
      .then(async (answer) => (await answer.text()) === 'SUCCESS');
    return (await this.#heard(server, call)) ?? false;
  }

  /** The shopper pays in a form. @returns whether IOTPay took the money: a form is paid in once */
  pay(secureId: unknown): boolean {
    const order = this.#orderOf(secureId);
    if (order?.status !== 0) return false;
    order.status = 2;
    this.paid.push(order.mchOrderNo);
    this.trace.push(`shopper pays ${String(secureId)}`);
    return true;
  }

  /** The shopper submits UnionPay's form, and its outcome is not known yet. */
  submit(secureId: unknown): void {
    const order = this.#orderOf(secureId);
    if (order?.status === 0) order.status = 1;
  }

  /** What was submitted is decided. */
  decide(secureId: unknown, status: 2 | 9): void {
    const order = this.#orderOf(secureId);
    if (order?.status !== 1) return;
    order.status = status;
    if (status === 2) this.paid.push(order.mchOrderNo);
    this.trace.push(`IOTPay decides ${String(secureId)}: ${status}`);
  }

  /** The shopper saves a card in a form. */
  save(secureId: unknown): boolean {
    const cardId = this.#cards.get(secureId);
    if (cardId === undefined || this.savedCards.includes(cardId)) return false;
    this.savedCards.push(cardId);
    return true;
  }

  /** The shopper's card is declined. */
  decline(secureId: unknown): void {
    const order = this.#orderOf(secureId);
    if (order?.status === 0) order.status = 9;
  }

  #orderOf(secureId: unknown): GatewayOrder | undefined {
    return [...this.#orders.values()].find((order) => order.secureId === secureId);
  }

  #answer(path: string, request: Readonly<Record<string, unknown>>): object {
    const { mchOrderNo, mchRefundNo, amount, refundAmount } = request as {
      mchOrderNo: string;
      mchRefundNo: string;
      amount: number;
      refundAmount: number;
    };
    const success = (retData: object) => ({ retCode: 'SUCCESS', retMsg: '', retData });
    const fail = (retMsg: string) => ({ retCode: 'FAIL', retMsg });
    switch (path) {
      case 'cc_purchase': {
        const secureId = `secret-${this.#orders.size + 1}`;
        this.#orders.set(mchOrderNo, { mchOrderNo, amount, secureId, status: 0 });
        return success({ secureId });
      }
      case 'cc_purchasewithtoken':
        if (this.#orders.has(mchOrderNo)) return fail('mchOrderNo is duplicated');
        this.#orders.set(mchOrderNo, { mchOrderNo, amount, secureId: undefined, status: 2 });
        this.paid.push(mchOrderNo);
        return success(this.#dataOf(mchOrderNo, 'pay'));
      case 'cc_addCard': {
        const secureId = `secret-card-${this.#cards.size + 1}`;
        this.#cards.set(secureId, String(request['cardId']));
        return success({ secureId });
      }
      case 'cc_querycard': {
        const cardId = String(request['cardId']);
        return this.savedCards.includes(cardId)
          ? success({ cardId, cardNum: '432567******2266' })
          : fail('cardId is not binding');
      }
      case 'cc_void':
      case 'cc_refund': {
        if (this.givenBack.has(mchRefundNo)) return fail('mchRefundNo is duplicated');
        const cents = path === 'cc_void' ? 1999 : refundAmount;
        this.givenBack.set(mchRefundNo, cents);
        return success({ mchOrderNo: mchRefundNo, payType: 'refund', amount: cents, status: 2 });
      }
      case 'cc_query': {
        const given = this.givenBack.get(mchOrderNo);
        if (given !== undefined) return success({ mchOrderNo, payType: 'refund', amount: given, status: 2 });
        const status = this.#orders.get(mchOrderNo)?.status;
        if (status === undefined || (status === 0 && !this.#knowsUnpaid)) return fail('Order not found');
        return success(this.#dataOf(mchOrderNo, 'pay'));
      }
      default:
        throw new Error(`The gateway has no ${path}.`);
    }
  }

  #dataOf(mchOrderNo: string, payType: string): object {
    const { amount, status } = this.#orders.get(mchOrderNo) as GatewayOrder;
    const payOrderId = `PC${mchOrderNo.slice(-26)}`;
    return { mchOrderNo, payOrderId, mchId: MERCHANT.mchId, amount, currency: 'CAD', payType, status };
  }
}

const kindOf = (key: string): string => key.slice(0, key.indexOf(':'));

/** Lets everything happen that is under way by itself. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}
