import type { Channel } from '../gateway/limits.js';
import type { OrderStatus } from '../gateway/status.js';

/** An order as the gateway has it: a payment, or a refund of one. */
export interface Order {
  readonly payOrderId: string;
  readonly mchOrderNo: string;
  /** In cents. */
  readonly amount: number;
  readonly currency: string;
  readonly channel: Channel;
  readonly payType: 'pay' | 'refund';
  /** 0 pending, 1 unknown, 2 and 3 success, 9 fail. */
  readonly status: OrderStatus;
  /** What can still be refunded, in cents. */
  readonly refundable: number;
  /** How often a card was sent for it. */
  readonly attempts: number;
  /** The id of the last attempt's scenario. */
  readonly scenario?: string;
  /** Why it failed. */
  readonly message?: string;
  /** payOrderId of the payment that a refund belongs to. */
  readonly originalOrderId?: string;
  readonly notifyUrl?: string;
  readonly returnUrl?: string;
  readonly subject?: string;
  readonly body?: string;
  /** Of the form that pays it; absent for refunds and purchases with a token. */
  readonly secureId?: string;
  /** Masked: `424242******4242`. */
  readonly cardNum?: string;
  /** MMYY. */
  readonly expiryDate?: string;
  /** When the money moved, in milliseconds of the sandbox's time. */
  readonly paidAt?: number;
}

/** A card that was saved, or is to be. */
export interface Card {
  readonly cardId: string;
  readonly channel: Channel;
  readonly secureId: string;
  readonly saved: boolean;
  readonly attempts: number;
  readonly scenario?: string;
  readonly cardNum?: string;
  readonly expiryDate?: string;
  readonly holder?: string;
}

/** The money moved: once for each payment, or something is wrong. */
export interface Charge {
  readonly payOrderId: string;
  readonly mchOrderNo: string;
  /** In cents; negative for a refund. */
  readonly amount: number;
  readonly currency: string;
  /** In milliseconds of the sandbox's time. */
  readonly at: number;
}

/** One try to deliver a notification. */
export interface NotificationAttempt {
  readonly at: number;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** The answer's first characters. */
  readonly answer?: string;
  readonly error?: string;
}

/** A signed notification and what became of it. */
export interface Notification {
  readonly url: string;
  readonly mchOrderNo: string;
  readonly payOrderId: string;
  /** What is sent, `sign` included. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: readonly NotificationAttempt[];
  /** The merchant answered `SUCCESS`. */
  readonly acknowledged: boolean;
  /** Never sent: notifyUrl is not on loopback, and the sandbox sends nothing off the machine. */
  readonly blocked: boolean;
}

/** A call of the merchant's API. */
export interface ApiRequest {
  readonly path: string;
  readonly at: number;
  readonly body: unknown;
  readonly retCode: string;
  readonly retMsg: string;
}

/** What the sandbox has seen, for assertions. Every call gives copies of how things stand now. */
export interface Ledger {
  orders(): readonly Order[];
  cards(): readonly Card[];
  /** Every time that money moved. */
  charges(): readonly Charge[];
  notifications(): readonly Notification[];
  /** Calls of the v3 API, with the gateway's answers. */
  requests(): readonly ApiRequest[];
}

/** What is written while the sandbox runs: the same, but not read-only. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface NotificationEntry extends Writable<Omit<Notification, 'attempts'>> {
  attempts: NotificationAttempt[];
}

/** The books themselves. */
export class Books {
  readonly orders: Writable<Order>[] = [];
  readonly cards: Writable<Card>[] = [];
  readonly charges: Charge[] = [];
  readonly notifications: NotificationEntry[] = [];
  readonly requests: ApiRequest[] = [];

  clear(): void {
    for (const list of [this.orders, this.cards, this.charges, this.notifications, this.requests])
      list.length = 0;
  }

  /** The public view: nobody changes the books through it. */
  view(): Ledger {
    return Object.freeze({
      orders: () => structuredClone(this.orders),
      cards: () => structuredClone(this.cards),
      charges: () => structuredClone(this.charges),
      notifications: () => structuredClone(this.notifications),
      requests: () => structuredClone(this.requests),
    });
  }
}
