/** How texts and amounts are written, alike on the server and in the browser. */

/** @type {Readonly<Record<string, string>>} */
const LOCALES = { en: 'en-CA', fr: 'fr-CA', 'zh-Hans': 'zh-Hans-CA', 'zh-Hant': 'zh-Hant-CA' };

/** @param {string} lang */
export const localeOf = (lang) => LOCALES[lang] ?? 'en-CA';

/**
 * A text with its values put in. `one piece|{n} pieces`: the first half is for one. `cents` gives `{amount}`.
 * @param {string} template
 * @param {string} lang
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function fill(template, lang, values = {}) {
  const [one = '', many = one] = template.split('|');
  const singular = 'n' in values && new Intl.PluralRules(localeOf(lang)).select(Number(values.n)) === 'one';
  const all = 'cents' in values ? { amount: money(Number(values.cents), lang), ...values } : values;
  return (singular ? one : many).replace(/\{(\w+)\}/g, (whole, name) =>
    name in all ? String(all[name]) : whole,
  );
}

/**
 * As the element writes it: the shop is a Canadian one, and so are its dollars, in Chinese too (which says CA$ by itself).
 * @param {number} cents
 * @param {string} lang
 */
export function money(cents, lang) {
  const how = /** @type {const} */ ({ style: 'currency', currency: 'CAD', currencyDisplay: 'narrowSymbol' });
  return new Intl.NumberFormat(localeOf(lang), how).format(cents / 100);
}

/**
 * A time as the shop's clock shows it: the same text from the server and from the browser.
 * @param {string} at ISO time
 * @param {string} lang
 */
export function dateTime(at, lang) {
  return new Intl.DateTimeFormat(localeOf(lang), {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'America/Halifax',
  }).format(new Date(at));
}
