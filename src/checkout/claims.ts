import { configError } from './errors.js';
import { RULES, type IotpayStatus } from './status.js';
import { nextTask } from './wait.js';

/** An element that has a form. */
export interface Claimant extends HTMLElement {
  readonly status: IotpayStatus;
}

/** What elements of this page have, or wait for. Whoever has left the page is not in it. */
const claims = new Set<Claim>();

/**
 * One element's claim to the secureId of its form. A page may have the same one in two elements (the phone's markup and
 * the desktop's), and must not have two forms for it: whoever comes second waits, and says so to the developer, unless
 * it is the one that can be seen.
 */
export class Claim {
  readonly #element: Claimant;
  readonly #start: (paidIn?: true) => void;
  #secureId: string | undefined;
  #state: 'none' | 'holds' | 'waits' = 'none';
  /** Watches for another of the two to be shown: a phone that is turned. */
  #sizes: ResizeObserver | undefined;

  /** @param start - starts with the secureId that the element has; `paidIn`: somebody may have paid in another's form */
  constructor(element: Claimant, start: (paidIn?: true) => void) {
    this.#element = element;
    this.#start = start;
  }

  /**
   * Claims a secureId, for a form that is about to be mounted.
   * @returns whether it was taken from a form that somebody may have paid in
   * @throws IotpayCheckoutError `config` where another element's form has it
   */
  take(secureId: string): boolean {
    this.drop();
    claims.add(this);
    this.#secureId = secureId;
    const holder = this.#holder();
    if (holder && !this.#mayTakeFrom(holder)) {
      this.#wait(holder);
      throw configError(
        'Another <iotpay-checkout> on this page has the same secureId, and its form: expected one element for each secureId, received two. Keep one of them in the page, or hide the other with display: none; this one starts by itself as soon as the other has left the page.',
      );
    }
    this.#state = 'holds';
    if (!holder) return false;
    holder.#state = 'none';
    // Out of the page, its form is dead already.
    if (!holder.#element.isConnected) return false;
    const paidIn = holder.#paidIn;
    // It starts again, finds the secureId taken, and waits.
    holder.#start();
    return paidIn;
  }

  /** The set-up broke: there is no form. */
  fail(): void {
    if (this.#state === 'holds') this.#state = 'none';
  }

  /** The element starts something else. */
  drop(): void {
    claims.delete(this);
    this.#sizes?.disconnect();
    this.#secureId = undefined;
    this.#state = 'none';
  }

  /** The element has left the page: whoever waits for its secureId may start, unless it was paid with or may have been. */
  leave(): void {
    const secureId = this.#secureId;
    const waited = this.#state === 'waits';
    this.drop();
    if (secureId === undefined || waited || RULES[this.#element.status].closed) return;
    const rest = [...claims].filter((claim) => claim.#secureId === secureId);
    if (rest.some((claim) => claim.#state === 'holds')) return;
    const waiting = rest.filter((claim) => claim.#state === 'waits');
    const next = waiting.find((claim) => claim.#rendered) ?? waiting[0];
    if (next) next.#start(this.#paidIn || undefined);
  }

  /** Whether somebody may have paid in its form; until it is ready nobody can have. */
  get #paidIn(): boolean {
    return !['idle', 'loading'].includes(this.#element.status);
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
    return [...claims].find(
      (claim) => claim !== this && claim.#secureId === this.#secureId && claim.#state === 'holds',
    );
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
