/** How texts and amounts are written, alike on the server and in the browser. */

/** @type {Readonly<Record<string, string>>} */
const LOCALES = { en: 'en-CA', fr: 'fr-CA', 'zh-Hans': 'zh-Hans-CA', 'zh-Hant': 'zh-Hant-CA' };

/** @param {string} lang */
export const localeOf = (lang) => LOCALES[lang] ?? 'en-CA';

/**
 * A text with its values put in. `one piece|{n} pieces`: the first half is for one.
 * @param {string} template
 * @param {string} lang
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function fill(template, lang, values = {}) {
  const [one = '', many = one] = template.split('|');
  const singular = 'n' in values && new Intl.PluralRules(localeOf(lang)).select(Number(values.n)) === 'one';
  return (singular ? one : many).replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}

/**
 * @param {number} cents
 * @param {string} lang
 */
export function money(cents, lang) {
  return new Intl.NumberFormat(localeOf(lang), { style: 'currency', currency: 'CAD' }).format(cents / 100);
}
