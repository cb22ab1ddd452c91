import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DEVELOPMENT_ORIGIN,
  isLoopback,
  listedOrigin,
  PRODUCTION_ORIGIN,
} from '../../src/gateway/origins.js';

describe('the closed list of gateways', () => {
  for (const [wanted, loopback, origin] of [
    ['https://ccapi.iotpaycloud.com', false, PRODUCTION_ORIGIN],
    ['https://ccapi.iotpaycloud.com/', false, PRODUCTION_ORIGIN],
    ['HTTPS://CCAPI.iotpaycloud.com:443', false, PRODUCTION_ORIGIN],
    ['https://ccdev.iotpaycloud.com', false, DEVELOPMENT_ORIGIN],
    ['http://localhost:8787', true, 'http://localhost:8787'],
    ['http://127.0.0.1:8787', true, 'http://127.0.0.1:8787'],
    ['https://[::1]:8787', true, 'https://[::1]:8787'],
  ] as const) {
    it(`has ${wanted}`, () => assert.equal(listedOrigin(wanted, loopback), origin));
  }

  for (const [wanted, loopback] of [
    ['http://localhost:8787', false],
    ['http://ccapi.iotpaycloud.com', true],
    ['https://ccapi.iotpaycloud.com.example', true],
    ['https://example.com/https://ccapi.iotpaycloud.com', true],
    ['https://ccapi.iotpaycloud.com/cc', true],
    ['https://ccapi.iotpaycloud.com?x', true],
    ['https://ccapi.iotpaycloud.com:8443', true],
    ['https://user@ccapi.iotpaycloud.com', true],
    ['https://ccapi.iotpaycloud.com@example.com', true],
    ['ftp://localhost', true],
    ['javascript:alert(1)', true],
    ['ccapi.iotpaycloud.com', true],
    ['', true],
  ] as const) {
    it(`has not ${wanted || 'an empty text'}${loopback ? '' : ' for a page that is not on loopback'}`, () =>
      assert.equal(listedOrigin(wanted, loopback), undefined));
  }
});

describe('a loopback name', () => {
  for (const [hostname, is] of [
    ['localhost', true],
    ['shop.localhost', true],
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['[::1]', true],
    ['localhost.example', false],
    ['notlocalhost', false],
    ['127.0.0.1.example', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
    ['[::2]', false],
    ['', false],
  ] as const) {
    it(`${hostname || 'an empty text'}: ${is}`, () => assert.equal(isLoopback(hostname), is));
  }
});
