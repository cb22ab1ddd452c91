import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sign, verify, type SignableParams } from '../../src/server/index.js';

const KEY = 'your_merchant_key';

/** The signature of a text that is written down here, so that our own joining is not its own measure. */
const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();

describe('sign', () => {
  it('gives the published steps’ result, which md5sum gives, too', () => {
    assert.equal(sign({ c: 'cat', a: 'apple', d: '', b: 'boat' }, KEY), 'CA6C2CD331DFAFDBBFD81D8603358789');
  });

  const json = (text: string) => JSON.parse(text) as SignableParams;
  const vectors: readonly [what: string, params: SignableParams, signed: string][] = [
    ['nothing but the key', {}, ''],
    ['empty values are dropped', { a: '', b: null, c: undefined, d: 'x' }, 'd=x&'],
    ['zero is a value', { a: 0, b: '0', c: -0 }, 'a=0&b=0&c=0&'],
    ['false is a value, as it is written', { a: false, b: true, c: 'false' }, 'a=false&b=true&c=false&'],
    ['white space is a value', { a: ' ', b: '\t' }, 'a= &b=\t&'],
    ['an older sign is left out', { a: 'x', sign: 'OLD' }, 'a=x&'],
    ['SIGN is another name', { a: 'x', SIGN: 'y' }, 'SIGN=y&a=x&'],
    ['Chinese and emoji, in UTF-8', { subject: '双人下午茶 🫖', body: 'é' }, 'body=é&subject=双人下午茶 🫖&'],
    [
      'composed and decomposed accents stay as they are',
      { a: '\u00e9', b: 'e\u0301' },
      'a=\u00e9&b=e\u0301&',
    ],
    ['upper case sorts before lower case', { b: '1', B: '2', a: '3', A: '4' }, 'A=4&B=2&a=3&b=1&'],
    [
      'refundAmount sorts before refundable',
      { refundable: 1, refundAmount: 2 },
      'refundAmount=2&refundable=1&',
    ],
    ['a name sorts before a longer one', { ab: '1', a: '2', a1: '3' }, 'a=2&a1=3&ab=1&'],
    [
      'names of the prototype’s',
      json('{"__proto__":"p","constructor":"c","toString":"t"}'),
      '__proto__=p&constructor=c&toString=t&',
    ],
    [
      '& and = in values, unescaped',
      { notifyUrl: 'https://shop.example/n?a=1&b=2', subject: 'Tea & Cake' },
      'notifyUrl=https://shop.example/n?a=1&b=2&subject=Tea & Cake&',
    ],
    ['line breaks, percent and plus signs', { a: 'x\r\ny', b: '100%+1' }, 'a=x\r\ny&b=100%+1&'],
    ['large whole numbers', { a: Number.MAX_SAFE_INTEGER }, 'a=9007199254740991&'],
  ];
  for (const [what, params, signed] of vectors) {
    it(what, () => {
      assert.equal(sign(params, KEY), md5(`${signed}key=${KEY}`));
      assert.ok(verify({ ...params, sign: sign(params, KEY) }, KEY));
    });
  }

  const unsignable: readonly [what: string, value: unknown][] = [
    ['an object', { b: 1 }],
    ['an array', ['b']],
    ['an empty array', []],
    ['a fraction', 19.99],
    ['NaN', NaN],
    ['infinity', Infinity],
    ['a number too large to be exact', 2 ** 53],
    ['a bigint', 1n],
    ['a function', () => 'x'],
    ['a symbol', Symbol('x')],
    ['a date', new Date(0)],
    ['half of an emoji', '\ud83e'],
  ];
  for (const [what, value] of unsignable) {
    it(`${what} is refused, by its name and not by its value`, () => {
      assert.throws(() => sign({ ok: 'x', odd: value }, KEY), {
        name: 'TypeError',
        message: /^sign: odd can't be signed/,
      });
      assert.equal(verify({ ok: 'x', odd: value, sign: md5(`ok=x&key=${KEY}`) }, KEY), false);
    });
  }

  it('an empty key signs nothing', () => {
    assert.throws(() => sign({ a: 'x' }, ''), TypeError);
    assert.equal(verify({ a: 'x', sign: md5('a=x&key=') }, ''), false);
  });
});

describe('verify', () => {
  const right = sign({ a: 'x' }, KEY);
  const wrong: readonly [what: string, sign: unknown][] = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['too short', right.slice(0, -1)],
    ['too long', `${right}0`],
    ['very long', right.repeat(100_000)],
    ['lower case', right.toLowerCase()],
    ['with white space', ` ${right}`],
    ['a number', 1],
    ['true', true],
    ['an array', [right]],
    ['of another key', sign({ a: 'x' }, `${KEY}2`)],
  ];
  for (const [what, value] of wrong) {
    it(`a sign that is ${what} is refused`, () => assert.equal(verify({ a: 'x', sign: value }, KEY), false));
  }

  it('a sign that is inherited is refused', () => {
    assert.equal(verify(Object.assign(Object.create({ sign: right }) as object, { a: 'x' }), KEY), false);
  });

  it('refuses what is no object, without throwing', () => {
    for (const value of [null, undefined, 'text', 7])
      assert.equal(verify(value as unknown as SignableParams, KEY), false);
  });
});

const text = fc.string({ unit: 'grapheme' });
const value = fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constantFrom('', null, 'a&b=c', '0'));
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('__proto__', 'amount', 'A', 'a', 'refundable'),
  )
  .filter((each) => each !== 'sign');
const params = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
const key = fc.string({ minLength: 1 });

describe('for all parameters', () => {
  it('verify accepts what sign makes', () => {
    fc.assert(fc.property(params, key, (all, secret) => verify({ ...all, sign: sign(all, secret) }, secret)));
  });

  it('their order never matters', () => {
    fc.assert(
      fc.property(params, key, fc.infiniteStream(fc.nat()), (all, secret, numbers) => {
        const shuffled = Object.entries(all)
          .map((entry) => [numbers.next().value as number, entry] as const)
          .sort(([a], [b]) => a - b)
          .map(([, entry]) => entry);
        assert.equal(sign(Object.fromEntries(shuffled), secret), sign(all, secret));
      }),
    );
  });

  const written = (each: unknown) =>
    each === null || each === undefined ? '' : `${each as string | number}`;

  it('any single change to a value breaks the signature', () => {
    fc.assert(
      fc.property(params, fc.nat(), value, key, (all, at, changed, secret) => {
        const names = Object.keys(all);
        const which = names[at % Math.max(names.length, 1)];
        if (which === undefined) return;
        fc.pre(written(all[which]) !== written(changed));
        const other = { ...all, sign: sign(all, secret) };
        Object.defineProperty(other, which, { value: changed, enumerable: true });
        assert.equal(verify(other, secret), false);
      }),
    );
  });

  it('so do a parameter more, a parameter less, and another key', () => {
    fc.assert(
      fc.property(params, name, text, key, (all, added, its, secret) => {
        fc.pre(its !== '' && !Object.hasOwn(all, added));
        const signed = sign(all, secret);
        const more = Object.fromEntries([...Object.entries(all), [added, its]]);
        assert.equal(verify({ ...more, sign: signed }, secret), false);
        assert.equal(verify({ ...all, sign: sign(more, secret) }, secret), false);
        assert.equal(verify({ ...all, sign: signed }, `${secret}x`), false);
      }),
    );
  });
});
