import { html } from 'hono/html';
import { dateTime, fill, money } from '../assets/format.js';
import en from './en.js';
import fr from './fr.js';
import zhHans from './zh-hans.js';
import zhHant from './zh-hant.js';

/**
 * @typedef {keyof typeof en} Key
 * @typedef {'en' | 'fr' | 'zh-Hans' | 'zh-Hant'} Lang
 * @typedef {Readonly<Record<string, string | number>>} Values
 */

/** @type {Readonly<Record<Lang, {name: string, strings: Readonly<Record<Key, string>>}>>} */
export const LANGUAGES = {
  en: { name: 'English', strings: en },
  fr: { name: 'Français', strings: fr },
  'zh-Hans': { name: '简体中文', strings: zhHans },
  'zh-Hant': { name: '繁體中文', strings: zhHant },
};

/**
 * The language that the visitor has chosen here, else the first of their browser's that the shop speaks.
 * @param {string | undefined} cookies
 * @param {string | undefined} accepted
 * @returns {Lang}
 */
export function languageOf(cookies = '', accepted = '') {
  const chosen = /(?:^|;\s*)brindle_lang=([\w-]+)/.exec(cookies)?.[1] ?? '';
  if (Object.hasOwn(LANGUAGES, chosen)) return /** @type {Lang} */ (chosen);
  for (const tag of accepted.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '')) {
    if (tag.startsWith('en')) return 'en';
    if (tag.startsWith('fr')) return 'fr';
    if (tag.startsWith('zh')) return /^zh-(?:hant|tw|hk|mo)\b/.test(tag) ? 'zh-Hant' : 'zh-Hans';
  }
  return 'en';
}

/**
 * @param {Lang} lang
 */
export function translator(lang) {
  const { strings } = LANGUAGES[lang];
  return {
    lang,
    /**
     * A text in the page. The browser finds it again by its key when the language changes.
     * @param {Key} key
     * @param {Values} [values]
     */
    t: (key, values) =>
      html`<span data-t="${key}" data-values="${values ? JSON.stringify(values) : ''}"
        >${fill(strings[key], lang, values)}</span
      >`,
    /**
     * A text for an attribute or a title.
     * @param {Key} key
     * @param {Values} [values]
     */
    say: (key, values) => fill(strings[key], lang, values),
    /** @param {string} at ISO time */
    time: (at) => dateTime(at, lang),
    /** @param {number} cents */
    money: (cents) => html`<span class="money" data-cents="${cents}">${money(cents, lang)}</span>`,
  };
}
