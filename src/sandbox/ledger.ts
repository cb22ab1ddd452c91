import type { Channel } from '../gateway/limits.js';
import { isPaid, type OrderStatus } from '../gateway/status.js';

/** Where an order is charged: `CC_CA` is Apple Pay, `CC_CG` is Google Pay. */
export type OrderChannel = Channel | 'CC_CA' | 'CC_CG';

/** An order as the gateway has it: a payment, or a refund of one. */
export interface Order {
  readonly payOrderId: string;
  /** Of a refund: its mchRefundNo. */
  readonly mchOrderNo: string;
  /** In cents. */
  readonly amount: number;
  readonly currency: string;
  readonly channel: OrderChannel;
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
  /** Of the form that pays it; absent for refunds and for purchases with a token or a wallet. */
  readonly secureId?: string;
  /** Masked: `424242******4242`. */
  readonly cardNum?: string;
  /** `V`, `M` or `D`. */
  readonly cardType?: string;
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
  readonly cardType?: string;
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
  /** What is sent, `sign` included. A number longer than JavaScript's is rounded here; `json` has it as it is. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The same as it is written into a JSON body. */
  readonly json: string;
  /** The last 100. */
  readonly attempts: readonly NotificationAttempt[];
  /** The merchant answered `SUCCESS`. */
  readonly acknowledged: boolean;
  /** Never sent: notifyUrl is not on loopback, and the sandbox sends nothing off the machine. */
  readonly blocked: boolean;
  /** Never sent: `notifications.drop()` was asked for. */
  readonly dropped: boolean;
}

/** A call of the merchant's API. */
export interface ApiRequest {
  readonly path: string;
  readonly at: number;
  readonly body: unknown;
  readonly retCode: string;
  readonly retMsg: string;
}

/**
 * What the sandbox has seen, for assertions. Every call gives copies of how things stand now. Each list keeps the newest
 * entries only (`ledgerLimit`): an order that falls out is forgotten.
 */
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

/** The books as they are kept in a file. */
export interface KeptBooks {
  readonly orders: readonly Order[];
  readonly cards: readonly Card[];
  readonly charges: readonly Charge[];
  /** mchOrderNo of each notification that nobody has acknowledged. */
  readonly unheard: readonly string[];
}

/** How many tries to deliver one notification are kept. */
const MAX_ATTEMPTS = 100;

/** The books themselves. */
export class Books {
  readonly #limit: number;
  readonly #orders = new Map<string, Writable<Order>>();
  readonly #byPayOrderId = new Map<string, Writable<Order>>();
  readonly #cards = new Map<string, Writable<Card>>();
  readonly #charges: Charge[] = [];
  readonly #notifications: NotificationEntry[] = [];
  readonly #requests: ApiRequest[] = [];

  /** @param limit - how many entries each list keeps */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns the order that fell out for it */
  addOrder(order: Writable<Order>): Order | undefined {
    this.#orders.set(order.mchOrderNo, order);
    this.#byPayOrderId.set(order.payOrderId, order);
    const oldest = this.#oldestOf(this.#orders);
    if (oldest) {
      this.#orders.delete(oldest.mchOrderNo);
      this.#byPayOrderId.delete(oldest.payOrderId);
    }
    return oldest;
  }

  /** @returns the card that fell out for it */
  addCard(card: Writable<Card>): Card | undefined {
    this.#cards.set(card.cardId, card);
    const oldest = this.#oldestOf(this.#cards);
    if (oldest) this.#cards.delete(oldest.cardId);
    return oldest;
  }

  addCharge(charge: Charge): void {
    this.#add(this.#charges, charge);
  }

  addNotification(entry: NotificationEntry): void {
    this.#add(this.#notifications, entry);
  }

  addRequest(request: ApiRequest): void {
    this.#add(this.#requests, request);
  }

  orderByNo(mchOrderNo: string): Writable<Order> | undefined {
    return this.#orders.get(mchOrderNo);
  }

  orderById(payOrderId: string): Writable<Order> | undefined {
    return this.#byPayOrderId.get(payOrderId);
  }

  card(cardId: string): Writable<Card> | undefined {
    return this.#cards.get(cardId);
  }

  /** Orders of which the last attempt is not decided. */
  undecided(): Writable<Order>[] {
    return [...this.#orders.values()].filter(
      ({ status, attempts }) => attempts > 0 && !isPaid(status) && status !== 9,
    );
  }

  /** What is to survive a restart. */
  kept(): KeptBooks {
    return {
      orders: [...this.#orders.values()],
      cards: [...this.#cards.values()],
      charges: this.#charges,
      unheard: this.#notifications
        .filter(({ acknowledged, dropped, blocked }) => !acknowledged && !dropped && !blocked)
        .map(({ mchOrderNo }) => mchOrderNo),
    };
  }

  clear(): void {
    for (const map of [this.#orders, this.#byPayOrderId, this.#cards]) map.clear();
    for (const list of [this.#charges, this.#notifications, this.#requests]) list.length = 0;
  }

  /** The public view: nobody changes the books through it. */
  view(): Ledger {
    return Object.freeze({
      orders: () => structuredClone([...this.#orders.values()]),
      cards: () => structuredClone([...this.#cards.values()]),
      charges: () => structuredClone(this.#charges),
      notifications: () => structuredClone(this.#notifications),
      requests: () => structuredClone(this.#requests),
    });
  }

  /** The entry that is one too many. Maps keep the order in which their entries came. */
  #oldestOf<T>(map: ReadonlyMap<string, T>): T | undefined {
    return map.size > this.#limit ? map.values().next().value : undefined;
  }

  #add<T>(list: T[], entry: T): void {
    list.push(entry);
    if (list.length > this.#limit) list.shift();
  }
}

/** Writes a try to deliver a notification down. */
export function addAttempt(entry: NotificationEntry, attempt: NotificationAttempt): void {
  entry.attempts.push(attempt);
  if (entry.attempts.length > MAX_ATTEMPTS) entry.attempts.shift();
}
