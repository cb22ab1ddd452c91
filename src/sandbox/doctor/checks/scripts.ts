import type { Check, Examination } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import type { InventoryEntry } from '../inventory.js';

/** The scripts of the page, one by one: PCI DSS 6.4.3 asks for a reason, and for a way to know that each is what it was. */
export const scripts: Check = {
  title: 'Scripts of the page',
  needs: 'page',
  run: (examination) => {
    const { inventory, visit: page } = examination;
    if (!page) return [];
    const found = [
      ...inventory.flatMap((each) => entryFindings(each, page.url, examination)),
      ...reasons(examination),
    ];
    return found.length > 0
      ? found
      : [ok(`Each of the page’s ${inventory.length} scripts is known, and says why it is there.`)];
  },
};

function entryFindings(
  entry: InventoryEntry,
  pageUrl: string,
  { gatewayOrigin, rehearse }: Examination,
): Finding[] {
  const { address, integrity, failure, varies, excerpt = '' } = entry;
  if (address === undefined)
    return varies
      ? [
          warning(
            `An inline script is another with each answer, so that nobody can watch it: ${excerpt}…`,
            'Put what varies into <script type="application/json">, which nothing runs.',
          ),
        ]
      : [];
  const { origin, protocol } = new URL(address);
  const found: Finding[] = [];
  if (protocol === 'http:' && !rehearse)
    found.push(
      problem(`${address} is not on https.`, 'Load it on https: on http anybody on the way can change it.'),
    );
  if (failure !== undefined && origin !== gatewayOrigin)
    found.push(problem(`${address}: ${failure}.`, 'Mend the address or its hash, or take the tag out.'));
  if (integrity === undefined && origin !== gatewayOrigin && origin !== new URL(pageUrl).origin)
    found.push(
      warning(
        `${address} comes from elsewhere and has no integrity hash.`,
        'Give its tag integrity="sha384-…" and crossorigin="anonymous", serve it yourself, or take it off the payment page.',
      ),
    );
  return found;
}

function reasons({ inventory, baseline }: Examination): Finding[] {
  const without = inventory.filter(({ why }) => why === '').length;
  if (without === 0) return [];
  return [
    warning(
      `${without} of ${inventory.length} scripts ${without === 1 ? 'does' : 'do'} not say why ${without === 1 ? 'it is' : 'they are'} there.`,
      baseline === undefined
        ? 'With --baseline FILE the doctor writes a list, in which you say it.'
        : `Fill in "why" in ${baseline}.`,
    ),
  ];
}
