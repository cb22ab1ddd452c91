import { configError } from './errors.js';
import type { IotpayFunction } from '../gateway/script-api.js';
import type { IotpayOutcome } from './events.js';
import { RULES, statusOf, type IotpayStatus } from './status.js';
import { nextTask } from './wait.js';

/** An element that has a form. */
export interface Claimant extends HTMLElement {
  readonly status: IotpayStatus;
}

/** What the developer is told, where an element shows what became of its secureId in place of a form. */
export const PAID_WITH =
  'This secureId was paid with on this page, or may have been: the element shows what became of it, has no second form for it and fires no second event. For another payment, give it another secureId.';

/** What elements of this page have, or wait for. Whoever has left the page is not in it. */
const claims = new Set<Claim>();

/**
 * What became of secureIds on this page, where they were paid with or may have been; `undefined`, where a form was there
 * to be paid in, and nobody has told yet. A page that makes its markup anew (`innerHTML +=`, a clone, a snapshot) makes a
 * new element, which must not offer the same payment again. One book for each `Iotpay`: with another one, as a unit test
 * makes it, the same secureId is another payment.
 */
const books = new WeakMap<IotpayFunction, Map<string, IotpayOutcome | undefined>>();

/**
 * One element's claim to the secureId of its form. A page may have the same one in two elements (the phone's markup and
 * the desktop's), and must not have two forms for it: whoever comes second waits, and says so to the developer, unless
 * it is the one that can be seen.
 */
export class Claim {
  readonly #element: Claimant;
  readonly #start: () => void;
  readonly #learn: (outcome: IotpayOutcome, tells: boolean) => void;
  #secureId: string | undefined;
  #state: 'none' | 'holds' | 'waits' | 'knows' = 'none';
  /** The secureId of the last form, also after the element has left the page. */
  #last: string | undefined;
  /** The secureId of the last form that somebody could pay in, in this element or in the one that had it before. */
  #opened: string | undefined;
  #ended = new Map<string, IotpayOutcome | undefined>();
  /** Watches for another of the two to be shown: a phone that is turned. */
  #sizes: ResizeObserver | undefined;

  /**
   * @param start - starts with the secureId that the element has
   * @param learn - another element knows what became of this secureId; `tells`: the page has yet to hear of it
   */
  constructor(element: Claimant, start: () => void, learn: (outcome: IotpayOutcome, tells: boolean) => void) {
    this.#element = element;
    this.#start = start;
    this.#learn = learn;
  }

  /**
   * @param isMarkup - the page gave the secureId itself. What a backend hands out is taken: it knows more than a page
   * @returns what became of a secureId, where another form may not be had for it; the element learns of it when it changes
   */
  knows(secureId: string, iotpay: IotpayFunction, isMarkup: boolean): IotpayOutcome | undefined {
    this.#ended = books.get(iotpay) ?? new Map<string, IotpayOutcome | undefined>();
    books.set(iotpay, this.#ended);
    const outcome = isMarkup ? this.#ended.get(secureId) : undefined;
    if (!outcome) return undefined;
    this.#hold(secureId);
    this.#state = 'knows';
    return outcome;
  }

  /**
   * Something became of a secureId; where none is given, of that of the element's last form.
   * @returns whether the page need not hear of it from this element, which has left it: another one, in the page, tells of
   *   it in its place, or the page knows already that it was paid
   */
  settle(outcome: IotpayOutcome, secureId: string | undefined = this.#last): boolean {
    if (secureId === undefined) return false;
    const { isConnected } = this.#element;
    const isPaid = this.#ended.get(secureId)?.outcome === 'success';
    if (isPaid && !isConnected) return true;
    const ends = endsPayment(outcome);
    const reopens = outcome.outcome === 'fail' && outcome.source === 'order-status';
    if (!isPaid) {
      if (ends) this.#ended.set(secureId, outcome);
      else if (reopens) this.#ended.delete(secureId);
    }
    // Its form is taken down: whoever pays again may have the secureId.
    if (reopens) this.#state = 'none';
    return (ends || reopens) && this.#tellOthers(outcome, secureId, isConnected) && !isConnected;
  }

  /**
   * Whoever has the same secureId learns what became of it.
   * @param told - whether an element in the page tells of it already: the first of the others does else
   * @returns whether one tells of it now
   */
  #tellOthers(outcome: IotpayOutcome, secureId: string, told: boolean): boolean {
    for (const claim of this.#others(secureId)) {
      if (!claim.#isNews(outcome)) continue;
      if (claim.#state === 'waits') claim.#state = 'knows';
      const { isConnected } = claim.#element;
      claim.#learn(outcome, !told && isConnected);
      told ||= isConnected;
    }
    return told;
  }

  /** Whether what another element tells of its secureId is more than it knows; whoever waits knows nothing. */
  #isNews(outcome: IotpayOutcome): boolean {
    const { status } = this.#element;
    if (outcome.outcome === 'fail') return this.#state === 'waits' || status === 'unknown';
    return RULES[statusOf(outcome)].rank > RULES[status].rank;
  }

  /**
   * Claims a secureId, for a form that is about to be mounted.
   * @param isMarkup - as above
   * @returns whether it turns out that somebody may have paid in another element's form
   * @throws IotpayCheckoutError `config` where another element's form has it
   */
  take(secureId: string, isMarkup: boolean): boolean {
    this.#hold(secureId);
    const holder = this.#holder();
    if (holder && !this.#mayTakeFrom(holder)) {
      this.#wait(holder);
      throw configError(
        'Another <iotpay-checkout> on this page has the same secureId, and its form: expected one element for each secureId, received two. Keep one of them in the page, or hide the other with display: none; this one starts by itself as soon as the other has left the page.',
      );
    }
    this.#state = 'holds';
    const asked = this.mayBePaid(secureId);
    // A form that was in the page before this one, or is there now.
    const paidIn = (isMarkup && this.#ended.has(secureId)) || !!holder?.mayBePaid(secureId);
    if (paidIn) this.#opened = secureId;
    if (holder) {
      holder.#state = 'none';
      // It starts again, finds the secureId taken, and waits. Out of the page, its form is dead already.
      if (holder.#element.isConnected) holder.#start();
    }
    return paidIn && !asked;
  }

  /** Somebody can pay in the form. */
  opened(secureId: string): void {
    this.#opened = secureId;
    if (!this.#ended.has(secureId)) this.#ended.set(secureId, undefined);
  }

  /** Whether somebody may have paid in a form of this secureId, which may be gone. */
  mayBePaid(secureId: string | undefined): boolean {
    return secureId !== undefined && secureId === this.#opened;
  }

  /** The set-up broke: there is no form. */
  fail(): void {
    if (this.#state === 'holds') this.#state = 'none';
  }

  /** The element starts something else. */
  drop(): void {
    this.#release();
    this.#last = undefined;
  }

  /** The element has left the page: whoever waits for its secureId may start, unless it was paid with or may have been. */
  leave(): void {
    const secureId = this.#secureId;
    const waited = this.#state === 'waits';
    this.#release();
    if (secureId === undefined || waited || RULES[this.#element.status].closed) return;
    const rest = this.#others(secureId);
    if (rest.some((claim) => claim.#state === 'holds')) return;
    const waiting = rest.filter((claim) => claim.#state === 'waits');
    const next = waiting.find((claim) => claim.#rendered) ?? waiting[0];
    if (!next) return;
    if (this.mayBePaid(secureId)) next.#opened = secureId;
    next.#start();
  }

  #hold(secureId: string): void {
    this.#release();
    claims.add(this);
    this.#secureId = this.#last = secureId;
  }

  #release(): void {
    claims.delete(this);
    this.#sizes?.disconnect();
    this.#secureId = undefined;
    this.#state = 'none';
  }

  /** Whether the element, or with `display: contents` what is in it, has a place on the page. */
  get #rendered(): boolean {
    // An environment without layout (jsdom) hides nothing.
    return this.#boxes.some((box) => box.checkVisibility?.() ?? true);
  }

  get #boxes(): Element[] {
    return [this.#element, ...(this.#element.shadowRoot?.children ?? [])];
  }

  #holder(): Claim | undefined {
    return this.#others(this.#secureId).find((claim) => claim.#state === 'holds');
  }

  #others(secureId: string | undefined): Claim[] {
    return [...claims].filter((claim) => claim !== this && claim.#secureId === secureId);
  }

  /** Nobody sees its form, and it was not paid in: what IOTPay may still tell of would be lost with it. */
  #mayTakeFrom(holder: Claim): boolean {
    if (!holder.#element.isConnected) return true;
    return !RULES[holder.#element.status].closed && this.#rendered && !holder.#rendered;
  }

  #wait(holder: Claim): void {
    this.#state = 'waits';
    if (typeof ResizeObserver === 'undefined') return;
    const look = () => {
      const now = this.#state === 'waits' && this.#holder();
      if (now && this.#mayTakeFrom(now)) this.#start();
    };
    // In a task of its own: a start changes sizes again.
    this.#sizes = new ResizeObserver(() => nextTask(look));
    for (const box of [...this.#boxes, ...holder.#boxes]) this.#sizes.observe(box);
  }
}

/** Whether the money has moved, or may have. A card that may not have been saved can be saved again. */
function endsPayment({ outcome, mode }: IotpayOutcome): boolean {
  return outcome === 'success' || (outcome === 'unknown' && mode === 'pay');
}
