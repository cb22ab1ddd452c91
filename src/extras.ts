import { extras, type Extras } from './ui/extras.js';

// The build of the CDN file has `extras-file.ts` in the place of this file.
export { panelStyles } from './ui/panel-styles.js';

/** What there is of the extras: in a bundle, all of them. */
export const extrasNow = (): Extras | undefined => extras;

/** Whether they are on their way for the first time. */
export const extrasAwaited = (): boolean => false;

/**
 * Asks for them where they are not there yet.
 * @param nonce - of the element, for the tag that loads them
 * @param tell - called when they have come, and when an attempt has failed
 */
export const wantExtras: (nonce: string | undefined, tell: () => void) => void = () => {};
