// What assistive technology finds in each state, as text that a person reads when it changes: trees.txt.
import { expect } from '@open-wc/testing';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { readyElement, report, servers, unique, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';
import { accessibleTree } from './accessible-tree.js';
import { brokenElement, FAIL, loadingElement, PAID, TIMEOUT } from './elements.js';

/** An element whose backend has told amount and order, after IOTPay has reported something. */
async function reported(event?: unknown, settings: Setting = {}): Promise<IotpayCheckout> {
  const answer = { secureId: unique('tree'), mchOrderNo: 'A-1', amount: 18924, currency: 'CAD' };
  const element = await readyElement({
    secureId: undefined,
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    requestData: { tag: unique('tree'), answer },
    ...settings,
  });
  if (event) report(event);
  await element.updateComplete;
  await until(() => element.querySelector('iframe')?.title !== '', 'the title');
  return element;
}

const asks = { orderStatusEndpoint: brokenEndpoint('stall', { route: 'order-status' }) };

const STATES: readonly [name: string, reach: () => Promise<IotpayCheckout>][] = [
  ['loading', () => loadingElement()],
  ['ready', () => reported()],
  ['paid', () => reported(PAID)],
  ['paid, French', () => reported(PAID, { lang: 'fr' })],
  ['card saved', () => reported(PAID, { mode: 'add' })],
  ['declined', () => reported(FAIL)],
  ['declined, in words that nobody knows', () => reported({ ...FAIL, message: 'Code 51-B' })],
  ['card not saved', () => reported(FAIL, { mode: 'add' })],
  ['confirming', () => reported(TIMEOUT, asks)],
  ['unknown', () => reported(TIMEOUT)],
  ['card unknown', () => reported(TIMEOUT, { mode: 'add' })],
  ['set-up error', () => brokenElement()],
  ['set-up error, a card to be saved', () => brokenElement({ mode: 'add' })],
  ['set-up error that no retry mends', () => brokenElement({ mode: 'buy' })],
];

describe('the accessibility tree', () => {
  let trees: Map<string, string>;

  before(async () => {
    const text = await (await fetch('/test/ui/trees.txt')).text();
    const parts = text.split(/^# (.*)\n/m).slice(1);
    trees = new Map(
      parts.flatMap((name, i) => (i % 2 ? [] : [[name, (parts[i + 1] ?? '').trim()] as const])),
    );
  });

  for (const [name, reach] of STATES) {
    it(`of ${name} is the one that was read last`, async () => {
      const element = await reach();
      // The clock is told in its own test.
      const tree = accessibleTree(element).replace(/^ *paragraph\n *"Last checked: .*"\n?/m, '');
      expect(tree.trim(), 'see test/ui/trees.txt').to.equal(trees.get(name));
    });
  }

  it('has one for each state in the file, and no other', () => {
    expect([...trees.keys()]).to.deep.equal(STATES.map(([name]) => name));
  });
});
