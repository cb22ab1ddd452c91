// One reading of request-data: what is sent is what JSON says, or the page is told where it can't be.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { backendRequest } from '../../src/checkout/backend.js';
import { intentOf, readConfig } from '../../src/checkout/config.js';
import { requestJson } from '../../src/checkout/request-data.js';

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const cycle = () => {
  const value: Record<string, unknown> = { lines: Array.from({ length: 200 }, (_, i) => ({ i })) };
  value['self'] = value;
  return value;
};
/** Forty levels of the same object twice: more values than anybody could send. */
const exponential = () => {
  let value: unknown = {};
  for (let i = 0; i < 40; i++) value = { a: value, b: value };
  return value;
};
const deep = () => {
  let value: unknown = {};
  for (let i = 0; i < 100_000; i++) value = [value];
  return { value };
};

const BASE = 'https://shop.example/';
const SHOP = { secureIdEndpoint: `${BASE}pay/secure-id` };

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

/** Plain JSON with something put in at a random place, and whether that must be refused. */
const trapped = fc
  .record({
    before: fc.jsonValue(),
    path: fc.array(fc.constantFrom('list', 'member'), { maxLength: 6 }),
    trap: fc.constantFrom<readonly [boolean, () => unknown]>(
      [false, () => new Proxy({ id: 1 }, {})],
      [false, () => new Proxy([1, 2], {})],
      [false, () => ({ toJSON: () => ({ id: 2 }) })],
      [false, () => Object.assign(Object.create(null) as object, { id: 3 })],
      [false, () => ({ left: undefined, there: 4 })],
      [false, () => [undefined, NaN, Infinity, -0]],
      [false, () => Object.freeze({ id: 5 })],
      [true, revoked],
      [true, cycle],
      [true, exponential],
      [true, deep],
      [true, () => new Map([[1, 2]])],
      [true, () => [new Set()]],
      [true, () => Promise.resolve()],
      [true, () => () => 1],
      [true, () => ({ toJSON: () => new Map() })],
      [
        true,
        () => ({
          get id() {
            throw new RangeError('no session');
          },
        }),
      ],
      [
        true,
        () =>
          new Proxy(
            {},
            {
              ownKeys() {
                throw new TypeError('keys');
              },
            },
          ),
      ],
    ),
  })
  .map(({ before, path, trap: [refused, make] }) => ({
    refused,
    value: {
      at: path.reduceRight<unknown>(
        (inner, where) => (where === 'list' ? [before, inner] : { before, inner }),
        make(),
      ),
    },
  }));

function read(value: unknown): { json?: string; error?: Error } {
  try {
    return { json: requestJson(value) };
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'config');
    return { error: error as Error };
  }
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The same with all names in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, each]) => [name, reversed(each)]),
  );
}

/** How many values JSON writes for `{ value }`: lists of `copies` in each other, `levels` deep, with `{ id: 1 }` inside. */
function valuesIn(levels: number, copies: number): number {
  let values = 2;
  for (let i = 0; i < levels; i++) values = 1 + copies * values;
  return 1 + values;
}

describe('request-data', () => {
  for (const [what, value, json] of [
    ['nothing', undefined, '{}'],
    ['null', null, '{}'],
    ['an object', { id: 7, lines: [{ sku: 'a' }] }, '{"id":7,"lines":[{"sku":"a"}]}'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { id: 1 }), '{"id":1}'],
    ['groups', { lines: Object.assign(Object.create(null) as object, { a: [1] }) }, '{"lines":{"a":[1]}}'],
    ['a proxy', new Proxy({ id: 1 }, {}), '{"id":1}'],
    ['what writes itself', { toJSON: () => ({ id: 2 }) }, '{"id":2}'],
    ['a date', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['an address', { at: new URL('https://shop.example/') }, '{"at":"https://shop.example/"}'],
    [
      'an instance of a class',
      new (class {
        id = 3;
      })(),
      '{"id":3}',
    ],
    ['undefined members', { id: 1, note: undefined }, '{"id":1}'],
    ['an object with a name of its own', { [Symbol.toStringTag]: 'Order', id: 1 }, '{"id":1}'],
  ] as const) {
    it(`${what} is sent as ${json}`, () => assert.equal(requestJson(value), json));
  }

  for (const [what, value, says] of [
    ['a Map', { lines: new Map() }, /^request-data\.lines: expected what JSON can carry, received a Map/],
    ['a Set in a list', { lines: [new Set()] }, /^request-data\.lines\[0\]: .*a Set/],
    ['FormData', new FormData(), /^request-data: .*a FormData/],
    ['URLSearchParams', { q: new URLSearchParams() }, /^request-data\.q: .*a URLSearchParams/],
    ['Headers', { h: new Headers() }, /a Headers/],
    ['a Promise', Promise.resolve({ id: 1 }), /^request-data: .*a Promise/],
    ['a function', { a: { b: () => 1 } }, /^request-data\.a\.b: .*a function/],
    ['a symbol', { id: Symbol('x') }, /a symbol/],
    ['a BigInt', { id: 7n }, /^request-data\.id: .*a bigint/],
    ['bytes', { data: new Uint8Array(3) }, /a Uint8Array/],
    ['a pattern', { p: /x/ }, /a RegExp/],
    ['an error', { e: new Error('x') }, /a Error/],
    ['a cycle', cycle(), /can't read: TypeError/],
    ['a revoked proxy', { p: revoked() }, /can't read: TypeError/],
    [
      'a getter that throws',
      {
        get id() {
          throw new Error('no session');
        },
      },
      /no session/,
    ],
    ['too many values', exponential(), /at most 10000 values/],
    ['too deep', deep(), /can't read|at most/],
    ['a list', [1], /^request-data: expected a JSON object such as/],
    ['a text', 'id=7', /received "id=7"/],
    ['a number', 7, /received 7/],
    ['what writes itself as nothing', { toJSON: () => undefined }, /expected a JSON object/],
  ] as const) {
    it(`${what} is a config error that says where`, () => {
      assert.throws(() => requestJson(value), { name: 'IotpayCheckoutError', code: 'config', message: says });
    });
  }

  it('of any value is what JSON says, or a config error that names a path', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const { json, error } = read({ value });
        if (error) assert.match(error.message, /^request-data[\w.[\]]*/);
        else assert.equal(json, JSON.stringify({ value }));
      }),
      { numRuns: 1000 },
    );
  });

  it('of values with traps in them, too', () => {
    fc.assert(
      fc.property(trapped, ({ value, refused }) => {
        const { json, error } = read(value);
        assert.equal(error !== undefined, refused, error?.message);
        if (error) assert.match(error.message, /^request-data/);
        else assert.equal(json, JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('is sent with the mode, which nothing overwrites', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom('pay', 'add'),
        (value, mode) => {
          const config = readConfig({ ...SHOP, mode, requestData: { ...value, mode: 'other' } }, BASE);
          const { body } = backendRequest(config.endpoint ?? '', config, {});
          assert.deepEqual(JSON.parse(body), { ...(JSON.parse(JSON.stringify(value)) as object), mode });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not change which order a question is about', () => {
    const config = readConfig(
      { ...SHOP, requestData: { mchOrderNo: 'other', failed: 'other', cart: 1 } },
      BASE,
    );
    const { body } = backendRequest(config.endpoint ?? '', config, { mchOrderNo: 'M1', failed: 'M0' });
    assert.deepEqual(JSON.parse(body), { mchOrderNo: 'M1', failed: 'M0', cart: 1, mode: 'pay' });
  });

  it('is read in bounded work, whatever it contains', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 2, max: 5 }), (levels, copies) => {
        let reads = 0;
        let value: object = { id: 1 };
        for (let i = 0; i < levels; i++) value = Array.from({ length: copies }, () => value);
        const counted = (each: object): object =>
          new Proxy(each, {
            get(target, name) {
              reads += 1;
              const got: unknown = Reflect.get(target, name);
              return typeof got === 'object' && got !== null ? counted(got) : got;
            },
          });
        const { error } = read({ value: counted(value) });
        assert.equal(error !== undefined, valuesIn(levels, copies) > 10_000);
        // A proxy is asked for toJSON, its length and its members.
        assert.ok(reads < 60_000, `${reads} reads`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an intent', () => {
  const intent = (requestData: unknown) => intentOf({ ...SHOP, requestData });

  it('is the same exactly when the JSON is, whatever the order of names', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        assert.equal(intent({ a }) === intent({ a: b }), isDeepStrictEqual(asJson(a), asJson(b)));
        assert.equal(intent({ a, b }), intent(reversed({ a, b })));
      }),
      { numRuns: 1000 },
    );
  });

  it('differs where one member anywhere differs, is added, or is left out', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(fc.string(), { maxLength: 4 }),
        fc.string(),
        (rest, path, name) => {
          const within = (inner: unknown) =>
            path.reduceRight<unknown>((value, key) => ({ rest, [`k${key}`]: value }), inner);
          const values = [
            {},
            { [name]: null },
            { [name]: 1 },
            { [name]: '1' },
            { [name]: [] },
            { [name]: {} },
          ];
          const intents = values.map((value) => intent({ at: within(value) }));
          assert.equal(new Set(intents).size, values.length);
        },
      ),
      { numRuns: 300, examples: [[null, ['a'], 'toString']] },
    );
  });

  it('of any value never throws, and is the same again', () => {
    fc.assert(
      fc.property(anything, (value) => assert.equal(intent({ value }), intent({ value }))),
      { numRuns: 500 },
    );
  });
});
