// What the console tells a developer: in full on a loopback page or with `debug`, else once and without data.
import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { Developer } from '../../src/checkout/developer.js';
import { configError, IotpayCheckoutError } from '../../src/checkout/errors.js';

const HTTP = new IotpayCheckoutError(
  'endpoint-http',
  'secure-id-endpoint answered HTTP 500;\n expected 2xx from https://shop.example/pay/secure-id?session=s3cret.',
);
const CONFIG = configError('request-data: expected a JSON object, received "{\\"card\\": 4242".');

function developer(hostname: string, debug = false) {
  Object.assign(globalThis, { location: { hostname } });
  const lines: string[] = [];
  for (const level of ['error', 'warn'] as const)
    mock.method(console, level, (...args: unknown[]) => void lines.push(`${level}: ${args.join('|')}`));
  return { lines, developer: new Developer({ debug, gatewayOrigin: 'https://ccapi.iotpaycloud.com' }) };
}

describe('the console', () => {
  afterEach(() => {
    mock.restoreAll();
    Reflect.deleteProperty(globalThis, 'location');
  });

  for (const [where, hostname, debug] of [
    ['on a loopback page', 'localhost', false],
    ['with debug', 'shop.example', true],
  ] as const) {
    it(`gets each error in one line ${where}`, () => {
      const { developer: told, lines } = developer(hostname, debug);
      told.error(HTTP);
      told.error(HTTP);
      const line = `error: <iotpay-checkout> endpoint-http: ${HTTP.message.replace('\n', '')}`;
      assert.deepEqual(lines, [line, line]);
    });
  }

  it('gets the gateway’s address with an error that names none', () => {
    const { developer: told, lines } = developer('localhost');
    told.error(new IotpayCheckoutError('mount-failed', 'Iotpay() threw.'));
    assert.deepEqual(lines, [
      'error: <iotpay-checkout> mount-failed: Iotpay() threw. Gateway: https://ccapi.iotpaycloud.com.',
    ]);
  });

  it('gets each code once on a shop’s own page, and nothing that came from page or server', () => {
    const { developer: told, lines } = developer('shop.example');
    for (const error of [HTTP, HTTP, CONFIG, HTTP, new TypeError('4242'), new TypeError('s3cret')])
      told.error(error);
    assert.deepEqual(
      lines.map((line) => line.split(':').slice(0, 2).join(':')),
      [
        'error: <iotpay-checkout> endpoint-http',
        'error: <iotpay-checkout> config',
        'error: <iotpay-checkout> unexpected',
      ],
    );
    assert.doesNotMatch(lines.join('\n'), /4242|s3cret|shop\.example|500/);
    assert.match(lines.join('\n'), /attribute debug/);
  });

  for (const [debug, count] of [
    [false, 1],
    [true, 3],
  ] as const) {
    it(`gets ${count} of three equal warnings ${debug ? 'with' : 'without'} debug, and one of what goes on`, () => {
      const { developer: told, lines } = developer('shop.example', debug);
      for (let i = 0; i < 3; i++) {
        told.warn('one');
        told.warnOnce('two');
      }
      assert.equal(lines.filter((line) => line === 'warn: <iotpay-checkout> one').length, count);
      assert.equal(lines.filter((line) => line === 'warn: <iotpay-checkout> two').length, 1);
    });
  }
});

describe('an error in a log', () => {
  it('has its code, message and what follows from it', () => {
    assert.deepEqual(JSON.parse(JSON.stringify({ error: HTTP })), {
      error: {
        name: 'IotpayCheckoutError',
        code: 'endpoint-http',
        message: HTTP.message,
        retryable: true,
      },
    });
  });

  it('has the words of the gateway or the backend, where there are any', () => {
    const error = new IotpayCheckoutError('endpoint-rejected', 'It refused.', { retMsg: 'sign error' });
    assert.equal((JSON.parse(JSON.stringify(error)) as { retMsg?: string }).retMsg, 'sign error');
  });
});
