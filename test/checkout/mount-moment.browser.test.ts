// A page whose hand comes in the very moment in which IOTPay's script mounts its form: inside `Iotpay()` or `mount()`, or
// in the microtask after them. What the script does there is not documented, so each hand meets each manner of it.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { frames, record, servers, unique, until } from '../support/element.js';
import { afterTest } from '../support/page.js';

const gatewayOrigin = servers.faults.gateways.ok;

const container = () => document.querySelector<HTMLElement>('div[data-iotpay-checkout]');

/** Where a hand may come between: before the form is looked for, while it is made, and when it has just been made. */
type Moment = 'called' | 'mounting' | 'mounted' | 'microtask';
const MOMENTS: readonly Moment[] = ['called', 'mounting', 'mounted', 'microtask'];

/** How the script may put its frame in; where it finds no container it breaks in its own way. */
type Manner = (insert: () => void) => unknown;
const MANNERS: Readonly<Record<string, Manner>> = {
  'at once, or throws': (insert) => insert(),
  'later, or rejects': async (insert) => {
    await new Promise((resolve) => setTimeout(resolve));
    insert();
  },
  'later, or breaks unheard': (insert) => {
    setTimeout(() => {
      try {
        insert();
      } catch {
        // Nobody hears of it.
      }
    });
  },
};

type Hand = (element: IotpayCheckout) => unknown;

const HANDS: Readonly<Record<string, Hand>> = {
  'the container': () => container()?.remove(),
  'the container’s id': () => container()?.removeAttribute('id'),
  'the container, for a moment,': async (element) => {
    const taken = container();
    taken?.remove();
    // Put back in the same task, and after the script has looked for it.
    for (let i = 0; i < 20; i++) await Promise.resolve();
    if (taken) element.append(taken);
  },
  'the container, until there is another,': async (element) => {
    const taken = container();
    taken?.remove();
    await until(() => !!frames()[0], 'a frame', 2000);
    // Where it is the same one that has been put back, there is nothing to put back.
    if (taken && !taken.isConnected) element.prepend(taken);
  },
  'the frame': () => frames()[0]?.remove(),
  'what the container holds': () => container()?.replaceChildren(),
  'all children': (element) => (element.textContent = 'Total: 10'),
};

/** IOTPay's script in one manner, with a hand in one moment, for as many mounts as `times` says. */
function vendor(manner: Manner, moment: Moment, hand: () => unknown, times = 1): { secureIds: string[] } {
  const secureIds: string[] = [];
  const at = (now: Moment) => now === moment && secureIds.length <= times && hand();
  const page = window as { Iotpay?: unknown };
  const { Iotpay: real } = page;
  afterTest(() => (page.Iotpay = real));
  page.Iotpay = (secureId: string) => {
    secureIds.push(secureId);
    at('called');
    return {
      mount(selector: string) {
        at('mounting');
        const mounted = manner(() => {
          const frame = document.createElement('iframe');
          frame.src = `${gatewayOrigin}/frame`;
          document.querySelector(selector)!.append(frame);
          at('mounted');
          // A script that goes on with its frame breaks where that has gone.
          void frame.contentWindow!.length;
          queueMicrotask(() => at('microtask'));
        });
        return mounted;
      },
    };
  };
  return { secureIds };
}

async function idle(): Promise<IotpayCheckout> {
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  return Object.assign(element, { secureId: unique('moment'), gatewayOrigin });
}

const alive = ({ status }: IotpayCheckout) =>
  status === 'ready' && frames().length === 1 && frames()[0]!.getBoundingClientRect().height > 50;

describe('in the moment of mount()', () => {
  // It has looked in vain before anybody could put anything back, and will not look again.
  for (const what of ['the container', 'the container’s id', 'all children']) {
    it(`a script that looks once, and breaks unheard; ${what} taken away just before: a live form`, async () => {
      const element = await idle();
      const log = record(element);
      const once: Manner = (insert) =>
        queueMicrotask(() => {
          try {
            insert();
          } catch {
            // Nobody hears of it.
          }
        });
      const { secureIds } = vendor(once, 'mounting', () => HANDS[what]!(element));
      element.load().catch(() => {});
      await until(() => alive(element), 'a live form', 3000);
      expect(log).to.deep.equal(['ready']);
      expect(secureIds).to.deep.equal([element.secureId, element.secureId]);
    });
  }

  for (const [manner, act] of Object.entries(MANNERS)) {
    for (const moment of MOMENTS) {
      for (const [what, hand] of Object.entries(HANDS)) {
        it(`a frame that comes ${manner}; ${moment}: ${what} taken away: a live form with the same secureId`, async () => {
          const element = await idle();
          const log = record(element);
          let acting: unknown;
          const { secureIds } = vendor(act, moment, () => (acting = hand(element)));
          element.load().catch(() => {});
          const ended = () => until(() => alive(element) || element.status === 'error', 'an end', 2000);
          await ended();
          await acting;
          await ended();
          expect(element.error?.message).to.equal(undefined);
          expect(alive(element)).to.equal(true);
          expect(log).to.deep.equal(['ready']);
          expect(secureIds.length).to.be.at.most(2);
          expect(new Set(secureIds)).to.deep.equal(new Set([element.secureId]));
        });
      }

      it(`a frame that comes ${manner}; ${moment}: the element is moved: a live form`, async () => {
        const element = await idle();
        const log = record(element);
        const { secureIds } = vendor(act, moment, () => element.parentElement!.prepend(element));
        await element.load();
        expect(alive(element)).to.equal(true);
        expect(log).to.deep.equal(['ready']);
        expect(new Set(secureIds)).to.deep.equal(new Set([element.secureId]));
      });

      it(`a frame that comes ${manner}; ${moment}: the element is taken away: nothing is left of it`, async () => {
        const element = await idle();
        const log = record(document);
        vendor(act, moment, () => element.remove());
        const reason: unknown = await element.load().catch((cause: unknown) => cause);
        expect(reason).to.have.property('name', 'AbortError');
        await until(() => element.status === 'idle', 'it is idle', 1000);
        expect([log, frames().length, container()]).to.deep.equal([[], 0, null]);
      });
    }
  }
});
