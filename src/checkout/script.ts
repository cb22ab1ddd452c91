import { DEVELOPMENT_ORIGIN, isLoopback, PRODUCTION_ORIGIN, SCRIPT_PATH } from '../gateway/origins.js';
import type { IotpayFunction } from '../gateway/script-api.js';
import { watchPolicy } from './csp.js';
import { configError, IotpayCheckoutError } from './errors.js';
import { networkError } from './session.js';

/** How often IOTPay's script is asked for before it counts as failed. */
const ATTEMPTS = 3;
/** Pause before the second attempt after a failure, in milliseconds; it doubles after that. */
const BACKOFF_MS = 250;
/** How long a script that has loaded may take to define its function, in milliseconds. */
const DEFINITION_MS = 1000;
/** How often the page is looked at for the function, in milliseconds. */
const LOOK_MS = 50;

/** What one document knows of IOTPay's script. */
interface Page {
  /** The one origin that the script has been asked for from. */
  origin?: string;
  loading?: Promise<IotpayFunction> | undefined;
  /** Counts the addresses that must not be asked again: a stalled load would be joined, a useless answer come from the cache. */
  stale: number;
}

const pages = new WeakMap<Document, Page>();

/**
 * Loads IOTPay's script, once per document however many callers there are. A script tag of the page's own is used where
 * it serves; a failure is forgotten, so that the next call starts anew.
 * PCI: only from the closed list of origins, never bundled, never self-hosted (source: IOTPay, "Embedded Integration").
 * @param timeout - milliseconds for all attempts together
 * @throws IotpayCheckoutError `config`, `offline`, `script-network`, `script-timeout`, `script-blocked`, `script-invalid`
 */
export async function loadScript(
  gatewayOrigin: string,
  timeout: number,
  document: Document,
  nonce?: string,
): Promise<IotpayFunction> {
  const page = pages.get(document) ?? { stale: 0 };
  pages.set(document, page);
  const origin = oneOrigin(gatewayOrigin, page, document);
  const defined = scriptFunction(document);
  if (defined) return defined;
  page.origin = origin;
  const joined = page.loading;
  // Whoever joins a load that fails has time left of its own.
  if (joined) return joined.catch(() => scriptFunction(document) ?? start());
  return start();

  function start(): Promise<IotpayFunction> {
    return (page.loading ??= new Load(origin, timeout, document, nonce, page).promise.finally(
      () => (page.loading = undefined),
    ));
  }
}

/** IOTPay's global; markup with `id="Iotpay"` would put an element there, so only a function counts. */
function scriptFunction(document: Document): IotpayFunction | undefined {
  const candidate = globalOf(document);
  return typeof candidate === 'function' ? (candidate as IotpayFunction) : undefined;
}

function globalOf(document: Document): unknown {
  return (document.defaultView as { Iotpay?: unknown } | null)?.Iotpay;
}

/** The one origin of this page's script, checked against the closed list. */
function oneOrigin(wanted: string, page: Page, document: Document): string {
  const url = URL.canParse(wanted) ? new URL(wanted) : undefined;
  const origin = url?.origin ?? '';
  const allowed =
    origin === PRODUCTION_ORIGIN ||
    origin === DEVELOPMENT_ORIGIN ||
    (!!url && /^https?:/.test(origin) && isLoopback(url.hostname) && isLoopback(location.hostname));
  if (!allowed || url?.href !== `${origin}/`) {
    throw configError(
      `gateway-origin: expected ${PRODUCTION_ORIGIN}, ${DEVELOPMENT_ORIGIN} or, on a page served from loopback, a loopback origin; received "${wanted}".`,
    );
  }
  const other =
    page.origin ??
    tagsOf(document)
      .map((tag) => new URL(tag.src).origin)
      .find((found) => found !== origin);
  if (other && other !== origin) {
    throw configError(
      `gateway-origin: this page already uses IOTPay's script from ${other}, and one page has one gateway; received "${wanted}". Use one origin for all elements and script tags.`,
    );
  }
  return origin;
}

/** Every script tag on the page that asks for IOTPay's script. */
function tagsOf(document: Document): HTMLScriptElement[] {
  return [...document.scripts].filter(
    (tag) => URL.canParse(tag.src) && new URL(tag.src).pathname === SCRIPT_PATH,
  );
}

/** One load with its retries. Every attempt stays welcome until the time is over: a stalled one may still come in. */
class Load {
  readonly promise: Promise<IotpayFunction>;
  readonly #over = new AbortController();
  readonly #timers: number[] = [];
  readonly #ours: HTMLScriptElement[] = [];
  readonly #origin: string;
  readonly #timeout: number;
  readonly #document: Document;
  readonly #nonce: string | undefined;
  readonly #page: Page;
  readonly #refusedBy: ReturnType<typeof watchPolicy>;
  /** What to report if the time runs out now. */
  #failure: IotpayCheckoutError;
  #settle!: (result: IotpayFunction | IotpayCheckoutError) => void;
  #attempt = 0;

  constructor(origin: string, timeout: number, document: Document, nonce: string | undefined, page: Page) {
    this.#origin = origin;
    this.#timeout = timeout;
    this.#document = document;
    this.#nonce = nonce;
    this.#page = page;
    this.#refusedBy = watchPolicy(document, this.#over.signal);
    this.promise = new Promise((resolve, reject) => {
      this.#settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
    });
    this.#failure = new IotpayCheckoutError(
      'script-timeout',
      `IOTPay's script did not arrive within ${timeout} ms from ${origin}${SCRIPT_PATH}. Is the gateway reachable from this browser?`,
    );
    this.#later(timeout, () => this.#end(this.#failure));
    this.#timers.push(setInterval(() => this.#look(), LOOK_MS) as unknown as number);
    const existing = tagsOf(document).at(-1);
    if (existing) this.#follow(existing, 0);
    else this.#ask();
  }

  /** Whether a tag that was here before us has finished: without defining the function, or we would not be here. */
  #isOver(tag: HTMLScriptElement): boolean {
    return (
      performance.getEntriesByName(tag.src, 'resource').length > 0 ||
      (this.#document.readyState !== 'loading' && !tag.async && !tag.defer)
    );
  }

  /** Adds a tag of ours. */
  #ask(): void {
    if (this.#over.signal.aborted) return;
    const src = this.#origin + SCRIPT_PATH + (this.#page.stale ? `?retry=${this.#page.stale}` : '');
    const tag = this.#document.createElement('script');
    const nonce = this.#nonce || this.#document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
    if (nonce) tag.nonce = nonce;
    try {
      tag.src = trusted(src);
    } catch (cause) {
      return this.#end(
        new IotpayCheckoutError(
          'script-blocked',
          `IOTPay's script is refused by the page's Trusted Types: add iotpay-checkout (and lit-html) to the trusted-types directive, with 'allow-duplicates' where the page has them already.`,
          { cause },
        ),
      );
    }
    this.#ours.push(tag);
    this.#follow(tag, ++this.#attempt);
    this.#document.head.append(tag);
  }

  /** @param attempt - counts our tags from 1; 0 is the page's own */
  #follow(tag: HTMLScriptElement, attempt: number): void {
    const { signal } = this.#over;
    const definition = Math.min(DEFINITION_MS, this.#timeout / (ATTEMPTS + 1));
    let answered = false;
    const next = (delay: number, stale: boolean) => {
      answered = true;
      this.#later(delay, () => {
        if (this.#attempt !== attempt) return;
        if (attempt >= ATTEMPTS) return this.#failure.code !== 'script-timeout' && this.#end(this.#failure);
        if (stale) this.#page.stale++;
        if (attempt) tag.remove();
        this.#ask();
      });
    };
    tag.addEventListener(
      'load',
      () => {
        if (this.#look(tag)) return;
        this.#failure = new IotpayCheckoutError(
          'script-invalid',
          `IOTPay's script loaded but defines no function: expected window.Iotpay to be a function, received ${typeof globalOf(this.#document)}. Does something on the page shadow it, or answer in its place?`,
        );
        next(definition, true);
      },
      { signal },
    );
    tag.addEventListener('error', (cause) => void this.#failed(attempt, cause, next), { signal });
    // A stalled load gets no event at all: the next attempt starts when this one's share of the time is over.
    if (!attempt && this.#isOver(tag)) next(definition, false);
    else this.#later(this.#timeout / ATTEMPTS, () => answered || attempt >= ATTEMPTS || next(0, true));
  }

  async #failed(attempt: number, cause: Event, next: (delay: number, stale: boolean) => void): Promise<void> {
    const directive = await this.#refusedBy(/^(script-src|default-src)/, this.#origin);
    if (this.#over.signal.aborted) return;
    if (directive) {
      return this.#end(
        new IotpayCheckoutError(
          'script-blocked',
          `IOTPay's script is refused by the page's Content Security Policy: add ${this.#origin} to ${directive}, or give <iotpay-checkout> the page's nonce.`,
          { cause },
        ),
      );
    }
    this.#failure = networkError(
      'script-network',
      `IOTPay's script could not be loaded from ${this.#origin}${SCRIPT_PATH}. Is the gateway reachable from this browser?`,
      cause,
    );
    if (!navigator.onLine) return this.#end(this.#failure);
    next(attempt < ATTEMPTS ? BACKOFF_MS * 2 ** (attempt - 1) : 0, false);
  }

  /** Ends the load if the function is there. */
  #look(loaded?: HTMLScriptElement): boolean {
    const defined = scriptFunction(this.#document);
    if (defined) this.#end(defined, loaded ?? this.#ours.at(-1));
    return !!defined;
  }

  #end(result: IotpayFunction | IotpayCheckoutError, keep?: HTMLScriptElement): void {
    this.#over.abort();
    this.#timers.forEach((timer) => clearTimeout(timer));
    for (const tag of this.#ours) if (tag !== keep) tag.remove();
    if (result instanceof IotpayCheckoutError && /timeout|invalid/.test(result.code)) this.#page.stale++;
    this.#settle(result);
  }

  #later(delay: number, callback: () => void): void {
    this.#timers.push(setTimeout(callback, delay) as unknown as number);
  }
}

interface Policy {
  createScriptURL(url: string): unknown;
}
let policy: Policy | undefined;

/** The address as the page's Trusted Types want it. The policy accepts IOTPay's script on the closed list, nothing else. */
function trusted(src: string): string {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  if (!trustedTypes) return src;
  policy ??= trustedTypes.createPolicy('iotpay-checkout', {
    createScriptURL(url) {
      const { origin, hostname, pathname } = new URL(url);
      if (
        pathname === SCRIPT_PATH &&
        (origin === PRODUCTION_ORIGIN || origin === DEVELOPMENT_ORIGIN || isLoopback(hostname))
      )
        return url;
      throw new TypeError(`Not an address of IOTPay's script: ${url}`);
    },
  });
  return policy.createScriptURL(src) as string;
}
