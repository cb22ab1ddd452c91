// What the shopper sees and hears in each state of the element.
import { expect, fixture, html } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { next, pause, readyElement, report, unique, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';
import { findings, loadAxe } from './axe.js';
import { reachState } from './every-state.js';
import { brokenElement, FAIL, gatewayOrigin, loadingElement, PAID, TIMEOUT } from './elements.js';

const isChromium = 'userAgentData' in navigator;

before(loadAxe);

async function reported(event: unknown, settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await readyElement(settings);
  report(event);
  await element.updateComplete;
  return element;
}

const shadow = (element: IotpayCheckout, selector: string): HTMLElement | null =>
  element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
/** What screen readers hear: the status region, or the alert. */
const said = (element: IotpayCheckout, selector = '[role=status]'): string =>
  shadow(element, selector)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const shown = (node: Element | null): boolean => !!node?.checkVisibility({ visibilityProperty: true });

interface State {
  readonly name: string;
  readonly reach: () => Promise<IotpayCheckout>;
  readonly says: RegExp;
  /** Said as an alert, and not in the status region. */
  readonly alert?: true;
  readonly retry?: true;
}

const STATES: readonly State[] = [
  { name: 'loading', reach: () => loadingElement(), says: /is loading/ },
  { name: 'ready', reach: () => readyElement(), says: /is ready/ },
  { name: 'paid', reach: () => reported(PAID), says: /Payment complete/ },
  { name: 'card saved', reach: () => reported(PAID, { mode: 'add' }), says: /card is saved/ },
  {
    name: 'failed',
    reach: () => reported(FAIL),
    says: /not accepted and you have not been charged.*not enough funds/,
    alert: true,
    retry: true,
  },
  {
    name: 'card not saved',
    reach: () => reported(FAIL, { mode: 'add' }),
    says: /not saved/,
    alert: true,
    retry: true,
  },
  { name: 'unknown', reach: () => reported(TIMEOUT), says: /don’t pay again/ },
  {
    name: 'unknown, being asked for',
    reach: () => reported(TIMEOUT, { orderStatusEndpoint: brokenEndpoint('500', { route: 'order-status' }) }),
    says: /confirming your payment.*don’t pay again/,
  },
  {
    name: 'card unknown',
    reach: () => reported(TIMEOUT, { mode: 'add' }),
    says: /can’t see yet/,
    retry: true,
  },
  { name: 'set-up error', reach: () => brokenElement(), says: /not been charged/, alert: true, retry: true },
  {
    name: 'config error',
    reach: () => brokenElement({ mode: 'buy' }),
    says: /not been charged/,
    alert: true,
  },
];

describe('each state', () => {
  for (const { name, reach, says, alert, retry } of STATES) {
    it(`${name}: says it`, async () => {
      const element = await reach();
      expect(said(element, alert ? '[role=alert]' : '[role=status]')).to.match(says);
      expect(said(element, alert ? '[role=status]' : '[role=alert]')).to.equal('');
      expect(shown(shadow(element, '[part=retry]'))).to.equal(!!retry);
    });
  }

  it('keeps one status region from the first to the last', async () => {
    const element = await loadingElement({ secureId: unique('one') });
    const region = shadow(element, '[role=status]');
    await until(() => element.status === 'ready', 'ready');
    report(FAIL);
    await element.updateComplete;
    report(PAID);
    await element.updateComplete;
    expect(shadow(element, '[role=status]') === region).to.equal(true);
    expect(element.shadowRoot?.querySelectorAll('[role=status], [aria-live]').length).to.equal(1);
  });

  it('says after some seconds that it takes long', async function () {
    this.timeout(15_000);
    const element = await loadingElement();
    await until(
      () => /Still loading.*Nothing has been charged/.test(said(element)),
      'the text of a long wait',
      9000,
    );
    expect(shown(shadow(element, '[part=status]'))).to.equal(true);
    expect(await findings(element)).to.deep.equal([]);
  });

  it('shows IOTPay’s words as text', async () => {
    const element = await reported({ result: 'FAIL', message: '<img src=x onerror=alert(1)> no' });
    expect(said(element, '[role=alert]')).to.include('<img src=x onerror=alert(1)> no');
    expect(element.shadowRoot?.querySelectorAll('img').length).to.equal(0);
  });
});

/** What kinds of panel there are, each with a state in which it is shown. */
const KINDS = {
  success: 'paid',
  refused: 'declined',
  error: 'set-up error',
  asking: 'confirming',
  unknown: 'unknown',
} as const;

describe('no state is told from another by its colour alone', () => {
  const kinds = Object.entries(KINDS);
  /** The lines of the icon, without their colour. */
  const shape = (icon: Element): string =>
    [...icon.children]
      .map((line) =>
        [line.localName, ...['d', 'cx', 'cy', 'r'].map((name) => line.getAttribute(name) ?? '')].join(' '),
      )
      .join('; ');

  it('each kind of panel has a shape and words of its own', async () => {
    const shapes = new Map<string, string>();
    const words = new Map<string, string>();
    for (const [kind, name] of kinds) {
      const element = await reachState(name);
      const icon = shadow(element, '[part=icon]');
      expect(shown(icon), `${kind}: its icon is shown`).to.equal(true);
      expect(shape(icon as Element), kind).to.not.equal('');
      shapes.set(shape(icon as Element), kind);
      words.set(said(element) + said(element, '[role=alert]'), kind);
      element.remove();
    }
    const names = kinds.map(([kind]) => kind);
    expect([...shapes.values()]).to.deep.equal(names);
    expect([...words.values()]).to.deep.equal(names);
  });
});

describe('focus', () => {
  it('stays where the shopper is, whatever happens in the element', async () => {
    const input = await fixture<HTMLInputElement>(html`<input aria-label="Name" />`);
    input.focus();
    const element = await readyElement();
    report(FAIL);
    await element.updateComplete;
    report(PAID);
    await element.updateComplete;
    await pause(50);
    await brokenElement();
    expect(document.activeElement === input).to.equal(true);
  });

  it('goes to the retry button after an error, if it was inside', async () => {
    const element = await brokenElement();
    shadow(element, '[part=retry]')?.focus();
    shadow(element, '[part=retry]')?.click();
    await until(() => element.status === 'loading', 'loading');
    await next(element, 'iotpay-error');
    await element.updateComplete;
    expect(element.shadowRoot?.activeElement?.getAttribute('part')).to.equal('retry');
  });

  it('of the element is the frame, or the retry button', async () => {
    const ready = await readyElement();
    ready.focus();
    expect(document.activeElement?.localName).to.equal('iframe');
    ready.remove();
    const early = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
    Object.assign(early, { secureId: unique('early'), gatewayOrigin });
    let there: Element | null = null;
    early.addEventListener('iotpay-ready', () => {
      early.focus();
      there = document.activeElement;
    });
    await early.load();
    expect(there).to.equal(early.querySelector('iframe'));
    const error = await brokenElement();
    error.focus();
    expect(error.shadowRoot?.activeElement?.getAttribute('part')).to.equal('retry');
  });
});

describe('the frame', () => {
  it('has a localized title, which follows the language', async () => {
    const element = await readyElement();
    const frame = element.querySelector('iframe');
    await until(() => frame?.title === 'Card form by IOTPay', 'the title');
    element.lang = 'fr';
    await until(() => /carte/i.test(frame?.title ?? ''), 'the French title');
  });

  it('keeps a title that IOTPay’s script gives it', async () => {
    const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
    Object.assign(element, { secureId: unique('titled'), gatewayOrigin });
    new MutationObserver((_records, observer) => {
      const frame = element.querySelector('iframe');
      if (!frame) return;
      frame.title = 'Theirs';
      observer.disconnect();
    }).observe(element, { childList: true, subtree: true });
    await element.load();
    await element.updateComplete;
    expect(element.querySelector('iframe')?.title).to.equal('Theirs');
  });

  it('comes without a jump: what is below stays where it was', async () => {
    const shifts: number[] = [];
    if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift' });
    }
    const place = await fixture(
      html`<div>
        <iotpay-checkout loading="manual"></iotpay-checkout>
        <p>Below</p>
      </div>`,
    );
    const element = place.querySelector('iotpay-checkout') as IotpayCheckout;
    Object.assign(element, { secureId: unique('still'), gatewayOrigin });
    const below = place.querySelector('p');
    void element.load();
    await element.updateComplete;
    await pause(100);
    shifts.length = 0;
    const before = below?.getBoundingClientRect().top ?? NaN;
    await until(() => element.status === 'ready', 'ready');
    await pause(100);
    expect(below?.getBoundingClientRect().top).to.be.closeTo(before, 1);
    expect(shifts.reduce((sum, each) => sum + each, 0)).to.be.at.most(0.01);
  });

  it('can’t be seen or reached while the outcome is unknown', async () => {
    const element = await reported(TIMEOUT);
    const frame = element.querySelector('iframe');
    expect(shown(frame)).to.equal(false);
    frame?.focus();
    expect(document.activeElement === frame).to.equal(false);
  });
});

describe('the language', () => {
  const table: [lang: string, expected: string, text: RegExp][] = [
    ['en-CA', 'en', /is loading/],
    ['fr-CA', 'fr', /formulaire/],
    ['zh', 'zh-Hans', /加载/],
    ['zh-CN', 'zh-Hans', /加载/],
    ['zh-HK', 'zh-Hant', /載入/],
    ['zh-Hant-CN', 'zh-Hant', /載入/],
    ['de', 'en', /is loading/],
  ];
  for (const [lang, expected, text] of table) {
    it(`${lang}: ${expected}, marked as such`, async () => {
      const element = await loadingElement({ lang });
      expect(shadow(element, '[part=base]')?.lang).to.equal(expected);
      expect(said(element)).to.match(text);
    });
  }

  it('follows the nearest lang, through shadow roots, live', async () => {
    const outer = await fixture<HTMLElement>(html`<div lang="fr"><section></section></div>`);
    const root = (outer.querySelector('section') as HTMLElement).attachShadow({ mode: 'closed' });
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureIdEndpoint: brokenEndpoint('stall'), gatewayOrigin });
    root.append(element);
    await until(() => /formulaire/.test(said(element)), 'French');
    outer.lang = 'zh-TW';
    await until(() => /載入/.test(said(element)), 'Traditional Chinese');
    outer.removeAttribute('lang');
    await until(() => /is loading/.test(said(element)), 'English');
  });

  it('can be overridden text by text', async () => {
    const element = await reported(PAID, { strings: { paid: 'Merci, Camille.' } });
    expect(said(element)).to.equal('Merci, Camille.');
    for (const open of [undefined, null]) {
      const ours = await reported(PAID, { strings: { paid: open } });
      expect(said(ours)).to.match(/paid|payment/i);
    }
    const error = await brokenElement({ strings: { paid: 'Merci' } });
    expect(said(error, '[role=alert]')).to.include('not been charged');
  });
});

describe('slots', () => {
  it('show the page’s own instead', async () => {
    const element = await loadingElement();
    expect(shown(shadow(element, '[part=skeleton]'))).to.equal(true);
    element.append('  \n ');
    await element.updateComplete;
    expect(shown(shadow(element, '[part=skeleton]')), 'white space counts as empty').to.equal(true);
    const own = document.createElement('p');
    own.textContent = 'One moment';
    element.append(own);
    await until(() => !shadow(element, '[part=skeleton]'), 'the skeleton gives way');
    expect(shown(own)).to.equal(true);
  });

  for (const [slot, reach] of [
    ['error', () => brokenElement()],
    ['failed', () => reported(FAIL)],
    ['unknown', () => reported(TIMEOUT)],
    ['succeeded', () => reported(PAID)],
  ] as const) {
    it(`slot ${slot} replaces our own text`, async () => {
      const element = await reach();
      const own = document.createElement('p');
      own.slot = slot;
      own.textContent = 'Ours';
      element.append(own);
      await element.updateComplete;
      expect(shown(own)).to.equal(true);
      expect(shown(shadow(element, '[part=error]'))).to.equal(false);
    });
  }
});

describe('small, wide, other media', () => {
  for (const dir of ['ltr', 'rtl']) {
    it(`fits into 320 px without scrolling sideways (${dir})`, async () => {
      const place = await fixture<HTMLElement>(html`<div dir=${dir} style="width: 320px"></div>`);
      const states = [
        () => brokenElement(),
        () => reported({ ...FAIL, message: 'x'.repeat(200) }),
        () => reported(PAID),
        () => reported(TIMEOUT),
        () => readyElement(),
      ];
      for (const reach of states) {
        const element = await reach();
        place.append(element);
        await element.updateComplete;
        expect(place.scrollWidth).to.be.at.most(320);
        const { left, right } = element.getBoundingClientRect();
        const panel = shadow(element, '[part=error]')?.getBoundingClientRect();
        if (panel) expect(panel.left >= left - 0.5 && panel.right <= right + 0.5).to.equal(true);
        element.remove();
      }
    });
  }

  it('every button is large enough for a thumb', async () => {
    for (const name of ['set-up error', 'declined', 'unknown, asked in vain', 'paid']) {
      const element = await reachState(name);
      const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])].filter(shown);
      expect(buttons, name).to.not.have.length(0);
      for (const button of buttons) {
        const { width, height } = button.getBoundingClientRect();
        expect(Math.min(width, height), `${name}: ${button.part.value}`).to.be.at.least(44);
      }
      element.remove();
    }
  });

  // The other engines' drivers can't pretend a preference of the visitor's.
  if (isChromium) {
    it('holds still where motion is reduced', async () => {
      const element = await loadingElement();
      const bar = shadow(element, '[part=skeleton]') as HTMLElement;
      expect(getComputedStyle(bar).animationName).to.equal('breathe');
      await emulateMedia({ reducedMotion: 'reduce' });
      expect(getComputedStyle(bar).animationName).to.equal('none');
      element.remove();
      for (const name of ['ready', 'paid', 'confirming']) {
        const other = await reachState(name);
        const moving = other.shadowRoot?.getAnimations().length;
        other.remove();
        expect(moving, name).to.equal(0);
      }
      await emulateMedia({ reducedMotion: 'no-preference' });
    });

    it('follows the page’s colour scheme live', async () => {
      const element = await brokenElement();
      const panel = shadow(element, '[part=error]') as HTMLElement;
      const page = document.documentElement.style;
      page.colorScheme = 'light';
      const light = getComputedStyle(panel).backgroundColor;
      page.colorScheme = 'dark';
      expect(getComputedStyle(panel).backgroundColor).to.not.equal(light);
      page.colorScheme = '';
      await emulateMedia({ colorScheme: 'dark' });
      expect(getComputedStyle(panel).backgroundColor, 'a page that declares nothing is light').to.equal(
        light,
      );
      await emulateMedia({ colorScheme: 'light' });
    });

    it('prints neither form nor button', async () => {
      const element = await brokenElement();
      await emulateMedia({ media: 'print' });
      expect(shown(shadow(element, '[part=retry]'))).to.equal(false);
      await emulateMedia({ media: 'screen' });
    });
  }
});
