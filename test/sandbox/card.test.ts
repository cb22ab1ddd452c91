import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scenarioById, SCENARIOS } from '../../src/sandbox/scenarios.js';
import { brandOf, group, passesLuhn } from '../../src/sandbox/page/card.js';
import { cvvOf } from '../../src/sandbox/test-cards.js';
import { FORM_REFUSALS, FORM_TEXTS, languageFor } from '../../src/sandbox/texts.js';

it('every test card is a number that the form accepts, with the security code of its brand', () => {
  for (const { number } of SCENARIOS) {
    const brand = brandOf(number);
    assert.ok(brand, number);
    assert.ok(brand.lengths.includes(number.length), number);
    assert.ok(passesLuhn(number), number);
    assert.equal(cvvOf(number).length, brand.cvv, number);
  }
});

it('one wrong digit is noticed by Luhn’s formula, wherever it is', () => {
  const number = '4242424242424242';
  for (let i = 0; i < number.length; i++) {
    const wrong = `${number.slice(0, i)}${(Number(number[i]) + 1) % 10}${number.slice(i + 1)}`;
    assert.equal(passesLuhn(wrong), false, wrong);
  }
});

it('a number is grouped as on its card, however much of it is typed', () => {
  for (const [number, expected] of [
    ['', ''],
    ['4', '4'],
    ['4242', '4242'],
    ['42424', '4242 4'],
    ['4242424242424242', '4242 4242 4242 4242'],
    ['6200000000000000123', '6200 0000 0000 0000 123'],
    ['37828', '3782 8'],
    ['378282246310005', '3782 822463 10005'],
    ['3782822463100051', '3782 822463 10005 1'],
  ] as const) {
    assert.equal(group(number), expected);
  }
});

it('a page’s lang chooses one of four languages', () => {
  for (const [lang, expected] of [
    ['', 'en'],
    ['not a language', 'en'],
    ['de', 'en'],
    ['EN-ca', 'en'],
    ['fr', 'fr-CA'],
    ['fr-FR', 'fr-CA'],
    ['zh', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh-Hans-HK', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-mo', 'zh-Hant'],
    ['zh-Hant-CA', 'zh-Hant'],
  ] as const) {
    assert.equal(languageFor(lang), expected, lang);
  }
});

it('no text is missing or left in English, and French has its no-break spaces', () => {
  const { en, ...others } = FORM_TEXTS;
  // The same word in every language, or nearly.
  const same = new Set(['simulation', 'cvvShort', 'expiryFormat']);
  for (const [language, texts] of Object.entries(others)) {
    for (const [name, text] of Object.entries(texts) as [keyof typeof en, string][]) {
      assert.ok(text, `${language}.${name}`);
      if (!same.has(name)) assert.notEqual(text, en[name], `${language}.${name}`);
      assert.equal(text.includes('{count}'), en[name].includes('{count}'), `${language}.${name}`);
    }
  }
  for (const text of Object.values<string>({ ...FORM_TEXTS['fr-CA'] }))
    assert.doesNotMatch(text, /(?<!\u00a0)[:;?!$%]|'/, text);
});

it('every refusal has its words in each language of the form', () => {
  const refusals = SCENARIOS.flatMap(({ id }) => scenarioById(id).plan.message ?? []);
  assert.ok(refusals.length > 5);
  const { en, ...others } = FORM_REFUSALS;
  assert.deepEqual(en, {}, 'the gateway’s own words');
  for (const [language, texts] of Object.entries(others)) {
    assert.deepEqual(
      refusals.filter((words) => !texts[words]),
      [],
      language,
    );
    assert.deepEqual(Object.keys(texts), Object.keys(others['fr-CA']), language);
    for (const [words, text] of Object.entries(texts)) assert.notEqual(text, words, language);
  }
});
