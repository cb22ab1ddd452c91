import type { Money } from '../gateway/money.js';
import { languageFor } from './strings.js';

/**
 * An amount as the shopper reads it: `$189.24`, or `189,24 $` in French. Where the page's language names no region a
 * dollar is a Canadian one, as with IOTPay's merchants, and every other says so: `US$12.00`. For readers elsewhere
 * (`en-US`, `zh-HK`) it is the Canadian one that says so: `CA$12.00`.
 * @param lang - the `lang` in force at the element
 * @returns an empty text where there is no amount
 */
export function formatMoney(money: Money | undefined, lang: string): string {
  if (!money) return '';
  const { amount, currency } = money;
  const { language, region = 'CA' } = localeFor(lang);
  const format = new Intl.NumberFormat(`${language}-${region}`, {
    style: 'currency',
    currency,
    // In Chinese "CA$" is the symbol in every region.
    currencyDisplay: currency === 'CAD' && region === 'CA' ? 'narrowSymbol' : 'symbol',
  });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** The language of the texts, with the region that the page names: that of a language without texts counts as none. */
function localeFor(lang: string): { language: string; region?: string | undefined } {
  const language = languageFor(lang);
  if (!lang.toLowerCase().startsWith(language.slice(0, 2))) return { language };
  return { language, region: /-([a-z]{2})\b/i.exec(lang)?.[1]?.toUpperCase() };
}
