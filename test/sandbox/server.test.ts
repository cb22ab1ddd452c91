import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { call, pay, purchaseFields, sandboxFor, sendCard, until } from './support.js';

function statusFor(
  origin: string,
  headers: Record<string, string>,
  path = '/sandbox/ledger',
): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the door', () => {
  const hosts: [string, number][] = [
    ['127.0.0.1', 200],
    ['localhost:4242', 200],
    ['[::1]:4242', 200],
    ['shop.localhost', 200],
    ['attacker.example', 403],
    ['127.0.0.1.attacker.example', 403],
    ['localhost.attacker.example:80', 403],
    ['192.168.0.7:4242', 403],
    ['0.0.0.0', 403],
  ];
  for (const [host, status] of hosts) {
    it(`answers ${status} to Host ${host}`, async (test) => {
      const { origin } = await sandboxFor(test);
      assert.equal(await statusFor(origin, { Host: host }), status);
      assert.equal(await statusFor(origin, { Host: host }, '/cc/iotpaycc.js'), status);
    });
  }

  it('is shut to pages from elsewhere, and lets pages on loopback control it', async (test) => {
    const { origin } = await sandboxFor(test);
    assert.equal(await statusFor(origin, { Origin: 'https://attacker.example' }), 403);
    assert.equal(await statusFor(origin, { Origin: 'null' }), 403);
    const answer = await fetch(`${origin}/sandbox/ledger`, { headers: { Origin: 'http://localhost:8000' } });
    assert.equal(answer.headers.get('Access-Control-Allow-Origin'), 'http://localhost:8000');
  });

  it('shows the form in pages on loopback only, under a policy of its own', async (test) => {
    const sandbox = await sandboxFor(test);
    const { retData } = await call(sandbox, 'cc_purchase', purchaseFields());
    const frame = (page: string) =>
      fetch(
        `${sandbox.origin}/cc/frame?key=${String(retData['secureId'])}&mode=Pay&origin=${encodeURIComponent(page)}`,
      );
    assert.equal((await frame('https://attacker.example')).status, 403);
    assert.equal((await frame('null')).status, 403);
    assert.equal((await frame('http://localhost:8000; script-src *')).status, 403);
    const policy = (await frame('http://localhost:8000/')).headers.get('Content-Security-Policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self' 'nonce-[^']+';/);
    assert.match(policy, /frame-ancestors http:\/\/localhost:8000$/);
    assert.doesNotMatch(policy, /unsafe/);
  });

  const callers: [string, Record<string, string>, number][] = [
    ['a server', {}, 200],
    ['fetch() in a server', { 'Sec-Fetch-Mode': 'cors' }, 200],
    ['a page on loopback', { Origin: 'http://localhost:8000' }, 403],
    ['a page from elsewhere', { Origin: 'https://attacker.example' }, 403],
    ['a page without an origin', { Origin: 'null' }, 403],
    ['a page that hides it', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a page on another port', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ];
  for (const [who, headers, status] of callers) {
    it(`answers ${status} to ${who} that calls the API`, async (test) => {
      const lines: string[] = [];
      const sandbox = await sandboxFor(test, { log: (line) => lines.push(line) });
      const answer = await fetch(`${sandbox.origin}/v3/cc_purchase`, { method: 'POST', headers, body: '{}' });
      assert.equal(answer.status, status);
      assert.equal(sandbox.ledger.requests().length, status === 200 ? 1 : 0);
      assert.match(lines[0] ?? '', status === 200 ? /mchId is missing/ : /comes from a web page/);
    });
  }

  // The mark that a browser sets, what it asks for, and whether the control API obeys.
  const controllers: [string, Record<string, string>, boolean][] = [
    ['a server', {}, true],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }, true],
    ['the sandbox’s own pages', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['a page on loopback', { Origin: 'http://localhost:8000', 'Sec-Fetch-Site': 'cross-site' }, true],
    ['a page from elsewhere', { Origin: 'https://attacker.example' }, false],
    ['a page whose name begins with ours', { Origin: 'http://127.0.0.1.attacker.example' }, false],
    ['a page without an origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, false],
    ['an image or script tag of a page', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['a tag of a page on another port', { 'Sec-Fetch-Site': 'same-site' }, false],
  ];
  for (const [who, headers, obeys] of controllers) {
    it(`is ${obeys ? '' : 'not '}controlled by ${who}, and says so to its preflight`, async (test) => {
      const sandbox = await sandboxFor(test);
      const ask = (method: string, path: string, body?: string) =>
        fetch(`${sandbox.origin}/sandbox/${path}`, { method, headers, ...(body && { body }) });
      const preflight = await ask('OPTIONS', 'quirks');
      const allowed = preflight.headers.get('Access-Control-Allow-Origin');
      assert.deepEqual([preflight.status, allowed], obeys ? [204, headers['Origin'] ?? null] : [403, null]);
      assert.equal((await ask('GET', 'ledger')).status, obeys ? 200 : 403);
      const quirks = await ask('POST', 'quirks', '{"lateFrame":1234}');
      assert.equal(quirks.status, obeys ? 200 : 403);
      const now = await (await fetch(`${sandbox.origin}/sandbox/quirks`)).text();
      assert.equal(now.includes('"lateFrame":1234'), obeys);
    });
  }

  it('names the API’s calls where there is nothing', async (test) => {
    const { origin } = await sandboxFor(test);
    const answer = await fetch(`${origin}/v3/cc_pay`, { method: 'POST', body: '{}' });
    assert.equal(answer.status, 404);
    assert.match(
      await answer.text(),
      /nothing at POST \/v3\/cc_pay\. The API's calls are POST \/v3\/cc_purchase,/,
    );
  });

  it('takes cards from its own form only', async (test) => {
    const sandbox = await sandboxFor(test);
    for (const Origin of ['http://localhost:8000', 'null']) {
      const answer = await fetch(`${sandbox.origin}/cc/pay`, {
        method: 'POST',
        headers: { Origin },
        body: '{}',
      });
      assert.equal(answer.status, 403, Origin);
    }
  });

  it('refuses bodies that are too large', async (test) => {
    const sandbox = await sandboxFor(test);
    const body = JSON.stringify({ body: 'x'.repeat(100_000) });
    const answer = await fetch(`${sandbox.origin}/v3/cc_purchase`, { method: 'POST', body });
    assert.equal(answer.status, 413);
  });
});

describe('starting', () => {
  const wrong: [string, unknown, RegExp][] = [
    [
      'another host',
      { host: '0.0.0.0' },
      /listens on loopback only: 127\.0\.0\.1, localhost, ::1; got "0\.0\.0\.0"/,
    ],
    ['a port', { port: 70_000 }, /port: expected a whole number from 0 to 65535, got 70000/],
    ['a quirk', { quirks: { lateFrames: 1 } }, /quirks: there is no "lateFrames"\. There are: asyncMount,/],
    ['a quirk’s value', { quirks: { lateFrame: true } }, /quirks\.lateFrame: expected milliseconds/],
    [
      'the merchant',
      { merchant: { mchId: '1', merchantKey: '', loginName: 'x' } },
      /merchant\.merchantKey: expected a text that begins with "sandbox"/,
    ],
    ['no delays', { notificationDelays: [] }, /notificationDelays: expected at least one delay/],
    ['the ledger’s limit', { ledgerLimit: 0 }, /ledgerLimit: expected a whole number of 1 or more/],
    [
      'a format',
      { quirks: { notificationFormat: 'xml' } },
      /quirks\.notificationFormat: expected one of json, text/,
    ],
    ['tries', { unionPay: { tries: 0 } }, /unionPay\.tries: expected a whole number of 1 or more/],
  ];
  for (const [what, options, message] of wrong) {
    it(`says what is wrong with ${what}`, async () => {
      await assert.rejects(startSandbox(options as SandboxOptions), message);
    });
  }

  it('says so when the port is taken', async (test) => {
    const { origin } = await sandboxFor(test);
    await assert.rejects(
      startSandbox({ port: Number(new URL(origin).port) }),
      /can't listen on 127\.0\.0\.1, port \d+: .*EADDRINUSE/,
    );
  });

  it('takes a merchant’s own keys, and gives the environment to set', async (test) => {
    const merchant = { mchId: '42', merchantKey: 'sandbox-other', loginName: 'jack123' };
    const sandbox = await sandboxFor(test, { merchant, host: 'localhost' });
    assert.deepEqual(sandbox.env, {
      IOTPAY_MCH_ID: '42',
      IOTPAY_MERCHANT_KEY: 'sandbox-other',
      IOTPAY_LOGIN_NAME: 'jack123',
      IOTPAY_GATEWAY_ORIGIN: sandbox.origin,
    });
    assert.match(sandbox.origin, /^http:\/\/localhost:\d+$/);
    assert.equal(
      (await call(sandbox, 'cc_purchase', purchaseFields({ loginName: 'jack123' }))).retCode,
      'SUCCESS',
    );
  });

  it('closes, with connections open, and again', async () => {
    const sandbox = await startSandbox();
    void pay(sandbox, 'slow').catch(() => {});
    await until('the card has arrived', () => sandbox.ledger.orders()[0]?.attempts === 1);
    await sandbox.close();
    await sandbox.close();
    await assert.rejects(fetch(sandbox.origin));
  });
});

describe('the control API', () => {
  const post = async (origin: string, path: string, body: unknown) => {
    const answer = await fetch(`${origin}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('shows the ledger and the test cards', async (test) => {
    const sandbox = await sandboxFor(test);
    const { mchOrderNo } = await pay(sandbox, 'approved');
    const ledger = (await (await fetch(`${sandbox.origin}/sandbox/ledger`)).json()) as { charges: unknown[] };
    assert.deepEqual(ledger.charges, JSON.parse(JSON.stringify(sandbox.ledger.charges())));
    assert.equal(sandbox.ledger.charges()[0]?.mchOrderNo, mchOrderNo);
    assert.ok(!JSON.stringify(ledger).includes(sandbox.merchant.merchantKey));
    assert.deepEqual(await (await fetch(`${sandbox.origin}/sandbox/scenarios`)).json(), sandbox.scenarios);
  });

  it('forces, changes quirks, advances, resets', async (test) => {
    const sandbox = await sandboxFor(test);
    await post(sandbox.origin, 'force', { scenario: 'declined' });
    assert.equal((await pay(sandbox, 'approved')).reply.text, 'Card declined');
    await post(sandbox.origin, 'force', { scenario: null });
    const quirks = await post(sandbox.origin, 'quirks', { statusAsString: true });
    assert.deepEqual([quirks.body['statusAsString'], quirks.body['asyncMount']], [true, false]);
    const { mchOrderNo } = await pay(sandbox, 'unknown-status');
    await post(sandbox.origin, 'advance', { milliseconds: 2000 });
    assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retData['status'], '2');
    await post(sandbox.origin, 'reset', {});
    assert.deepEqual(sandbox.ledger.orders(), []);
    assert.equal((await call(sandbox, 'cc_query', { mchOrderNo })).retMsg, 'Order not found');
  });

  it('says what is wrong', async (test) => {
    const { origin } = await sandboxFor(test);
    for (const [path, body, message] of [
      ['force', { scenario: 'lucky' }, /No scenario "lucky"/],
      ['quirks', { luck: true }, /there is no "luck"/],
      ['drive', { session: 'x' }, /start the sandbox with `drive: true`/],
      ['advance', { milliseconds: -1 }, /milliseconds of 0 or more/],
      ['force', [], /not a JSON object/],
    ] as const) {
      const answer = await post(origin, path, body);
      assert.equal(answer.status, 400, path);
      assert.match(String(answer.body['error']), message);
    }
  });

  it('checks instructions for the form', async (test) => {
    const sandbox = await sandboxFor(test, { drive: true });
    assert.throws(() => sandbox.drive(''), /expected a secureId, mchOrderNo or cardId/);
    assert.throws(() => sandbox.drive('x', { scenario: 'lucky' }), /No scenario "lucky"/);
    assert.throws(() => sandbox.drive('x', { cvc: '123' } as never), /there is no "cvc"/);
    assert.throws(() => sandbox.drive('x', { delay: '5' as never }), /delay is not milliseconds/);
  });
});

it('makes a fresh merchant key at every start', async (test) => {
  const [one, two] = [await sandboxFor(test), await sandboxFor(test)];
  assert.match(one.merchant.merchantKey, /^sandbox-[0-9a-f]{32}$/);
  assert.notEqual(one.merchant.merchantKey, two.merchant.merchantKey);
  const given = await sandboxFor(test, { merchant: { merchantKey: 'sandbox-shop' } });
  assert.deepEqual(given.merchant, { ...one.merchant, merchantKey: 'sandbox-shop' });
});

it('the ledger keeps the newest entries; an order that falls out is forgotten', async (test) => {
  const sandbox = await sandboxFor(test, { ledgerLimit: 2 });
  const orders = [
    await pay(sandbox, 'approved'),
    await pay(sandbox, 'approved'),
    await pay(sandbox, 'approved'),
  ];
  const { ledger } = sandbox;
  assert.deepEqual(
    ledger.orders().map(({ mchOrderNo }) => mchOrderNo),
    orders.slice(1).map(({ mchOrderNo }) => mchOrderNo),
  );
  for (const list of [ledger.charges(), ledger.notifications(), ledger.requests()]) {
    assert.equal(list.length, 2);
  }
  const forgotten = await sendCard(sandbox, orders[0]?.secureId, '4242424242424242');
  assert.equal(forgotten.text, 'secureId not found');
});

it('the ledger gives copies', async (test) => {
  const sandbox = await sandboxFor(test);
  await pay(sandbox, 'approved');
  (sandbox.ledger.charges() as unknown[]).length = 0;
  assert.equal(sandbox.ledger.charges().length, 1);
});

/** A process of its own, which compiles what it runs: seconds on a busy machine. */
const START_MS = 60_000;

describe('the command', () => {
  const cli = fileURLToPath(new URL('../../src/sandbox/cli.ts', import.meta.url));
  const run = (...args: string[]) => spawn(process.execPath, ['--import', 'tsx', cli, ...args]);
  const finished = async (...args: string[]) => {
    const child = run(...args);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    return { code, output };
  };

  it('prints the origin and the environment, works, and stops on SIGTERM', async (test) => {
    const child = run('sandbox', '--port', '0', '--quirks', '--merchant-key', 'sandbox-shop');
    test.after(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('it has started', () => output.includes('Ctrl+C'), START_MS);
    const origin = /IOTPAY_GATEWAY_ORIGIN=(\S+)/.exec(output)?.[1] ?? '';
    assert.match(output, new RegExp(`listens on ${origin}\n`));
    assert.match(output, /IOTPAY_MERCHANT_KEY=sandbox-shop\n/);
    const quirks = (await (await fetch(`${origin}/sandbox/quirks`)).json()) as { asyncMount: boolean };
    assert.equal(quirks.asyncMount, true);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('takes a sandbox’s own merchant from the environment, and never a real one', async (test) => {
    const started = async (key: string) => {
      const env = {
        ...process.env,
        IOTPAY_MERCHANT_KEY: key,
        IOTPAY_MCH_ID: '42',
        IOTPAY_LOGIN_NAME: 'jack',
      };
      const child = spawn(process.execPath, ['--import', 'tsx', cli, 'sandbox', '--port', '0'], { env });
      test.after(() => child.kill('SIGKILL'));
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await until('it has started', () => output.includes('Ctrl+C'), START_MS);
      return output;
    };
    const [own, real] = await Promise.all([started('sandbox-mine'), started('a-real-key')]);
    assert.match(own, /IOTPAY_MCH_ID=42\n +IOTPAY_MERCHANT_KEY=sandbox-mine\n +IOTPAY_LOGIN_NAME=jack\n/);
    assert.match(real, /IOTPAY_MCH_ID=10000701\n +IOTPAY_MERCHANT_KEY=sandbox-[0-9a-f]+\n/);
    assert.ok(!real.includes('a-real-key'));
  });

  it('helps, lists the cards, and refuses what it doesn’t know', async () => {
    const [commands, help, list, host, option, nothing] = await Promise.all([
      finished('--help'),
      finished('sandbox', '--help'),
      finished('sandbox', '--list', '--port', '0'),
      finished('sandbox', '--host', '0.0.0.0'),
      finished('sandbox', '--prot', '1'),
      finished(),
    ]);
    const codes = [commands, help, list, host, option, nothing].map(({ code }) => code);
    assert.deepEqual(codes, [0, 0, 0, 2, 2, 2]);
    assert.match(commands.output, /Commands: .*\bsandbox\b/);
    assert.match(help.output, /Usage: iotpay-checkout sandbox/);
    assert.match(list.output, /4242424242424242 +Approved/);
    assert.match(host.output, /listens on loopback only/);
    assert.match(option.output, /--prot/);
    assert.match(nothing.output, /Expected a command \(.*\bsandbox\b/);
  });
});
