import type { Check } from '../examination.js';
import { ok, warning } from '../finding.js';

/** What the page's Permissions-Policy takes from IOTPay's frame. */
export const permissions: Check = {
  title: 'Permissions-Policy',
  needs: 'page',
  run({ visit: page, gatewayOrigin }) {
    if (!page) return [];
    const header = page.headers.get('Permissions-Policy') ?? '';
    const [, allowed] = /(?:^|,)\s*payment\s*=\s*(\([^)]*\)|[^,\s]+)/i.exec(header) ?? [];
    if (allowed === undefined || /^\(?\s*\*/.test(allowed) || allowed.includes(gatewayOrigin))
      return [ok('It takes nothing from IOTPay’s frame.')];
    return [
      warning(
        `It has payment=${allowed}, so that IOTPay’s frame may not ask the browser for a payment.`,
        `No source says whether IOTPay’s form needs it (wallets do): payment=(self "${gatewayOrigin}"), or leave it out.`,
      ),
    ];
  },
};
