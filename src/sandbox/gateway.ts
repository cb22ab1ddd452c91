import { randomBytes, randomInt } from 'node:crypto';
import type { Channel } from '../gateway/limits.js';
import { isPaid, type OrderStatus } from '../gateway/status.js';
import type { Clock } from './clock.js';
import type { Books, Card, Order, Writable } from './ledger.js';
import type { Quirks } from './quirks.js';
import { scenarioById, scenarioByNumber, scenarioOf, type Plan } from './scenarios.js';
import { cardTypeOf, isUnionPay, maskNumber } from './test-cards.js';

/** After this a payment counts as settled: it can be refunded, and no longer voided. */
const SETTLED_AFTER_MS = 24 * 60 * 60 * 1000;

/** From the script's last try to the decision of an order that it gave up on. */
const DECIDED_AFTER_MS = 2000;

/** From status 2 to status 3, where the quirk `statusTwoThenThree` is on. */
const STATUS_THREE_AFTER_MS = 1000;

/** What the form sends. */
export interface CardInput {
  readonly number: string;
  /** MMYY. */
  readonly expiry: string;
  readonly holder: string;
}

/** What is paid, or saved. */
export type Target =
  | { readonly kind: 'order'; readonly order: Writable<Order> }
  | { readonly kind: 'card'; readonly card: Writable<Card> };

/** How far a session has come. */
export type Stage =
  /** It waits for a card. */
  | { readonly name: 'open' }
  /** A card was sent, and what becomes of it is not decided. `tries`: how often the script has asked. */
  | { readonly name: 'trying'; readonly plan: Plan; tries: number }
  /** The last card was declined, or the money has moved. */
  | { readonly name: 'decided'; readonly plan: Plan };

/** One purchase or card tokenization that a browser may finish: what a secureId stands for. */
export interface Session {
  readonly secureId: string;
  readonly target: Target;
  readonly channel: Channel;
  readonly returnUrl: string;
  expiresAt: number;
  stage: Stage;
}

/** What came of a card, or of a question after it. */
export type Result =
  /** `session.target` says how. */
  | { readonly kind: 'decided'; readonly session: Session; readonly plan: Plan }
  /** The script has to ask until it is decided. */
  | { readonly kind: 'poll'; readonly session: Session; readonly plan: Plan }
  /** Not decided yet. */
  | { readonly kind: 'pending' }
  /** The session takes no card. Without a session: nobody knows it any more. */
  | { readonly kind: 'closed'; readonly session: Session | undefined; readonly text: string }
  /** The card is none that the sandbox takes. */
  | { readonly kind: 'wrong-card'; readonly text: string }
  /** The gateway broke, and nothing was charged. */
  | { readonly kind: 'broken' };

/** A session as it is kept in a file. */
export interface KeptSession {
  readonly secureId: string;
  /** mchOrderNo or cardId. */
  readonly of: string;
  readonly kind: Target['kind'];
  readonly channel: Channel;
  readonly returnUrl: string;
  readonly expiresAt: number;
  readonly stage: Stage['name'];
  readonly scenario?: string | undefined;
  readonly tries: number;
}

export type NewOrder = Pick<Order, 'mchOrderNo' | 'amount' | 'currency' | 'channel'> & Partial<Order>;

export interface GatewayOptions {
  readonly books: Books;
  readonly clock: Clock;
  readonly quirks: () => Quirks;
  readonly secureIdLifetimeMs: number;
  readonly unionPay: { readonly tries: number; readonly intervalMs: number };
  /** Told when money has moved, and when the status of a paid order changes. */
  readonly paid: (order: Order) => void;
}

/** Orders, cards and sessions, and what becomes of them. Knows neither HTTP nor how IOTPay words its answers. */
export class Gateway {
  /** Scenario of the next payments, whatever the card. */
  forced: string | undefined;
  readonly #options: GatewayOptions;
  readonly #books: Books;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #waiting = new Map<Order | Card, () => void>();
  #serial = randomInt(1_000_000);

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#books = options.books;
    this.#clock = options.clock;
  }

  reset(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#sessions.clear();
    this.#books.clear();
    this.forced = undefined;
  }

  /** What is to survive a restart. */
  kept(): readonly KeptSession[] {
    return [...this.#sessions.values()].map(({ secureId, target, channel, returnUrl, expiresAt, stage }) => ({
      secureId,
      of: target.kind === 'order' ? target.order.mchOrderNo : target.card.cardId,
      kind: target.kind,
      channel,
      returnUrl,
      expiresAt,
      stage: stage.name,
      scenario: stage.name === 'open' ? undefined : scenarioOf(stage.plan),
      tries: stage.name === 'trying' ? stage.tries : 0,
    }));
  }

  /** Goes on where the sandbox before this one ended; the books are there already. */
  goOn(sessions: readonly KeptSession[]): void {
    for (const kept of sessions) this.#goOn(kept);
    // What was to be decided a while later is decided a while after this start.
    for (const order of this.#books.undecided()) {
      const session = order.secureId === undefined ? undefined : this.#sessions.get(order.secureId);
      const plan = order.scenario === undefined ? undefined : scenarioById(order.scenario).plan;
      if (plan) this.#decideLater({ kind: 'order', order }, plan, DECIDED_AFTER_MS, session);
    }
  }

  #goOn({ secureId, of, kind, channel, returnUrl, expiresAt, stage, scenario, tries }: KeptSession): void {
    const order = this.#books.orderByNo(of);
    const card = this.#books.card(of);
    const target: Target | undefined = kind === 'order' ? order && { kind, order } : card && { kind, card };
    if (!target) return;
    const plan = scenario === undefined ? undefined : scenarioById(scenario).plan;
    const went: Stage =
      !plan || stage === 'open'
        ? { name: 'open' }
        : stage === 'trying'
          ? { name: 'trying', plan, tries }
          : { name: 'decided', plan };
    this.#sessions.set(secureId, { secureId, target, channel, returnUrl, expiresAt, stage: went });
  }

  /** @returns the session, expired ones included */
  session(secureId: string): Session | undefined {
    return this.#sessions.get(secureId);
  }

  openPurchase(fields: NewOrder & { channel: Channel }): Session {
    const secureId = newSecureId();
    const order = this.addOrder({ ...fields, secureId });
    return this.#open(secureId, { kind: 'order', order }, fields.channel, fields.returnUrl ?? '');
  }

  openAddCard(fields: Pick<Card, 'cardId' | 'channel'> & { returnUrl: string }): Session {
    const { cardId, channel, returnUrl } = fields;
    const secureId = newSecureId();
    const card: Writable<Card> = { cardId, channel, secureId, saved: false, attempts: 0 };
    this.#forget(this.#books.addCard(card));
    return this.#open(secureId, { kind: 'card', card }, channel, returnUrl);
  }

  addOrder(fields: NewOrder, prefix: 'PC' | 'CS' | 'RP' = 'PC'): Writable<Order> {
    const order: Writable<Order> = {
      payType: 'pay',
      status: 0,
      refundable: 0,
      attempts: 0,
      ...fields,
      payOrderId: this.#newPayOrderId(prefix),
    };
    this.#forget(this.#books.addOrder(order));
    return order;
  }

  isSettled(order: Order): boolean {
    return order.paidAt !== undefined && this.#clock.now() >= order.paidAt + SETTLED_AFTER_MS;
  }

  /** What the form is told before anything was sent, where there is something to tell. */
  greet(session: Session | undefined): Result | undefined {
    if (!session) return closed(undefined, 'secureId not found');
    const { target, stage } = session;
    if (target.kind === 'order' && isPaid(target.order.status)) return closed(session, 'Order has been paid');
    if (target.kind === 'card' && target.card.saved) return closed(session, 'Card has been added');
    if (stage.name === 'trying') {
      return stage.plan.decidedAfterTries ? { kind: 'poll', session, plan: stage.plan } : undefined;
    }
    if (stage.name === 'decided' && this.#options.quirks().spentByFail) {
      return closed(session, 'secureId has been used');
    }
    return this.#clock.now() >= session.expiresAt ? closed(undefined, 'secureId has expired') : undefined;
  }

  /** A card was sent. @param scenarioId - in place of the card's own */
  async attempt(secureId: string, card: CardInput, scenarioId?: string): Promise<Result> {
    const session = this.#sessions.get(secureId);
    const greeting = this.greet(session);
    if (greeting || !session) return greeting ?? closed(undefined, 'secureId not found');
    if (session.stage.name === 'trying') return closed(session, 'Order is being processed');
    const own = scenarioByNumber(card.number);
    if (!own) return { kind: 'wrong-card', text: 'This simulation takes its own test cards only.' };
    if (session.channel === 'UPI_EX' && !isUnionPay(card.number)) {
      return { kind: 'wrong-card', text: 'This payment takes UnionPay test cards only.' };
    }
    const { id, plan } = scenarioById(this.forced ?? scenarioId ?? own.id);
    if (plan.breaks) return { kind: 'broken' };
    noteCard(session.target, id, card);
    if (plan.expires) {
      session.expiresAt = this.#clock.now();
      return closed(undefined, 'secureId has expired');
    }
    return this.#try(session, plan);
  }

  /** The script asks what has become of an attempt. */
  query(secureId: string): Result {
    const session = this.#sessions.get(secureId);
    if (!session || session.stage.name === 'open') return closed(session, 'Nothing to query');
    const { stage } = session;
    if (stage.name === 'decided') return { kind: 'decided', session, plan: stage.plan };
    const { plan } = stage;
    stage.tries++;
    if (typeof plan.decidedAfterTries === 'number') {
      return stage.tries < plan.decidedAfterTries ? { kind: 'pending' } : this.#decide(session, plan);
    }
    this.#decideAfterTries(session, plan, stage.tries);
    return { kind: 'pending' };
  }

  /** Charges a saved card, or a wallet's. @returns once it is decided as far as it will be at once */
  async charge(order: Writable<Order>, plan: Plan, scenarioId: string): Promise<void> {
    order.attempts++;
    order.scenario = scenarioId;
    if (plan.delayMs) await this.#clock.wait(plan.delayMs);
    this.#setStatus(order, plan.laterCharges ?? plan.status, plan.message);
    this.#decideLater({ kind: 'order', order }, plan, DECIDED_AFTER_MS);
  }

  /** Gives money back. @returns the order of the refund */
  refund(
    payment: Writable<Order>,
    fields: { mchOrderNo: string; amount: number; notifyUrl?: string },
  ): Order {
    const { currency, channel, cardNum, cardType, expiryDate } = payment;
    const refund = this.addOrder(
      {
        ...fields,
        currency,
        channel,
        payType: 'refund',
        originalOrderId: payment.payOrderId,
        ...(cardNum ? { cardNum } : {}),
        ...(cardType ? { cardType } : {}),
        ...(expiryDate ? { expiryDate } : {}),
      },
      'RP',
    );
    payment.refundable -= fields.amount;
    this.#setStatus(refund, 2);
    return refund;
  }

  #open(secureId: string, target: Target, channel: Channel, returnUrl: string): Session {
    const expiresAt = this.#clock.now() + this.#options.secureIdLifetimeMs;
    const session: Session = { secureId, target, channel, returnUrl, expiresAt, stage: { name: 'open' } };
    this.#sessions.set(secureId, session);
    return session;
  }

  /** What has fallen out of the books can't be paid any more. */
  #forget(entry: Order | Card | undefined): void {
    if (!entry) return;
    this.#waiting.get(entry)?.();
    this.#waiting.delete(entry);
    if (entry.secureId !== undefined) this.#sessions.delete(entry.secureId);
  }

  /** 28 characters, as IOTPay's: prefix, time to the millisecond, 9 digits. */
  #newPayOrderId(prefix: string): string {
    const time = new Date(this.#clock.now()).toISOString().replace(/\D/g, '');
    this.#serial = (this.#serial + 1) % 1_000_000_000;
    return `${prefix}${time}${String(this.#serial).padStart(9, '0')}`;
  }

  async #try(session: Session, plan: Plan): Promise<Result> {
    session.stage = { name: 'trying', plan, tries: 0 };
    // A second try after a decline: the order is open again until it is decided.
    if (session.target.kind === 'order') this.#setStatus(session.target.order, 0);
    if (plan.delayMs) await this.#clock.wait(plan.delayMs);
    if (!plan.decidedAfterTries) return this.#decide(session, plan);
    this.#decideAfterTries(session, plan, 0);
    return { kind: 'poll', session, plan };
  }

  #decide(session: Session, plan: Plan): Result {
    this.#apply(session.target, plan.status, plan.message);
    this.#decideLater(session.target, plan, DECIDED_AFTER_MS, session);
    // What nobody knows the state of takes no second card.
    if (plan.status !== 0 && plan.status !== 1) session.stage = { name: 'decided', plan };
    return { kind: 'decided', session, plan };
  }

  /** It is decided a while after the script's last try, however long its tries take. */
  #decideAfterTries(session: Session, plan: Plan, triesSoFar: number): void {
    const { tries, intervalMs } = this.#options.unionPay;
    // A script that goes on asking doesn't put the decision off.
    if (triesSoFar > tries) return;
    this.#decideLater(session.target, plan, (tries - triesSoFar) * intervalMs + DECIDED_AFTER_MS, session);
  }

  #decideLater(target: Target, plan: Plan, delayMs: number, session?: Session): void {
    const { settles, message } = plan;
    if (settles === undefined) return;
    this.#later(entryOf(target), delayMs, () => {
      if (session) session.stage = { name: 'decided', plan };
      this.#apply(target, settles, message);
    });
  }

  /** One thing at a time waits for an order or a card. */
  #later(entry: Order | Card, delayMs: number, run: () => void): void {
    this.#waiting.get(entry)?.();
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#waiting.delete(entry);
      run();
    });
    this.#waiting.set(entry, cancel);
  }

  #apply(target: Target, status: OrderStatus, message: string | undefined): void {
    if (target.kind === 'order') this.#setStatus(target.order, status, message);
    else target.card.saved = isPaid(status);
  }

  #setStatus(order: Writable<Order>, status: OrderStatus, message?: string): void {
    // A slow attempt may end after a reset.
    if (this.#books.orderById(order.payOrderId) !== order) return;
    const moved = isPaid(status) && !isPaid(order.status);
    order.status = status;
    if (status === 9 && message) order.message = message;
    else delete order.message;
    if (!moved) return;
    order.paidAt = this.#clock.now();
    if (order.payType === 'pay') order.refundable = order.amount;
    const { payOrderId, mchOrderNo, currency, paidAt } = order;
    const amount = order.payType === 'pay' ? order.amount : -order.amount;
    this.#books.addCharge({ payOrderId, mchOrderNo, amount, currency, at: paidAt });
    this.#options.paid(order);
    if (status === 2 && this.#options.quirks().statusTwoThenThree) {
      this.#later(order, STATUS_THREE_AFTER_MS, () => {
        order.status = 3;
        this.#options.paid(order);
      });
    }
  }
}

function closed(session: Session | undefined, text: string): Result {
  return { kind: 'closed', session, text };
}

function entryOf(target: Target): Writable<Order> | Writable<Card> {
  return target.kind === 'order' ? target.order : target.card;
}

/** 64 characters, as IOTPay's. */
function newSecureId(): string {
  return randomBytes(32).toString('hex');
}

/** Writes down what of a card may be kept. */
function noteCard(target: Target, scenario: string, { number, expiry, holder }: CardInput): void {
  const entry = entryOf(target);
  entry.attempts++;
  entry.scenario = scenario;
  entry.cardNum = maskNumber(number);
  entry.cardType = cardTypeOf(number);
  entry.expiryDate = expiry;
  if (target.kind === 'card') target.card.holder = holder;
}
