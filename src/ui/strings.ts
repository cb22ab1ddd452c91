export type { IotpayStrings } from './strings/en.js';

/** A language that the texts exist in, as a `lang` value. */
export type IotpayLanguage = 'en' | 'fr' | 'zh-Hans' | 'zh-Hant';

/** The best language there is for a `lang` value; English where there is none. */
export function languageFor(lang: string): IotpayLanguage {
  const tag = lang.toLowerCase();
  if (/^zh(-|$)/.test(tag)) return /-hant\b|^(?!.*-hans\b).*-(tw|hk|mo)\b/.test(tag) ? 'zh-Hant' : 'zh-Hans';
  return /^fr(-|$)/.test(tag) ? 'fr' : 'en';
}

/**
 * The `lang` that is in force at an element; an empty text where none is.
 * @param hosts - the element, and the hosts of the shadow roots around it, from the inside out
 */
export function nearestLang(hosts: readonly Element[]): string {
  const near = hosts.map((host) => host.closest('[lang]')).find((found) => found);
  return near?.getAttribute('lang') ?? '';
}
