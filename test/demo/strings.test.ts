// The shop's words, in the four languages that it speaks.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

type Table = Readonly<Record<string, string>>;

const path = '../../demo/shop/strings/index.js';
const { LANGUAGES, languageOf } = (await import(path)) as {
  LANGUAGES: Readonly<Record<string, { strings: Table }>>;
  languageOf: (cookies: string, accepted: string) => string;
};
const format = '../../demo/shop/assets/format.js';
const { money } = (await import(format)) as { money: (cents: number, lang: string) => string };
const tables = Object.entries(LANGUAGES);
const of = (language: string) => Object.entries(LANGUAGES[language]?.strings ?? {});
const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** The texts of one language in which something is found that must not be there. */
const wrong = (language: string, pattern: RegExp) =>
  of(language).flatMap(([key, text]) => (pattern.test(text) ? [`${key}: ${text}`] : []));

describe('the shop’s words', () => {
  it('are the same in number and values in every language', () => {
    const english = new Map(of('en'));
    for (const [language, { strings }] of tables) {
      assert.deepEqual(Object.keys(strings).sort(), [...english.keys()].sort(), language);
      for (const [key, text] of Object.entries(strings)) {
        assert.ok(text.trim(), `${language}: ${key}`);
        const expected = [...new Set(values(english.get(key) ?? ''))];
        assert.deepEqual([...new Set(values(text))], expected, `${language}: ${key}`);
      }
    }
  });

  it('in French, a sign is never torn from its word, and the words are those of Québec', () => {
    assert.deepEqual(wrong('fr', /[^\u00a0][:;?!%$]/), []);
    assert.deepEqual(wrong('fr', /['"]|«[^\u00a0]|[^\u00a0]»/), []);
    assert.deepEqual(wrong('fr', /\bpots\b|Oublier|d’une seule touche|New Brunswick|chargé[e]? à/), []);
    // "Nous confirmons" is a confirmation, where nothing is confirmed yet.
    assert.deepEqual(wrong('fr', /\bnous confirmons/i), []);
    assert.ok(of('fr').some(([, text]) => /n’a été débité/.test(text)));
  });

  it('in simplified Chinese, paying is 支付 throughout; in traditional Chinese, 付款', () => {
    assert.deepEqual(wrong('zh-Hans', /付款/), []);
    assert.deepEqual(wrong('zh-Hant', /支付|到期日|簽帳卡/), []);
  });

  it('in Chinese, a sign is a full-width one, and traditional Chinese has the words of Taiwan', () => {
    for (const language of ['zh-Hans', 'zh-Hant']) {
      assert.deepEqual(wrong(language, /\p{Script=Han}[,.:;!?()]|[,:;!?()]\p{Script=Han}/u), []);
    }
    assert.deepEqual(wrong('zh-Hant', /加元|表单|信息|默认|網絡|屏幕/), []);
  });

  it('in a Chinese headline, say where a line may end: Safari finds no such place by itself', () => {
    const HEADLINES =
      /^(?:home\.(?:head|pots|fact\d)|order\.(?:paid|confirming|open|failed|twice)|[a-z]+\.title)$/;
    for (const language of ['zh-Hans', 'zh-Hant']) {
      const headlines = of(language).filter(([key]) => HEADLINES.test(key));
      assert.ok(headlines.length > 8);
      const untold = headlines.filter(([, text]) => /[，。；：？！](?!\u200b|$)/.test(text));
      assert.deepEqual(untold, [], language);
    }
  });

  it('have amounts as the element writes them: a Canadian shop’s dollar is a $, in Chinese too', () => {
    const amounts = tables.map(([language]) => [language, money(18924, language)]);
    assert.deepEqual(amounts, [
      ['en', '$189.24'],
      ['fr', '189,24\u00a0$'],
      ['zh-Hans', '$189.24'],
      ['zh-Hant', '$189.24'],
    ]);
  });

  it('are chosen by script before region', () => {
    const rows = {
      'zh-TW,zh;q=0.9': 'zh-Hant',
      'zh-Hant-CN': 'zh-Hant',
      'zh-Hans-HK': 'zh-Hans',
      zh: 'zh-Hans',
    };
    for (const [accepted, language] of Object.entries(rows)) {
      assert.equal(languageOf('', accepted), language, accepted);
    }
  });

  it('never say "charged" where that is not known', () => {
    for (const [language] of tables) {
      for (const [key, text] of of(language).filter(([name]) => /^order\.confirming/.test(name))) {
        assert.doesNotMatch(text, /not been charged|débité|扣款/, `${language}: ${key}`);
      }
    }
  });
});
