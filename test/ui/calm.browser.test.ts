// Where the keyboard is, what is heard, and what moves, from pressing Pay to the end.
import { expect, fixture, html } from '@open-wc/testing';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { pause, readyElement, report, servers, unique, until, type Setting } from '../support/element.js';
import { afterTest, brokenEndpoint } from '../support/page.js';

const FAIL = { result: 'FAIL', message: 'Insufficient funds' };
const TIMEOUT = { result: 'FAIL', message: 'Timeout' };
const PAID = { result: 'SUCCESS', detail: { retData: { status: 2, mchOrderNo: 'A-7' } } };

const shadow = (element: IotpayCheckout, selector: string): HTMLElement | null =>
  element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
const words = (node: Element | null | undefined): string =>
  node?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const panelHas = (element: IotpayCheckout): boolean =>
  element.shadowRoot?.activeElement === shadow(element, '.panel');

/** How wide each line of a text is, in CSS pixels. */
function lineWidths(node: Node): number[] {
  const range = document.createRange();
  range.selectNodeContents(node);
  const tops = new Map<number, { left: number; right: number }>();
  for (const { top, left, right } of range.getClientRects()) {
    const line = tops.get(Math.round(top)) ?? { left, right };
    tops.set(Math.round(top), { left: Math.min(left, line.left), right: Math.max(right, line.right) });
  }
  return [...tops.values()].map(({ left, right }) => right - left);
}

/** An element whose form has the keyboard. */
async function typing(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await readyElement(settings);
  await element.updateComplete;
  element.querySelector('iframe')?.focus();
  expect(document.activeElement?.localName).to.equal('iframe');
  return element;
}

/** A backend that says this of the order: the route for secureIds answers what it is told to. */
function statusEndpoint(answer: object): Setting {
  return {
    orderStatusEndpoint: `${servers.backend}/api/secure-id`,
    requestData: { tag: unique('status'), answer },
  };
}

describe('the keyboard', () => {
  it('goes from the form to what is said of an unknown outcome, and out of the inert frame', async () => {
    const element = await typing();
    report(TIMEOUT);
    await element.updateComplete;
    expect(panelHas(element)).to.equal(true);
  });

  it('goes from the form to the success', async () => {
    const element = await typing();
    report(PAID);
    await pause(100);
    expect(panelHas(element)).to.equal(true);
    expect(element.querySelector('iframe')).to.equal(null);
  });

  it('stays in the form after a decline', async () => {
    await typing();
    report(FAIL);
    await pause(50);
    expect(document.activeElement?.localName).to.equal('iframe');
  });

  it('goes from the button into the new form', async () => {
    const element = await readyElement({ secureIdEndpoint: `${servers.backend}/api/secure-id` });
    report(FAIL);
    await element.updateComplete;
    shadow(element, '[part=retry]')?.focus();
    shadow(element, '[part=retry]')?.click();
    await until(() => element.status === 'loading', 'loading');
    await element.updateComplete;
    expect(element.shadowRoot?.activeElement === shadow(element, '[part=base]'), 'while it loads').to.equal(
      true,
    );
    await until(() => element.status === 'ready', 'ready');
    await element.updateComplete;
    expect(document.activeElement === element.querySelector('iframe')).to.equal(true);
  });

  it('goes from a button that has gone to what is said', async () => {
    const element = await readyElement(statusEndpoint({ status: 9, mchOrderNo: 'A-7' }));
    report({ ...TIMEOUT, detail: { retData: { mchOrderNo: 'A-7' } } });
    await element.updateComplete;
    shadow(element, '[part=copy]')?.focus();
    expect(element.shadowRoot?.activeElement?.getAttribute('part')).to.equal('copy');
    await until(() => element.status === 'failed', 'failed');
    await element.updateComplete;
    expect(panelHas(element)).to.equal(true);
  });

  it('is not taken from what the shopper or the page has gone to meanwhile', async () => {
    const input = await fixture<HTMLInputElement>(html`<input aria-label="Name" />`);
    const element = await typing();
    element.addEventListener('iotpay-success', () => input.focus());
    report(PAID);
    await pause(100);
    expect(document.activeElement === input).to.equal(true);
  });
});

describe('what is heard', () => {
  /** Counts the additions to the alert and the status region. */
  function listen(element: IotpayCheckout): string[] {
    const heard: string[] = [];
    new MutationObserver(() => {
      const now = words(shadow(element, '[role=alert]')) || words(shadow(element, '[role=status]'));
      if (now) heard.push(now);
    }).observe(element.shadowRoot as ShadowRoot, { childList: true, characterData: true, subtree: true });
    return heard;
  }

  it('is a second decline, too, in the same words', async () => {
    const element = await readyElement();
    report(FAIL);
    await element.updateComplete;
    const first = shadow(element, '[role=alert]');
    const heard = listen(element);
    report(FAIL);
    await element.updateComplete;
    await pause(0);
    expect(heard.length).to.equal(1);
    expect(shadow(element, '[role=alert]') === first, 'another alert').to.equal(false);
    expect(element.shadowRoot?.querySelectorAll('[role=alert]').length).to.equal(1);
  });

  it('is not the time of each question', async () => {
    const element = await readyElement(statusEndpoint({ status: 1 }));
    report(TIMEOUT);
    await until(() => /Last checked: /.test(words(shadow(element, '.asked'))), 'when it was asked for');
    const region = shadow(element, '[role=status]') as HTMLElement;
    let heard = 0;
    new MutationObserver(() => heard++).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    const before = words(shadow(element, '.asked'));
    await until(() => words(shadow(element, '.asked')) !== before, 'the next question');
    expect(heard).to.equal(0);
    expect(region.contains(shadow(element, '.asked'))).to.equal(false);
    element.remove();
  });

  it('is never inside what is busy', async () => {
    const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
    Object.assign(element, {
      secureIdEndpoint: brokenEndpoint('stall'),
      gatewayOrigin: servers.faults.gateways.ok,
    });
    void element.load();
    await element.updateComplete;
    expect(shadow(element, '[aria-busy=true]')?.className).to.include('stage');
    expect(shadow(element, '[role=status]')?.closest('[aria-busy]')).to.equal(null);
  });

  it('gives way to the next state where a translator has rewritten the text', async () => {
    const element = await readyElement();
    report(TIMEOUT);
    await element.updateComplete;
    const text = shadow(element, '[part=message]') as HTMLElement;
    const font = document.createElement('font');
    font.textContent = 'Traduit';
    text.replaceChildren(font);
    report(PAID);
    await element.updateComplete;
    expect(words(shadow(element, '[role=status]'))).to.equal('Payment complete. Thank you.');
  });
});

describe('a refusal', () => {
  it('that is a common one is said in the element’s language; the event has it as it came', async () => {
    const element = await readyElement({ lang: 'fr' });
    report(FAIL);
    await element.updateComplete;
    expect(words(shadow(element, '[role=alert]')))
      .to.include('insuffisants')
      .and.not.to.include('funds');
    expect(element.result?.message).to.equal('Insufficient funds');
  });

  it('that is none is said as it came, in no language of ours', async () => {
    const element = await readyElement({ lang: 'fr' });
    report({ result: 'FAIL', message: 'Code 51-B' });
    await element.updateComplete;
    const raw = shadow(element, '[role=alert] [part=message]:last-child');
    expect(words(raw)).to.equal('Code 51-B');
    expect(raw?.getAttribute('lang')).to.equal('');
  });
});

describe('what moves', () => {
  it('is nothing of the form after a decline, and after another', async () => {
    const shifts: number[] = [];
    if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift' });
    }
    const element = await readyElement();
    await pause(300);
    shifts.length = 0;
    const frame = element.querySelector('iframe') as HTMLIFrameElement;
    const place = (): string => JSON.stringify(frame.getBoundingClientRect());
    const before = place();
    for (let i = 0; i < 2; i++) {
      report(FAIL);
      await element.updateComplete;
      await pause(200);
      expect(place()).to.equal(before);
    }
    const panel = shadow(element, '[part=error]') as HTMLElement;
    expect(panel.getBoundingClientRect().top).to.be.at.least(frame.getBoundingClientRect().bottom);
    expect(shifts.reduce((sum, each) => sum + each, 0)).to.equal(0);
  });

  it('is nothing when the form takes long', async function () {
    this.timeout(15_000);
    const place = await fixture(
      html`<div>
        <iotpay-checkout loading="manual"></iotpay-checkout>
        <p>Below</p>
      </div>`,
    );
    const element = place.querySelector('iotpay-checkout') as IotpayCheckout;
    Object.assign(element, {
      secureIdEndpoint: brokenEndpoint('stall'),
      gatewayOrigin: servers.faults.gateways.ok,
    });
    void element.load();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const top = (): number => place.querySelector('p')?.getBoundingClientRect().top ?? NaN;
    const before = top();
    await until(() => /Still loading/.test(words(shadow(element, '[role=status]'))), 'slow', 9000);
    expect(top()).to.equal(before);
  });

  it('a success fills the form’s place for a moment', async () => {
    const element = await readyElement();
    await element.updateComplete;
    const before = element.offsetHeight;
    report(PAID);
    await element.updateComplete;
    expect(element.offsetHeight).to.be.closeTo(before, 2);
    expect(words(shadow(element, '.words'))).to.include('Order A-7');
    await until(() => element.offsetHeight < before / 2, 'small');
  });

  it('the next form’s place is as high as IOTPay made the last', async () => {
    const element = await readyElement();
    // A width of its own: another form below may bring a scroll bar.
    element.style.width = '400px';
    const frame = element.querySelector('iframe') as HTMLIFrameElement;
    frame.style.height = '317px';
    element.requestUpdate();
    await until(
      () => sessionStorage.getItem('iotpay-checkout-heights')?.includes('400":317') ?? false,
      'remembered',
    );
    const other = document.createElement('iotpay-checkout');
    Object.assign(other, {
      secureIdEndpoint: brokenEndpoint('stall'),
      gatewayOrigin: servers.faults.gateways.ok,
    });
    other.style.width = '400px';
    afterTest(() => other.remove());
    // Also where the browser draws the page before the element starts: nobody sees another height before.
    const seen = await new Promise((resolve) => {
      requestAnimationFrame(() => {
        document.body.append(other);
        const observer = new IntersectionObserver(([entry]) => {
          observer.disconnect();
          resolve(entry?.boundingClientRect.height);
        });
        observer.observe(other);
      });
    });
    expect(seen).to.equal(317);
    await until(() => !!shadow(other, '[part=skeleton]'), 'the skeleton');
    expect(shadow(other, '.stage')?.offsetHeight).to.equal(317);
    sessionStorage.removeItem('iotpay-checkout-heights');
  });
});

describe('the order’s number', () => {
  it('leaves no lone character on its last line, as long as the library makes it', async () => {
    const element = await readyElement();
    report({ ...PAID, detail: { retData: { status: 2, mchOrderNo: 'k1r2hxdrqf0b4vrqxq8nrehwm4' } } });
    await element.updateComplete;
    await until(() => shadow(element, 'bdi') !== null, 'the number');
    let broken = 0;
    for (let width = 240; width <= 400; width += 8) {
      element.style.width = `${width}px`;
      const widths = lineWidths(shadow(element, 'bdi') as HTMLElement);
      if (widths.length < 2) continue;
      broken++;
      expect(widths.at(-1), `${width} px: ${widths.map(Math.round).join(', ')}`).to.be.at.least(
        Math.max(...widths) / 4,
      );
    }
    expect(broken).to.be.greaterThan(5);
  });

  for (const lang of ['en', 'fr', 'zh-Hans', 'zh-Hant']) {
    it(`is broken where it must be, and no word beside it: ${lang}`, async () => {
      const element = await readyElement({ lang });
      report({ ...PAID, detail: { retData: { status: 2, mchOrderNo: 'picture-42' } } });
      await element.updateComplete;
      await until(() => shadow(element, 'bdi') !== null, 'the number');
      const [word, number] = element.shadowRoot?.querySelectorAll('bdi > span') ?? [];
      for (let width = 240; width <= 400; width += 8) {
        element.style.width = `${width}px`;
        for (const part of [word, number])
          expect(lineWidths(part as Node).length, `${width} px: ${words(part)}`).to.equal(1);
      }
    });
  }

  it('is copied, also where the page may not use the clipboard, and says so once', async () => {
    const element = await readyElement();
    report(PAID);
    await element.updateComplete;
    let copied = '';
    const original = Object.getOwnPropertyDescriptor(Navigator.prototype, 'clipboard');
    Object.defineProperty(Navigator.prototype, 'clipboard', {
      configurable: true,
      get: () => ({ writeText: async (text: string) => void (copied = await Promise.resolve(text)) }),
    });
    shadow(element, '[part=copy]')?.click();
    await until(() => words(shadow(element, '[role=status]')).endsWith('Copied'), 'said');
    expect(copied).to.equal('A-7');
    if (original) Object.defineProperty(Navigator.prototype, 'clipboard', original);
    await until(() => !words(shadow(element, '[role=status]')).endsWith('Copied'), 'said no more');
  });
});

describe('a sentence', () => {
  for (const lang of ['en', 'fr', 'zh-Hans', 'zh-Hant']) {
    it(`leaves no lone word or character on its last line: ${lang}`, async () => {
      const element = await readyElement({ lang });
      report(FAIL);
      await element.updateComplete;
      let broken = 0;
      // From narrow on: the words are short in Chinese, and how wide they are is the font's affair.
      for (let width = 100; width <= 560; width += 10) {
        element.style.width = `${width}px`;
        for (const sentence of element.shadowRoot?.querySelectorAll('[role=alert] [part=message]') ?? []) {
          const widths = lineWidths(sentence);
          // Browsers balance no more than a few lines.
          if (widths.length < 2 || widths.length > 4) continue;
          broken++;
          expect(
            widths.at(-1),
            `${width} px, ${words(sentence)}: ${widths.map(Math.round).join(', ')}`,
          ).to.be.at.least(Math.max(...widths) / 4);
        }
      }
      expect(broken, 'sentences that needed a second line').to.be.greaterThan(0);
    });
  }
});

describe('the steps of an unknown outcome', () => {
  const current = (element: IotpayCheckout): string => words(shadow(element, '[aria-current=step]'));

  it('say that it is being confirmed only while somebody asks', async () => {
    const element = await readyElement(statusEndpoint({ status: 1 }));
    report(TIMEOUT);
    await element.updateComplete;
    expect(current(element)).to.equal('Confirming');
    element.remove();
    for (const [lang, text] of [
      ['en', 'Not confirmed yet'],
      ['fr', 'Pas encore confirmé'],
      ['zh-Hans', '尚未确认'],
      ['zh-Hant', '尚未確認'],
    ] as const) {
      const unasked = await readyElement({ lang });
      report(TIMEOUT);
      await unasked.updateComplete;
      expect(current(unasked)).to.equal(text);
    }
  });

  it('are followed by a way to ask again where somebody could be asked, and is', async () => {
    const element = await readyElement();
    report(TIMEOUT);
    await element.updateComplete;
    // As after ten minutes: there is somebody to ask, and nobody does.
    element.orderStatusEndpoint = brokenEndpoint('stall', { route: 'order-status' });
    await element.updateComplete;
    expect(current(element)).to.equal('Not confirmed yet');
    shadow(element, '[part=retry]')?.click();
    await element.updateComplete;
    expect(current(element)).to.equal('Confirming');
    element.remove();
  });
});

describe('an unknown outcome that has failed', () => {
  it('says that nothing was charged and offers to pay again', async () => {
    const element = await readyElement({
      ...statusEndpoint({ status: 9, mchOrderNo: undefined }),
    });
    report(TIMEOUT);
    await until(() => element.status === 'failed', 'failed');
    await element.updateComplete;
    expect(words(shadow(element, '[role=alert]'))).to.equal(
      'The payment was not made and nothing was charged. You can pay again now.',
    );
    expect(words(shadow(element, '[part=retry]'))).to.equal('Pay again');
    expect(shadow(element, '.stage')?.checkVisibility()).to.equal(false);
  });
});
