import type { Check } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import type { Page } from '../page.js';
import { noncesOf } from '../page-scripts.js';
import { policiesOf } from '../policy.js';

/** 128 bits in base64, without its padding. */
const ENOUGH_CHARACTERS = 22;

/** Nonces: on the tags of the page, new for each answer, and too long to guess. */
export const nonce: Check = {
  title: 'Nonce',
  needs: 'page',
  run({ visit: page, secondVisit }) {
    if (!page) return [];
    const nonces = allOf(page);
    if (nonces.length === 0) return [ok('The policy uses no nonce.')];
    const found: Finding[] = [];
    if (!page.elements.some(({ attributes }) => nonces.includes(attributes.get('nonce') ?? '')))
      found.push(
        problem(
          'No tag of the page has the nonce of the policy.',
          'Write the same nonce into the tags: nothing of the page runs, and IOTPay’s script gets none.',
        ),
      );
    const again = secondVisit ? allOf(secondVisit) : [];
    if (nonces.some((each) => again.includes(each)))
      found.push(
        problem(
          'Two answers have the same nonce.',
          'Make a new one for each answer, and let no cache keep the page: with one that stays, an injected script is let in.',
        ),
      );
    if (nonces.some((each) => each.length < ENOUGH_CHARACTERS))
      found.push(
        warning(
          `The nonce has fewer than ${ENOUGH_CHARACTERS} characters.`,
          'Make it of 16 random bytes in base64, so that nobody guesses it.',
        ),
      );
    return found.length > 0 ? found : [ok('The nonce is on the page’s tags, and new for each answer.')];
  },
};

const allOf = (page: Page): string[] => policiesOf(page).flatMap(noncesOf);
