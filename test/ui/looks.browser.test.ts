// What a page's style sheet can change of the element: every documented part and custom property, and the three themes.
import { expect } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import '../../src/index.js';
import type { IotpayCheckout, IotpayStatus } from '../../src/index.js';
import { mounts, readyElement } from '../support/element.js';
import { afterTest } from '../support/page.js';
import { behind, contrast, over, pixel, ratio, type Colour } from './contrast.js';
import { EVERY_STATE, reachState } from './every-state.js';

const isChromium = 'userAgentData' in navigator;

/** What is documented for all to use: the first column of one of the generated tables. */
async function documented(table: string): Promise<string[]> {
  const text = await (await fetch('/src/ui/README.md')).text();
  const rows = text.split(`<!-- api:${table} -->`)[1]?.split('<!-- /api -->')[0] ?? '';
  const names = [...rows.matchAll(/^\| `([\w-]+)`/gm)].map(([, name = '']) => name);
  if (names.length === 0) throw new Error(`src/ui/README.md has no table ${table}.`);
  return names;
}

/** A style sheet of the page's, for one test. */
function pageStyle(text: string): HTMLStyleElement {
  const style = document.createElement('style');
  style.textContent = text;
  document.head.append(style);
  afterTest(() => style.remove());
  return style;
}

/** What matches inside an element and is seen. */
const seen = (element: IotpayCheckout, selector: string): HTMLElement[] =>
  [...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])].filter((node) =>
    node.checkVisibility({ visibilityProperty: true }),
  );

function computed(element: IotpayCheckout, selector: string, property: string): string {
  const [node] = seen(element, selector);
  if (!node) throw new Error(`${element.status}: ${selector} is not seen.`);
  return getComputedStyle(node).getPropertyValue(property);
}

const RED = 'rgb(201, 10, 20)';
const OUTCOMES = ['succeeded', 'failed', 'unknown', 'error'] as const;

/** What a custom property of our own parts changes: a computed value of what matches, wherever that is seen. */
interface Change {
  readonly value: string;
  /** Selector and property. */
  readonly of: readonly (readonly [selector: string, property: string])[];
  readonly statuses: readonly IotpayStatus[];
}
const MESSAGE = '[part=message]';
const EDGE_AND_ICON = [
  ['.panel', 'border-inline-start-color'],
  ['.panel > [part=icon]', 'color'],
] as const;
const retry = (value: string, property: string): Change => ({
  value,
  of: [['.again', property]],
  statuses: ['failed', 'unknown', 'error'],
});

const CHANGES: Readonly<Record<string, Change>> = {
  '--iotpay-frame-height': { value: '351px', of: [['.stage', 'min-height']], statuses: ['loading'] },
  '--iotpay-text-color': { value: RED, of: [[MESSAGE, 'color']], statuses: OUTCOMES },
  '--iotpay-surface-color': { value: RED, of: [['.panel', 'background-color']], statuses: OUTCOMES },
  '--iotpay-border-color': {
    value: RED,
    of: [
      ['i:nth-child(2)', 'border-top-color'],
      ['.panel', 'border-top-color'],
    ],
    statuses: ['loading', ...OUTCOMES],
  },
  '--iotpay-skeleton-color': { value: RED, of: [['i', 'background-color']], statuses: ['loading'] },
  '--iotpay-accent-color': { value: RED, of: EDGE_AND_ICON, statuses: ['unknown'] },
  '--iotpay-success-color': { value: RED, of: EDGE_AND_ICON, statuses: ['succeeded'] },
  '--iotpay-error-color': { value: RED, of: EDGE_AND_ICON, statuses: ['failed', 'error'] },
  '--iotpay-radius': { value: '23px', of: [['.panel', 'border-top-left-radius']], statuses: OUTCOMES },
  '--iotpay-gap': {
    value: '19px',
    of: [['[part=base]', 'row-gap']],
    statuses: ['idle', 'loading', 'ready', ...OUTCOMES],
  },
  '--iotpay-padding': { value: '17px', of: [['.panel', 'padding-top']], statuses: OUTCOMES },
  '--iotpay-font': {
    value: 'italic 21px monospace',
    of: [
      [MESSAGE, 'font-style'],
      [MESSAGE, 'font-size'],
      [MESSAGE, 'font-family'],
      ['.again', 'font-size'],
    ],
    statuses: OUTCOMES,
  },
  '--iotpay-font-size': {
    value: '21px',
    of: [
      [MESSAGE, 'font-size'],
      ['.again', 'font-size'],
    ],
    statuses: OUTCOMES,
  },
  '--iotpay-retry-color': retry(RED, 'color'),
  '--iotpay-retry-background': retry(RED, 'background-color'),
  '--iotpay-retry-border-color': retry(RED, 'border-top-color'),
  '--iotpay-retry-radius': retry('23px', 'border-top-left-radius'),
};

/** Those of IOTPay’s button, by the option that IOTPay gets. */
const BUTTON: Readonly<Record<string, readonly [option: string, value: string]>> = {
  '--iotpay-button-color': ['color', '#101112'],
  '--iotpay-button-background-color': ['backgroundColor', '#131415'],
  '--iotpay-button-background-image': ['backgroundImage', 'linear-gradient(#161718, #191a1b)'],
  '--iotpay-button-box-shadow': ['boxShadow', '0 1px 2px #1c1d1e'],
  '--iotpay-button-height': ['height', '57px'],
  '--iotpay-button-border-radius': ['borderRadius', '27px'],
};

describe('in each state', () => {
  /** What a page says of a part. */
  const MINE = { 'background-color': 'rgb(1, 2, 3)', 'letter-spacing': '7px', padding: '3px' };
  const parts = new Set<string>();
  const properties = new Set<string>();

  /** Puts a rule for each part into the page, and takes note of those that reach what is seen of it. */
  function styleParts(element: IotpayCheckout): void {
    const style = pageStyle('');
    for (const node of seen(element, '[part]')) {
      const [part = ''] = node.part;
      if (part === '') continue;
      const rules = Object.entries(MINE).map((each) => each.join(': '));
      style.textContent = `iotpay-checkout::part(${part}) { ${rules.join('; ')} }`;
      for (const [property, value] of Object.entries(MINE)) {
        expect(getComputedStyle(node).getPropertyValue(property), `${property} of ${part}`).to.equal(value);
      }
      parts.add(part);
    }
    style.remove();
  }

  /** Sets each custom property that names something of this state. */
  function setProperties(element: IotpayCheckout): void {
    const style = pageStyle('');
    for (const [name, { value, of, statuses }] of Object.entries(CHANGES)) {
      if (!statuses.includes(element.status)) continue;
      for (const [selector, property] of of.filter(([each]) => seen(element, each).length > 0)) {
        const row = `${element.status}: ${name}, ${property} of ${selector}`;
        style.textContent = '';
        const before = computed(element, selector, property);
        style.textContent = `iotpay-checkout { ${name}: ${value} }`;
        const now = computed(element, selector, property);
        expect(now, row).to.not.equal(before);
        expect(` ${value} `, row).to.include(` ${now} `);
        properties.add(row);
      }
    }
    style.remove();
  }

  for (const { name, reach: reached } of EVERY_STATE) {
    it(`${name}: the page’s style sheet comes first`, async () => {
      const element = await reached();
      styleParts(element);
      setProperties(element);
    });
  }

  it('and so every part that is documented is reached, and there is no other', async () => {
    expect([...parts].sort()).to.deep.equal((await documented('parts')).sort());
  });

  it('and so every custom property that is documented reaches all that it names', async () => {
    const names = [...Object.keys(CHANGES), ...Object.keys(BUTTON)];
    expect(names.sort()).to.deep.equal((await documented('custom-properties')).sort());
    const missed = Object.entries(CHANGES).flatMap(([name, { of, statuses }]) => [
      ...of
        .filter(([selector, property]) =>
          [...properties].every((row) => !row.endsWith(`: ${name}, ${property} of ${selector}`)),
        )
        .map(([selector, property]) => `${name}: ${property} of ${selector}`),
      ...statuses
        .filter((status) => [...properties].every((row) => !row.startsWith(`${status}: ${name},`)))
        .map((status) => `${name}: ${status}`),
    ]);
    expect(missed).to.deep.equal([]);
  });
});

describe('the custom properties', () => {
  it('--iotpay-font-size is the size, whatever --iotpay-font says', async () => {
    pageStyle('iotpay-checkout { --iotpay-font: 21px monospace; --iotpay-font-size: 19px }');
    const element = await reachState('set-up error');
    expect(computed(element, '[part=message]', 'font-size')).to.equal('19px');
  });

  it('--iotpay-frame-height is given to a frame that sets none itself', async () => {
    pageStyle('iotpay-checkout { --iotpay-frame-height: 351px }');
    const element = await reachState('ready');
    expect(element.querySelector('iframe')?.offsetHeight).to.equal(351);
  });

  it('--iotpay-accent-color is the ring around what the keyboard is on', async () => {
    pageStyle(`iotpay-checkout { --iotpay-accent-color: ${RED} }`);
    const element = await reachState('set-up error');
    const [button] = seen(element, '[part=retry]');
    button?.focus({ focusVisible: true });
    expect(button?.matches(':focus-visible'), 'the ring is there').to.equal(true);
    expect(computed(element, '[part=retry]', 'outline-color')).to.equal(RED);
    expect(computed(element, '[part=retry]', 'outline-style')).to.equal('solid');
  });

  it('--iotpay-radius makes the corners of fields and buttons, 0.6 as round, unless they have their own', async () => {
    const style = pageStyle('iotpay-checkout { --iotpay-radius: 20px }');
    const loading = await reachState('loading');
    expect(computed(loading, 'i:nth-child(2)', 'border-top-left-radius')).to.equal('12px');
    expect(computed(loading, 'i:last-child', 'border-top-left-radius')).to.equal('12px');
    const error = await reachState('set-up error');
    expect(computed(error, '[part=retry]', 'border-top-left-radius')).to.equal('12px');
    style.textContent += 'iotpay-checkout { --iotpay-retry-radius: 5px; --iotpay-button-border-radius: 4px }';
    expect(computed(error, '[part=retry]', 'border-top-left-radius')).to.equal('5px');
    expect(computed(loading, 'i:last-child', 'border-top-left-radius')).to.equal('4px');
  });

  it('of IOTPay’s button are handed to IOTPay when the form mounts, and dress the skeleton’s button', async () => {
    const sheet = Object.entries(BUTTON).map(([name, [, value]]) => `${name}: ${value};`);
    pageStyle(`iotpay-checkout { ${sheet.join(' ')} }`);
    const loading = await reachState('loading');
    expect(computed(loading, 'i:last-child', 'height')).to.equal('57px');
    expect(computed(loading, 'i:last-child', 'background-color')).to.equal('rgb(19, 20, 21)');
    expect(computed(loading, 'i:last-child', 'background-image')).to.include('gradient');
    loading.remove();
    await readyElement();
    const { button } = mounts().at(-1)?.options as { button: Record<string, string> };
    expect(button).to.deep.equal(Object.fromEntries(Object.values(BUTTON)));
  });
});

/** What an element shows as text: the innermost nodes that hold some, and are seen. */
function texts(element: IotpayCheckout): Element[] {
  return [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter(
    (node) =>
      node.childElementCount === 0 &&
      node.textContent.trim() !== '' &&
      !node.closest('.quiet') &&
      node.checkVisibility({ visibilityProperty: true }),
  );
}

/** Pages as a shop may have them: what they look like, and which themes are made for them. */
const PAGES: readonly (readonly [name: string, css: string, themes: readonly string[]])[] = [
  ['white', 'background: #fff; color: #1c2430; color-scheme: light', ['plain', 'soft']],
  ['cream', 'background: #fbf5ea; color: #3a2e1f; color-scheme: light', ['plain', 'soft']],
  ['dark', 'background: #14181d; color: #e9edf3; color-scheme: dark', ['plain', 'night']],
  ['dark, without color-scheme', 'background: #14181d; color: #e9edf3', ['plain', 'night']],
];

async function themeSheets(): Promise<Readonly<Record<string, string>>> {
  const names = ['plain', 'night', 'soft'];
  const sheets = names.map(async (name) => [name, await (await fetch(`/demo/themes/${name}.css`)).text()]);
  return Object.fromEntries((await Promise.all(sheets)) as [string, string][]);
}

describe('the themes', () => {
  let sheets: Readonly<Record<string, string>> = {};
  before(async () => {
    sheets = await themeSheets();
  });

  for (const { name, reach: reached } of EVERY_STATE) {
    it(`leave enough contrast for text, icons and skeleton: ${name}`, async () => {
      const element = await reached();
      const style = pageStyle('');
      const low: string[] = [];
      for (const [page, css, themes] of PAGES) {
        for (const theme of themes) {
          style.textContent = `html { ${css} } ${sheets[theme]}`;
          for (const node of texts(element)) {
            if (ratio(node) < 4.5)
              low.push(`${theme}, ${page}: ${ratio(node).toFixed(2)} ${node.textContent.trim()}`);
          }
          for (const icon of element.shadowRoot?.querySelectorAll('svg') ?? []) {
            if (ratio(icon) < 3)
              low.push(`${theme}, ${page}: ${ratio(icon).toFixed(2)} icon ${icon.getAttribute('class')}`);
          }
          for (const bar of seen(element, '.loading [part=skeleton] > i')) {
            const { backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(bar);
            const own = pixel(parseFloat(borderTopWidth) > 0 ? borderTopColor : backgroundColor);
            const stands = contrast(over(own, behind(element)), behind(element));
            if (stands < 1.25) low.push(`${theme}, ${page}: ${stands.toFixed(2)} skeleton`);
          }
        }
      }
      expect(low).to.deep.equal([]);
    });
  }

  it('leave enough contrast on IOTPay’s button, also where the shopper likes it dark', async () => {
    for (const colorScheme of isChromium ? (['light', 'dark'] as const) : (['light'] as const)) {
      if (isChromium) await emulateMedia({ colorScheme });
      for (const [theme, sheet] of Object.entries(sheets)) {
        const style = pageStyle(sheet);
        const element = await reachState('idle');
        const own = getComputedStyle(element);
        const [front, back] = ['color', 'background-color'].map((name) =>
          pixel(own.getPropertyValue(`--iotpay-button-${name}`).trim()),
        ) as [Colour, Colour];
        expect([front[3], back[3]], `${theme}: both are there`).to.deep.equal([1, 1]);
        expect(contrast(front, back), `${theme}, ${colorScheme}`).to.be.at.least(4.5);
        style.remove();
        element.remove();
      }
    }
    if (isChromium) await emulateMedia({ colorScheme: 'light' });
  });

  it('plain has square corners and the page’s own colour of text', async () => {
    pageStyle(`html { color: rgb(60, 20, 90) } ${sheets['plain']}`);
    const element = await reachState('set-up error');
    expect(computed(element, '.panel', 'border-top-left-radius')).to.equal('2px');
    expect(computed(element, '[part=retry]', 'border-top-left-radius')).to.equal('2px');
    expect(computed(element, '[part=message]', 'color')).to.equal('rgb(60, 20, 90)');
    expect(pixel(computed(element, '.panel', 'background-color'))[3]).to.equal(0);
  });

  it('night is dark whatever the page says, and so is IOTPay’s form', async () => {
    pageStyle(`html { background: #0b1222 } ${sheets['night']}`);
    const element = await readyElement();
    expect((mounts().at(-1)?.options as { darkMode: boolean }).darkMode).to.equal(true);
    element.remove();
    const error = await reachState('set-up error');
    expect(getComputedStyle(error).colorScheme).to.equal('dark');
    expect(contrast(pixel(computed(error, '.panel', 'background-color')), [0, 0, 0, 1])).to.be.below(2);
  });

  it('soft is round, larger and light, also on a page that is dark', async () => {
    const style = pageStyle('');
    const element = await reachState('set-up error');
    const size = parseFloat(computed(element, '[part=message]', 'font-size'));
    const radius = parseFloat(computed(element, '.panel', 'border-top-left-radius'));
    style.textContent = `html { color-scheme: dark } ${sheets['soft']}`;
    expect(parseFloat(computed(element, '[part=message]', 'font-size'))).to.be.greaterThan(size);
    expect(parseFloat(computed(element, '.panel', 'border-top-left-radius'))).to.be.greaterThan(radius);
    expect(getComputedStyle(element).colorScheme).to.equal('light');
  });
});
