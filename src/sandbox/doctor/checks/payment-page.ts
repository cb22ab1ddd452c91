import { DEVELOPMENT_ORIGIN, PRODUCTION_ORIGIN, SCRIPT_PATH } from '../../../gateway/origins.js';
import type { Check, Examination } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import { named, type Page, type PageElement } from '../page.js';
import { scriptsOf } from '../page-scripts.js';

/** The page itself, and the tag in it. */
export const paymentPage: Check = {
  title: 'Payment page',
  needs: 'page',
  run(examination) {
    const { visit: page } = examination;
    if (!page) return [];
    return [...answered(examination, page), ...tags(examination, page), ...ownScript(examination, page)];
  },
};

function answered({ page: asked, rehearse }: Examination, page: Page): Finding[] {
  const found: Finding[] = [];
  if (page.status !== 200)
    found.push(
      problem(
        `${page.url} answers HTTP ${page.status}.`,
        'Give the address of a page that shows the form; --header "Cookie: …" makes it a visitor’s with a cart.',
      ),
    );
  if (asked !== undefined && asked !== page.url)
    found.push(
      warning(
        `The page leads to ${page.url}.`,
        'Is that the payment page, or a login? --header "Cookie: …" makes it a visitor’s.',
      ),
    );
  if (!page.url.startsWith('https:') && !rehearse)
    found.push(
      problem(
        'The page is not on https.',
        'Serve it on https only: on http anybody on the way can change it.',
      ),
    );
  if (!/\bhtml\b/i.test(page.headers.get('Content-Type') ?? ''))
    found.push(
      problem(
        `The page’s content type is ${page.headers.get('Content-Type') ?? 'not there'}.`,
        'Give the address of an HTML page.',
      ),
    );
  return found.length > 0 ? found : [ok(`${page.url} answers with a page.`)];
}

function tags(examination: Examination, page: Page): Finding[] {
  const found = named(page, 'iotpay-checkout');
  if (found.length === 0)
    return [
      warning(
        'The page’s HTML has no <iotpay-checkout>.',
        'If a script of yours puts it in, that is fine; if not, is this the payment page?',
      ),
    ];
  return found.flatMap((tag) => tagFindings(examination, tag));
}

function tagFindings({ rehearse }: Examination, { attributes }: PageElement): Finding[] {
  const found: Finding[] = [];
  const origin = attributes.get('gateway-origin');
  if (origin === DEVELOPMENT_ORIGIN || (origin !== undefined && origin !== PRODUCTION_ORIGIN && !rehearse))
    found.push(
      problem(
        `The tag has gateway-origin="${origin}".`,
        'Remove the attribute: no real payment is made there.',
      ),
    );
  if (attributes.has('debug'))
    found.push(warning('The tag has the attribute debug.', 'Remove it: it is for development.'));
  const pays = attributes.get('mode')?.toLowerCase() !== 'add';
  if (pays && !attributes.has('order-status-endpoint'))
    found.push(
      warning(
        'The tag has no order-status-endpoint.',
        'Give it one: without it an unknown outcome (UnionPay’s “Timeout”) stays unknown to the shopper.',
      ),
    );
  return found.length > 0 ? found : [ok('The tag <iotpay-checkout> is set up for IOTPay’s own gateway.')];
}

/** A page may load IOTPay's script by a tag of its own: from one address only, and without a hash. */
function ownScript({ gatewayOrigin }: Examination, page: Page): Finding[] {
  const documented = gatewayOrigin + SCRIPT_PATH;
  return scriptsOf(page).flatMap(({ address, integrity }) => {
    if (address === undefined || !new URL(address).pathname.endsWith('/iotpaycc.js')) return [];
    if (address.split('?')[0] !== documented)
      return [
        problem(
          `The page loads IOTPay’s script from ${address}.`,
          `Load it from ${documented} only, or leave that to the element: PCI allows no copy.`,
        ),
      ];
    if (integrity !== undefined)
      return [
        problem(
          'The page’s tag for IOTPay’s script has an integrity hash.',
          'Remove the hash: IOTPay changes the file without notice, and payments would stop.',
        ),
      ];
    return [];
  });
}
