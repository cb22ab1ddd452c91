import { isLoopback } from '../gateway/origins.js';
import { IotpayCheckoutError } from './errors.js';

/** The element, as far as it decides how much is said. */
export interface Debuggable {
  readonly debug: boolean;
  readonly gatewayOrigin?: string | null | undefined;
}

const TAG = '<iotpay-checkout>';

/**
 * Tells the developer, in the console, what the shopper's texts leave out. On a loopback page, and anywhere with the
 * attribute `debug`, every error in full; elsewhere each code once, without anything that came from page or server.
 */
export class Developer {
  readonly #page: Debuggable;
  readonly #said = new Set<string>();

  constructor(page: Debuggable) {
    this.#page = page;
  }

  /** One line about what broke. */
  error(cause: unknown): void {
    const known = cause instanceof IotpayCheckoutError ? cause : undefined;
    const code = known?.code ?? 'unexpected';
    if (this.#loud) {
      // With its stack, which whoever mends the element needs.
      if (!known) return console.error(cause);
      const text = known.message;
      const address =
        code === 'config' || text.includes('://') ? '' : ` Gateway: ${this.#page.gatewayOrigin}.`;
      console.error(`${TAG} ${code}: ${text.replace(/\s+/g, ' ')}${address}`);
    } else if (this.#first(code)) {
      console.error(`${TAG} ${code}: set the attribute debug to see more, or read the element's error.`);
    }
  }

  /** One line about what goes on all the same. @param text - holds no data of an order */
  warn(text: string): void {
    if (this.#loud) console.warn(`${TAG} ${text}`);
    else this.warnOnce(text);
  }

  /** The same, about what will happen again and again. */
  warnOnce(text: string): void {
    if (this.#first(text)) console.warn(`${TAG} ${text}`);
  }

  get #loud(): boolean {
    return this.#page.debug || isLoopback(location.hostname);
  }

  #first(what: string): boolean {
    if (this.#said.has(what)) return false;
    this.#said.add(what);
    return true;
  }
}
