// Whatever another hand does to our nodes: a live form again, with the same secureId, or an error that says so.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import {
  frames,
  mounts,
  next,
  pause,
  readyElement,
  record,
  report,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';

const origin = servers.faults.gateways.ok;
/** The promise's own limit, in milliseconds. */
const SOON_MS = 2000;

const HANDS: Readonly<Record<string, (element: HTMLElement) => void>> = {
  'textContent, as a framework updates a text child': (element) => (element.textContent = 'x'),
  'replaceChildren, as a page clears its placeholder': (element) => element.replaceChildren(),
  'innerHTML, as a morph that knows only the server’s markup': (element) =>
    (element.innerHTML = '<p>Loading</p>'),
  'removal of the frame, as an extension does': () => frames()[0]?.remove(),
  'removal of the container': () => frames()[0]?.parentElement?.remove(),
  'the container goes somewhere else': () => {
    const container = frames()[0]?.parentElement;
    if (container) document.body.append(container);
  },
};

async function paying(tag: string, settings: Record<string, unknown> = {}): Promise<IotpayCheckout> {
  const element = document.createElement('iotpay-checkout');
  Object.assign(element, {
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    gatewayOrigin: origin,
    requestData: { tag },
    noRedirect: true,
    ...settings,
  });
  (await fixture(html`<div></div>`)).append(element);
  await next(element, 'iotpay-ready');
  return element;
}

async function liveAgain(element: IotpayCheckout, mounted: number): Promise<void> {
  await until(() => mounts().length > mounted && element.status === 'ready', 'a live form again', SOON_MS);
  expect(frames()).to.have.length(1);
  expect(frames()[0]?.getBoundingClientRect().height).to.be.above(0);
  const [before, after] = mounts().slice(-2);
  expect(after?.secureId).to.equal(before?.secureId);
}

describe('a form that another hand takes away comes back with the same secureId', () => {
  for (const [name, hand] of Object.entries(HANDS)) {
    it(`ready: ${name}`, async () => {
      const tag = unique('hand');
      const element = await paying(tag);
      const mounted = mounts().length;
      hand(element);
      await liveAgain(element, mounted);
      expect(await seen(tag)).to.have.length(1);
      expect(document.querySelectorAll('[data-iotpay-checkout]')).to.have.length(1);
    });

    it(`declined: ${name}`, async () => {
      const tag = unique('declined');
      const element = await paying(tag);
      report({ result: 'FAIL', message: 'Card declined' });
      expect(element.status).to.equal('failed');
      const mounted = mounts().length;
      hand(element);
      await liveAgain(element, mounted);
      expect(await seen(tag)).to.have.length(1);
    });
  }

  it('loading: the container is removed before the frame has come', async () => {
    const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
    Object.assign(element, {
      secureId: unique('early'),
      gatewayOrigin: servers.faults.gateways['late-frame'],
    });
    const done = element.load();
    await until(() => !!element.querySelector('[data-iotpay-checkout]'), 'a container');
    const mounted = mounts().length;
    element.replaceChildren();
    await until(() => mounts().length > mounted, 'mounted again', SOON_MS);
    await done;
    expect(element.status).to.equal('ready');
    expect(frames()).to.have.length(1);
  });

  it('unknown: nothing to pay in comes back, and the order goes on being asked for', async () => {
    const tag = unique('unknown');
    const element = await paying(tag, {
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500`,
    });
    report({ result: 'FAIL', message: 'Timeout' });
    const mounted = mounts().length;
    element.replaceChildren();
    await pause(500);
    expect(element.status).to.equal('unknown');
    expect(mounts().length).to.equal(mounted);
    element.orderStatusEndpoint = `${servers.backend}/api/order-status`;
    expect(frames()).to.have.length(0);
  });

  it('the slots in the hosts around it are put back without a new frame', async () => {
    const outer = document.createElement('div');
    const inner = outer
      .attachShadow({ mode: 'closed' })
      .appendChild(document.createElement('iotpay-checkout'));
    (await fixture(html`<div></div>`)).append(outer);
    Object.assign(inner, { secureId: unique('slot'), gatewayOrigin: origin });
    await next(inner, 'iotpay-ready');
    const window = frames()[0]?.contentWindow;
    inner.replaceChildren();
    frames()[0]?.parentElement?.removeAttribute('slot');
    await until(() => (frames()[0]?.getBoundingClientRect().height ?? 0) > 0, 'shown again', SOON_MS);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(inner.status).to.equal('ready');
  });

  it('an outer host that renders its children again', async () => {
    const outer = document.createElement('div');
    const inner = outer.attachShadow({ mode: 'open' }).appendChild(document.createElement('iotpay-checkout'));
    (await fixture(html`<div></div>`)).append(outer);
    Object.assign(inner, { secureId: unique('outer'), gatewayOrigin: origin });
    await next(inner, 'iotpay-ready');
    const mounted = mounts().length;
    outer.innerHTML = '<b>rendered again</b>';
    await liveAgain(inner, mounted);
  });

  it('in the task of iotpay-ready itself', async () => {
    const tag = unique('placeholder');
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureId: tag, gatewayOrigin: origin });
    element.append('Loading …');
    element.addEventListener('iotpay-ready', () => element.replaceChildren(), { once: true });
    (await fixture(html`<div></div>`)).append(element);
    await next(element, 'iotpay-ready');
    await liveAgain(element, 1);
  });

  it('a frame that IOTPay’s own script replaces is no loss', async () => {
    const element = await readyElement();
    const mounted = mounts().length;
    const frame = frames()[0];
    const other = document.createElement('iframe');
    other.src = `${origin}/frame`;
    frame?.replaceWith(other);
    await pause(600);
    expect(mounts().length).to.equal(mounted);
    expect(element.status).to.equal('ready');
    expect(frames()).to.have.length(1);
  });

  it('again and again: the error says so, no order is made, and load() goes on with the same secureId', async () => {
    const tag = unique('again');
    const element = await paying(tag);
    const log = record(element);
    const greedy = new MutationObserver(() => element.querySelector('[data-iotpay-checkout]')?.remove());
    greedy.observe(element, { childList: true });
    const error = await next(element, 'iotpay-error', 15_000);
    greedy.disconnect();
    expect((error.detail as unknown as { code: string }).code).to.equal('frame-removed');
    expect(element.error?.retryable).to.equal(true);
    expect(element.status).to.equal('error');
    expect(frames()).to.have.length(0);
    const { secureId } = mounts().at(-1) ?? {};
    await element.load();
    expect(element.status).to.equal('ready');
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    expect(await seen(tag)).to.have.length(1);
    expect(log.filter((each) => each === 'error')).to.have.length(1);
  });
});

describe('a payment under way in a frame that vanishes', () => {
  it('is found by asking for the order before the form is put back', async () => {
    const tag = unique('charged');
    const element = await paying(tag, {
      orderStatusEndpoint: `${servers.backend}/api/order-status`,
      requestData: { tag, status: undefined },
    });
    const log = record(element);
    const mounted = mounts().length;
    element.requestHeaders = { 'X-Status': '2' };
    element.replaceChildren();
    await until(
      async () => (await seen(tag)).some(({ path }) => path.endsWith('/order-status')),
      'the question',
      SOON_MS,
    );
    const question = (await seen(tag)).find(({ path }) => path.endsWith('/order-status'));
    expect(question?.body).to.include({ tag, mode: 'pay', frameRemoved: true });
    await liveAgain(element, mounted);
    expect(log).to.include('ready');
  });
});

describe('the attribute status', () => {
  for (const [name, hand] of Object.entries<(element: Element) => void>({
    removed: (element) => element.removeAttribute('status'),
    rewritten: (element) => element.setAttribute('status', 'idle'),
  })) {
    it(`says what is so, after it was ${name}`, async () => {
      const element = await readyElement();
      hand(element);
      await until(() => element.getAttribute('status') === 'ready', 'the status again', SOON_MS);
    });
  }

  it('another hand that corrects it each time does not freeze the page', async () => {
    const element = await readyElement();
    const stubborn = new MutationObserver(() => {
      if (element.getAttribute('status') !== 'mine') element.setAttribute('status', 'mine');
    });
    stubborn.observe(element, { attributeFilter: ['status'] });
    element.removeAttribute('status');
    await pause(300);
    stubborn.disconnect();
    expect(element.status).to.equal('ready');
  });
});

describe('copies', () => {
  it('that a parser adds after the element was connected are discarded', async () => {
    const element = await readyElement();
    const window = frames()[0]?.contentWindow;
    const copy = frames()[0]?.parentElement?.cloneNode(true) as HTMLElement;
    element.append(copy);
    await until(() => frames().length === 1, 'one frame', SOON_MS);
    expect(copy.isConnected).to.equal(false);
    expect(frames()[0]?.contentWindow).to.equal(window);
  });
});
