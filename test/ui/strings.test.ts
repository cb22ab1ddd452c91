import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { LANGUAGES } from '../../src/ui/languages.js';
import { languageFor } from '../../src/ui/strings.js';
import en from '../../src/ui/strings/en.js';

describe('languageFor', () => {
  const rows: [string, string][] = [
    ['en', 'en'],
    ['en-CA', 'en'],
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['FR-fr', 'fr'],
    ['frr', 'en'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh-Hans-HK', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['zh-MO', 'zh-Hant'],
    ['zh-Hant', 'zh-Hant'],
    ['zh-Hant-CN', 'zh-Hant'],
    ['de', 'en'],
    ['', 'en'],
  ];
  for (const [lang, language] of rows) {
    it(`answers ${language} for "${lang}"`, () => assert.equal(languageFor(lang), language));
  }
});

describe('the languages', () => {
  const names = Object.keys(en).sort();
  for (const [language, texts] of Object.entries({ en, ...LANGUAGES })) {
    it(`${language} has every text, and none that is empty`, () => {
      assert.deepEqual(Object.keys(texts).sort(), names);
      for (const text of Object.values(texts)) assert.notEqual(text.trim(), '');
    });
  }

  it('French keeps a sign with its word, has typographic apostrophes, and says débité', () => {
    for (const text of Object.values(LANGUAGES.fr)) {
      assert.doesNotMatch(text, /[^\u00a0][:;?!%$»]|«[^\u00a0]|['"]/, text);
      assert.doesNotMatch(text, /factur|prélev|charg[ée]e?s? à|Oublier/, text);
      // "Nous confirmons" is a confirmation, where nothing is confirmed yet.
      assert.doesNotMatch(text, /\bnous confirmons/i, text);
    }
  });

  it('have every text that the element shows: its templates have none of their own', () => {
    const source = readFileSync('src/ui/view.ts', 'utf8') + readFileSync('src/ui/facts.ts', 'utf8');
    const templates = [...source.matchAll(/html`([^]*?)`/g)].map(([, template = '']) => template);
    assert.ok(templates.length > 3);
    for (const template of templates) {
      // Expressions, then tags with their attributes: what is left is text.
      let text = template;
      for (let before = ''; before !== text;) {
        before = text;
        text = text.replace(/\$\{[^{}]*\}/g, '');
      }
      text = text.replace(/<[^<>]*>/g, '').replace(/\$\{[^]*$/, '');
      assert.doesNotMatch(text, /\p{L}{2}/u, template);
    }
    assert.doesNotMatch(source, /(?:title|aria-label|placeholder|alt)=["'][^"'$]*\p{L}/u);
  });
});
