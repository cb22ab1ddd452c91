// One reading of request-data: what is sent is what JSON says, or the page is told where it can't be.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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

  it('of any value is what JSON says, or a config error', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withDate: true,
          withNullPrototype: true,
          withTypedArray: true,
        }),
        (value) => {
          let json: string;
          try {
            json = requestJson({ value });
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'config');
            return;
          }
          assert.equal(json, JSON.stringify({ value }));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
