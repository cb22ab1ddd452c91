// What assistive technology finds in each state, as text that a person reads when it changes: trees.txt.
import { expect, fixture, html } from '@open-wc/testing';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { readyElement, report, servers, unique, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';
import { accessibleTree } from './accessible-tree.js';

const gatewayOrigin = servers.faults.gateways.ok;
const FAIL = { result: 'FAIL', message: 'Insufficient funds' };
const TIMEOUT = { result: 'FAIL', message: 'Timeout' };
const PAID = { result: 'SUCCESS', detail: { retData: { status: 2 } } };

async function loading(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, { secureIdEndpoint: brokenEndpoint('stall'), gatewayOrigin, ...settings });
  void element.load();
  await element.updateComplete;
  return element;
}

async function broken(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await loading({ secureIdEndpoint: brokenEndpoint('500'), ...settings });
  await until(() => element.status === 'error', 'error');
  await element.updateComplete;
  return element;
}

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
  ['loading', () => loading()],
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
  ['set-up error', () => broken()],
  ['set-up error, a card to be saved', () => broken({ mode: 'add' })],
  ['set-up error that no retry mends', () => broken({ mode: 'buy' })],
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
