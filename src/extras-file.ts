import { css, html, nothing, svg } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { allowAddress, setScriptAddress } from './checkout/page-policy.js';
import type * as bundled from './extras.js';
import type { Extras } from './ui/extras.js';

/** The hash of the second file. The build puts it here: who pins the first file by its hash has pinned the second. */
declare const IOTPAY_CHECKOUT_EXTRAS_HASH: string;

/** Pauses between attempts, in milliseconds. Behind the last one, the next state that is to be shown starts anew. */
const PAUSES_MS = [1000, 4000, 15_000];
/** How long one attempt may take, in milliseconds. */
const ATTEMPT_MS = 10_000;

/** What it needs of lit. */
const LIT = { css, html, keyed, nothing, svg };

/** The tag of the second file. It takes from it what it needs, and leaves there what it has: there is no global. */
export interface ExtrasTag extends HTMLScriptElement {
  lit: object;
  take: (extras: Extras, panelStyles: string) => void;
}

/** Empty until the second file has come: it stands where the page's own subclass expects our styles, before its own. */
export const panelStyles = css``;

let extras: Extras | undefined;
let failures = 0;
/** An attempt, or the pause before the next one. */
let busy = false;
const waiting = new Set<() => void>();

export const extrasNow: typeof bundled.extrasNow = () => extras;

export const extrasAwaited: typeof bundled.extrasAwaited = () => !extras && failures === 0;

export const wantExtras: typeof bundled.wantExtras = (nonce, tell) => {
  if (extras) return;
  waiting.add(tell);
  if (!busy) attempt(nonce, 0);
};

/**
 * A classic script: the one thing that every browser checks against a hash (`import()` takes none) and asks for again
 * after a failure (a module that failed stays failed), under a policy with nonce, host or `strict-dynamic` alike.
 */
function attempt(nonce: string | undefined, count: number): void {
  busy = true;
  const tag = document.createElement('script') as ExtrasTag;
  let over = false;
  const end = (cause?: unknown) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    tag.remove();
    if (!extras) failed(nonce, count, cause);
  };
  const timer = setTimeout(() => end(), ATTEMPT_MS);
  tag.lit = LIT;
  tag.take = take;
  tag.onload = tag.onerror = () => end();
  tag.integrity = IOTPAY_CHECKOUT_EXTRAS_HASH;
  tag.crossOrigin = 'anonymous';
  tag.nonce = nonce || document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || '';
  try {
    const { href } = new URL('./iotpay-checkout-extras.js', import.meta.url);
    allowAddress(href);
    // Another address each time: a browser would join a load that stalls.
    setScriptAddress(tag, failures ? `${href}?${failures}` : href);
    document.head.append(tag);
  } catch (cause) {
    end(cause);
  }
}

function take(made: Extras, styles: string): void {
  if (extras) return;
  extras = made;
  Object.assign(panelStyles, { cssText: styles });
  panelStyles.styleSheet?.replaceSync(styles);
  for (const tell of waiting) tell();
  waiting.clear();
}

/** The shopper reads plain sentences; the developer, once, why. */
function failed(nonce: string | undefined, count: number, cause: unknown): void {
  if (failures++ === 0) {
    console.warn(
      '<iotpay-checkout> iotpay-checkout-extras.js did not load: expected it beside iotpay-checkout.js, from the same version, and allowed by the policy of the page. Without it, what shoppers read is plain and in English.',
      ...(cause ? [cause] : []),
    );
  }
  for (const tell of waiting) tell();
  const pause = PAUSES_MS[count];
  if (pause !== undefined) return void setTimeout(attempt, pause, nonce, count + 1);
  waiting.clear();
  busy = false;
}
