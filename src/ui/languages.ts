import type { IotpayLanguage, IotpayStrings } from './strings.js';
import fr from './strings/fr.js';
import zhHans from './strings/zh-hans.js';
import zhHant from './strings/zh-hant.js';

/** The shopper's texts in every language but English, which is always there. */
export const LANGUAGES: Readonly<Record<Exclude<IotpayLanguage, 'en'>, IotpayStrings>> = {
  fr,
  'zh-Hans': zhHans,
  'zh-Hant': zhHant,
};
