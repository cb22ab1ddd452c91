import { readChoice, type CardChoice } from './card-choice.js';
import type { Gateway, Session } from './gateway.js';
import type { Books, Card, Order } from './ledger.js';
import type { FormAnswer, ScriptReport } from './protocol.js';
import { FILLED_IN, numberFor } from './test-cards.js';
import type { Wire } from './wire.js';

/** What a payment without a browser came to. */
export interface PayOutcome {
  /** The order as it stands now. */
  readonly order: Order;
  /** What the page's callback would get, one call after the other. Empty: the script never tells. */
  readonly events: readonly unknown[];
}

/** What saving a card without a browser came to. */
export interface SaveCardOutcome {
  /** The card as it stands now. */
  readonly card: Card;
  /** What the page's callback would get, one call after the other. Empty: the script never tells. */
  readonly events: readonly unknown[];
}

const NAMES = ['number', 'scenario', 'expiry', 'holder'];

/** A shopper without a browser: does what the form and the script do. */
export class Shopper {
  readonly #gateway: Gateway;
  readonly #books: Books;
  readonly #wire: Wire;

  constructor(gateway: Gateway, books: Books, wire: Wire) {
    this.#gateway = gateway;
    this.#books = books;
    this.#wire = wire;
  }

  async pay(mchOrderNo: string, card: CardChoice | string = {}): Promise<PayOutcome> {
    const order = this.#books.orderByNo(mchOrderNo);
    if (!order) throw new RangeError(`pay: the gateway has no order "${mchOrderNo}".`);
    const events = await this.#send('pay', order.secureId, card);
    return { order: structuredClone(order), events };
  }

  async saveCard(cardId: string, card: CardChoice | string = {}): Promise<SaveCardOutcome> {
    const saved = this.#books.card(cardId);
    if (!saved) throw new RangeError(`saveCard: the gateway has no card "${cardId}".`);
    const events = await this.#send('saveCard', saved.secureId, card);
    return { card: structuredClone(saved), events };
  }

  async #send(what: string, secureId: string | undefined, given: CardChoice | string): Promise<unknown[]> {
    const choice = readChoice(what, given, NAMES);
    const session = secureId === undefined ? undefined : this.#gateway.session(secureId);
    if (!session) throw new RangeError(`${what}: this order has no form. Only cc_purchase makes one.`);
    const card = {
      number: digits(choice.number ?? numberFor(choice.scenario, session.channel === 'UPI_EX')),
      expiry: digits(choice.expiry ?? FILLED_IN.expiry),
      holder: choice.holder ?? FILLED_IN.holder,
    };
    const result = await this.#gateway.attempt(session.secureId, card, choice.scenario);
    return this.#eventsOf(what, session, this.#wire.answer(result));
  }

  #eventsOf(what: string, session: Session, answer: FormAnswer): unknown[] {
    switch (answer.kind) {
      case 'report':
        return callsOf(answer.report);
      case 'poll':
        return this.#ask(session, answer.tries) ?? callsOf(answer.timeout);
      case 'refused':
        throw new TypeError(`${what}: ${answer.text}`);
      case 'broken':
        throw new Error(`${what}: the gateway broke, as the scenario asks for. Nothing was charged.`);
      case 'pending':
      case 'silent':
        return [];
    }
  }

  /** As the script does, but without waiting in between. @returns undefined where it gives up */
  #ask(session: Session, tries: number): unknown[] | undefined {
    for (let i = 0; i < tries; i++) {
      const answer = this.#wire.answer(this.#gateway.query(session.secureId));
      if (answer.kind === 'report') return callsOf(answer.report);
    }
    return undefined;
  }
}

function callsOf({ calls, repeat }: ScriptReport): unknown[] {
  return repeat ? [...calls, ...calls] : [...calls];
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
