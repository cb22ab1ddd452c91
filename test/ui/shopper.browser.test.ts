// What a nervous shopper looks for: whom to ask, and a place that looks like the form that is to come.
import { expect } from '@open-wc/testing';
import { emulateMedia } from '@web/test-runner-commands';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { afterTest } from '../support/page.js';
import { contrast, over, pixel, behind } from './contrast.js';
import { idleElement, loadingElement } from './elements.js';
import { EVERY_STATE } from './every-state.js';
import { readyElement, until } from '../support/element.js';

/** States after which a shopper may need the shop. */
const MAY_ASK = ['failed', 'unknown', 'error'];

const parts = (element: IotpayCheckout, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

async function withContact(element: IotpayCheckout): Promise<HTMLElement> {
  const contact = document.createElement('a');
  contact.slot = 'contact';
  contact.href = 'mailto:shop@shop.example';
  contact.textContent = 'Write to the shop';
  element.append(contact);
  await element.updateComplete;
  return contact;
}

function expectBelow(element: IotpayCheckout, contact: HTMLElement): void {
  const panel = contact.assignedSlot?.closest('.panel');
  const sentences = parts(element, '.panel [part=message]').map(
    (each) => each.getBoundingClientRect().bottom,
  );
  const { top, bottom } = contact.getBoundingClientRect();
  expect(contact.checkVisibility(), 'it is shown').to.equal(true);
  expect(sentences).to.not.have.length(0);
  expect(top, 'below what is said').to.be.at.least(Math.max(...sentences) - 1);
  expect(bottom, 'within the panel').to.be.at.most(panel!.getBoundingClientRect().bottom);
}

describe('how to reach the shop', () => {
  for (const { name, status, reach } of EVERY_STATE) {
    it(`${MAY_ASK.includes(status) ? 'is below what is said' : 'is not in the way'}: ${name}`, async () => {
      const element = await reach();
      const contact = await withContact(element);
      if (MAY_ASK.includes(status)) expectBelow(element, contact);
      else expect(contact.checkVisibility()).to.equal(false);
    });
  }

  it('is all that is left to do after an error that no retry mends', async () => {
    const element = await idleElement({ gatewayOrigin: 'https://example.com' });
    element.load().catch(() => {});
    await until(() => element.status === 'error', 'the error');
    expect(element.error?.retryable).to.equal(false);
    const contact = await withContact(element);
    expectBelow(element, contact);
    expect(parts(element, '[part=retry]')).to.have.length(0);
  });
});

/** Pages as a shop may have them. */
const PAGES = {
  white: 'background: #fff; color: #1c2430; color-scheme: light',
  cream: 'background: #fbf5ea; color: #3a2e1f; color-scheme: light',
  neon: 'background: #39ff14; color: #111',
  dark: 'background: #14181d; color: #e9edf3; color-scheme: dark',
  'dark, without color-scheme': 'background: #14181d; color: #e9edf3',
};

describe('the skeleton', () => {
  for (const [page, css] of Object.entries(PAGES)) {
    it(`can be seen: ${page}`, async () => {
      const style = document.createElement('style');
      style.textContent = `html { ${css} }`;
      document.head.append(style);
      afterTest(() => style.remove());
      const element = await loadingElement();
      const back = behind(element);
      const bars = parts(element, '[part=skeleton] > i').map((bar) => {
        const { backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(bar);
        const seen = parseFloat(borderTopWidth) > 0 ? borderTopColor : backgroundColor;
        return contrast(over(pixel(seen), back), back);
      });
      expect(bars).to.have.length(7);
      for (const ratio of bars) expect(ratio).to.be.at.least(1.25);
    });
  }

  it('is the form: a label and its field, two halves, and a button across', async () => {
    const element = await loadingElement();
    element.style.width = '360px';
    const [stage] = parts(element, '.stage');
    const { width } = stage!.getBoundingClientRect();
    const boxes = parts(element, '[part=skeleton] > i').map((bar) => bar.getBoundingClientRect());
    const [label, field, leftLabel, rightLabel, left, right, button] = boxes as [
      DOMRect,
      DOMRect,
      DOMRect,
      DOMRect,
      DOMRect,
      DOMRect,
      DOMRect,
    ];
    // A form has a little room around it.
    for (const each of [field, button]) expect(width - each.width).to.be.within(0, 12);
    expect(label.bottom).to.be.at.most(field.top);
    expect(left.top).to.equal(right.top);
    expect(leftLabel.top).to.equal(rightLabel.top);
    expect(leftLabel.bottom).to.be.at.most(left.top);
    expect(left.right).to.be.below(right.left);
    expect(Math.round(right.right)).to.equal(Math.round(field.right));
    expect(field.bottom).to.be.at.most(leftLabel.top);
    expect(left.bottom).to.be.at.most(button.top);
    expect(label.height).to.be.below(field.height);
  });

  it('fades as the form appears in its place', async () => {
    const element = await readyElement();
    await element.updateComplete;
    const [skeleton, frame, stage] = ['[part=skeleton]', '[part=frame]', '.stage'].map(
      (selector) => parts(element, selector)[0],
    ) as [HTMLElement, HTMLElement, HTMLElement];
    const looks = [skeleton, frame].map((node) => {
      const { animationName, animationDuration, animationDelay } = getComputedStyle(node);
      return [animationName, animationDuration, animationDelay];
    });
    expect(looks).to.deep.equal([
      ['leave', '0.2s', '0s'],
      ['appear', '0.2s', '0s'],
    ]);
    expect(frame.checkVisibility({ visibilityProperty: true })).to.equal(true);
    for (const side of ['top', 'left', 'right', 'bottom'] as const) {
      expect(skeleton.getBoundingClientRect()[side], side).to.equal(stage.getBoundingClientRect()[side]);
    }
    await until(() => !skeleton.checkVisibility({ visibilityProperty: true }), 'the skeleton is gone');
    await until(() => getComputedStyle(frame).opacity === '1', 'the form stands');
  });

  // The other engines' drivers can't pretend a preference of the visitor's.
  if ('userAgentData' in navigator) {
    it('gives way at once where motion is reduced', async () => {
      await emulateMedia({ reducedMotion: 'reduce' });
      const element = await readyElement();
      await element.updateComplete;
      const [skeleton, frame] = parts(element, '[part=skeleton], [part=frame]') as [HTMLElement, HTMLElement];
      expect(skeleton.checkVisibility()).to.equal(false);
      expect(getComputedStyle(frame).animationName).to.equal('none');
      expect(frame.checkVisibility({ opacityProperty: true, visibilityProperty: true })).to.equal(true);
      await emulateMedia({ reducedMotion: 'no-preference' });
    });
  }
});
