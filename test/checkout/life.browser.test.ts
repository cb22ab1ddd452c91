import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import {
  fetchedElement,
  frames,
  mounts,
  next,
  pause,
  readyElement,
  record,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';
import { afterTest } from '../support/page.js';

const origin = servers.faults.gateways.ok;
const endpoint = `${servers.backend}/api/secure-id`;

describe('one request', () => {
  it('sends the data, the mode and a key, and makes one request for several changes in one task', async () => {
    const tag = unique('one');
    const element = document.createElement('iotpay-checkout');
    (await fixture(html`<div></div>`)).append(element);
    element.secureIdEndpoint = '/nowhere';
    element.gatewayOrigin = origin;
    element.requestHeaders = { 'X-Csrf': 'token' };
    await Promise.resolve();
    element.secureIdEndpoint = endpoint;
    element.setAttribute('mode', 'ADD');
    element.requestData = { tag, mode: 'ignored' };
    await next(element, 'iotpay-ready');
    const requests = await seen(tag);
    expect(requests).to.have.length(1);
    expect(requests[0]?.body).to.deep.equal({ tag, mode: 'add' });
    expect(requests[0]?.idempotencyKey).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(requests[0]?.headers).to.include({
      'x-csrf': 'token',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(mounts().at(-1)?.mode).to.equal('Add');
  });

  it('does not start over for an equal value, and does for another', async () => {
    const tag = unique('value');
    const element = await fetchedElement(tag, { requestData: { tag, a: { b: 1, c: 2 } } });
    const window = frames()[0]?.contentWindow;
    element.requestData = { a: { c: 2, b: 1 }, tag };
    element.theme = 'card';
    element.requestHeaders = { a: 'b' };
    await pause(100);
    expect(frames()[0]?.contentWindow).to.equal(window);
    element.requestData = { tag, a: { b: 1, c: 3 } };
    await next(element, 'iotpay-ready');
    expect(await seen(tag)).to.have.length(2);
    expect(frames().length).to.equal(1);
  });

  it('lets the newest of two intents win', async () => {
    const tag = unique('newest');
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, {
      secureIdEndpoint: `${endpoint}?fault=slow`,
      gatewayOrigin: origin,
      requestData: { tag },
    });
    (await fixture(html`<div></div>`)).append(element);
    await pause(200);
    const waiting = element.load();
    element.secureIdEndpoint = endpoint;
    await waiting;
    expect(element.status).to.equal('ready');
    const mounted = mounts().length;
    await pause(1800);
    expect(mounts().length).to.equal(mounted);
    expect(frames().length).to.equal(1);
  });

  it('sends the same key again after no answer, and a new one after an answer or with another body', async () => {
    const tag = unique('key');
    const place = await fixture(html`<div></div>`);
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, {
      secureIdEndpoint: `${endpoint}?fault=cut&tag=${tag}`,
      gatewayOrigin: origin,
      requestData: { tag },
    });
    place.append(element);
    await next(element, 'iotpay-error');
    await element.load().catch(() => {});
    element.requestData = { tag, other: true };
    await next(element, 'iotpay-error');
    const keys = (await seen(tag)).map((request) => request.idempotencyKey);
    const [first, ...rest] = keys;
    expect(new Set(keys).size).to.equal(2);
    expect(rest[0]).to.equal(first);
    expect(keys.at(-1)).to.not.equal(first);
  });

  it('uses the page’s own secureId first, and the endpoint for a fresh start', async () => {
    const tag = unique('given');
    const secureId = unique('given');
    const element = await fetchedElement(tag, { secureId });
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    expect(await seen(tag)).to.have.length(0);
    expect(element.hasAttribute('secure-id')).to.equal(false);
    mounts().at(-1)?.callback({ result: 'FAIL' });
    await element.load();
    expect(mounts().at(-1)?.secureId).to.not.equal(secureId);
    expect(await seen(tag)).to.have.length(1);
  });

  it('answers for an order that has been tried already without a form', async () => {
    const tag = unique('tried');
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, {
      secureIdEndpoint: endpoint,
      gatewayOrigin: origin,
      requestData: { tag, status: 2 },
    });
    (await fixture(html`<div></div>`)).append(element);
    const log = record(element);
    const mounted = mounts().length;
    await next(element, 'iotpay-success');
    expect(log).to.deep.equal(['success (order)']);
    expect(mounts().length).to.equal(mounted);
  });
});

describe('life in a page', () => {
  it('does nothing while it was never attached', async () => {
    const element = document.createElement('iotpay-checkout');
    element.secureId = unique('never');
    await pause(50);
    expect(element.status).to.equal('idle');
    const outcome = await element.load().catch((error: unknown) => error);
    expect(outcome).to.have.property('name', 'AbortError');
  });

  it('says what is missing, and goes on as soon as it is given', async () => {
    const element = document.createElement('iotpay-checkout');
    (await fixture(html`<div></div>`)).append(element);
    await next(element, 'iotpay-error');
    expect(element.error?.code).to.equal('config');
    element.gatewayOrigin = origin;
    element.secureId = unique('given-later');
    await next(element, 'iotpay-ready');
    expect(element.error).to.equal(undefined);
  });

  for (const [attribute, value] of [
    ['mode', 'buy'],
    ['request-data', '{"a":'],
    ['request-data', '[1]'],
    ['secure-id-endpoint', 'javascript:alert(1)'],
    ['gateway-origin', 'https://evil.example'],
    ['gateway-origin', 'https://ccapi.iotpaycloud.com.evil.example'],
    ['setup-timeout', 'soon'],
    ['credentials', 'always'],
  ] as const) {
    it(`refuses ${attribute}="${value}" by name`, async () => {
      const element = document.createElement('iotpay-checkout');
      element.secureIdEndpoint = endpoint;
      element.gatewayOrigin = origin;
      element.setAttribute(attribute, value);
      (await fixture(html`<div></div>`)).append(element);
      await next(element, 'iotpay-error');
      expect(element.error?.code).to.equal('config');
      expect(element.error?.message).to.include(attribute);
      expect(frames().length).to.equal(0);
    });
  }

  it('is not disturbed by a browser that is online again, where it was not that which failed', async () => {
    const tag = unique('online');
    const element = await fetchedElement(tag);
    const mounted = mounts().length;
    const window = frames()[0]?.contentWindow;
    const online = async () => {
      globalThis.dispatchEvent(new Event('online'));
      await pause(100);
    };
    await online();
    expect([element.status, frames()[0]?.contentWindow === window]).to.deep.equal(['ready', true]);
    for (const [message, status] of [
      ['Declined', 'failed'],
      ['Timeout', 'unknown'],
    ] as const) {
      mounts().at(-1)?.callback({ result: 'FAIL', message });
      await online();
      expect(element.status).to.equal(status);
    }
    expect(mounts().length).to.equal(mounted);
    expect(await seen(tag)).to.have.length(1);
  });

  it('makes the browser build no window for a frame that is still empty', async () => {
    const { prototype } = HTMLIFrameElement;
    const getter = Object.getOwnPropertyDescriptor(prototype, 'contentWindow');
    const loaded = new WeakSet<HTMLIFrameElement>();
    const listen = ({ target }: Event) => target instanceof HTMLIFrameElement && loaded.add(target);
    const looks: boolean[] = [];
    document.addEventListener('load', listen, true);
    afterTest(() => {
      document.removeEventListener('load', listen, true);
      Object.defineProperty(prototype, 'contentWindow', getter ?? {});
    });
    Object.defineProperty(prototype, 'contentWindow', {
      configurable: true,
      get(this: HTMLIFrameElement) {
        looks.push(loaded.has(this));
        return getter?.get?.call(this) as Window | null;
      },
    });
    const element = await readyElement();
    expect(looks.length, 'looks, so that a frame that is thrown away is noticed').to.be.at.least(1);
    expect(looks).to.not.include(false);
    expect(element.status).to.equal('ready');
  });

  it('keeps the frame through moveBefore', async function () {
    const element = await readyElement();
    const place = element.parentNode as HTMLElement & {
      moveBefore?: (node: Node, child: Node | null) => void;
    };
    if (!place.moveBefore) return this.skip();
    const window = frames()[0]?.contentWindow;
    const other = document.createElement('section');
    place.append(other);
    (other as unknown as typeof place).moveBefore?.(element, null);
    await pause(100);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(element.status).to.equal('ready');
    return undefined;
  });

  it('mounts the same secureId again after an ordinary move, in one frame', async () => {
    const tag = unique('move');
    const element = await fetchedElement(tag);
    const { secureId } = mounts().at(-1)!;
    element.parentElement?.append(document.createElement('p'), element);
    await next(element, 'iotpay-ready');
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    expect(frames().length).to.equal(1);
    expect(await seen(tag)).to.have.length(1);
  });

  it('costs nothing to take it out and put it back within a task while it loads', async () => {
    const tag = unique('strict');
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, {
      secureIdEndpoint: `${endpoint}?fault=slow`,
      gatewayOrigin: origin,
      requestData: { tag },
    });
    const place = await fixture(html`<div></div>`);
    place.append(element);
    element.remove();
    place.append(element);
    await pause(100);
    element.remove();
    place.append(element);
    await next(element, 'iotpay-ready');
    expect(await seen(tag)).to.have.length(1);
  });

  it('cleans up after itself when it is removed, and rejects with AbortError', async () => {
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureIdEndpoint: `${endpoint}?fault=slow`, gatewayOrigin: origin });
    (await fixture(html`<div></div>`)).append(element);
    const log = record(element);
    const loading = element.load().catch((error: unknown) => error);
    element.remove();
    expect(await loading).to.have.property('name', 'AbortError');
    await pause(1800);
    expect(element.status).to.equal('idle');
    expect(log).to.deep.equal([]);
    expect(document.querySelectorAll('[data-iotpay-checkout]').length).to.equal(0);
  });

  it('discards what a clone has copied', async () => {
    const element = await readyElement();
    const clone = element.cloneNode(true) as IotpayCheckout;
    expect(clone.childElementCount).to.equal(1);
    element.parentElement?.append(clone);
    expect(clone.childElementCount).to.equal(0);
    expect(clone.getAttribute('status')).to.equal('idle');
    expect(frames().length).to.equal(1);
  });

  it('works in shadow roots of any depth, open and closed, and leaves nothing there', async () => {
    const outer = await fixture<HTMLElement>(html`<div></div>`);
    const closed = outer.attachShadow({ mode: 'closed' });
    closed.innerHTML = '<main><section></section></main>';
    const section = closed.querySelector('section')!;
    const open = section.attachShadow({ mode: 'open' });
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureId: unique('deep'), gatewayOrigin: origin });
    open.append(element);
    await next(element, 'iotpay-ready');
    const [frame] = frames();
    expect(frame?.closest('[slot]')?.parentElement).to.equal(outer);
    expect(frame?.getBoundingClientRect().width).to.be.greaterThan(200);
    element.remove();
    await pause(50);
    expect(frames().length).to.equal(0);
    expect(section.childElementCount + outer.childElementCount + element.childElementCount).to.equal(0);
  });

  it('says clearly that a host with manual slot assignment cannot show it', async () => {
    const host = await fixture<HTMLElement>(html`<div></div>`);
    const root = host.attachShadow({ mode: 'open', slotAssignment: 'manual' });
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureId: unique('manual'), gatewayOrigin: origin });
    root.append(element);
    await next(element, 'iotpay-error');
    expect(element.error?.code).to.equal('config');
    expect(element.error?.message).to.include('slotAssignment');
  });

  it('honours properties that were set before the upgrade', async () => {
    const place = await fixture(html`<div></div>`);
    const early = document.implementation.createHTMLDocument().createElement('iotpay-checkout');
    Object.assign(early, { secureId: unique('early'), gatewayOrigin: origin });
    place.append(early);
    await next(early, 'iotpay-ready');
  });

  it('serves twenty on one page with one script', async () => {
    const place = await fixture(html`<div></div>`);
    const elements = Array.from({ length: 20 }, () => {
      const element = document.createElement('iotpay-checkout');
      Object.assign(element, { secureId: unique('twenty'), gatewayOrigin: origin });
      place.append(element);
      return element;
    });
    await until(() => elements.every((element) => element.status === 'ready'), 'all are ready');
    expect(frames().length).to.equal(20);
    expect([...document.scripts].filter((tag) => tag.src.includes('iotpaycc.js')).length).to.equal(1);
  });

  it('waits until it is seen with loading="lazy", and until it is told with "manual"', async () => {
    const place = await fixture<HTMLElement>(html`<div style="display: none"></div>`);
    const lazy = document.createElement('iotpay-checkout');
    Object.assign(lazy, { secureId: unique('lazy'), gatewayOrigin: origin, loading: 'lazy' });
    const manual = document.createElement('iotpay-checkout');
    Object.assign(manual, { secureId: unique('manual'), gatewayOrigin: origin, loading: 'manual' });
    place.append(lazy, manual);
    await pause(200);
    expect([lazy.status, manual.status]).to.deep.equal(['idle', 'idle']);
    place.style.display = 'block';
    await next(lazy, 'iotpay-ready');
    expect(manual.status).to.equal('idle');
    await manual.load();
    expect(manual.status).to.equal('ready');
  });

  for (const [when, ms] of [
    ['at once', 0],
    ['later', 200],
  ] as const) {
    it(`waits to be told where loading="lazy" has become "manual" (${when}), also once it is seen`, async () => {
      const place = await fixture<HTMLElement>(html`<div style="display: none"></div>`);
      const element = document.createElement('iotpay-checkout');
      Object.assign(element, { secureId: unique('manual'), gatewayOrigin: origin, loading: 'lazy' });
      place.append(element);
      if (ms) await pause(ms);
      element.loading = 'manual';
      await element.updateComplete;
      await pause(100);
      place.style.display = 'block';
      await pause(300);
      expect(element.status).to.equal('idle');
      await element.load();
      expect(element.status).to.equal('ready');
    });
  }

  it('hands IOTPay the options as attributes, custom properties and options say', async () => {
    const place = await fixture<HTMLElement>(html`<div></div>`);
    const element = document.createElement('iotpay-checkout');
    element.style.setProperty('--iotpay-button-background-color', ' #f90 ');
    element.style.setProperty('--iotpay-button-height', '60px');
    Object.assign(element, {
      secureId: unique('options'),
      gatewayOrigin: origin,
      theme: 'card',
      colorScheme: 'dark',
      buttonText: 'Pay now',
      options: { button: { height: '50px' } },
    });
    place.append(element);
    await next(element, 'iotpay-ready');
    expect(mounts().at(-1)?.options).to.deep.equal({
      darkMode: true,
      theme: 'card',
      button: { text: 'Pay now', backgroundColor: '#f90', height: '50px' },
    });
  });
});
