import { randomBytes, randomInt } from 'node:crypto';
import type { Channel } from '../gateway/limits.js';
import { isPaid, type OrderStatus } from '../gateway/status.js';
import { sign } from '../server/signature.js';
import type { Clock } from './clock.js';
import { Books, type Card, type Order, type Writable } from './ledger.js';
import type { Notifier } from './notifier.js';
import type { Quirks } from './quirks.js';
import { apiFields, callbacksFor, TIMEOUT_EVENT, type ScriptReport } from './report.js';
import { scenarioById, scenarioByNumber, type Plan } from './scenarios.js';
import { isUnionPay, maskNumber } from './test-cards.js';

/** The merchant that the sandbox knows; all three as IOTPay assigns them. */
export interface SandboxMerchant {
  readonly mchId: string;
  readonly merchantKey: string;
  readonly loginName: string;
}

/** After this a payment counts as settled: it can be refunded, and no longer voided. Milliseconds. */
const SETTLED_AFTER_MS = 24 * 60 * 60 * 1000;

/** From the script's last try to the decision of an order that it gave up on, in milliseconds. */
const SETTLES_AFTER_MS = 2000;

/** What the form sends. */
export interface CardInput {
  readonly number: string;
  readonly expiry: string;
  readonly holder: string;
}

/** What the form is told about what it sent. */
export type FormAnswer =
  | {
      readonly kind: 'report';
      readonly report: ScriptReport;
      readonly paid: boolean;
      readonly text: string;
      /** No card is taken any more. */ readonly over: boolean;
    }
  | {
      readonly kind: 'poll';
      readonly tries: number;
      /** Milliseconds between two tries. */
      readonly interval: number;
      readonly keepsAsking: boolean;
      readonly timeout: ScriptReport;
    }
  | { readonly kind: 'pending' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'refused'; readonly text: string };

/** What is paid, or saved. */
interface Target {
  readonly order?: Writable<Order>;
  readonly card?: Writable<Card>;
}

/** One purchase or card tokenization that a browser may finish: what a secureId stands for. */
export interface Session extends Target {
  readonly secureId: string;
  readonly channel: Channel;
  readonly returnUrl: string;
  expiresAt: number;
  /** An attempt is under way. */
  busy: boolean;
  /** How often the script has asked about the attempt. */
  tries: number;
  plan: Plan | undefined;
}

export interface GatewayOptions {
  readonly origin: () => string;
  readonly merchant: SandboxMerchant;
  readonly clock: Clock;
  readonly notifier: Notifier;
  readonly quirks: () => Quirks;
  /** How long a secureId is good for, in milliseconds. */
  readonly secureIdLifetime: number;
  readonly unionPay: { readonly tries: number; readonly interval: number };
}

/** Orders, cards and sessions, and what becomes of them. Knows no HTTP. */
export class Gateway {
  readonly books = new Books();
  readonly options: GatewayOptions;
  /** Scenario of the next payments, whatever the card. */
  forced: string | undefined;
  readonly #sessions = new Map<string, Session>();
  readonly #settling = new Map<object, () => void>();
  #serial = randomInt(100_000);

  constructor(options: GatewayOptions) {
    this.options = options;
  }

  reset(): void {
    for (const cancel of this.#settling.values()) cancel();
    this.#settling.clear();
    this.#sessions.clear();
    this.books.clear();
    this.forced = undefined;
  }

  /** @returns the session, expired ones included */
  session(secureId: string): Session | undefined {
    return this.#sessions.get(secureId);
  }

  isExpired(session: Session): boolean {
    return this.options.clock.now() >= session.expiresAt;
  }

  openPurchase(
    fields: Pick<Order, 'mchOrderNo' | 'amount' | 'currency' | 'channel'> & Partial<Order>,
  ): Session {
    const order = this.addOrder(fields);
    const session = { ...this.#newSession(order.channel, fields.returnUrl ?? ''), order };
    order.secureId = session.secureId;
    this.#sessions.set(session.secureId, session);
    return session;
  }

  openAddCard(fields: Pick<Card, 'cardId' | 'channel'> & { returnUrl: string }): Session {
    const blank = this.#newSession(fields.channel, fields.returnUrl);
    const card: Writable<Card> = {
      cardId: fields.cardId,
      channel: fields.channel,
      secureId: blank.secureId,
      saved: false,
      attempts: 0,
    };
    this.books.cards.push(card);
    const session = { ...blank, card };
    this.#sessions.set(session.secureId, session);
    return session;
  }

  addOrder(
    fields: Pick<Order, 'mchOrderNo' | 'amount' | 'currency' | 'channel'> & Partial<Order>,
  ): Writable<Order> {
    const order: Writable<Order> = {
      payType: 'pay',
      status: 0,
      refundable: 0,
      attempts: 0,
      ...fields,
      payOrderId: this.#newPayOrderId(),
    };
    this.books.orders.push(order);
    return order;
  }

  findOrder(by: {
    mchOrderNo?: string | undefined;
    payOrderId?: string | undefined;
  }): Writable<Order> | undefined {
    return this.books.orders.find(
      (order) =>
        (by.mchOrderNo === undefined || order.mchOrderNo === by.mchOrderNo) &&
        (by.payOrderId === undefined || order.payOrderId === by.payOrderId),
    );
  }

  findCard(cardId: string): Writable<Card> | undefined {
    return this.books.cards.find((card) => card.cardId === cardId);
  }

  isSettled(order: Order): boolean {
    return order.paidAt !== undefined && this.options.clock.now() >= order.paidAt + SETTLED_AFTER_MS;
  }

  /** What the form is told before anything was sent, where there is something to tell. */
  greet(session: Session | undefined): FormAnswer | undefined {
    if (!session) return this.#refuse(undefined, 'secureId not found');
    if (session.order && isPaid(session.order.status)) return this.#refuse(session, 'Order has been paid');
    if (session.card?.saved) return this.#refuse(session, 'Card has been added');
    if (session.busy) return session.plan?.decidedAfterTries ? this.#poll(session, session.plan) : undefined;
    return this.isExpired(session) ? this.#refuse(undefined, 'secureId has expired') : undefined;
  }

  /** A card was sent. @param scenarioId - in place of the card's own */
  async attempt(secureId: string, input: CardInput, scenarioId?: string): Promise<FormAnswer> {
    const session = this.#sessions.get(secureId);
    const greeting = this.greet(session);
    if (greeting || !session) return greeting ?? { kind: 'silent' };
    if (session.busy) return this.#refuse(session, 'Order is being processed');
    const own = scenarioByNumber(input.number);
    if (!own) return { kind: 'refused', text: 'This simulation takes its own test cards only.' };
    if (session.channel === 'UPI_EX' && !isUnionPay(input.number)) {
      return { kind: 'refused', text: 'This payment takes UnionPay test cards only.' };
    }
    const scenario = scenarioById(this.forced ?? scenarioId ?? own.id);
    const { plan } = scenario;
    if (plan.breaks) return { kind: 'broken' };
    const target = session.order ?? session.card;
    if (!target) return { kind: 'silent' };
    target.attempts++;
    target.scenario = scenario.id;
    target.cardNum = maskNumber(input.number);
    target.expiryDate = input.expiry;
    if (session.card) session.card.holder = input.holder;
    if (plan.expires) {
      session.expiresAt = this.options.clock.now();
      return this.#refuse(undefined, 'secureId has expired');
    }
    session.busy = true;
    session.tries = 0;
    // A second try after a decline: the order is open again until it is decided.
    if (session.order) this.#setStatus(session.order, 0);
    session.plan = plan;
    if (plan.delay)
      await new Promise<void>((resolve) => this.options.clock.schedule(plan.delay ?? 0, resolve));
    if (plan.decidedAfterTries) {
      this.#awaitSettlement(session, plan);
      return this.#poll(session, plan);
    }
    return this.#decide(session, plan);
  }

  /** The script asks what has become of an attempt. */
  query(secureId: string): FormAnswer {
    const session = this.#sessions.get(secureId);
    if (!session?.plan) return this.#refuse(session, 'Nothing to query');
    const { plan } = session;
    session.tries++;
    if (typeof plan.decidedAfterTries === 'number') {
      return session.tries < plan.decidedAfterTries ? { kind: 'pending' } : this.#decide(session, plan);
    }
    if (session.busy) {
      this.#awaitSettlement(session, plan);
      return { kind: 'pending' };
    }
    return this.#report(session, plan);
  }

  /** Charges a saved card, or a wallet's. @returns once it is decided as far as it will be at once */
  async charge(order: Writable<Order>, plan: Plan, scenarioId: string): Promise<void> {
    order.attempts++;
    order.scenario = scenarioId;
    if (plan.delay)
      await new Promise<void>((resolve) => this.options.clock.schedule(plan.delay ?? 0, resolve));
    const status = plan.laterCharges ?? plan.status;
    this.#setStatus(order, status, plan.message);
    this.#settleLater({ order }, plan);
  }

  /** Gives money back. @returns the order of the refund */
  refund(
    payment: Writable<Order>,
    fields: { mchOrderNo: string; amount: number; notifyUrl?: string },
  ): Order {
    const refund = this.addOrder({
      ...fields,
      currency: payment.currency,
      channel: payment.channel,
      payType: 'refund',
      originalOrderId: payment.payOrderId,
      ...(payment.cardNum ? { cardNum: payment.cardNum } : {}),
      ...(payment.expiryDate ? { expiryDate: payment.expiryDate } : {}),
    });
    payment.refundable -= fields.amount;
    this.#setStatus(refund, 2);
    return refund;
  }

  #newSession(channel: Channel, returnUrl: string): Session {
    return {
      secureId: randomBytes(20).toString('hex'),
      channel,
      returnUrl,
      expiresAt: this.options.clock.now() + this.options.secureIdLifetime,
      busy: false,
      tries: 0,
      plan: undefined,
    };
  }

  #newPayOrderId(): string {
    const time = new Date(this.options.clock.now()).toISOString().replace(/\D/g, '').slice(0, 14);
    return `SB${time}${String(this.#serial++).padStart(8, '0')}`;
  }

  #decide(session: Session, plan: Plan): FormAnswer {
    this.#apply(session, plan.status, plan.message);
    this.#settleLater(session, plan);
    // What nobody knows the state of takes no second card.
    session.busy = plan.status === 0 || plan.status === 1;
    return this.#report(session, plan);
  }

  #report(session: Session, plan: Plan): FormAnswer {
    const { order, card } = session;
    if (plan.report === 'never') return { kind: 'silent' };
    const status = order?.status ?? (card?.saved ? 2 : 9);
    return {
      kind: 'report',
      paid: isPaid(status),
      over: status !== 9,
      text: status === 9 ? (plan.message ?? 'Failed') : '',
      report: this.#toReport({
        session,
        status,
        message: plan.message ?? 'Failed',
        as: plan.report ?? 'plain',
      }),
    };
  }

  #poll(session: Session, plan: Plan): FormAnswer {
    const { tries, interval } = this.options.unionPay;
    const quirks = this.options.quirks();
    return {
      kind: 'poll',
      tries,
      interval,
      keepsAsking: plan.keepsAsking ?? false,
      timeout: {
        calls: callbacksFor(TIMEOUT_EVENT, quirks, false),
        repeat: quirks.repeatedCallbacks,
        late: quirks.lateCallback,
        next: this.#returnTo(session, 'FAIL', 'Timeout', session.order?.status),
      },
    };
  }

  #refuse(session: Session | undefined, text: string): FormAnswer {
    const paid = session?.order ? isPaid(session.order.status) : (session?.card?.saved ?? false);
    const status = session?.order?.status ?? 9;
    return {
      kind: 'report',
      paid,
      over: true,
      text,
      report: this.#toReport({ session, status, message: text, as: 'refusal' }),
    };
  }

  #toReport(about: {
    session: Session | undefined;
    status: OrderStatus;
    message: string;
    as: NonNullable<Plan['report']> | 'refusal';
  }): ScriptReport {
    const { session, status, message, as } = about;
    const quirks = this.options.quirks();
    const failed = as === 'refusal' || status === 9;
    const word = failed ? 'FAIL' : 'SUCCESS';
    const next = session && this.#returnTo(session, word, failed ? message : '', session.order && status);
    const retData: Record<string, unknown> = session ? this.#retData(session) : {};
    if (as === 'redirect') retData['redirectUrl'] = next;
    if (as === 'unsafe-redirect') retData['redirectUrl'] = 'javascript:alert(document.domain)';
    const detail = {
      retCode: as === 'contradiction' ? 'FAIL' : word,
      retMsg: failed ? message : '',
      retData,
    };
    const event: Record<string, unknown> = {
      result: as === 'strange' ? 'PROCESSED' : word,
      ...(failed ? { message } : {}),
      ...(as === 'no-detail' ? {} : { detail }),
    };
    const clear = as === 'plain' && (failed || !session?.order || isPaid(status));
    return {
      calls: [
        ...(as === 'nonsense-first' ? [undefined, null, 'done', {}] : []),
        // The odd reports say what they say in one shape only.
        ...(as === 'strange' || as === 'contradiction' || as === 'no-detail'
          ? [event]
          : callbacksFor(event, quirks, clear)),
      ],
      repeat: quirks.repeatedCallbacks,
      late: quirks.lateCallback,
      next,
    };
  }

  #retData(session: Session): Record<string, unknown> {
    const { order, card } = session;
    if (order) return this.orderFields(order);
    if (!card) return {};
    const { cardId, cardNum, expiryDate, holder, channel } = card;
    return apiFields({ cardId, cardNum, expiryDate, holder, channel }, this.options.quirks());
  }

  /** An order as the API's answers, the callback and notifications have it. */
  orderFields(order: Order): Record<string, unknown> {
    const paid = order.paidAt !== undefined;
    const digits = order.payOrderId.slice(-6);
    return apiFields(
      {
        payOrderId: order.payOrderId,
        mchId: this.options.merchant.mchId,
        mchOrderNo: order.mchOrderNo,
        originalOrderId: order.originalOrderId ?? '',
        currency: order.currency,
        amount: order.amount,
        payType: order.payType,
        refundable: order.refundable,
        status: order.status,
        paySuccTime:
          order.paidAt === undefined
            ? ''
            : new Date(order.paidAt).toISOString().slice(0, 19).replace('T', ' '),
        cardNum: order.cardNum ?? '',
        expiryDate: order.expiryDate ?? '',
        invoiceNum: paid ? `I${digits}` : '',
        authNum: paid ? `A${digits}` : '',
        transNum: paid ? `T${digits}` : '',
        channel: order.channel,
      },
      this.options.quirks(),
    );
  }

  #returnTo(
    session: Session,
    retCode: string,
    retMsg: string,
    status: OrderStatus | undefined,
  ): string | undefined {
    if (!session.returnUrl) return undefined;
    const url = new URL(session.returnUrl);
    url.searchParams.set('retCode', retCode);
    url.searchParams.set('retMsg', retMsg);
    if (status !== undefined) url.searchParams.set('status', String(status));
    return url.href;
  }

  /** It is decided a while after the script's last try, however long its tries take. */
  #awaitSettlement(session: Session, plan: Plan): void {
    const { tries, interval } = this.options.unionPay;
    // A script that goes on asking doesn't put the decision off.
    if (plan.settles === undefined || session.tries > tries) return;
    this.#settleLater(session, plan, (tries - session.tries) * interval + SETTLES_AFTER_MS);
  }

  #settleLater(target: Target, plan: Plan, delay = SETTLES_AFTER_MS): void {
    const { settles, message } = plan;
    if (settles === undefined) return;
    const key = target.order ?? target.card ?? target;
    this.#settling.get(key)?.();
    const cancel = this.options.clock.schedule(delay, () => {
      this.#settling.delete(key);
      if ('busy' in target) target.busy = false;
      this.#apply(target, settles, message);
    });
    this.#settling.set(key, cancel);
  }

  #apply({ order, card }: Target, status: OrderStatus, message: string | undefined): void {
    if (order) this.#setStatus(order, status, message);
    else if (card) card.saved = isPaid(status);
  }

  #setStatus(order: Writable<Order>, status: OrderStatus, message?: string): void {
    // A slow attempt may end after a reset.
    if (!this.books.orders.includes(order)) return;
    const moved = isPaid(status) && !isPaid(order.status);
    order.status = status;
    if (status === 9 && message) order.message = message;
    else delete order.message;
    if (!moved) return;
    order.paidAt = this.options.clock.now();
    if (order.payType === 'pay') order.refundable = order.amount;
    this.books.charges.push({
      payOrderId: order.payOrderId,
      mchOrderNo: order.mchOrderNo,
      amount: order.payType === 'pay' ? order.amount : -order.amount,
      currency: order.currency,
      at: order.paidAt,
    });
    this.#notify(order);
  }

  #notify(order: Order): void {
    if (!order.notifyUrl) return;
    const fields = this.orderFields(order);
    const quirks = this.options.quirks();
    const entry = {
      url: order.notifyUrl,
      mchOrderNo: order.mchOrderNo,
      payOrderId: order.payOrderId,
      body: { ...fields, sign: sign(fields, this.options.merchant.merchantKey) },
      attempts: [],
      acknowledged: false,
      blocked: false,
    };
    this.books.notifications.push(entry);
    this.options.notifier.send(entry, {
      asText: quirks.notificationAsText,
      again: quirks.repeatedNotifications,
    });
  }
}
