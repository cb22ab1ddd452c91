// The real Turbo over pages that a server answers: page refreshes that morph, visits, previews and restored snapshots.
import { expect } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import type { FaultyMount } from '../support/fault-server.js';
import { pause, seen, servers, unique, until } from '../support/element.js';
import { freshPage } from '../support/page.js';

const gatewayOrigin = servers.faults.gateways.ok;

interface TurboPage {
  readonly Turbo: {
    visit(address: string, options?: object): void;
    renderStreamMessage(message: string): void;
  };
  readonly faultyMounts?: readonly FaultyMount[];
}

/**
 * The head of a page that Turbo drives, and that it refreshes in one way. Without scroll anchoring: where the panel above
 * what is read goes, a browser that anchors moves the page with it, so that what is read stays where it is. Whatever
 * moves it besides is ours.
 */
const head = (method: 'morph' | 'replace') =>
  `<meta name="turbo-refresh-method" content="${method}"><meta name="turbo-refresh-scroll" content="preserve">
  <style>html { overflow-anchor: none }</style>
  <script type="module">import * as Turbo from '/node_modules/@hotwired/turbo/dist/turbo.es2017-esm.js'; globalThis.Turbo = Turbo;</script>`;

const tag = (attributes: string) =>
  `<h1>Order</h1><main id="main"><iotpay-checkout gateway-origin="${gatewayOrigin}" ${attributes}></iotpay-checkout></main><p style="height: 3000px">Below</p>`;

/** A page with one element, as its server answers it, driven by Turbo. */
async function turboPage(attributes: string, method: 'morph' | 'replace' = 'morph') {
  const { window, document } = await freshPage({ head: head(method), body: tag(attributes) });
  const page = window as unknown as TurboPage;
  const element = () => document.querySelector<IotpayCheckout>('iotpay-checkout')!;
  const frames = () => [...document.querySelectorAll('iframe')];
  const mounts = () => page.faultyMounts ?? [];
  return {
    window,
    document,
    Turbo: page.Turbo,
    element,
    frames,
    mounts,
    report: (event: unknown) => mounts().at(-1)?.callback(event),
    is: (status: string) => until(() => element().status === status, status),
    alive: () =>
      element().status === 'ready' &&
      frames().length === 1 &&
      frames()[0]!.getBoundingClientRect().height > 50,
    /** What is done, until Turbo has rendered the page of the server's answer. */
    rendered: async (act: () => void) => {
      let done = false;
      const note = () => (done ||= !document.documentElement.hasAttribute('data-turbo-preview'));
      document.addEventListener('turbo:render', note);
      act();
      await until(() => done, 'Turbo renders');
      document.removeEventListener('turbo:render', note);
      await pause(50);
    },
  };
}

type Page = Awaited<ReturnType<typeof turboPage>>;

const REFRESHES: Readonly<Record<string, (page: Page) => void>> = {
  'a visit to the same page': ({ Turbo, window }) => Turbo.visit(window.location.href, { action: 'replace' }),
  'a broadcast refresh': ({ Turbo }) =>
    Turbo.renderStreamMessage('<turbo-stream action="refresh"></turbo-stream>'),
};

describe('a page refresh of Turbo’s that morphs', () => {
  for (const [how, act] of Object.entries(REFRESHES)) {
    for (const before of ['ready', 'failed'] as const) {
      it(`${how}, ${before}: a live form with the same secureId, where the page was scrolled to`, async () => {
        const secureId = unique('turbo');
        const page = await turboPage(`secure-id="${secureId}"`);
        await page.is('ready');
        if (before === 'failed') page.report({ result: 'FAIL', message: 'Declined' });
        const element = page.element();
        page.window.scrollTo(0, 400);
        await page.rendered(() => act(page));
        await until(page.alive, 'the form is back', 4000);
        await pause(200);
        expect(page.alive()).to.equal(true);
        expect(page.element()).to.equal(element);
        expect(page.mounts().map((mount) => mount.secureId)).to.deep.equal([secureId, secureId]);
        expect(Math.abs(page.window.scrollY - 400)).to.be.lessThan(2);
        page.report({ result: 'SUCCESS' });
        expect(element.status).to.equal('succeeded');
      });
    }

    it(`${how}, unknown: nothing to pay in comes back, and a late success still counts`, async () => {
      const page = await turboPage(`secure-id="${unique('turbo')}"`);
      await page.is('ready');
      page.report({ result: 'FAIL', message: 'Timeout' });
      await page.rendered(() => act(page));
      await until(() => page.element().getAttribute('status') === 'unknown', 'it says so', 2000);
      expect([page.element().status, page.frames().length, page.mounts().length]).to.deep.equal([
        'unknown',
        0,
        1,
      ]);
      page.report({ result: 'SUCCESS' });
      expect(page.element().status).to.equal('succeeded');
    });

    it(`${how}, succeeded: nothing is asked for or mounted again`, async () => {
      const page = await turboPage(`secure-id="${unique('turbo')}"`);
      await page.is('ready');
      page.report({ result: 'SUCCESS' });
      await page.rendered(() => act(page));
      await until(() => page.element().getAttribute('status') === 'succeeded', 'it says so', 2000);
      await pause(200);
      expect([page.element().status, page.frames().length, page.mounts().length]).to.deep.equal([
        'succeeded',
        0,
        1,
      ]);
    });

    it(`${how}, loading: the one order becomes one form`, async () => {
      const mark = unique('turbo');
      const page = await turboPage(
        `secure-id-endpoint="${servers.backend}/api/secure-id?fault=slow&amp;tag=${mark}"`,
      );
      await page.is('loading');
      await page.rendered(() => act(page));
      await until(page.alive, 'the form', 8000);
      expect(await seen(mark)).to.have.length(1);
      expect(page.mounts()).to.have.length(1);
    });
  }
});

describe('a page refresh of Turbo’s that replaces', () => {
  it('one live form with the same secureId', async () => {
    const secureId = unique('turbo');
    const page = await turboPage(`secure-id="${secureId}"`, 'replace');
    await page.is('ready');
    const element = page.element();
    await page.rendered(() => page.Turbo.visit(page.window.location.href, { action: 'replace' }));
    await until(page.alive, 'the form is back', 4000);
    expect(page.element()).to.not.equal(element);
    expect(page.mounts().map((mount) => mount.secureId)).to.deep.equal([secureId, secureId]);
    expect(element.status).to.equal('idle');
  });
});

describe('visits of Turbo’s', () => {
  /** Another page of the same shop. */
  const other = ({ window }: Page) => {
    const address = new URL(window.location.href);
    address.searchParams.set('body', '<p id="other">Another page</p>');
    return address.href;
  };

  it('away and back by the browser’s own way: the snapshot has one live form, and no order of the page before it', async () => {
    const mark = unique('visit');
    const page = await turboPage(`secure-id-endpoint="${servers.backend}/api/secure-id?tag=${mark}"`);
    await page.is('ready');
    const first = page.element();
    await page.rendered(() => page.Turbo.visit(other(page)));
    expect([page.frames().length, first.status]).to.deep.equal([0, 'idle']);
    await page.rendered(() => page.window.history.back());
    await until(page.alive, 'the form is back', 4000);
    await pause(200);
    expect(page.alive()).to.equal(true);
    expect(page.element()).to.not.equal(first);
    expect(await seen(mark)).to.have.length(2);
  });

  it('away and back by a link: the preview asks for nothing, the page that follows for one order', async () => {
    const mark = unique('preview');
    const page = await turboPage(`secure-id-endpoint="${servers.backend}/api/secure-id?tag=${mark}"`);
    const { href } = page.window.location;
    await page.is('ready');
    let previews = 0;
    page.document.addEventListener('turbo:render', () => {
      if (page.document.documentElement.hasAttribute('data-turbo-preview')) previews++;
    });
    await page.rendered(() => page.Turbo.visit(other(page)));
    await page.rendered(() => page.Turbo.visit(href));
    await until(page.alive, 'the form is back', 4000);
    await pause(200);
    // None, where the page itself was there first.
    expect(previews).to.be.lessThan(2);
    expect(page.alive()).to.equal(true);
    expect(await seen(mark)).to.have.length(2);
    expect(page.mounts()).to.have.length(2);
  });

  it('away in mid-payment: a success that comes later reaches the document', async () => {
    const page = await turboPage(`secure-id="${unique('away')}"`);
    await page.is('ready');
    let told = 0;
    page.document.addEventListener('iotpay-success', () => told++);
    await page.rendered(() => page.Turbo.visit(other(page)));
    page.report({ result: 'SUCCESS' });
    expect(told).to.equal(1);
  });
});
