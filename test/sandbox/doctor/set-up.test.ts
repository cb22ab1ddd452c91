// Environment, clock, gateway, IOTPay's script, notifications: each is broken in each way once, and found.
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { findBrowser } from '../../../src/sandbox/doctor/browser.js';
import { environment } from '../../../src/sandbox/doctor/checks/environment.js';
import { notifyUrl } from '../../../src/sandbox/doctor/checks/notify-url.js';
import { examine } from '../../../src/sandbox/doctor/doctor.js';
import type { DoctorOptions, Examination } from '../../../src/sandbox/doctor/examination.js';
import type { Finding } from '../../../src/sandbox/doctor/finding.js';
import { isPrivate } from '../../../src/sandbox/doctor/private-address.js';
import { startSandbox, type Fault, type Sandbox } from '../../../src/sandbox/index.js';
import { always, nobodyAt, serve, siteFor, troubles, under, type Handler } from './site.js';

let sandbox: Sandbox;
before(async () => (sandbox = await startSandbox()));
after(() => sandbox.close());

const REAL = {
  IOTPAY_MCH_ID: '10000999',
  IOTPAY_MERCHANT_KEY: 'a-key-of-iotpays',
  IOTPAY_LOGIN_NAME: 'jack',
};

/** The doctor on the sandbox, with these options and this environment besides. */
const rehearse = (env: Record<string, string | undefined> = {}, more: Partial<DoctorOptions> = {}) =>
  examine({ env: { ...sandbox.env, ...env }, rehearse: true, ...more });

const lines = (found: readonly Finding[]): string[] => found.map(({ level, seen }) => `${level}: ${seen}`);

function isFound(found: readonly Finding[], level: string, seen: RegExp, advice?: RegExp): void {
  const told = found.find((each) => each.level === level && seen.test(each.seen));
  assert.ok(told, lines(found).join('\n'));
  assert.match(told.advice ?? '', advice ?? /./);
}

describe('the doctor: environment', () => {
  const look = async (env: Record<string, string | undefined>) =>
    environment.run({ env: { ...REAL, ...env } } as unknown as Examination);

  it('has nothing against a merchant’s own', async () => {
    for (const origin of [undefined, 'https://ccapi.iotpaycloud.com', 'https://ccapi.iotpaycloud.com/'])
      assert.ok((await look({ IOTPAY_GATEWAY_ORIGIN: origin })).every(({ level }) => level === 'ok'));
  });

  const WRONG: readonly (readonly [name: string, value: string | undefined, seen: RegExp])[] = [
    ...['IOTPAY_MCH_ID', 'IOTPAY_MERCHANT_KEY', 'IOTPAY_LOGIN_NAME'].flatMap(
      (name) =>
        [
          [name, undefined, new RegExp(`${name} is not set`)],
          [name, '  ', new RegExp(`${name} is not set`)],
          [name, 'ends so\n', new RegExp(`${name} has white space or quotes`)],
          [name, '"quoted"', new RegExp(`${name} has white space or quotes`)],
        ] as const,
    ),
    ['IOTPAY_MCH_ID', '1'.repeat(31), /has 31 characters/],
    ['IOTPAY_LOGIN_NAME', 'thirteen-long', /has 13 characters/],
    ['IOTPAY_MCH_ID', '10000701', /IOTPAY_MCH_ID is the sandbox’s/],
    ['IOTPAY_LOGIN_NAME', 'sandbox', /IOTPAY_LOGIN_NAME is the sandbox’s/],
    ['IOTPAY_MERCHANT_KEY', 'sandbox-b3c51a', /IOTPAY_MERCHANT_KEY is the sandbox’s/],
    ['IOTPAY_GATEWAY_ORIGIN', 'http://127.0.0.1:4242', /This is the sandbox/],
    ['IOTPAY_GATEWAY_ORIGIN', 'https://ccdev.iotpaycloud.com', /development/],
    ['IOTPAY_GATEWAY_ORIGIN', 'https://ccapi.iotpaycloud.com.elsewhere.example', /no gateway of IOTPay’s/],
    ['IOTPAY_GATEWAY_ORIGIN', '', /no gateway of IOTPay’s/],
    ['SHOP_ORIGIN', 'shop.example', /SHOP_ORIGIN is no origin/],
    ['SHOP_ORIGIN', 'https://shop.example/', /SHOP_ORIGIN is no origin/],
    ['SHOP_ORIGIN', 'http://shop.example', /cannot reach it, or not safely/],
    ['SHOP_ORIGIN', 'https://localhost:3000', /cannot reach it/],
  ];
  for (const [name, value, seen] of WRONG)
    it(`finds ${name}=${JSON.stringify(value) ?? '(unset)'}`, async () => {
      const found = await look({ [name]: value });
      assert.equal(found.filter(({ level }) => level === 'problem').length, 1, lines(found).join('\n'));
      isFound(found, 'problem', seen);
    });

  it('tells no key', async () => {
    const report = await rehearse({ IOTPAY_MERCHANT_KEY: 'sandbox-secret-of-the-test' }, { rehearse: false });
    assert.ok(!JSON.stringify(report).includes('secret-of-the-test'));
  });
});

describe('the doctor: clock', () => {
  const around = (offset: number) => rehearse({}, { now: () => Date.now() + offset });

  it('takes seconds for nothing, a minute for odd, ten for wrong, in both directions', async () => {
    for (const sign of [1, -1]) {
      assert.equal(under(await around(sign * 5_000), 'Clock')[0]?.level, 'ok');
      isFound(under(await around(sign * 60_000), 'Clock'), 'warning', /\b(?:59|60) s away/);
      isFound(under(await around(sign * 600_000), 'Clock'), 'problem', /\b(?:599|600) s away/);
    }
  });

  it('says where no time was told', async (test) => {
    const silent = await serve(test, (request, response) => {
      response.sendDate = false;
      always(200)(request, response);
    });
    isFound(under(await rehearse({ IOTPAY_GATEWAY_ORIGIN: silent }), 'Clock'), 'warning', /told no time/);
    const gone = await rehearse({ IOTPAY_GATEWAY_ORIGIN: await nobodyAt() });
    isFound(under(gone, 'Clock'), 'warning', /could not be had: ECONNREFUSED/);
  });
});

describe('the doctor: gateway', () => {
  it('makes one order that nobody pays', async () => {
    const before = sandbox.ledger.orders().length;
    const report = await rehearse();
    assert.deepEqual(troubles(report), []);
    const made = sandbox.ledger.orders().slice(before);
    assert.deepEqual(
      made.map(({ status, payType }) => [status, payType]),
      [[0, 'pay']],
    );
    assert.deepEqual(sandbox.ledger.charges(), []);
  });

  const ENVIRONMENTS = [
    ['IOTPAY_MERCHANT_KEY', 'sandbox-of-another', /IOTPAY_MERCHANT_KEY/],
    ['IOTPAY_MCH_ID', '10000702', /IOTPAY_MCH_ID/],
    ['IOTPAY_LOGIN_NAME', 'jill', /IOTPAY_LOGIN_NAME/],
    ['IOTPAY_LOGIN_NAME', '', /Environment/],
  ] as const;
  for (const [name, value, advice] of ENVIRONMENTS)
    it(`names what to look at where ${name} is ${JSON.stringify(value)}`, async () => {
      isFound(under(await rehearse({ [name]: value }), 'Gateway'), 'problem', /./, advice);
    });

  it('says that nobody answers', async () => {
    const report = await rehearse({ IOTPAY_GATEWAY_ORIGIN: await nobodyAt() });
    isFound(under(report, 'Gateway'), 'problem', /could not be reached/, /firewall/);
  });

  const FAULTS: readonly (readonly [fault: Fault, seen: RegExp])[] = [
    [{ kind: 'http-500', call: 'cc_purchase' }, /HTTP 500/],
    [{ kind: 'nonsense', call: 'cc_purchase' }, /purchase/],
    [{ kind: 'reset', call: 'cc_purchase' }, /could not be reached, or the connection broke/],
    [{ kind: 'slow', call: 'cc_purchase', delayMs: 2000 }, /no full answer within 500 ms/],
    [{ kind: 'http-500', call: 'cc_query' }, /could not be asked about.*HTTP 500/],
  ];
  for (const [fault, seen] of FAULTS)
    it(`says what it is where ${fault.call} is ${fault.kind}`, async (test) => {
      test.after(() => sandbox.fault(undefined));
      sandbox.fault(fault);
      isFound(under(await rehearse({}, { timeoutMs: 500 }), 'Gateway'), 'problem', seen);
    });

  it('says what IOTPay refuses, and that an order which nobody paid has another status', async (test) => {
    const answers: unknown[] = [];
    const origin = await serve(test, (_request, response) => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answers.shift() ?? {}));
    });
    const look = async (...given: unknown[]) => {
      // The clock asks first.
      answers.push({}, ...given);
      const report = await rehearse({ IOTPAY_GATEWAY_ORIGIN: origin });
      answers.length = 0;
      return under(report, 'Gateway');
    };
    const refused = await look({ retCode: 'FAIL', retMsg: 'channel is closed', retData: {} });
    isFound(refused, 'problem', /channel is closed/, /Ask IOTPay/);
    const made = { retCode: 'SUCCESS', retMsg: '', retData: { secureId: 's'.repeat(64) } };
    const paid = { retCode: 'SUCCESS', retMsg: '', retData: { status: 2, amount: 100, currency: 'CAD' } };
    isFound(await look(made, paid), 'warning', /has status 2/);
  });
});

describe('the doctor: IOTPay’s script', () => {
  const JS = { 'Content-Type': 'text/javascript' };
  const DEFINES = 'function Iotpay() {}';
  const WRONG: Readonly<Record<string, readonly [Handler, RegExp]>> = {
    'a status': [always(503), /answers HTTP 503/],
    'a redirect': [
      always(302, { Location: 'https://elsewhere.example/x.js' }),
      /leads elsewhere \(HTTP 302, https:\/\/else/,
    ],
    'another type': [always(200, { 'Content-Type': 'text/html' }, DEFINES), /content type text\/html/],
    'no type': [always(200, {}, DEFINES), /content type none/],
    'another script': [always(200, JS, 'function other() {}'), /does not mention Iotpay/],
  };
  for (const [what, [handler, seen]] of Object.entries(WRONG))
    it(`finds ${what}`, async (test) => {
      const report = await rehearse({ IOTPAY_GATEWAY_ORIGIN: await serve(test, handler) });
      isFound(under(report, 'IOTPay’s script'), 'problem', seen);
    });

  it('says that nobody answers', async () => {
    const report = await rehearse({ IOTPAY_GATEWAY_ORIGIN: await nobodyAt() });
    isFound(under(report, 'IOTPay’s script'), 'problem', /could not be had: ECONNREFUSED/);
  });

  it('says that it was not run where there is no browser', async () => {
    assert.equal(findBrowser(''), undefined);
    assert.match(
      under(await rehearse(), 'IOTPay’s script')[1]?.seen ?? '',
      /no browser of this machine was tried/,
    );
  });

  const inBrowser = async (
    test: TestContext,
    browser: string,
    source: string,
  ): Promise<readonly Finding[]> => {
    const origin = source ? await serve(test, always(200, JS, source)) : sandbox.origin;
    return under(await rehearse({ IOTPAY_GATEWAY_ORIGIN: origin }, { browser }), 'IOTPay’s script');
  };

  it('runs it in a browser', async (test) => {
    const browser = findBrowser();
    assert.ok(browser, 'the tests need a browser');
    assert.match((await inBrowser(test, browser, ''))[1]?.seen ?? '', /In a browser it defines/);
    isFound(await inBrowser(test, browser, 'window.Iotpay = {};'), 'problem', /typeof Iotpay is "object"/);
    isFound(await inBrowser(test, browser, 'throw new Error("Iotpay");'), 'problem', /is "undefined"/);
  });

  it('says where a browser tells nothing', async (test) => {
    isFound(await inBrowser(test, process.execPath, ''), 'warning', /told nothing/);
    isFound(await inBrowser(test, '/nowhere/chromium', ''), 'warning', /told nothing/);
  });
});

describe('the doctor: notifications', () => {
  const look = async (test: TestContext, handler: Handler) => {
    const report = await rehearse({}, { notifyUrl: `${await serve(test, handler)}/pay/notify` });
    return under(report, 'Notifications');
  };

  it('has nothing against the library’s own backend', async (test) => {
    const { notifyUrl } = await siteFor(test, sandbox);
    assert.deepEqual(troubles(await rehearse({}, { notifyUrl })), []);
  });

  it('has nothing against a backend that answers FAIL', async (test) => {
    assert.equal((await look(test, always(200, {}, 'FAIL')))[0]?.level, 'ok');
  });

  const WRONG: Readonly<Record<string, readonly [Handler, RegExp]>> = {
    'a redirect': [always(302, { Location: '/login' }), /redirected \(HTTP 302 to \/login\)/],
    ...Object.fromEntries(
      [401, 403, 404, 405, 415, 500, 503].map((status): [string, readonly [Handler, RegExp]] => [
        `HTTP ${status}`,
        [always(status), new RegExp(`HTTP ${status}`)],
      ]),
    ),
    'a login page': [always(200, { 'Content-Type': 'text/html' }, 'Log in'), /HTML page/],
    'a page without its type': [always(200, {}, '<!DOCTYPE html><p>Shop'), /HTML page/],
    'one that believes anybody': [always(200, {}, 'SUCCESS'), /nobody has signed is acknowledged/],
    'one that believes anybody, in JSON': [always(200, {}, '"success"'), /nobody has signed is acknowledged/],
    'a broken connection': [(request) => void request.socket.destroy(), /could not be reached/],
  };
  for (const [what, [handler, seen]] of Object.entries(WRONG))
    it(`finds ${what}`, async (test) => isFound(await look(test, handler), 'problem', seen));

  it('says once that nobody answers', async () => {
    const found = under(await rehearse({}, { notifyUrl: `${await nobodyAt()}/pay/notify` }), 'Notifications');
    assert.deepEqual(lines(found), ['problem: notifyUrl could not be reached: ECONNREFUSED.']);
  });

  it('finds a guard that lets JSON in and no forms', async (test) => {
    const found = await look(test, (request, response) => {
      const isForm = request.headers['content-type']?.includes('form') ?? false;
      always(isForm ? 403 : 400)(request, response);
    });
    assert.deepEqual(lines(found), ['problem: A notification as a form is refused with HTTP 403.']);
  });

  it('finds an address that IOTPay cannot or must not use', async (test) => {
    const origin = await serve(test, always(400));
    const at = async (address: string) =>
      notifyUrl.run({ notifyUrl: address, timeoutMs: 2000 } as unknown as Examination);
    isFound(await at(`${origin}/notify`), 'problem', /not on https/);
    isFound(await at(`${origin}/notify`), 'problem', /127\.0\.0\.1, which nobody outside can reach/);
    isFound(
      await at(`${origin.replace('127.0.0.1', 'localhost')}/`),
      'problem',
      /localhost is .*nobody outside/,
    );
    isFound(await at('https://shop.invalid/notify'), 'problem', /shop\.invalid has no address/);
    isFound(await at(`${origin}/${'n'.repeat(200)}`), 'problem', /IOTPay takes 200/);
  });

  it('knows which addresses are private', () => {
    const PRIVATE = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1']; // prettier-ignore
    const PUBLIC = ['8.8.8.8', '172.32.0.1', '192.167.1.1', '100.128.0.1', '2606:4700::1', '::ffff:8.8.8.8'];
    assert.deepEqual(PRIVATE.filter((each) => !isPrivate(each)), []); // prettier-ignore
    assert.deepEqual(PUBLIC.filter(isPrivate), []);
  });
});
