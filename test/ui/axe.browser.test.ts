// axe-core in every state that a shopper can meet, light and dark.
import { expect } from '@open-wc/testing';
import '../../src/index.js';
import { findings, loadAxe } from './axe.js';
import { EVERY_STATE } from './every-state.js';

const PAGES = { light: '#fff', dark: '#14181d' } as const;

before(loadAxe);

describe('axe-core finds nothing', () => {
  for (const { name, status, reach } of EVERY_STATE) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`${name} (${scheme})`, async () => {
        const element = await reach();
        element.colorScheme = scheme;
        if (element.parentElement) element.parentElement.style.background = PAGES[scheme];
        await element.updateComplete;
        expect(element.status).to.equal(status);
        expect(await findings(element)).to.deep.equal([]);
      });
    }
  }
});
