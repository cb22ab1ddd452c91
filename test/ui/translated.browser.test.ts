// A translator rewrites every text that the element shows, in every status: what is shown next is what is so, and nothing
// breaks. What a translated text says remains only where the next state says the very same.
import { expect } from '@open-wc/testing';
import { constant, constantFrom, array, assert, property, record } from 'fast-check';
import { render } from 'lit';
import type { IotpayErrorCode } from '../../src/index.js';
import { extras } from '../../src/ui/extras.js';
import { LANGUAGES } from '../../src/ui/languages.js';
import en from '../../src/ui/strings/en.js';
import { view, type View } from '../../src/ui/view.js';

/** What the translation adds, so that it is known again. */
const MARK = '*';

/** What a translator, or an extension, does to a text. */
const TRANSLATORS: Readonly<Record<string, (text: Text) => void>> = {
  'wraps it in font elements, as Google’s does': (text) => {
    const outer = document.createElement('font');
    const inner = outer.appendChild(document.createElement('font'));
    inner.textContent = MARK + text.data;
    text.replaceWith(outer);
  },
  'changes it': (text) => void (text.data = MARK + text.data),
  'replaces it': (text) => text.replaceWith(MARK + text.data),
  'splits it': (text) => {
    text.replaceWith(MARK, text.data.slice(0, 3), text.data.slice(3));
  },
  'wraps what is around it': (text) => {
    const { parentElement } = text;
    text.data = MARK + text.data;
    const font = document.createElement('font');
    font.append(...(parentElement?.childNodes ?? []));
    parentElement?.append(font);
  },
  'replaces its element': (text) => {
    const { parentElement } = text;
    const other = parentElement?.cloneNode(true) as HTMLElement;
    other.textContent = MARK + text.data;
    parentElement?.replaceWith(other);
  },
};

/** Attributes that are read aloud or shown. */
const READ = ['aria-label', 'title'];

function texts(place: HTMLElement): Text[] {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  return found.filter((text) => text.data.trim());
}

function translate(place: HTMLElement, how: (text: Text) => void): void {
  texts(place).forEach(how);
  for (const element of place.querySelectorAll('*')) {
    for (const name of READ) {
      const text = element.getAttribute(name);
      if (text) element.setAttribute(name, MARK + text);
    }
  }
}

/** All that can be read or heard, in order; of a translated text, what it stands for. */
function read(place: HTMLElement): string[] {
  const said = [place.textContent ?? ''];
  for (const element of place.querySelectorAll('*')) {
    for (const name of READ) if (element.hasAttribute(name)) said.push(element.getAttribute(name) ?? '');
  }
  return said.map((text) => text.replaceAll(MARK, '').replace(/\s+/g, ' ').trim());
}

const never = () => {};

/** Every state there is to show, and many that there is not. */
const models = record<View>({
  status: constantFrom('idle', 'loading', 'ready', 'succeeded', 'failed', 'unknown', 'error'),
  mode: constantFrom('pay', 'add'),
  language: constantFrom('en', 'fr', 'zh-Hans', 'zh-Hant'),
  texts: constantFrom(en, ...Object.values(LANGUAGES)),
  wordless: constantFrom(true, false),
  extras: constantFrom(undefined, extras),
  scheme: constantFrom('', 'dark'),
  slow: constantFrom(true, false),
  asking: constantFrom(true, false),
  asked: constantFrom('', '14:03:05', '14:03:09'),
  checkable: constantFrom(true, false),
  code: constantFrom<IotpayErrorCode | undefined>(undefined, 'offline', 'frame-removed', 'config'),
  retryable: constantFrom(true, false),
  message: constantFrom('', 'Insufficient funds', 'Code 51-B', 'Code 52-C'),
  form: constantFrom(true, false),
  amount: constantFrom('', '$189.24', '$7.00'),
  order: constantFrom('', 'A-1', 'A-2'),
  copied: constantFrom(true, false),
  occasion: constantFrom(undefined, 1, 2),
  skeleton: constantFrom(true, false),
  bare: constantFrom(false),
  retry: constant(never),
  copy: constant(never),
  placeholderChanged: constant(never),
});

describe('whatever a translator has rewritten', () => {
  for (const [what, how] of Object.entries(TRANSLATORS)) {
    it(`${what}: the next state is what is read`, () => {
      assert(
        property(array(models, { minLength: 2, maxLength: 5 }), (states) => {
          const place = document.createElement('div');
          for (const state of states) {
            render(view(state), place);
            const fresh = document.createElement('div');
            render(view(state), fresh);
            expect(read(place)).to.deep.equal(read(fresh));
            translate(place, how);
          }
        }),
        { numRuns: 300 },
      );
    });
  }
});
