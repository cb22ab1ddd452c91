// The real libraries that render pages, with an open form in what they render: promise 7 with each of them.
import Alpine from 'alpinejs';
import morph from '@alpinejs/morph';
import * as Turbo from '@hotwired/turbo';
import { expect, fixture, html } from '@open-wc/testing';
import htmx from 'htmx.org/dist/htmx.esm.js';
import { Idiomorph } from 'idiomorph';
import morphdom from 'morphdom';
import { createApp, h, nextTick, ref } from 'vue/dist/vue.runtime.esm-browser.prod.js';
import type { IotpayCheckout } from '../../src/index.js';
import { frames, mounts, next, pause, report, servers, unique, until } from '../support/element.js';
import { loadReact } from '../support/react-umd.js';

const gatewayOrigin = servers.faults.gateways.ok;

/** What the page's server renders: the element with a text that changes. */
const markup = (secureId: string, text: string) =>
  `<section id="pay"><h2>${text}</h2><iotpay-checkout secure-id="${secureId}" gateway-origin="${gatewayOrigin}">${text}</iotpay-checkout></section>`;

const alive = (element: IotpayCheckout) =>
  element.isConnected &&
  element.status === 'ready' &&
  frames().length === 1 &&
  (frames()[0]?.getBoundingClientRect().height ?? 0) > 50;

/** How long a form must be there to have come to stay, in milliseconds: another hand renders again when it hears of it. */
const STAYS_MS = 200;

/** One live form with this secureId, and it stays; then it can be paid in. */
async function expectAlive(secureId: string): Promise<void> {
  const here = () => document.querySelector('iotpay-checkout')!;
  // What the other hand has done is noticed in a task of its own.
  await pause(100);
  let since: number | undefined;
  const stays = () => {
    since = alive(here()) ? (since ?? performance.now()) : undefined;
    return since !== undefined && performance.now() - since >= STAYS_MS;
  };
  await until(stays, 'the form is back, and stays', 8000);
  expect(mounts().at(-1)?.secureId).to.equal(secureId);
  expect(here().getAttribute('status')).to.equal('ready');
  report({ result: 'SUCCESS' });
  expect(here().status).to.equal('succeeded');
  await until(() => frames().length === 0, 'nothing is left to pay in', 2000);
}

/** The page as its server has rendered it, with the form open. */
async function page(secureId: string): Promise<HTMLElement> {
  const place = await fixture<HTMLElement>(html`<div></div>`);
  place.innerHTML = markup(secureId, 'Total: 10');
  await next(place, 'iotpay-ready');
  return place;
}

/** What each library does with the same markup, rendered again with another text. */
const MORPHS: Readonly<Record<string, (section: HTMLElement, markup: string) => unknown>> = {
  'Turbo, a stream that replaces': (_, again) =>
    Turbo.renderStreamMessage(
      `<turbo-stream action="replace" target="pay"><template>${again}</template></turbo-stream>`,
    ),
  'Turbo, a stream that morphs': (_, again) =>
    Turbo.renderStreamMessage(
      `<turbo-stream action="replace" method="morph" target="pay"><template>${again}</template></turbo-stream>`,
    ),
  idiomorph: (section, again) => Idiomorph.morph(section, again),
  morphdom: (section, again) => morphdom(section, again),
  'Alpine’s morph': (section, again) => Alpine.morph(section, again, {}),
  'htmx, innerHTML': (section, again) =>
    htmx.swap({ target: section.parentElement!, text: again, swap: 'innerHTML' }),
  'htmx, innerMorph': (section, again) =>
    htmx.swap({ target: section.parentElement!, text: again, swap: 'innerMorph' }),
};

before(() => {
  Alpine.plugin(morph);
});

describe('under other hands', () => {
  for (const [library, act] of Object.entries(MORPHS)) {
    it(`${library}: the same markup with another text`, async () => {
      const secureId = unique('hands');
      const place = await page(secureId);
      act(place.querySelector('section')!, markup(secureId, 'Total: 11'));
      await until(() => place.querySelector('h2')?.textContent === 'Total: 11', 'it is rendered', 4000);
      await expectAlive(secureId);
    });
  }

  it('Vue: a text child that changes', async () => {
    const secureId = unique('vue');
    const text = ref('Total: 10');
    const place = await fixture<HTMLElement>(html`<div></div>`);
    const app = createApp({
      render: () =>
        h('iotpay-checkout', { 'secure-id': secureId, 'gateway-origin': gatewayOrigin }, text.value),
    });
    app.mount(place);
    await next(place, 'iotpay-ready');
    text.value = 'Total: 11';
    await nextTick();
    await expectAlive(secureId);
    app.unmount();
    await until(() => !document.querySelector('[data-iotpay-checkout]'), 'nothing stays', 2000);
  });

  it('React: a text child that changes, and a placeholder that goes when the form is ready', async () => {
    const secureId = unique('react');
    const { React, ReactDOM } = await loadReact();
    const place = await fixture<HTMLElement>(html`<div></div>`);
    const root = ReactDOM.createRoot(place);
    const render = (text: string | null) =>
      root.render(
        React.createElement(
          'iotpay-checkout',
          { 'secure-id': secureId, 'gateway-origin': gatewayOrigin },
          text,
        ),
      );
    // Once: the text that comes later makes the form ready again.
    place.addEventListener('iotpay-ready', () => render(null), { once: true });
    render('Total: 10');
    await next(place, 'iotpay-ready');
    const shows = (text: string) => !!place.querySelector('iotpay-checkout')?.textContent.includes(text);
    await until(() => !shows('Total: 10'), 'the placeholder is gone', 4000);
    render('Total: 11');
    // React renders in a task of its own.
    await until(() => shows('Total: 11'), 'it is rendered', 4000);
    await expectAlive(secureId);
    root.unmount();
    await until(() => !document.querySelector('[data-iotpay-checkout]'), 'nothing stays', 2000);
  });

  it('a clock that ticks inside the element: the error names what to do, and never ready over nothing', async () => {
    const secureId = unique('clock');
    const seconds = ref(60);
    const place = await fixture<HTMLElement>(html`<div></div>`);
    const app = createApp({
      render: () =>
        h(
          'iotpay-checkout',
          { 'secure-id': secureId, 'gateway-origin': gatewayOrigin },
          `${seconds.value} s left`,
        ),
    });
    app.mount(place);
    const tick = setInterval(() => (seconds.value -= 1), 300);
    const error = await next(place, 'iotpay-error', 15_000);
    clearInterval(tick);
    expect(error.detail).to.have.property('code', 'frame-removed');
    expect(place.querySelector('iotpay-checkout')?.status).to.equal('error');
    expect(frames().length).to.equal(0);
    app.unmount();
  });
});
