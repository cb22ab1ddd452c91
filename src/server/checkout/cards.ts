import type { Channel } from '../../gateway/limits.js';
import { meansNotBound, meansNotFound } from '../../gateway/messages.js';
import type { Card } from '../answers.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import { compareAndSet } from './compare-and-set.js';
import { named, type GuardedStore } from './guard.js';
import { withLease } from './lease.js';
import { requireFewer } from './limit.js';
import { wordsOf, type Logger } from './log.js';
import type { CheckedCard } from './order.js';
import { nameOf, newNumber, WATCHED_MS } from './record.js';
import { MARK_MS, retry } from './retry.js';

/** Prefix of the keys of cards that may yet be saved. */
export const CARDS_PREFIX = 'cards:';
/** How long one run of `onCardSaved` keeps others from running it, in milliseconds: an hour. */
const ON_SAVED_LIMIT_MS = 3_600_000;
/** How long a form that may have saved a card is on record while nobody asks, in milliseconds: 30 days, as long as orders. */
const CARDS_TTL_MS = 30 * 24 * 3_600_000;
/** How long a card is found again where there is no `onCardSaved` to be told, in milliseconds. */
const FOUND_AGAIN_MS = 2 * WATCHED_MS;

/** A card that the gateway has, under the number that charges it. */
export interface SavedCard {
  /** The merchant's own id, as `order` gave it; a number as a text. */
  readonly id: string;
  /** For `charge`. */
  readonly cardId: string;
  /** `PF_CC` or `UPI_EX`, as `order` chose it. */
  readonly channel: Channel;
  /** Masked number, expiry date and holder. */
  readonly card: Card;
}

/** One form that saves a card. */
interface CardForm {
  readonly cardId: string;
  readonly channel: Channel;
  readonly at: number;
  readonly secureId?: string;
  /** Of the request that made it: the same key gets the same form. */
  readonly key?: string;
  /** It has saved a card, and the merchant has been told, or has asked for it. */
  readonly told?: true;
}

interface CardsRecord {
  readonly id: string;
  readonly forms: readonly CardForm[];
}

/** What became of the forms of one id. */
export interface CardsSettled {
  readonly saved: readonly SavedCard[];
  readonly failure: Error | undefined;
  readonly isSaved: boolean;
}

export interface CardsOptions {
  readonly iotpay: Pick<Iotpay, 'addCard' | 'queryCard'>;
  readonly store: GuardedStore;
  readonly returnUrl: string;
  readonly onCardSaved: ((saved: SavedCard) => unknown) | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

/** Makes the forms that save cards, and finds out which were saved: IOTPay notifies of none. */
export class Cards {
  readonly #options: CardsOptions;

  constructor(options: CardsOptions) {
    this.#options = options;
  }

  /**
   * A form that saves a card. No money moves, so each request gets its own; the same Idempotency-Key the same.
   * @returns the secureId that the browser mounts
   * @throws RouteRefusal for one more than anybody needs; IotpayGatewayError
   */
  async open(request: CheckedCard, key: string | undefined): Promise<string> {
    const { iotpay, returnUrl, now } = this.#options;
    const name = nameOf(request.id);
    const made = (await this.#read(name))?.forms ?? [];
    const repeated = key && made.find((form) => form.key === key)?.secureId;
    if (repeated) return repeated;
    const watched = made.filter(({ at }) => now() - at < WATCHED_MS);
    requireFewer(`the cards of ${JSON.stringify(request.id)}`, watched.length);
    const { channel } = request;
    const cardId = newNumber(request.id, name);
    const form: CardForm = { cardId, channel, at: now(), ...(key ? { key } : {}) };
    await this.#change(name, request.id, (forms) => [...forms, form]);
    const { secureId } = await iotpay.addCard({
      cardId,
      channel,
      returnUrl: request.returnUrl ?? returnUrl,
    });
    await this.#change(name, request.id, (forms) =>
      forms.map((each) => (each.cardId === cardId ? { ...each, secureId } : each)),
    );
    return secureId;
  }

  /**
   * Asks the gateway which of the forms made for this id have saved a card, and tells `onCardSaved` of each once.
   * One that cannot be told keeps nobody from hearing of the others, and is told again next time.
   * @returns the cards that were found saved just now and told; the first failure to tell of one that is saved too; and whether
   *   the page that has the latest form may say that its card is saved: whoever asked before may not have heard the answer
   */
  async settle(name: string): Promise<CardsSettled> {
    const { id, forms } = (await this.#read(name)) ?? { id: '', forms: [] };
    const saved: SavedCard[] = [];
    let isSaved = forms.at(-1)?.told ?? false;
    let failure: Error | undefined;
    for (const form of forms) {
      const one = await this.#find(name, id, form);
      if (!one) continue;
      // One that is found again is no news of the form that is open now.
      if (!form.told) isSaved = true;
      try {
        if (await this.#tell(name, one)) saved.push(one);
      } catch (error) {
        failure ??= error as Error;
      }
    }
    return { saved, failure, isSaved };
  }

  /** @returns the card that a form has saved, unless the merchant knows of it, or the gateway says none or nothing */
  async #find(name: string, id: string, form: CardForm): Promise<SavedCard | undefined> {
    const { iotpay, onCardSaved, log, now } = this.#options;
    const { cardId, channel, told } = form;
    const ageMs = now() - form.at;
    if (told && (onCardSaved || ageMs > FOUND_AGAIN_MS)) {
      if (ageMs > WATCHED_MS) await this.#drop(name, id, cardId);
      return undefined;
    }
    try {
      return { id, cardId, channel, card: await iotpay.queryCard({ cardId }) };
    } catch (error) {
      const notYet =
        error instanceof IotpayGatewayError &&
        error.code === 'refused' &&
        (meansNotBound(error.retMsg) || meansNotFound(error.retMsg));
      if (!notYet) log.warn(`the gateway could not be asked about a card of ${id}. ${wordsOf(error)}`, error);
      else if (ageMs > WATCHED_MS) await this.#drop(name, id, cardId);
      return undefined;
    }
  }

  /** @returns whether this call told the merchant of the card */
  async #tell(name: string, saved: SavedCard): Promise<boolean> {
    const { store, onCardSaved } = this.#options;
    const told = await withLease(store, `lease:${saved.cardId}`, ON_SAVED_LIMIT_MS, async () => {
      const form = (await this.#read(name))?.forms.find(({ cardId }) => cardId === saved.cardId);
      // Whoever held the lease before has told of it. Without a function to tell, it is found again until its time is over.
      if (!form || (form.told && onCardSaved)) return false;
      if (onCardSaved) await named('onCardSaved', () => onCardSaved(saved));
      if (!form.told) await this.#mark(name, saved);
      return true;
    });
    return told?.value ?? false;
  }

  /** Writes down that the merchant has been told: a connection that breaks just now is no reason to tell twice. */
  #mark(name: string, { id, cardId }: SavedCard): Promise<void> {
    const told = (form: CardForm): CardForm => (form.cardId === cardId ? { ...form, told: true } : form);
    return retry(MARK_MS, () => this.#change(name, id, (forms) => forms.map(told)));
  }

  #drop(name: string, id: string, cardId: string): Promise<void> {
    return this.#change(name, id, (forms) => forms.filter((each) => each.cardId !== cardId));
  }

  async #read(name: string): Promise<CardsRecord | undefined> {
    const stored = await this.#options.store.get(CARDS_PREFIX + name);
    return stored && (JSON.parse(stored.value) as CardsRecord);
  }

  async #change(
    name: string,
    id: string,
    change: (forms: readonly CardForm[]) => readonly CardForm[],
  ): Promise<void> {
    await compareAndSet(this.#options.store, CARDS_PREFIX + name, (text) => {
      const forms = change(text === undefined ? [] : (JSON.parse(text) as CardsRecord).forms);
      if (!forms.length && text === undefined) return undefined;
      // Once there is no form left that may save a card, nothing needs to be known.
      return {
        text: JSON.stringify({ id, forms } satisfies CardsRecord),
        ttlMs: forms.length ? CARDS_TTL_MS : 1,
      };
    });
  }
}
