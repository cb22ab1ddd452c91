// What the page has set, checked; and which settings make another payment.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { intentOf, readConfig, requireSource, type Settings } from '../../src/checkout/config.js';
import { IotpayCheckoutError } from '../../src/checkout/errors.js';

const BASE = 'https://shop.example/pay/';
const read = (settings: Settings) => readConfig(settings, BASE);

const circle: Record<string, unknown> = {};
circle['self'] = circle;

describe('readConfig', () => {
  it('fills in what the page has left out', () => {
    assert.deepEqual(read({}), {
      secureId: undefined,
      endpoint: undefined,
      orderStatusEndpoint: undefined,
      mode: 'pay',
      requestData: {},
      headers: undefined,
      credentials: 'same-origin',
      gatewayOrigin: 'https://ccapi.iotpaycloud.com',
      timeout: 20_000,
    });
  });

  it('resolves addresses against the page, and takes white space for nothing', () => {
    const config = read({
      secureIdEndpoint: '../api/secure-id',
      orderStatusEndpoint: '  ',
      secureId: ' abc ',
    });
    assert.equal(config.endpoint, 'https://shop.example/api/secure-id');
    assert.equal(config.orderStatusEndpoint, undefined);
    assert.equal(config.secureId, 'abc');
  });

  it('takes a mode in any case', () => {
    assert.equal(read({ mode: ' ADD ' }).mode, 'add');
    assert.equal(read({ mode: '' }).mode, 'pay');
  });

  it('leaves out headers without a value, however they are given', () => {
    const given = { 'x-csrf': 'a', 'x-none': undefined, 'x-null': null };
    for (const requestHeaders of [given, Object.entries(given), new Map(Object.entries(given))])
      assert.deepEqual(
        [...(read({ requestHeaders: requestHeaders as never }).headers as Headers)],
        [['x-csrf', 'a']],
      );
  });

  const WRONG: [settings: Settings, message: RegExp][] = [
    [{ mode: 'sub' }, /^mode: expected "pay" or "add", received "sub"/],
    [{ secureIdEndpoint: 'ftp://shop.example/' }, /^secure-id-endpoint: .*received "ftp:/],
    [{ secureIdEndpoint: 'https://[' }, /^secure-id-endpoint: expected the URL/],
    [{ orderStatusEndpoint: 'javascript:alert(1)' }, /^order-status-endpoint: expected/],
    [{ loading: 'late' }, /^loading: expected "eager" or "lazy" or "manual", received "late"/],
    [{ theme: 'dark' }, /^theme: expected "card", received "dark"/],
    [{ colorScheme: 'blue' }, /^color-scheme: expected "auto" or "light" or "dark", received "blue"/],
    [{ credentials: 'always' }, /^credentials: expected .*"omit", received "always"/],
    [{ requestData: '{"orderId": 7' }, /^request-data: expected a JSON object .*received "\{/],
    [{ requestData: [1] }, /^request-data: expected a JSON object .*received an array/],
    [{ requestData: 7 }, /^request-data: .*received 7/],
    [{ requestData: circle }, /^request-data.*can't read/],
    [{ requestData: { big: 1n } }, /^request-data\.big: .*a bigint/],
    [{ requestHeaders: { 'no spaces here': 'x' } }, /^requestHeaders: expected HTTP headers/],
    [{ options: 'card' as never }, /^options: expected an object/],
    [{ setupTimeout: 0 }, /^setup-timeout: expected a number of milliseconds above 0, received 0/],
    [{ setupTimeout: NaN }, /^setup-timeout: .*received NaN/],
  ];
  for (const [settings, message] of WRONG) {
    it(`says what is wrong: ${String(message)}`, () => {
      assert.throws(
        () => read(settings),
        (error) =>
          error instanceof IotpayCheckoutError &&
          error.code === 'config' &&
          !error.retryable &&
          message.test(error.message),
      );
    });
  }
});

describe('requireSource', () => {
  it('wants a secureId or an endpoint', () => {
    assert.throws(() => requireSource(read({})), /Nothing to load from/);
    requireSource(read({ secureId: 'abc' }));
    requireSource(read({ secureIdEndpoint: '/api' }));
  });
});

describe('intentOf', () => {
  const SAME: [a: Settings, b: Settings][] = [
    [{}, { mode: 'PAY ', secureId: '', requestData: null }],
    [{ requestData: { a: 1, b: { c: 2, d: 3 } } }, { requestData: { b: { d: 3, c: 2 }, a: 1 } }],
    [{ secureId: 'a' }, { secureId: 'a', credentials: 'omit', setupTimeout: 5 }],
  ];
  for (const [a, b] of SAME) {
    it(`is one for ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () =>
      assert.equal(intentOf(a), intentOf(b)));
  }

  const OTHER: [a: Settings, b: Settings][] = [
    [{}, { mode: 'add' }],
    [{}, { secureId: 'a' }],
    [{ secureIdEndpoint: '/a' }, { secureIdEndpoint: '/b' }],
    [{ requestData: { list: [1, 2] } }, { requestData: { list: [2, 1] } }],
    [{ requestData: { a: 1 } }, { requestData: { a: '1' } }],
  ];
  for (const [a, b] of OTHER) {
    it(`is another for ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () =>
      assert.notEqual(intentOf(a), intentOf(b)));
  }

  it('of what JSON cannot hold is told apart from all that it can', () => {
    assert.equal(intentOf({ requestData: circle }), intentOf({ requestData: circle }));
    assert.notEqual(intentOf({ requestData: circle }), intentOf({ requestData: {} }));
  });
});
