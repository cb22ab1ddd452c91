import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../gateway/envelope.js';
import type { Order as LedgerOrder } from '../ledger.js';
import type { Sandbox } from '../sandbox.js';
import { readAnswer, saysPaid, type Answer } from './answer.js';
import { exchange, type Sent } from './exchange.js';
import { expect } from './flaw.js';

/** How long a backend has to find out what became of an order, in milliseconds. */
const KNOWN_MS = 12_000;
const PAUSE_MS = 250;
/** How often a notification is sent until it is acknowledged, and the pause in between, in milliseconds. */
const TRIES = 5;
const TRY_PAUSE_MS = 1000;

/** An order of the merchant's. */
export interface ShopOrder {
  readonly name: string;
  /** What the page gives as `request-data`. */
  readonly data: JsonObject;
}

export interface StageOptions {
  readonly sandbox: Sandbox;
  readonly secureIdUrl: string;
  readonly orderStatusUrl: string;
  /** Default: what the backend tells the gateway. */
  readonly notifyUrl?: string | undefined;
  /** Sent with every request of the element's: a session, a CSRF token. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A new order that nobody has paid. */
  readonly newOrder: () => Promise<ShopOrder>;
  /** Ends the backend and starts it again. */
  readonly restart?: ((secureIdUrl: string) => Promise<void>) | undefined;
  /** How often an order was shipped. */
  readonly shipped?: ((order: ShopOrder) => Promise<number>) | undefined;
}

/** A form that the backend gave out. */
export interface Form {
  readonly order: ShopOrder;
  readonly secureId: string;
  /** The gateway's order behind it. */
  readonly mchOrderNo: string;
}

export interface Asking {
  readonly key?: string;
  readonly failed?: string;
  readonly more?: JsonObject;
  readonly mode?: 'pay' | 'add';
}

/** Plays element, shopper and gateway against one backend. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly options: StageOptions;
  /** Every answer of the backend's, for the trial of what must never be in one. */
  readonly answers: Answer[] = [];

  constructor(options: StageOptions) {
    this.options = options;
    this.sandbox = options.sandbox;
  }

  /** Nothing goes wrong at the gateway, and its notifications are sent by the trials. */
  prepare(): void {
    this.sandbox.fault(undefined);
    this.sandbox.setQuirks(false);
    this.sandbox.notifications.drop(Infinity);
  }

  order(): Promise<ShopOrder> {
    return this.options.newOrder();
  }

  /** One request, as it is. */
  async send(url: string, sent: Sent): Promise<Answer> {
    const received = await exchange(url, {
      ...sent,
      headers: { ...this.options.headers, ...sent.headers },
    });
    const answer = readAnswer(received);
    this.answers.push(answer);
    return answer;
  }

  /** A JSON request, as the element sends it. */
  json(url: string, body: JsonObject, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const own = { 'Content-Type': 'application/json', Accept: 'application/json', ...headers };
    return this.send(url, { headers: own, body: JSON.stringify(body) });
  }

  /** The element asks for a form. */
  open(
    { data }: ShopOrder,
    { key = randomUUID(), failed, more, mode = 'pay' }: Asking = {},
  ): Promise<Answer> {
    const body = { ...data, ...more, mode, ...(failed ? { failed } : {}) };
    return this.json(this.options.secureIdUrl, body, { 'Idempotency-Key': key });
  }

  /** The element asks for a form, and gets one. */
  async form(order: ShopOrder, asking?: Asking): Promise<Form> {
    return this.formOf(order, await this.open(order, asking));
  }

  /** @throws Flaw where the answer is no form that the gateway knows */
  formOf(order: ShopOrder, answer: Answer): Form {
    const { secureId, words } = answer;
    expect(secureId, `a form was asked for, and the answer was ${words}`);
    const found = this.sandbox.ledger.orders().find((each) => each.secureId === secureId);
    expect(found, 'the secureId in the answer is none that the gateway has made');
    return { order, secureId, mchOrderNo: found.mchOrderNo };
  }

  /** The element asks what became of an order. */
  status({ data }: ShopOrder, mchOrderNo: string | undefined, more: JsonObject = {}): Promise<Answer> {
    const body = { ...data, mode: 'pay', ...(mchOrderNo ? { mchOrderNo } : {}), ...more };
    return this.json(this.options.orderStatusUrl, body);
  }

  /** Asks until the answer is one of these statuses. @throws Flaw where it takes too long */
  async untilStatus({ order, mchOrderNo }: Form, wanted: readonly number[]): Promise<Answer> {
    const endMs = Date.now() + KNOWN_MS;
    for (;;) {
      const answer = await this.status(order, mchOrderNo);
      if (answer.status !== undefined && wanted.includes(answer.status)) return answer;
      expect(
        Date.now() < endMs,
        `after ${KNOWN_MS / 1000} seconds order-status still answers ${answer.words}; expected status ${wanted.join(' or ')}`,
      );
      await pause(PAUSE_MS);
    }
  }

  untilPaid(form: Form): Promise<Answer> {
    return this.untilStatus(form, [2, 3]);
  }

  /** @throws Flaw where the backend takes an order as paid that is not */
  async expectUnpaid({ order, mchOrderNo }: Form, after: string): Promise<void> {
    const status = await this.status(order, mchOrderNo);
    expect(!saysPaid(status), `after ${after}, order-status answers ${status.words}`);
    const opened = await this.open(order);
    expect(!saysPaid(opened), `after ${after}, secure-id answers ${opened.words}`);
    await this.expectShipped(order, 0, after);
  }

  /** @throws Flaw for another number, where the backend's shipments can be counted */
  async expectShipped(order: ShopOrder, times: number, after: string): Promise<void> {
    if (!this.options.shipped) return;
    const shipped = await this.options.shipped(order);
    expect(shipped === times, `after ${after}, the order was shipped ${shipped} times; expected ${times}`);
  }

  ledgerOrder({ mchOrderNo }: Pick<Form, 'mchOrderNo'>): LedgerOrder {
    const found = this.sandbox.ledger.orders().find((each) => each.mchOrderNo === mchOrderNo);
    if (!found) throw new Error(`The sandbox has lost the order ${mchOrderNo}.`);
    return found;
  }

  /** How many charges were made for any of these forms. */
  charges(...forms: readonly Form[]): number {
    const numbers = new Set(forms.map(({ mchOrderNo }) => mchOrderNo));
    return this.sandbox.ledger.charges().filter(({ mchOrderNo }) => numbers.has(mchOrderNo)).length;
  }

  /** Orders that the gateway was asked to make while something ran. */
  async ordersMadeBy(run: () => Promise<unknown>): Promise<readonly LedgerOrder[]> {
    const before = this.sandbox.ledger.orders().length;
    await run();
    return this.sandbox.ledger.orders().slice(before);
  }

  /** What the gateway has to say of a payment, as it is written. */
  notificationOf({ mchOrderNo }: Form): string {
    const found = this.sandbox.ledger.notifications().findLast((each) => each.mchOrderNo === mchOrderNo);
    if (!found) throw new Error(`The sandbox has made no notification of ${mchOrderNo}.`);
    return found.json;
  }

  /** The gateway notifies once. @returns whether it was acknowledged, and in which words */
  async notify(
    form: Form,
    body: string,
    contentType = 'application/json;charset=UTF-8',
    search = '',
  ): Promise<{ readonly acknowledged: boolean; readonly words: string }> {
    const url = new URL(this.options.notifyUrl ?? this.ledgerOrder(form).notifyUrl ?? '');
    if (search) url.search += `${url.search ? '&' : ''}${search}`;
    const received = await exchange(url, { headers: { 'Content-Type': contentType }, body });
    this.answers.push(readAnswer(received));
    const { http, text } = received;
    return {
      acknowledged: http >= 200 && http < 300 && /^success$/i.test(text.trim()),
      words: `HTTP ${http} ${JSON.stringify(text.slice(0, 100))}`,
    };
  }

  /** The gateway notifies until it is acknowledged. @throws Flaw where it never is */
  async deliver(form: Form, body: string, contentType?: string, search?: string): Promise<void> {
    let words = '';
    for (let i = 0; i < TRIES; i++) {
      if (i > 0) await pause(TRY_PAUSE_MS);
      const answer = await this.notify(form, body, contentType, search);
      if (answer.acknowledged) return;
      words = answer.words;
    }
    expect(
      false,
      `a genuine notification was sent ${TRIES} times and never acknowledged with the text SUCCESS; the last answer was ${words}`,
    );
  }
}
