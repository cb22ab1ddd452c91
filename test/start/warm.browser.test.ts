// How an element begins: one order however its settings come in, and what a page's monitoring sees of it.
import { expect } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { pause, readyElement, seen, servers, unique, until } from '../support/element.js';
import { afterTest, freshPage, type FreshPage } from '../support/page.js';

const isFirefox = navigator.userAgent.includes('Firefox');

/** An element in the page, for the plain fake gateway and the merchant's backend. */
function insert(tag: string): IotpayCheckout {
  const element = document.createElement('iotpay-checkout');
  Object.assign(element, {
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    gatewayOrigin: servers.faults.gateways.ok,
    requestData: { tag },
  });
  document.body.append(element);
  afterTest(() => element.remove());
  return element;
}

const ready = (element: IotpayCheckout): Promise<void> =>
  until(() => /ready|error/.test(element.status), `an end, now ${element.status}`);

describe('a setting that comes in', () => {
  for (const [when, turns] of [
    ['a microtask', 1],
    ['a hundred microtasks', 100],
  ] as const) {
    it(`${when} after the insertion is part of the one order`, async () => {
      const [first, second] = [unique('warm'), unique('warm')];
      const element = insert(first);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      element.requestData = { tag: second };
      await ready(element);
      await pause(100);
      expect(element.status).to.equal('ready');
      expect((await seen(first)).length, 'orders of what it was inserted with').to.equal(0);
      expect((await seen(second)).length, 'orders of what it was given then').to.equal(1);
    });
  }

  it('in a later task is another intent', async () => {
    const [first, second] = [unique('warm'), unique('warm')];
    const element = insert(first);
    await ready(element);
    element.requestData = { tag: second };
    await until(
      async () => (await seen(second)).length === 1 && element.status === 'ready',
      'the other order',
    );
    expect((await seen(first)).length).to.equal(1);
  });
});

describe('a page that has just been read', () => {
  /** Writes down what happens on the page, in its order. */
  const LOG = `<script>
    globalThis.log = [];
    const note = (owner, name, text) => {
      const real = owner[name];
      owner[name] = function (...parts) { return log.push(text), real.apply(this, parts); };
    };
    note(globalThis, 'fetch', 'request');
    note(Storage.prototype, 'getItem', 'storage');
    const draw = requestAnimationFrame;
    requestAnimationFrame = (act) => draw((time) => { log.push('frame'); act(time); });
  </script>`;
  const logOf = ({ window }: FreshPage) => (window as unknown as { log: string[] }).log;

  const tag = (name: string) =>
    `<iotpay-checkout secure-id-endpoint="${servers.backend}/api/secure-id" gateway-origin="${servers.faults.gateways.ok}" request-data='{"tag":"${name}"}'></iotpay-checkout>`;

  const form = async (page: FreshPage): Promise<void> => {
    const element = page.document.querySelector('iotpay-checkout');
    if (!element) throw new Error('No element.');
    await ready(element);
    expect(element.status).to.equal('ready');
  };

  it('is asked for its form by the end of DOMContentLoaded', async () => {
    const page = await freshPage({
      head: LOG,
      body: `${tag(unique('warm'))}<script type="module">addEventListener('DOMContentLoaded', () => log.push('heard'));</script>`,
    });
    await form(page);
    const only = (...entries: string[]) => logOf(page).filter((entry) => entries.includes(entry));
    expect(only('heard', 'request')).to.have.members(['heard', 'request']);
    if (!isFirefox) expect(only('heard', 'request')).to.deep.equal(['heard', 'request']);
    expect(only('frame', 'storage'), 'its storage is read when it is drawn').to.deep.equal([
      'frame',
      'storage',
    ]);
  });

  // Firefox takes other tasks, and draws the page, between the last script and DOMContentLoaded.
  for (const target of isFirefox ? [] : ['document', 'window']) {
    for (const when of ['before', 'after']) {
      it(`has said all when its listeners of DOMContentLoaded have been heard: at the ${target}, added ${when} ours`, async () => {
        const [first, second] = [unique('warm'), unique('warm')];
        const isBefore = when === 'before';
        const listener = `<script ${isBefore ? '' : 'type="module"'}>
          ${target}.addEventListener('DOMContentLoaded', () => {
            log.push('set');
            document.querySelector('iotpay-checkout').requestData = { tag: '${second}' };
          });
        </script>`;
        const page = await freshPage({
          head: isBefore ? LOG + listener : LOG,
          body: isBefore ? tag(first) : tag(first) + listener,
        });
        await form(page);
        expect(logOf(page).filter((entry) => /set|request/.test(entry))).to.deep.equal(['set', 'request']);
        expect((await seen(first)).length, 'orders of what is in the markup').to.equal(0);
        expect((await seen(second)).length, 'orders of what the listener has set').to.equal(1);
      });
    }
  }
});

describe('the drawing', () => {
  it('waits until the requests have left, and the place of the form is kept free before', async () => {
    const { fetch } = globalThis;
    afterTest(() => (globalThis.fetch = fetch));
    const log: string[] = [];
    globalThis.fetch = (...request) => {
      log.push('request');
      return fetch(...request);
    };
    const element = insert(unique('warm'));
    // No form of another test has had this width, and may leave its height just now.
    element.style.width = '517px';
    await element.updateComplete;
    expect(log).to.deep.equal([]);
    const height = element.offsetHeight;
    expect(height).to.be.at.least(300);
    const root = element.shadowRoot;
    expect(root?.querySelector('[part=skeleton]'), 'drawn before the request').to.equal(null);
    await until(() => !!root?.querySelector('[part=skeleton]'), 'the skeleton');
    expect(log).to.deep.equal(['request']);
    expect(element.offsetHeight).to.equal(height);
    await ready(element);
  });
});

describe('the phases of a set-up', () => {
  const PHASES = ['iotpay:secure-id', 'iotpay:script', 'iotpay:frame'];
  const measures = (name: string) => performance.getEntriesByName(name, 'measure') as PerformanceMeasure[];

  it('are measures that say how long each took and no more, and never pile up', async () => {
    const observed: string[] = [];
    const observer = new PerformanceObserver((list) =>
      observed.push(...list.getEntries().map(({ name }) => name)),
    );
    observer.observe({ type: 'measure' });
    for (let round = 0; round < 2; round++) await ready(insert(unique('warm')));
    for (const name of PHASES) {
      const [measure, ...more] = measures(name);
      expect(more, name).to.deep.equal([]);
      expect(measure?.duration, name).to.be.at.least(0);
      expect(measure?.detail as unknown, name).to.deep.equal({ done: true });
    }
    expect(
      performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('iotpay')),
    ).to.deep.equal([]);
    await until(
      () => PHASES.every((name) => observed.filter((each) => each === name).length >= 2),
      'both rounds',
    );
    observer.disconnect();
  });

  it('that fail are measured too, and say so', async () => {
    const element = insert(unique('warm'));
    element.secureIdEndpoint = `${servers.backend}/api/secure-id?fault=500`;
    await ready(element);
    expect(measures('iotpay:secure-id').map(({ detail }) => detail as unknown)).to.deep.equal([
      { done: false },
    ]);
  });

  it('are nothing that a payment depends on', async () => {
    afterTest(() => Reflect.deleteProperty(performance, 'measure'));
    Object.defineProperty(performance, 'measure', {
      configurable: true,
      value: () => {
        throw new SyntaxError('An old page.');
      },
    });
    expect((await readyElement()).status).to.equal('ready');
  });
});
