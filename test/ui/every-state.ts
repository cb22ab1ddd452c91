// Every state that a shopper can meet, and how to bring an element into it.
import type { IotpayCheckout, IotpayStatus } from '../../src/index.js';
import { readyElement, report, servers, unique, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';
import { brokenElement, FAIL, idleElement, loadingElement, PAID, TIMEOUT } from './elements.js';

export interface EveryState {
  readonly name: string;
  readonly status: IotpayStatus;
  readonly reach: () => Promise<IotpayCheckout>;
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

/** An element whose outcome was unknown, and then the order had failed. */
async function notMade(): Promise<IotpayCheckout> {
  const element = await readyElement({
    orderStatusEndpoint: `${servers.backend}/api/secure-id`,
    requestData: { tag: unique('tree'), answer: { status: 9 } },
  });
  report(TIMEOUT);
  await until(() => element.status === 'failed', 'failed');
  await element.updateComplete;
  return element;
}

/** An element that asks for the order no longer: nobody has told of it in the time for that. */
async function askedInVain(): Promise<IotpayCheckout> {
  const element = await reported(TIMEOUT);
  // As after ten minutes: there is somebody to ask, and nobody does.
  Object.assign(element, asks);
  await element.updateComplete;
  return element;
}

const asks = { orderStatusEndpoint: brokenEndpoint('500', { route: 'order-status' }) };

type Row = readonly [name: string, reach: () => Promise<IotpayCheckout>];

/** A new status does not compile without its states, in either mode. */
const BY_STATUS: Readonly<Record<IotpayStatus, Readonly<Record<'pay' | 'add', readonly Row[]>>>> = {
  idle: {
    pay: [['idle', () => idleElement()]],
    add: [['idle, a card to be saved', () => idleElement({ mode: 'add' })]],
  },
  loading: {
    pay: [['loading', () => loadingElement()]],
    add: [['loading, a card to be saved', () => loadingElement({ mode: 'add' })]],
  },
  ready: {
    pay: [['ready', () => reported()]],
    add: [['ready, a card to be saved', () => reported(undefined, { mode: 'add' })]],
  },
  succeeded: {
    pay: [
      ['paid', () => reported(PAID)],
      ['paid, French', () => reported(PAID, { lang: 'fr' })],
    ],
    add: [['card saved', () => reported(PAID, { mode: 'add' })]],
  },
  failed: {
    pay: [
      ['declined', () => reported(FAIL)],
      ['declined, in words that nobody knows', () => reported({ ...FAIL, message: 'Code 51-B' })],
      ['not made, after the outcome was unknown', () => notMade()],
    ],
    add: [['card not saved', () => reported(FAIL, { mode: 'add' })]],
  },
  unknown: {
    pay: [
      ['confirming', () => reported(TIMEOUT, asks)],
      ['unknown', () => reported(TIMEOUT)],
      ['unknown, asked in vain', () => askedInVain()],
    ],
    add: [['card unknown', () => reported(TIMEOUT, { mode: 'add' })]],
  },
  error: {
    pay: [
      ['set-up error', () => brokenElement()],
      ['set-up error that no retry mends', () => brokenElement({ mode: 'buy' })],
    ],
    add: [['set-up error, a card to be saved', () => brokenElement({ mode: 'add' })]],
  },
};

export const EVERY_STATE: readonly EveryState[] = Object.entries(BY_STATUS).flatMap(
  ([status, { pay, add }]) =>
    [...pay, ...add].map(([name, reach]) => ({ name, status: status as IotpayStatus, reach })),
);

/** Brings an element into one of them, by its name. */
export function reachState(name: string): Promise<IotpayCheckout> {
  const state = EVERY_STATE.find((each) => each.name === name);
  if (!state) throw new Error(`There is no state ${name}.`);
  return state.reach();
}
