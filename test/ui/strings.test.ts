import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languageFor, STRINGS } from '../../src/ui/strings.js';

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
  const names = Object.keys(STRINGS.en).sort();
  for (const [language, texts] of Object.entries(STRINGS)) {
    it(`${language} has every text, and none that is empty`, () => {
      assert.deepEqual(Object.keys(texts).sort(), names);
      for (const text of Object.values(texts)) assert.notEqual(text.trim(), '');
    });
  }
});
