// IOTPay's script on pages that treat script tags in their own ways; each on a page of its own.
import { expect } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { next, pause, servers, unique, type Setting } from '../support/element.js';
import { freshPage, type FreshPage } from '../support/page.js';

const { ok } = servers.faults.gateways;

/** An element on the page. */
function add(page: FreshPage, gatewayOrigin: string, settings: Setting = {}): IotpayCheckout {
  const element = page.document.createElement('iotpay-checkout');
  Object.assign(element, { secureId: unique('script'), gatewayOrigin, ...settings });
  page.document.body.append(element);
  return element;
}

/** How long it took until the form of an element on the page was there, in milliseconds. */
async function ready(page: FreshPage, gatewayOrigin: string): Promise<number> {
  const began = performance.now();
  await next(add(page, gatewayOrigin), 'iotpay-ready');
  return performance.now() - began;
}

/** The short pauses of this page are over at once: a script that defines nothing is given a second, in such pauses. */
function hasten({ window }: FreshPage): void {
  const real = window.setTimeout.bind(window);
  window.setTimeout = ((act: () => void, ms = 0) =>
    real(act, ms < 1000 ? 0 : ms)) as typeof window.setTimeout;
}

/** The addresses of IOTPay's script that tags which run have asked for. */
const asked = ({ window }: FreshPage): string[] =>
  window.performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => name.includes('iotpaycc.js'));

/** Every tag for IOTPay's script that was added to the page's head from now on, also those that are gone. */
function added({ window, document }: FreshPage): HTMLScriptElement[] {
  const tags: HTMLScriptElement[] = [];
  new window.MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes]))
      if (node instanceof window.HTMLScriptElement) tags.push(node);
  }).observe(document.head, { childList: true });
  return tags;
}

describe('IOTPay’s script', () => {
  for (const [who, tag] of [
    ['a consent manager', `<script type="text/plain" src="${ok}/cc/iotpaycc.js"></script>`],
    ['a rocket loader', `<script type="0a1b2c-text/javascript" src="${ok}/cc/iotpaycc.js"></script>`],
    ['a lazy loader', `<script data-src="${ok}/cc/iotpaycc.js"></script>`],
  ] as const) {
    it(`switched off by ${who}: ours is there at once, with the documented address`, async () => {
      const page = await freshPage({ body: tag });
      expect(await ready(page, ok)).to.be.lessThan(4000);
      expect(asked(page)).to.deep.equal([`${ok}/cc/iotpaycc.js`]);
    });
  }

  it('a tag of the page’s own that runs is used, and none is added', async () => {
    const page = await freshPage({ body: `<script async src="${ok}/cc/iotpaycc.js"></script>` });
    await ready(page, ok);
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
  });

  for (const [fault, end] of [
    ['no-global-once', 'iotpay-ready'],
    ['404', 'iotpay-error'],
    ['reset', 'iotpay-error'],
  ] as const) {
    it(`an async tag of the page’s own that has ended already (${fault}) is dead: nobody waits for it`, async () => {
      const page = await freshPage();
      const tag = page.document.createElement('script');
      tag.async = true;
      tag.src = `${servers.faults.gateways[fault]}/cc/iotpaycc.js`;
      const ended = new Promise((resolve) =>
        ['load', 'error'].forEach((type) => tag.addEventListener(type, resolve)),
      );
      page.document.head.append(tag);
      await ended;
      hasten(page);
      // WebKit keeps no record of a connection that broke: nobody can know there, and the time-out decides.
      const isKnown = page.window.performance.getEntriesByName(tag.src).length > 0;
      // One that may still come in is waited for: here for minutes.
      const setupTimeout = isKnown ? 600_000 : 1000;
      const element = add(page, servers.faults.gateways[fault], { setupTimeout });
      await next(element, end);
      expect(element.error?.code).to.equal(end === 'iotpay-ready' ? undefined : 'script-network');
      expect(isKnown || fault === 'reset').to.equal(true);
      expect(tag.isConnected).to.equal(true);
    });
  }

  it('that defines nothing is looked for in waits that grow, a second in all', async () => {
    const page = await freshPage();
    const waits: number[] = [];
    const real = page.window.setTimeout.bind(page.window);
    page.window.setTimeout = ((act: () => void, ms = 0) => {
      if (ms >= 1000) return real(act, ms);
      waits.push(ms);
      return real(act, 0);
    }) as typeof page.window.setTimeout;
    const element = add(page, servers.faults.gateways['no-global']);
    await next(element, 'iotpay-error');
    expect(element.error?.code).to.equal('script-invalid');
    const second = [30, 60, 120, 240, 480, 70];
    expect(waits).to.deep.equal([...second, ...second, ...second]);
  });

  it('a page whose resource timing is full is told of no load that stalls', async () => {
    const page = await freshPage();
    const { performance: timing } = page.window;
    const useless = page.document.createElement('script');
    useless.src = `${servers.faults.gateways['no-global-once']}/cc/iotpaycc.js`;
    const loaded = new Promise((resolve) => useless.addEventListener('load', resolve));
    page.document.head.append(useless);
    await loaded;
    timing.getEntriesByName = () => [];
    timing.getEntriesByType = () => Array.from({ length: 250 }, () => ({}) as PerformanceEntry);
    expect(await ready(page, servers.faults.gateways['no-global-once'])).to.be.lessThan(6000);
  });

  it('asks the network again on every page: a retry has an address that no page before it had', async () => {
    const origin = servers.faults.gateways['no-global-once'];
    const addresses: string[] = [];
    for (let visit = 0; visit < 2; visit++) {
      const page = await freshPage();
      await ready(page, origin);
      addresses.push(...asked(page).filter((address) => address.includes('retry')));
    }
    expect(addresses.length).to.equal(2);
    expect(new Set(addresses).size).to.equal(2);
  });

  it('no other script can make our Trusted Types policy, under the policy that SECURITY.md gives', async function () {
    const csp = `require-trusted-types-for 'script'; trusted-types iotpay-checkout lit-html`;
    const page = await freshPage({ csp });
    type Factory = { createPolicy(name: string, rules: object): unknown };
    const { trustedTypes } = page.window as unknown as { trustedTypes?: Factory };
    // Where a browser has no Trusted Types the form is there all the same.
    if (trustedTypes) expect(() => trustedTypes.createPolicy('iotpay-checkout', {})).to.throw();
    await ready(page, ok);
    expect(page.violations.filter(({ blockedURI }) => blockedURI !== 'trusted-types-policy')).to.deep.equal(
      [],
    );
  });

  it('that failed is asked for again by load(): a failure is not remembered', async () => {
    const page = await freshPage();
    const tags = added(page);
    const element = add(page, servers.faults.gateways['404']);
    await next(element, 'iotpay-error');
    expect(tags.length).to.equal(3);
    await element.load().catch(() => {});
    expect(element.error?.code).to.equal('script-network');
    expect(tags.length).to.equal(6);
  });

  it('that fails for one element has time left for another, and serves it whatever script of the page brings it', async () => {
    const page = await freshPage();
    const { stall } = servers.faults.gateways;
    const first = add(page, stall, { setupTimeout: 600 });
    const second = add(page, stall, { setupTimeout: 15_000 });
    await next(first, 'iotpay-error');
    await pause(100);
    expect([second.status, second.error]).to.deep.equal(['loading', undefined]);
    const own = page.document.createElement('script');
    own.src = `${ok}/cc/iotpaycc.js`;
    page.document.body.append(own);
    await next(second, 'iotpay-ready', 4000);
  });

  it('that failed from one gateway is not asked for from another: it may still come in', async () => {
    const page = await freshPage();
    await next(add(page, servers.faults.gateways['404']), 'iotpay-error');
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(0);
    const other = add(page, ok);
    await next(other, 'iotpay-error');
    expect(other.error?.code).to.equal('config');
    expect(other.error?.message).to.include(servers.faults.gateways['404']);
  });

  it('is not asked for once its time is over: no tag is left in the page', async () => {
    const page = await freshPage();
    const tags = added(page);
    // The time ends in the pause after the second attempt.
    await next(add(page, servers.faults.gateways['404'], { setupTimeout: 600 }), 'iotpay-error');
    await pause(700);
    expect(tags.length).to.be.at.most(2);
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(0);
  });

  it('is asked for once by a browser that is offline, and the error says so', async () => {
    const page = await freshPage();
    Object.defineProperty(page.window.navigator, 'onLine', { value: false, configurable: true });
    const tags = added(page);
    const element = add(page, servers.faults.gateways['404']);
    await next(element, 'iotpay-error');
    expect(element.error?.code).to.equal('offline');
    expect(tags.length).to.equal(1);
  });
});
