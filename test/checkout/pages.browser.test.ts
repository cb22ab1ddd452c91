// What pages and visitors' tools do: prerendering, previews, boxes that are none, listeners in a loop, translators.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import {
  backendElement,
  frames,
  next,
  pause,
  readyElement,
  report,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';
import type { FaultyMount } from '../support/fault-server.js';
import { afterTest, freshPage } from '../support/page.js';

const endpoint = `${servers.backend}/api/secure-id`;

describe('nothing starts where nobody looks', () => {
  it('a page that is prerendered: nothing is asked for before it is shown, then one secureId', async () => {
    const tag = unique('prerender');
    Object.defineProperty(document, 'prerendering', { configurable: true, value: true });
    try {
      const made = backendElement(tag, { setupTimeout: 300 });
      (await fixture(html`<div></div>`)).append(made);
      await pause(600);
      expect(made.status).to.not.equal('error');
      expect(await seen(tag)).to.have.length(0);
      expect(frames().length).to.equal(0);
      Object.defineProperty(document, 'prerendering', { configurable: true, value: false });
      made.setupTimeout = 10_000;
      document.dispatchEvent(new Event('prerenderingchange'));
      await next(made, 'iotpay-ready');
      expect(await seen(tag)).to.have.length(1);
    } finally {
      delete (document as { prerendering?: boolean }).prerendering;
    }
  });

  /** So many elements in a preview of Turbo's; `isOver` takes its mark away. */
  async function preview(count: number) {
    const tag = unique('preview');
    const isOver = () => document.documentElement.removeAttribute('data-turbo-preview');
    afterTest(isOver);
    document.documentElement.setAttribute('data-turbo-preview', '');
    const elements = Array.from({ length: count }, () => backendElement(tag));
    (await fixture(html`<div></div>`)).append(...elements);
    return { elements, isOver, asked: () => seen(tag) };
  }

  it('a preview of Turbo’s: nothing is asked for, nor once it is thrown away', async () => {
    const { elements, isOver, asked } = await preview(2);
    await pause(300);
    elements[0]!.remove();
    await pause(50);
    isOver();
    document.dispatchEvent(new Event('turbo:render'));
    await next(elements[1]!, 'iotpay-ready', 1900);
    expect(await asked()).to.have.length(1);
  });

  it('a preview of Turbo’s that is taken away after its mark: nothing is asked for in it', async () => {
    const { elements, isOver, asked } = await preview(2);
    await pause(100);
    isOver();
    // Long enough for a request that would be counted below, and shorter than the wait for an event that never comes.
    await pause(200);
    // As Turbo does it: one task takes the preview away and says so.
    elements[0]!.remove();
    document.dispatchEvent(new Event('turbo:render'));
    await next(elements[1]!, 'iotpay-ready');
    expect(await asked()).to.have.length(1);
  });

  it('a preview of Turbo’s whose render event never comes keeps nobody waiting', async () => {
    const { elements, isOver, asked } = await preview(1);
    await pause(100);
    isOver();
    await next(elements[0]!, 'iotpay-ready', 8000);
    expect(await asked()).to.have.length(1);
  });

  it('an element with display: contents starts when it is near, lazy or not', async () => {
    const made = backendElement(unique('contents'), { loading: 'lazy' });
    made.style.display = 'contents';
    (await fixture(html`<div></div>`)).append(made);
    await next(made, 'iotpay-ready');
  });
});

describe('markup that names an image or a form as the document names something of its own', () => {
  /** A page with such markup, and an element in it. */
  async function shadowed(name: string) {
    const page = await freshPage();
    const { document } = page;
    const [body, tag] = [document.body, unique('named')];
    const element = Object.assign(document.createElement('iotpay-checkout'), {
      secureId: tag,
      gatewayOrigin: servers.faults.gateways.ok,
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=404`,
      requestData: { tag },
    });
    body.insertAdjacentHTML('beforeend', `<form name="${name}"></form>`);
    body.append(element);
    return { page, element, tag };
  }

  for (const name of [
    ...['host', 'prerendering', 'hidden', 'visibilityState', 'readyState', 'activeElement'],
    ...['head', 'body', 'scripts', 'documentElement', 'hasFocus', 'fonts', 'nodeType', 'getRootNode'],
  ]) {
    it(`"${name}": a form, and an order that is asked for`, async () => {
      const { page, element, tag } = await shadowed(name);
      await until(() => element.status !== 'idle' && element.status !== 'loading', 'an end');
      expect([element.status, element.error?.message]).to.deep.equal(['ready', undefined]);
      const { faultyMounts } = page.window as unknown as { faultyMounts: readonly FaultyMount[] };
      report({ result: 'FAIL', message: 'Timeout' }, faultyMounts.at(-1));
      await until(async () => (await seen(tag)).length > 0, 'it is asked for', 4000);
    });
  }

  for (const name of ['createElement', 'createComment', 'importNode', 'querySelector', 'addEventListener']) {
    it(`"${name}": an error, and not ready over nothing`, async () => {
      const { element } = await shadowed(name);
      await next(element, 'iotpay-error');
      expect(element.error?.code).to.equal('mount-failed');
    });
  }
});

describe('a listener that loads again in iotpay-error', () => {
  it('never freezes the page, and its pauses grow', async () => {
    const tag = unique('loop');
    const made = backendElement(tag, { secureIdEndpoint: `${endpoint}?fault=500&tag=${tag}` });
    let errors = 0;
    let sameTask = 0;
    made.addEventListener('iotpay-error', () => {
      errors++;
      let inTask = true;
      setTimeout(() => (inTask = false));
      const before = made.status;
      void made.load();
      if (inTask && before === made.status) sameTask++;
    });
    (await fixture(html`<div></div>`)).append(made);
    await pause(3000);
    made.remove();
    // 0, 0.25, 0.5, 1, 2 seconds: five or six runs, where there were thousands.
    expect(errors).to.be.within(3, 7);
    expect(sameTask).to.equal(0);
  });

  it('of the configuration: tasks go on between the runs', async () => {
    const made = document.createElement('iotpay-checkout');
    let errors = 0;
    made.addEventListener('iotpay-error', () => {
      errors++;
      void made.load();
    });
    (await fixture(html`<div></div>`)).append(made);
    await pause(1200);
    made.remove();
    expect(errors).to.be.within(2, 6);
  });
});

describe('a translator', () => {
  const shadowText = (made: IotpayCheckout) =>
    made.shadowRoot?.querySelector('[part=base]')?.textContent ?? '';

  /** What a translator does to a tree: Google's wraps every text in two `<font>` elements. */
  const TRANSLATORS: Readonly<Record<string, (text: Text) => void>> = {
    'that wraps texts in font elements': (text) => {
      const outer = document.createElement('font');
      const inner = outer.appendChild(document.createElement('font'));
      inner.textContent = `*${text.data}*`;
      text.replaceWith(outer);
    },
    'that replaces text nodes': (text) => text.replaceWith(`*${text.data}*`),
    'that replaces whole paragraphs': (text) => {
      const { parentElement } = text;
      if (parentElement?.localName !== 'p') return;
      const other = document.createElement('p');
      other.textContent = `*${text.data}*`;
      parentElement.replaceWith(other);
    },
  };

  for (const [who, translate] of Object.entries(TRANSLATORS)) {
    it(`${who}: the next state is read, without an error`, async () => {
      const errors: unknown[] = [];
      const note = (event: Event) => errors.push(event);
      window.addEventListener('error', note);
      window.addEventListener('unhandledrejection', note);
      const made = await readyElement();
      const translateAll = () => {
        const walker = document.createTreeWalker(made.shadowRoot!, NodeFilter.SHOW_TEXT);
        const texts: Text[] = [];
        while (walker.nextNode()) texts.push(walker.currentNode as Text);
        for (const text of texts) {
          if (text.data.trim() && !text.parentElement?.closest('style')) translate(text);
        }
      };
      translateAll();
      report({ result: 'FAIL', message: 'Timeout' });
      await made.updateComplete;
      await until(() => /pay again|can’t see yet/i.test(shadowText(made)), 'unknown is read', 3000);
      translateAll();
      report({ result: 'SUCCESS' });
      await made.updateComplete;
      await until(() => /thank|complete|paid/i.test(shadowText(made)), 'the success is read', 3000);
      expect(shadowText(made)).to.not.match(/pay again|can’t see yet/i);
      window.removeEventListener('error', note);
      window.removeEventListener('unhandledrejection', note);
      expect(errors).to.deep.equal([]);
    });
  }
});
