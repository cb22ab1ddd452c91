import type { Check } from '../examination.js';
import { ok, problem, type Finding } from '../finding.js';
import { policiesOf, type Policy } from '../policy.js';

/** What the element's own code and lit's ask the browser for, and what breaks without it. */
const NEEDED = [
  { name: 'iotpay-checkout', otherwise: 'IOTPay’s script is refused (script-blocked)' },
  { name: 'lit-html', otherwise: 'lit throws when it is imported, and the element is not defined' },
];

/** The Trusted Types policies that the page allows. */
export const trustedTypes: Check = {
  title: 'Trusted Types',
  needs: 'page',
  run({ visit: page }) {
    if (!page) return [];
    const policies = policiesOf(page);
    const asked = policies.some(
      ({ directives }) => directives.has('require-trusted-types-for') || directives.has('trusted-types'),
    );
    if (!asked) return [ok('The page does not ask for Trusted Types.')];
    const found = policies.flatMap(missing);
    return found.length > 0 ? found : [ok('The policies that the element needs are allowed.')];
  },
};

function missing({ directives }: Policy): Finding[] {
  const allowed = directives.get('trusted-types');
  if (allowed === undefined || allowed.includes('*')) return [];
  return NEEDED.filter(({ name }) => !allowed.includes(name)).map(({ name, otherwise }) =>
    problem(`trusted-types does not allow ${name}: ${otherwise}.`, `Add ${name} to trusted-types.`),
  );
}
