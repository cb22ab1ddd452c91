import { listedOrigin, SCRIPT_PATH } from '../gateway/origins.js';
import { IotpayCheckoutError } from './errors.js';
import { listen } from './shared.js';
import { pause } from './wait.js';

/** A violation event may come a few tasks after the failure that it explains: how long it is waited for. */
const VIOLATION_LAG_MS = 30;

/** What a page's Content Security Policy may refuse us, with the directives that do so, from the narrowest on. */
const DIRECTIVES = {
  script: ['script-src', 'default-src'],
  connect: ['connect-src', 'default-src'],
  frame: ['frame-src', 'child-src', 'default-src'],
} as const;

type Resource = keyof typeof DIRECTIVES;

/** Whether a violation means that a resource of `origin` was refused. A report-only policy refuses nothing. */
export function refuses(event: SecurityPolicyViolationEvent, resource: Resource, origin: string): boolean {
  return (
    event.disposition !== 'report' &&
    // Also `script-src-elem`, which is what browsers name where `script-src` refuses a script tag.
    DIRECTIVES[resource].some((directive) => event.effectiveDirective.startsWith(directive)) &&
    event.blockedURI.startsWith(origin)
  );
}

/**
 * Watches for what the page's Content Security Policy refuses.
 * @param signal - ends the watch
 * @returns a function to call after a failure: it resolves shortly afterwards with the directive that has refused a
 *   resource of `origin`, or with `undefined`
 */
export function watchPolicy(
  page: Document,
  signal: AbortSignal,
): (resource: Resource, origin: string) => Promise<string | undefined> {
  const seen: SecurityPolicyViolationEvent[] = [];
  listen<SecurityPolicyViolationEvent>(page, 'securitypolicyviolation', (event) => seen.push(event), signal);
  return async (resource, origin) => {
    await pause(VIOLATION_LAG_MS, signal);
    return seen.find((event) => refuses(event, resource, origin))?.effectiveDirective;
  };
}

interface Policy {
  createScriptURL(url: string): unknown;
}
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

/** Our own second file, where there is one. */
let ownAddress: string | undefined;

/** Lets the policy accept the address of our own second file as well. */
export function allowAddress(url: string): void {
  ownAddress = url;
}

/** Stands alone, so that a policy, which lives as long as its page, keeps nothing of an element alive. */
const SCRIPT_ADDRESSES: Policy = {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url);
    if (origin + pathname === ownAddress) return url;
    if (pathname === SCRIPT_PATH && listedOrigin(origin, true)) return url;
    throw new TypeError(`Not an address of IOTPay's script: ${url}`);
  },
};

/** Whether the page's Trusted Types let the policy be made: it, `undefined` where there are none, or the refusal. */
type Made = { readonly policy: Policy | undefined } | { readonly refusal: unknown };

/** Makes the policy, which accepts the closed list of addresses only. */
export function makePolicy({ trustedTypes }: { trustedTypes?: PolicyFactory }): Made {
  try {
    return { policy: trustedTypes?.createPolicy('iotpay-checkout', SCRIPT_ADDRESSES) };
  } catch (refusal) {
    return { refusal };
  }
}

/**
 * Made at import: where the page allows a name once only, nobody can take ours afterwards. Marked as pure, so that the
 * starter, which imports this file and needs no policy, does not take the name from the element.
 */
const POLICY = /* @__PURE__ */ makePolicy(globalThis as { trustedTypes?: PolicyFactory });

/**
 * Gives a tag the address of IOTPay's script as the page's Trusted Types want it.
 * @throws IotpayCheckoutError `script-blocked` where the page did not let the policy be made
 */
export function setScriptAddress(
  tag: Pick<HTMLScriptElement, 'src'>,
  url: string,
  made: Made = POLICY,
): void {
  try {
    if ('refusal' in made) throw made.refusal;
    tag.src = made.policy ? (made.policy.createScriptURL(url) as string) : url;
  } catch (cause) {
    throw new IotpayCheckoutError(
      'script-blocked',
      `IOTPay's script is refused by the page's Trusted Types: add iotpay-checkout (and lit-html) to the trusted-types directive, with 'allow-duplicates' where the page has them already.`,
      { cause },
    );
  }
}
