// Numbers are signed as they were written, and names are sorted as PHP does it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseExactly, parseObject, WrittenNumber } from '../../../src/server/exact-json.js';
import { compareNatural } from '../../../src/server/natural-order.js';
import { writings } from '../../../src/server/signature.js';

/** What JSON.parse makes of it: numbers without their written form. */
const plain = (value: unknown): unknown => {
  if (value instanceof WrittenNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
};

describe('parseExactly', () => {
  it('reads every JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.constantFrom(0, 1, '\t'), (text, space) => {
        const value = JSON.parse(text) as unknown;
        const given = JSON.stringify(value, null, space);
        assert.deepEqual(plain(parseExactly(given)), JSON.parse(given));
      }),
      { numRuns: 300 },
    );
  });

  it('takes and refuses the same texts as JSON.parse', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '1',
      '-',
      '.',
      'e',
      '0',
      'n',
      's',
      '\\"',
      '\\u0031',
      ' ',
      'null',
      '\u2028',
    );
    const outcome = (read: (text: string) => unknown, text: string) => {
      try {
        return [plain(read(text))];
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        assert.deepEqual(outcome(parseExactly, text), outcome(JSON.parse, text));
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps each number as it was written', () => {
    for (const text of ['15.50', '1.0E+25', '1e2', '-0', '9007199254740993', '0.10', '1E-7']) {
      const places = [
        text,
        ` ${text}`,
        `[${text}]`,
        `[0,${text}]`,
        `[0, ${text}]`,
        `{"a":${text}}`,
        `{"a":\n${text}}`,
      ];
      for (const place of places) {
        const value = [parseExactly(place)].flatMap((each) =>
          typeof each === 'object' && !(each instanceof WrittenNumber) ? Object.values(each ?? {}) : each,
        );
        const written = value.at(-1) as unknown;
        assert.ok(written instanceof WrittenNumber, place);
        assert.equal(written.text, text);
      }
    }
    for (const number of [0, 1500, 15.5, -1, 2 ** 53]) assert.equal(parseExactly(String(number)), number);
  });

  it('is not led astray by texts that look like numbers or marks', () => {
    const text = '{"n1":"n1","s":"s","1":"12.50","\\"2\\"":"a\\\\","b":[1.50,"1.50","\\\\\\"3"]}';
    assert.equal(JSON.stringify(parseExactly(text)), JSON.stringify(JSON.parse(text)));
  });

  it('stays small and quick where the text is deep or long', () => {
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    assert.ok(parseObject(deep));
    assert.ok(parseObject(`{"a":"${'\\\\'.repeat(50_000)}"}`));
  });
});

interface PhpWrites {
  readonly names: readonly string[];
  readonly order: readonly string[];
  readonly numbers: readonly (readonly [string, string])[];
}
const php = JSON.parse(readFileSync(new URL('php-writes.json', import.meta.url), 'utf8')) as PhpWrites;

describe('as PHP does it', () => {
  it('names are in the order of strnatcasecmp', () => {
    const order = php.names.map((a) =>
      php.names.map((b) => '<=>'[Math.sign(compareNatural(a, b)) + 1]).join(''),
    );
    assert.deepEqual(order, php.order);
  });

  for (const [text, written] of php.numbers) {
    it(`the number ${text} is written ${written}`, () => {
      const fields = parseObject(`{"x":${text}}`) ?? {};
      assert.deepEqual([...writings(fields)], [[['x', text]], [['x', written]]]);
    });
  }
});
