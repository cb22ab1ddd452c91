// The starter, as it is built: what leaves before the element is there, and what the element makes of it.
import { expect } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { next, pause, record, seen, servers, unique, until } from '../support/element.js';
import { afterTest, freshPage, type FreshPage, type FreshPageOptions } from '../support/page.js';

const { gateways } = servers.faults;

interface TagSettings {
  readonly tag?: string;
  /** Behind the endpoint's address. */
  readonly query?: Readonly<Record<string, string>>;
  readonly [attribute: string]: unknown;
}

/** Markup of a tag whose requests carry this text. */
function markup(name: string, { query = {}, ...attributes }: TagSettings = {}): string {
  const all = {
    'secure-id-endpoint': `${servers.backend}/api/secure-id?${new URLSearchParams(query)}`,
    'request-data': JSON.stringify({ tag: name }),
    'gateway-origin': gateways.ok,
    ...attributes,
  };
  const written = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${String(value).replaceAll('"', '&quot;')}"`);
  return `<iotpay-checkout${written.join('')}></iotpay-checkout>`;
}

/** A page with the starter and this body, on which the element is not defined yet. */
const started = (body: string, options: FreshPageOptions = {}): Promise<FreshPage> =>
  freshPage({ element: 'no', starter: 'inline', body, ...options });

const tagOf = (page: FreshPage): IotpayCheckout => {
  const tag = page.document.querySelector('iotpay-checkout');
  if (!tag) throw new Error('No tag.');
  return tag;
};

/** Defines the element, as its file does when it comes in. */
async function arrive(page: FreshPage): Promise<IotpayCheckout> {
  const script = page.document.createElement('script');
  script.type = 'module';
  script.nonce = 'test-nonce';
  const { trustedTypes } = page.window as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };
  };
  const policy = trustedTypes?.createPolicy('test', { createScriptURL: (url: string) => url });
  const address = '/dist/cdn/iotpay-checkout.js';
  script.src = policy ? policy.createScriptURL(address) : address;
  page.document.head.append(script);
  await page.window.customElements.whenDefined('iotpay-checkout');
  return tagOf(page);
}

const settled = (element: IotpayCheckout): Promise<void> =>
  until(() => /ready|error|succeeded|unknown/.test(element.status), `an end, now ${element.status}`);

/** Requests that have reached the backend, once there are so many. */
async function requests(name: string, count: number) {
  await until(async () => (await seen(name)).length >= count, `${count} requests of ${name}`);
  await pause(150);
  const all = await seen(name);
  expect(all.length, 'requests').to.equal(count);
  return all;
}

/** A script for the head of a page that keeps the signals of its requests, and counts rejections that nobody handles. */
const WATCHED_REQUESTS = `<script nonce="test-nonce">
  globalThis.signals = [];
  globalThis.unhandled = 0;
  addEventListener('unhandledrejection', () => unhandled++);
  const real = fetch;
  globalThis.fetch = (url, init) => (signals.push(init.signal), real(url, init));
</script>`;

/** What that script has seen. */
const watched = ({ window }: FreshPage) =>
  window as unknown as { readonly signals: readonly AbortSignal[]; readonly unhandled: number };

const preloads = (page: FreshPage) => page.document.querySelectorAll('link[rel=preload]').length;

describe('the starter', function () {
  this.timeout(30_000);

  for (const starter of ['inline', 'file'] as const) {
    it(`sends the one request and asks for the script before the element is there (${starter})`, async () => {
      const name = unique('start');
      const page = await started(markup(name), { starter });
      const [early] = await requests(name, 1);
      expect(preloads(page)).to.equal(1);
      const element = await arrive(page);
      await settled(element);
      expect(element.status).to.equal('ready');
      const [request] = await requests(name, 1);
      expect(request).to.deep.equal(early);
      expect(request?.body).to.deep.equal({ tag: name, mode: 'pay' });
      expect(request?.headers['content-type']).to.equal('application/json');
      expect(request?.headers.accept).to.equal('application/json');
      expect(request?.idempotencyKey).to.match(
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      );
      expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
      const fetched = page.window.performance
        .getEntriesByType('resource')
        .filter((entry) => entry.name.includes('iotpaycc.js'));
      expect(fetched.length, 'loads of the script').to.be.at.most(2);
    });
  }

  it('joins a request that is still on its way', async () => {
    const name = unique('start');
    const page = await started(markup(name, { query: { fault: 'slow' } }));
    const element = await arrive(page);
    await settled(element);
    expect(element.status).to.equal('ready');
    await requests(name, 1);
  });

  it('is of no use to an element with another intent: its order is not used, its request given up', async () => {
    const name = unique('start');
    const page = await started(markup(name, { query: { fault: 'slow' } }), { head: WATCHED_REQUESTS });
    await requests(name, 1);
    const other = unique('other');
    tagOf(page).setAttribute('request-data', JSON.stringify({ tag: other }));
    const element = await arrive(page);
    await settled(element);
    expect(element.status).to.equal('ready');
    const [first] = await requests(name, 1);
    const [second] = await requests(other, 1);
    expect(second?.idempotencyKey).not.to.equal(first?.idempotencyKey);
    expect(watched(page).signals[0]?.aborted).to.equal(true);
    // Back to what was asked first: nobody has read an answer to it, so it is the same request again.
    element.setAttribute('request-data', JSON.stringify({ tag: name }));
    await next(element, 'iotpay-ready');
    const again = await requests(name, 2);
    expect(again[1]?.idempotencyKey).to.equal(first?.idempotencyKey);
  });

  it('is of no use either where the request carries headers of the page: sent again with the same key', async () => {
    const name = unique('start');
    const page = await started(markup(name));
    await requests(name, 1);
    tagOf(page).requestHeaders = { 'X-CSRF': 'token' };
    await settled(await arrive(page));
    const [first, second] = await requests(name, 2);
    expect(second?.headers['x-csrf']).to.equal('token');
    expect(second?.idempotencyKey).to.equal(first?.idempotencyKey);
  });

  it('is of no use where the page has a secureId of its own by then', async () => {
    const name = unique('start');
    const page = await started(markup(name));
    await requests(name, 1);
    tagOf(page).secureId = unique('own');
    const element = await arrive(page);
    await settled(element);
    const [mount] = (page.window as unknown as { faultyMounts: { secureId: string }[] }).faultyMounts;
    expect(mount?.secureId).to.equal(element.secureId);
    await requests(name, 1);
  });

  it('tells of a request that failed, and load() repeats it with the same key', async () => {
    const name = unique('start');
    const page = await started(markup(name, { query: { fault: 'cut', times: '1', tag: name } }));
    const log = record(tagOf(page));
    await requests(name, 1);
    const element = await arrive(page);
    await settled(element);
    expect(element.error?.code).to.equal('endpoint-network');
    await requests(name, 1);
    await element.load();
    expect(element.status).to.equal('ready');
    expect(log.at(-1)).to.equal('ready');
    const [first, second] = await requests(name, 2);
    expect(second?.idempotencyKey).to.equal(first?.idempotencyKey);
  });

  it('gives up its request when the element is removed', async () => {
    const name = unique('start');
    const page = await started(markup(name, { query: { fault: 'stall' } }), { head: WATCHED_REQUESTS });
    const element = await arrive(page);
    await until(() => element.status === 'loading', 'loading');
    element.remove();
    await until(() => element.status === 'idle', 'idle');
    await pause(100);
    expect(element.error).to.equal(undefined);
    expect(watched(page).signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
    expect(watched(page).unhandled).to.equal(0);
  });

  it('is joined once: a clone of the tag makes an order of its own', async () => {
    const name = unique('start');
    const page = await started(markup(name));
    await requests(name, 1);
    page.document.body.append(tagOf(page).cloneNode());
    await arrive(page);
    await requests(name, 2);
  });

  for (const [what, attributes] of Object.entries<TagSettings>({
    'loading=lazy': { loading: 'lazy' },
    'loading=manual': { loading: 'manual' },
    'a hidden tag': { hidden: '' },
    'a mode that is none': { mode: 'sub' },
    'malformed request-data': { 'request-data': '{"orderId": 7' },
    'request-data that is a list': { 'request-data': '[1]' },
    'request-data that is null': { 'request-data': 'null' },
    'an order-status endpoint that is no web address': { 'order-status-endpoint': 'mailto:me@shop.example' },
    'a colour scheme that is none': { 'color-scheme': 'blue' },
    'no web address': { 'secure-id-endpoint': 'mailto:me@shop.example' },
    'a gateway that is not on the list': { 'gateway-origin': 'https://evil.example' },
    'a theme that is none': { theme: 'dark' },
    'credentials that are none': { credentials: 'yes' },
    'a set-up timeout of no time': { 'setup-timeout': '0' },
    'nothing to ask': { 'secure-id-endpoint': undefined },
  })) {
    it(`leaves everything to the element: ${what}`, async () => {
      const name = unique('start');
      const page = await started(markup(name, attributes));
      await pause(150);
      expect(await seen(name)).to.deep.equal([]);
      expect(preloads(page)).to.equal(0);
    });
  }

  for (const [length, count] of [
    [10_000, 1],
    [20_000, 0],
  ] as const) {
    it(`leaves request-data that the element may refuse to it: ${length} characters, ${count} requests`, async () => {
      const name = unique('start');
      const tag = markup(name, { 'request-data': JSON.stringify({ tag: name, note: 'NOTE' }) });
      const page = await started(
        `<script nonce="test-nonce">document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(tag)}.replace('NOTE', 'x'.repeat(${length})))</script>`,
      );
      await requests(name, count);
      expect(preloads(page)).to.equal(count);
    });
  }

  it('leaves a tag in a hidden part of the page to the element', async () => {
    const name = unique('start');
    const page = await started(`<div hidden>${markup(name)}</div>`);
    await requests(name, 0);
    expect(preloads(page)).to.equal(0);
  });

  it('leaves a hidden page of Turbo’s, and a tag that is in a template, alone', async () => {
    const name = unique('start');
    const preview = await started(markup(name), {
      head: '<script nonce="test-nonce">document.documentElement.setAttribute("data-turbo-preview", "")</script>',
    });
    await started(`<template>${markup(name)}</template>`);
    await pause(150);
    expect(preloads(preview)).to.equal(0);
    expect(await seen(name)).to.deep.equal([]);
  });

  it('starts nothing while the page is prerendered', async () => {
    const name = unique('start');
    await started(markup(name), {
      head: '<script nonce="test-nonce">Object.defineProperty(document, "prerendering", { value: true })</script>',
    });
    await pause(150);
    expect(await seen(name)).to.deep.equal([]);
  });

  it('asks for the script alone where the tag has a secureId', async () => {
    const name = unique('start');
    const page = await started(markup(name, { 'secure-id': unique('own') }));
    await pause(150);
    expect(preloads(page)).to.equal(1);
    expect(await seen(name)).to.deep.equal([]);
  });

  it('asks for no script where the page’s own tag does', async () => {
    const name = unique('start');
    const script = `${gateways.ok}/cc/iotpaycc.js`;
    const page = await started(markup(name), { head: `<script async src="${script}"></script>` });
    expect(preloads(page)).to.equal(0);
    const element = await arrive(page);
    await settled(element);
    expect(element.status).to.equal('ready');
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
  });

  it('and the page’s own tag, still waiting beside a script that is preloaded, is one load', async () => {
    const name = unique('start');
    const script = `${gateways.ok}/cc/iotpaycc.js`;
    const page = await started(markup(name), { head: `<link rel="preload" as="script" href="${script}">` });
    await until(() => page.window.performance.getEntriesByName(script).length > 0, 'the preload');
    const tag = page.document.createElement('script');
    tag.src = script;
    const arrived = arrive(page);
    page.document.head.append(tag);
    const element = await arrived;
    await settled(element);
    expect(element.status).to.equal('ready');
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
  });

  it('runs under a strict policy with its hash and Trusted Types, without one violation', async () => {
    const name = unique('start');
    const csp = `default-src 'none'; script-src 'nonce-{nonce}' {starter} 'strict-dynamic'; connect-src 'self'; frame-src ${gateways.ok}; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types iotpay-checkout lit-html test`;
    const page = await started(markup(name), { csp });
    await requests(name, 1);
    const element = await arrive(page);
    await settled(element);
    expect(element.status, element.error?.message).to.equal('ready');
    await requests(name, 1);
    expect(page.violations.map((each) => `${each.violatedDirective} ${each.blockedURI}`)).to.deep.equal([]);
  });

  it('under a policy that refuses the request: the error names the directive', async function () {
    const name = unique('start');
    const csp = `script-src 'nonce-{nonce}' {starter} 'strict-dynamic'; connect-src 'none'; frame-src ${gateways.ok}`;
    const page = await started(markup(name), { csp, head: WATCHED_REQUESTS });
    await pause(150);
    expect(watched(page).unhandled, 'told by the element alone').to.equal(0);
    const element = await arrive(page);
    await settled(element);
    expect(element.error?.code).to.equal('endpoint-network');
    expect(element.error?.message).to.include('connect-src');
    // WebKitGTK refuses without an event: there the message can only ask.
    const isTold = page.violations.some((each) => each.effectiveDirective === 'connect-src');
    if (isTold) expect(element.error?.message).to.include('refused by the page');
  });

  it('does nothing where the element is there already', async () => {
    const name = unique('start');
    const page = await freshPage({ element: 'cdn', body: markup(name) });
    await settled(tagOf(page));
    const script = page.document.createElement('script');
    script.src = '/dist/cdn/iotpay-checkout-start.js';
    const loaded = new Promise((resolve) => script.addEventListener('load', resolve));
    page.document.head.append(script);
    await loaded;
    afterTest(() => script.remove());
    page.document.body.insertAdjacentHTML('beforeend', markup(name, { loading: 'eager' }));
    await requests(name, 2);
    expect(preloads(page)).to.equal(0);
  });
});
