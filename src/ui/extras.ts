import { copyText } from './clipboard.js';
import { facts, steps } from './facts.js';
import { icon } from './icons.js';
import { LANGUAGES } from './languages.js';
import { refusalText } from './refusals.js';

/**
 * What no form needs in order to be mounted, and no outcome to be told: every language but English, and what makes panels
 * of plain sentences. A page that has the package in its bundle has it from the start; one with the CDN file gets it as a
 * second file, and does without it as long as that does not come.
 */
export const extras = { LANGUAGES, copyText, facts, icon, refusalText, steps } as const;

export type Extras = typeof extras;
