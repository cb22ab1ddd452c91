import {
  DEVELOPMENT_ORIGIN,
  isLoopback,
  listedOrigin,
  PRODUCTION_ORIGIN,
  SCRIPT_PATH,
} from '../gateway/origins.js';
import type { IotpayFunction } from '../gateway/script-api.js';
import { watchPolicy } from './csp.js';
import { configError, IotpayCheckoutError } from './errors.js';
import { networkError } from './session.js';
import { pause, within } from './wait.js';

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
    return (page.loading ??= load(origin, timeout, document, nonce, page).finally(
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

/** Every script tag on the page that asks for IOTPay's script. */
function tagsOf(document: Document): HTMLScriptElement[] {
  return [...document.scripts].filter(
    (tag) => URL.canParse(tag.src) && new URL(tag.src).pathname === SCRIPT_PATH,
  );
}

/** One load with its retries. Every attempt stays welcome until the time is over: a stalled one may still come in. */
async function load(
  origin: string,
  timeout: number,
  document: Document,
  nonce: string | undefined,
  page: Page,
): Promise<IotpayFunction> {
  const address = origin + SCRIPT_PATH;
  const ours: HTMLScriptElement[] = [];
  /** What to report if the time runs out now. */
  let failure = new IotpayCheckoutError(
    'script-timeout',
    `IOTPay's script did not arrive within ${timeout} ms from ${address}. Is the gateway reachable from this browser?`,
  );
  try {
    return await within(
      timeout,
      undefined,
      () => failure,
      (signal) => Promise.race([definition(signal), attempts(signal)]),
    );
  } catch (error) {
    if (/timeout|invalid/.test((error as IotpayCheckoutError).code)) page.stale++;
    throw error;
  } finally {
    if (scriptFunction(document)) ours.pop();
    for (const tag of ours) tag.remove();
  }

  /** Resolves as soon as the function is there, whoever defined it. */
  async function definition(signal: AbortSignal): Promise<IotpayFunction> {
    for (;;) {
      const defined = scriptFunction(document);
      if (defined) return defined;
      await pause(LOOK_MS, signal);
      signal.throwIfAborted();
    }
  }

  /** Follows the page's own tag, then up to three of ours; rejects with the last one's failure. */
  async function attempts(signal: AbortSignal): Promise<IotpayFunction> {
    const refusedBy = watchPolicy(document, signal);
    const grace = Math.min(DEFINITION_MS, timeout / (ATTEMPTS + 1));
    let tag = tagsOf(document).at(-1);
    for (let attempt = tag ? 0 : 1; ; attempt++) {
      if (tag && isOver(tag, document)) {
        await pause(grace, signal);
      } else {
        tag ??= add();
        // A stalled load gets no event at all: the next attempt starts when this one's share of the time is over.
        const event = await Promise.race([ending(tag, signal), pause(timeout / ATTEMPTS, signal)]);
        if (event?.type === 'error') {
          const directive = await refusedBy(/^(script-src|default-src)/, origin);
          if (directive) {
            throw new IotpayCheckoutError(
              'script-blocked',
              `IOTPay's script is refused by the page's Content Security Policy: add ${origin} to ${directive}, or give <iotpay-checkout> the page's nonce.`,
              { cause: event },
            );
          }
          failure = networkError(
            'script-network',
            `IOTPay's script could not be loaded from ${address}. Is the gateway reachable from this browser?`,
            event,
          );
          if (attempt >= ATTEMPTS || !navigator.onLine) throw failure;
          await pause(BACKOFF_MS * 2 ** (attempt - 1), signal);
        } else {
          if (event) {
            // Looked at now, and not at the next turn of the clock: the form waits for it.
            const defined = scriptFunction(document);
            if (defined) return defined;
            failure = new IotpayCheckoutError(
              'script-invalid',
              `IOTPay's script loaded but defines no function: expected window.Iotpay to be a function, received ${typeof globalOf(document)}. Does something on the page shadow it, or answer in its place?`,
            );
            await pause(grace, signal);
            if (attempt >= ATTEMPTS) throw failure;
          }
          // The last one may use up the time.
          if (attempt >= ATTEMPTS) await new Promise(() => {});
          page.stale++;
        }
      }
      signal.throwIfAborted();
      if (attempt) tag.remove();
      tag = undefined;
    }
  }

  /** Adds a tag of ours. */
  function add(): HTMLScriptElement {
    const tag = document.createElement('script');
    tag.nonce = nonce || document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || '';
    try {
      tag.src = trusted(address + (page.stale ? `?retry=${page.stale}` : ''));
    } catch (cause) {
      throw new IotpayCheckoutError(
        'script-blocked',
        `IOTPay's script is refused by the page's Trusted Types: add iotpay-checkout (and lit-html) to the trusted-types directive, with 'allow-duplicates' where the page has them already.`,
        { cause },
      );
    }
    ours.push(tag);
    document.head.append(tag);
    return tag;
  }
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
    (document.readyState !== 'loading' && !tag.async && !tag.defer)
  );
}

interface Policy {
  createScriptURL(url: string): unknown;
}
let policy: Policy | undefined;

/** Lives as long as the page: it stands out here, so that nothing of one element's load lives on with it. */
const RULES: Policy = {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url);
    if (pathname === SCRIPT_PATH && listedOrigin(origin, true)) return url;
    throw new TypeError(`Not an address of IOTPay's script: ${url}`);
  },
};

/** The address as the page's Trusted Types want it. The policy accepts IOTPay's script on the closed list, nothing else. */
function trusted(src: string): string {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  if (!trustedTypes) return src;
  policy ??= trustedTypes.createPolicy('iotpay-checkout', RULES);
  return policy.createScriptURL(src) as string;
}
