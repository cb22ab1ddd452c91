import {
  DEVELOPMENT_ORIGIN,
  isLoopback,
  listedOrigin,
  PRODUCTION_ORIGIN,
  SCRIPT_PATH,
} from '../gateway/origins.js';
import type { IotpayFunction } from '../gateway/script-api.js';
import { configError, IotpayCheckoutError, networkError } from './errors.js';
import { setScriptAddress, watchPolicy } from './page-policy.js';
import { pause, within } from './wait.js';

/** How many tags of ours ask for IOTPay's script before it counts as failed. */
const ATTEMPTS = 3;
/** Pause after the first attempt that failed, in milliseconds; it doubles after each. */
const BACKOFF_MS = 250;
/** How long a script that has loaded may take to define its function, in milliseconds. */
const DEFINITION_MS = 1000;
/** When the page is first checked for the function during that time, in milliseconds; each wait is twice as long. */
const DEFINITION_CHECK_MS = 30;
/** How many entries a page's resource timing holds by default: beyond them nothing is written down any more. */
const TIMING_BUFFER = 250;
/** What a script tag's `type` is where a browser runs it; empty: as well. Anything else switches the tag off. */
const RUNNING_TYPE =
  /^(module|(text|application)\/(x-)?(java|ecma)script|text\/(jscript|livescript|javascript1\.[0-5]))$/i;

/** What one document knows of IOTPay's script. */
interface Page {
  /** The one origin that the script has been asked for from. */
  origin?: string;
  loading?: Promise<IotpayFunction> | undefined;
  /**
   * How many addresses must not be asked for again: the browser would join a load that stalls, and answer from its cache
   * where a script defined nothing.
   */
  spoiled: number;
}

const pages = new WeakMap<Document, Page>();

/**
 * Loads IOTPay's script, once per document however many callers there are. A script tag of the page's own is used where
 * it serves. A failure is not remembered: the next call starts anew.
 * PCI: only from the closed list of origins, never bundled, never self-hosted (source: IOTPay, "Embedded Integration").
 * @param timeoutMs - for all attempts together
 * @throws IotpayCheckoutError `config`, `offline`, `script-network`, `script-timeout`, `script-blocked`, `script-invalid`
 */
export async function loadScript(
  gatewayOrigin: string,
  timeoutMs: number,
  document: Document,
  nonce?: string,
): Promise<IotpayFunction> {
  const page = pages.get(document) ?? { spoiled: 0 };
  pages.set(document, page);
  const origin = oneOrigin(gatewayOrigin, page, document);
  const defined = scriptFunction(document);
  if (defined) return defined;
  page.origin = origin;
  const start = () =>
    (page.loading ??= new Load(origin, timeoutMs, document, nonce, page)
      .run()
      .finally(() => (page.loading = undefined)));
  // Whoever joins a load that fails has time left of its own.
  return page.loading ? page.loading.catch(() => scriptFunction(document) ?? start()) : start();
}

/** What one tag comes to. `useless`: it loaded and defined nothing. `stalled`: no event in its share of the time. */
type Attempt =
  | { readonly ended: 'defined'; readonly iotpay: IotpayFunction }
  | { readonly ended: 'failed'; readonly event: Event }
  | { readonly ended: 'useless' | 'stalled' };

/** One load with its retries. Every tag stays welcome until the time is over: a stalled one may still come in. */
class Load {
  readonly #origin: string;
  readonly #address: string;
  readonly #timeoutMs: number;
  readonly #document: Document;
  readonly #nonce: string | undefined;
  readonly #page: Page;
  readonly #ours: HTMLScriptElement[] = [];
  /** Looks for the function. */
  #check: () => void = () => {};
  /** How the last attempt failed. */
  #failure: IotpayCheckoutError | undefined;

  constructor(origin: string, timeoutMs: number, document: Document, nonce: string | undefined, page: Page) {
    this.#origin = origin;
    this.#address = origin + SCRIPT_PATH;
    this.#timeoutMs = timeoutMs;
    this.#document = document;
    this.#nonce = nonce;
    this.#page = page;
  }

  async run(): Promise<IotpayFunction> {
    const late = () => {
      this.#page.spoiled++;
      return this.#reason();
    };
    try {
      return await within(this.#timeoutMs, undefined, late, (signal) =>
        Promise.race([this.#definition(signal), this.#attempts(signal)]),
      );
    } finally {
      // Of the tags that are still here, the last is the one that has served.
      if (scriptFunction(this.#document)) this.#ours.pop();
      for (const tag of this.#ours) tag.remove();
    }
  }

  /** Resolves as soon as a script has defined the function, whoever's it is. */
  #definition(signal: AbortSignal): Promise<IotpayFunction> {
    return new Promise((resolve) => {
      this.#check = () => {
        const defined = scriptFunction(this.#document);
        if (defined) resolve(defined);
      };
      // Of every script in the page; a load does not bubble, and is captured all the same.
      this.#document.addEventListener('load', this.#check, { capture: true, signal });
    });
  }

  /** Waits for a script that has loaded and may define its function a little later. */
  async #grace(ms: number, signal: AbortSignal): Promise<void> {
    let wait = DEFINITION_CHECK_MS;
    for (let left = ms; left > 0 && !signal.aborted; left -= wait, wait *= 2) {
      await pause(Math.min(left, wait), signal);
      this.#check();
    }
  }

  /** Follows the page's own tag, where there is one, and then up to three of ours. Rejects with the last failure. */
  async #attempts(signal: AbortSignal): Promise<IotpayFunction> {
    const refusedBy = watchPolicy(this.#document, signal);
    const graceMs = Math.min(DEFINITION_MS, this.#timeoutMs / (ATTEMPTS + 1));
    let own = tagsOf(this.#document).at(-1);
    if (own && isOver(own, this.#document)) {
      // What it has loaded may still define the function.
      await this.#grace(graceMs, signal);
      signal.throwIfAborted();
      own = undefined;
    }
    for (let left = own ? ATTEMPTS : ATTEMPTS - 1; left >= 0; left--) {
      const tag = own ?? this.#add();
      // A load that stalls gets no event: the next attempt starts when this one's share of the time is over. The last
      // one may use all the time that is left.
      const attempt = await this.#follow(tag, left ? this.#timeoutMs / ATTEMPTS : this.#timeoutMs, signal);
      signal.throwIfAborted();
      switch (attempt.ended) {
        case 'defined':
          return attempt.iotpay;
        case 'failed': {
          const directive = await refusedBy('script', this.#origin);
          if (directive) throw blocked(this.#origin, directive, attempt.event);
          this.#failure = unreachable(this.#address, hint(this.#origin), attempt.event);
          // Offline, another attempt would fail as well.
          if (this.#failure.code === 'offline') throw this.#failure;
          if (left) await pause(BACKOFF_MS * 2 ** (ATTEMPTS - 1 - left), signal);
          break;
        }
        case 'useless':
          this.#failure = useless(this.#address, globalOf(this.#document));
          this.#page.spoiled++;
          await this.#grace(graceMs, signal);
          break;
        case 'stalled':
          this.#page.spoiled++;
      }
      signal.throwIfAborted();
      if (!own) tag.remove();
      own = undefined;
    }
    throw this.#reason();
  }

  /** What to report if the load ends now. Errors cost time, and are made when somebody gets them. */
  #reason(): IotpayCheckoutError {
    return this.#failure ?? notArrived(this.#address, this.#timeoutMs, hint(this.#origin));
  }

  /** Waits for what a tag comes to. */
  async #follow(tag: HTMLScriptElement, ms: number, signal: AbortSignal): Promise<Attempt> {
    const event = await Promise.race([ending(tag, signal), pause(ms, signal)]);
    if (!event) return { ended: 'stalled' };
    if (event.type === 'error') return { ended: 'failed', event };
    // Checked now, and not when the timer fires next: the form waits for it.
    const iotpay = scriptFunction(this.#document);
    return iotpay ? { ended: 'defined', iotpay } : { ended: 'useless' };
  }

  /** Adds a tag of ours. */
  #add(): HTMLScriptElement {
    const document = this.#document;
    const { spoiled } = this.#page;
    const tag = document.createElement('script');
    tag.nonce = this.#nonce || document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || '';
    // With the time, so that no cache has the answer of an earlier page.
    const retry = spoiled ? `?retry=${Date.now()}-${spoiled}` : '';
    setScriptAddress(tag, this.#address + retry);
    this.#ours.push(tag);
    document.head.append(tag);
    return tag;
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
  const origin = listedOrigin(wanted, isLoopback(location.hostname));
  if (!origin) {
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

/** Every script tag on the page that asks for IOTPay's script. One that somebody has switched off asks for nothing. */
function tagsOf(document: Document): HTMLScriptElement[] {
  return [...document.scripts].filter(
    (tag) =>
      (!tag.type || RUNNING_TYPE.test(tag.type.trim())) &&
      URL.canParse(tag.src) &&
      new URL(tag.src).pathname === SCRIPT_PATH,
  );
}

/** How the load of a tag ends: `load`, `error`, or never. */
function ending(tag: HTMLScriptElement, signal: AbortSignal): Promise<Event> {
  return new Promise((resolve) =>
    ['load', 'error'].forEach((type) => tag.addEventListener(type, resolve, { signal })),
  );
}

/** Whether a tag that was here before us has finished: without defining the function, or we would not be here. */
function isOver(tag: HTMLScriptElement, document: Document): boolean {
  return (
    performance.getEntriesByName(tag.src, 'resource').length > 0 ||
    // A full buffer does not tell. A tag that is still loading is waited for a little, and serves whenever it comes in.
    performance.getEntriesByType('resource').length >= TIMING_BUFFER ||
    (document.readyState !== 'loading' && !tag.async && !tag.defer)
  );
}

const blocked = (origin: string, directive: string, cause: Event) =>
  new IotpayCheckoutError(
    'script-blocked',
    `IOTPay's script is refused by the page's Content Security Policy: add ${origin} to ${directive}, or give <iotpay-checkout> the page's nonce.`,
    { cause },
  );

/** What to look at where nothing comes from the gateway. */
function hint(origin: string): string {
  if (!isLoopback(location.hostname)) return 'Is the gateway reachable from this browser?';
  return isLoopback(new URL(origin).hostname)
    ? 'Is the sandbox running there (npx iotpay-checkout sandbox)?'
    : 'Is the gateway reachable from this browser? Where you mean the sandbox, set gateway-origin to the address that it prints.';
}

const notArrived = (address: string, timeoutMs: number, todo: string) =>
  new IotpayCheckoutError(
    'script-timeout',
    `IOTPay's script did not arrive within ${timeoutMs} ms from ${address}. ${todo}`,
  );

const unreachable = (address: string, todo: string, cause: Event) =>
  networkError('script-network', `IOTPay's script could not be loaded from ${address}. ${todo}`, cause);

const useless = (address: string, received: unknown) =>
  new IotpayCheckoutError(
    'script-invalid',
    `IOTPay's script loaded from ${address} but defines no function: expected window.Iotpay to be a function, received ${typeof received}. Does something on the page shadow it, or answer in its place?`,
  );
