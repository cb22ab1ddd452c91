import { SCRIPT_PATH } from '../../../gateway/origins.js';
import type { Check } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import { addressIn, named, type Page } from '../page.js';
import { letsRun, noncesOf, scriptsOf, type PageScript } from '../page-scripts.js';
import { allows, policiesOf, sourcesFor, type Policy } from '../policy.js';

const COPY = 'SECURITY.md of this package has a policy to copy.';

/** What the page's policies allow, held against what the element needs. */
export const contentSecurityPolicy: Check = {
  title: 'Content Security Policy',
  needs: 'page',
  run({ visit: page, gatewayOrigin }) {
    if (!page) return [];
    const policies = policiesOf(page);
    if (policies.length === 0) return [without(page)];
    const found = policies.flatMap((policy) => [
      ...gatewayScript(policy, page, gatewayOrigin),
      ...frame(policy, page, gatewayOrigin),
      ...endpoints(policy, page),
      ...ownScripts(policy, page),
      ...sandboxed(policy),
    ]);
    const wide = policies.every((policy) => !limitsScripts(policy))
      ? [
          warning(
            'The policy lets any injected script run.',
            `Use nonces with 'strict-dynamic', or name addresses, without 'unsafe-inline' and wildcards. ${COPY}`,
          ),
        ]
      : [];
    return found.length + wide.length > 0
      ? [...found, ...wide]
      : [ok('The policy allows what the element needs.')];
  },
};

function without(page: Page): Finding {
  const only = page.headers.get('Content-Security-Policy-Report-Only') !== null;
  return warning(
    only ? 'The policy only reports, and refuses nothing.' : 'The page has no Content Security Policy.',
    `It is the usual means to authorize scripts, as PCI DSS 6.4.3 asks. ${COPY}`,
  );
}

function gatewayScript(policy: Policy, page: Page, gatewayOrigin: string): Finding[] {
  const found = sourcesFor(policy, 'script-src-elem');
  if (!found || has(found.sources, 'strict-dynamic')) return [];
  const address = gatewayOrigin + SCRIPT_PATH;
  if (allows(found.sources, address, page.url)) return [];
  const nonces = noncesOf(policy);
  // The element hands a nonce of the page on to the script that it adds.
  if (page.elements.some(({ attributes }) => nonces.includes(attributes.get('nonce') ?? ''))) return [];
  return [
    problem(
      `${found.directive} refuses IOTPay’s script (script-blocked).`,
      `Add ${gatewayOrigin} to ${found.directive}, or 'strict-dynamic' beside a nonce.`,
    ),
  ];
}

function frame(policy: Policy, page: Page, gatewayOrigin: string): Finding[] {
  const found = sourcesFor(policy, 'frame-src');
  if (!found || allows(found.sources, `${gatewayOrigin}/`, page.url)) return [];
  return [
    problem(
      `${found.directive} refuses IOTPay’s form (frame-blocked).`,
      `Add ${gatewayOrigin} to frame-src.`,
    ),
  ];
}

function endpoints(policy: Policy, page: Page): Finding[] {
  const found = sourcesFor(policy, 'connect-src');
  if (!found) return [];
  return endpointsOf(page)
    .filter((address) => !allows(found.sources, address, page.url))
    .map((address) =>
      problem(
        `${found.directive} refuses ${address} (endpoint-network).`,
        `Add ${originFor(address, page)} to connect-src.`,
      ),
    );
}

const originFor = (address: string, page: Page): string =>
  new URL(address).origin === new URL(page.url).origin ? "'self'" : new URL(address).origin;

/** The backend's routes that the tag names; the page's own origin where the tag is put in by a script. */
function endpointsOf(page: Page): string[] {
  const tags = named(page, 'iotpay-checkout');
  if (tags.length === 0) return [new URL(page.url).href];
  return tags.flatMap(({ attributes }) =>
    ['secure-id-endpoint', 'order-status-endpoint'].flatMap(
      (name) => addressIn(page, attributes.get(name)) ?? [],
    ),
  );
}

/** Scripts that the page has and its policy refuses: ours among them, nothing works. */
function ownScripts(policy: Policy, page: Page): Finding[] {
  const refused = scriptsOf(page).filter((script) => !letsRun(policy, script, page.url));
  return refused.map((script) => {
    const seen = `The policy refuses ${nameOf(script)}.`;
    return isOurs(script)
      ? problem(
          seen,
          'Give its tag the nonce, or name its address in script-src: the element would not be defined.',
        )
      : warning(seen, 'Is it needed on the payment page? Then authorize it; if not, remove it.');
  });
}

const nameOf = ({ address, excerpt }: PageScript): string =>
  address ?? `an inline script (${excerpt ?? ''}…)`;
const isOurs = ({ address }: PageScript): boolean => address?.includes('iotpay-checkout') ?? false;

const NEEDED = ['allow-scripts', 'allow-same-origin', 'allow-forms'];

/** The directive holds for the frames inside, too. */
function sandboxed({ from, directives }: Policy): Finding[] {
  const allowed = directives.get('sandbox');
  const missing = NEEDED.filter((name) => !allowed?.includes(name));
  if (allowed === undefined || from === 'meta' || missing.length === 0) return [];
  return [
    problem(
      `The directive sandbox lacks ${missing.join(', ')}.`,
      'Remove it: it holds for IOTPay’s form inside the page, too.',
    ),
  ];
}

/** Whether a policy stops a script that somebody has injected. */
function limitsScripts(policy: Policy): boolean {
  const sources = sourcesFor(policy, 'script-src-elem')?.sources;
  if (!sources) return false;
  const bound = sources.some((source) => /^'(?:nonce-|sha(?:256|384|512)-)/i.test(source));
  if (!bound && has(sources, 'unsafe-inline')) return false;
  // Addresses don't count beside 'strict-dynamic'.
  return (
    has(sources, 'strict-dynamic') || !sources.some((source) => /^(?:\*|https?:|data:|blob:)$/i.test(source))
  );
}

const has = (sources: readonly string[], keyword: string): boolean =>
  sources.some((source) => source.toLowerCase() === `'${keyword}'`);
