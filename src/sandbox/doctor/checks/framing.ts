import type { Check } from '../examination.js';
import { ok, warning } from '../finding.js';
import { policiesOf } from '../policy.js';

/** Whether another site may put the payment page into a frame of its own. */
export const framing: Check = {
  title: 'Framing by others',
  needs: 'page',
  run({ visit: page }) {
    if (!page) return [];
    const having = policiesOf(page).filter(({ directives }) => directives.has('frame-ancestors'));
    if (having.some(({ from }) => from === 'header'))
      return [ok('frame-ancestors says who may frame the page.')];
    const advice =
      "Send Content-Security-Policy: frame-ancestors 'none' (or 'self') as a header, so that no other site lays its own things over the form.";
    if (having.length > 0)
      return [warning('frame-ancestors is in a <meta>, where browsers ignore it.', advice)];
    const old = page.headers.get('X-Frame-Options')?.trim() ?? '';
    if (/^(?:deny|sameorigin)$/i.test(old))
      return [ok(`X-Frame-Options: ${old} says who may frame the page.`)];
    if (old) return [warning(`X-Frame-Options: ${old} is nothing that browsers know.`, advice)];
    return [warning('Any site may frame the page.', advice)];
  },
};
