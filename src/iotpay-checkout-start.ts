/**
 * The starter: a classic script for the head of a page, which sends the request for the secureId and asks for IOTPay's
 * script as soon as the parser has the tag, while the element's own file is still on its way. The element takes both
 * over. What is not plain here is left to the element, which does everything by itself where there is no starter.
 */
import { backendRequest, post } from './checkout/backend.js';
import { refuses } from './checkout/page-policy.js';
import { uuid } from './checkout/session.js';
import { leaveStarted, type Started } from './checkout/started.js';
import { isLoopback, listedOrigin, PRODUCTION_ORIGIN, SCRIPT_PATH } from './gateway/origins.js';

const TAG = 'iotpay-checkout';

/** Values within `request-data` are fewer than half its characters: below this, no limit of the element's is met. */
const MAX_DATA_LENGTH = 20_000;

const seen = new WeakSet<Element>();

function look(): void {
  for (const tag of document.getElementsByTagName(TAG)) {
    if (seen.has(tag)) continue;
    seen.add(tag);
    try {
      if (choice(tag, 'loading', 'eager') && !tag.closest('[hidden]')) start(tag);
    } catch {
      // Something in the tag is wrong: the element says so.
    }
  }
}

/** A value that the element would refuse. */
class Wrong extends Error {}

/** An attribute as the element reads it, where it may be chosen from a list. The first is the default. */
function choice<T extends string>(tag: Element, name: string, ...choices: [T, ...T[]]): T {
  return oneOf(tag.getAttribute(name) || choices[0], choices);
}

function oneOf<T extends string>(value: string, choices: readonly T[]): T {
  const found = choices.find((each) => each === value);
  if (found === undefined) throw new Wrong();
  return found;
}

/** An address as the element reads it. */
function address(tag: Element, name: string): string | undefined {
  const value = tag.getAttribute(name)?.trim();
  if (!value) return undefined;
  const { protocol, href } = new URL(value, document.baseURI);
  if (!/^https?:$/.test(protocol)) throw new Wrong();
  return href;
}

/** JSON of an object and nothing else: `null`, a list or a text is the element's to refuse. */
function dataOf(tag: Element): Record<string, unknown> {
  const text = tag.getAttribute('request-data') ?? '{}';
  if (text.length > MAX_DATA_LENGTH || !/^\s*\{/.test(text)) throw new Wrong();
  return JSON.parse(text) as Record<string, unknown>;
}

/** @throws where an attribute is wrong */
function start(tag: Element): void {
  choice(tag, 'theme', '', 'card');
  choice(tag, 'color-scheme', 'auto', 'light', 'dark');
  address(tag, 'order-status-endpoint');
  const request = {
    credentials: choice(tag, 'credentials', 'same-origin', 'include', 'omit'),
    mode: oneOf(tag.getAttribute('mode')?.trim().toLowerCase() || 'pay', ['pay', 'add']),
    requestData: dataOf(tag),
    headers: undefined,
  } as const;
  if (!(Number(tag.getAttribute('setup-timeout') ?? 1) > 0)) return;
  const gateway = listedOrigin(
    tag.getAttribute('gateway-origin') || PRODUCTION_ORIGIN,
    isLoopback(location.hostname),
  );
  const endpoint = address(tag, 'secure-id-endpoint');
  const own = tag.getAttribute('secure-id')?.trim();
  if (!gateway || !(own || endpoint)) return;
  preload(gateway + SCRIPT_PATH, tag as HTMLElement);
  // The page's own secureId is used first.
  if (endpoint && !own) send(tag, { ...backendRequest(endpoint, request), key: uuid() });
}

function send(tag: Element, request: Started['request']): void {
  const controller = new AbortController();
  const response = post(request, { signal: controller.signal });
  // Told by the element, once it is there.
  response.catch(() => {});
  const started: Started = {
    request,
    response,
    abort: () => controller.abort(),
    at: Date.now(),
    refused: false,
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    started.refused ||= refuses(event, 'connect', new URL(request.url).origin);
  });
  leaveStarted(tag, started);
}

/** Asks for IOTPay's script ahead of its tag, unless something on the page asks for it already. */
function preload(url: string, tag: HTMLElement): void {
  if (
    'Iotpay' in window ||
    document.querySelector(`script[src*="${SCRIPT_PATH}"],link[href*="${SCRIPT_PATH}"]`)
  )
    return;
  const link = document.createElement('link');
  link.rel = 'preload';
  link.as = 'script';
  link.nonce = tag.nonce || document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || '';
  link.href = url;
  document.head.append(link);
}

// Where the element is there already, where nobody sees the page yet, and in Turbo's previews there is nothing to start.
if (
  !customElements.get(TAG) &&
  !(document as { prerendering?: boolean }).prerendering &&
  !document.documentElement.hasAttribute('data-turbo-preview')
) {
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', () => {
    look();
    observer.disconnect();
  });
  look();
}
