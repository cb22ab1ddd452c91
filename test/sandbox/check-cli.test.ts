// The command `iotpay-checkout check`, as a merchant types it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.js';
import { PlainShop, type Fault } from './broken-backends.js';
import { serve } from './check-shop.js';

type Test = Parameters<typeof serve>[0];

/** A free port, and a backend that is configured for a gateway there before it runs. */
async function shopAndPort(test: Test, fault?: Fault) {
  const probe = await startSandbox({ merchant: { merchantKey: 'sandbox-check' } });
  await probe.close();
  let shop: PlainShop | undefined;
  const origin = await serve(test, (here) => {
    shop = new PlainShop(here, probe, fault);
    return (request, response) => {
      if (request.url?.startsWith('/shipped/')) {
        const order = decodeURIComponent(request.url.slice('/shipped/'.length));
        return response.end(String(shop?.shipped.get(order) ?? 0));
      }
      return shop?.handle(request, response);
    };
  });
  return { origin, port: new URL(probe.origin).port };
}

async function check(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/cli.ts', 'check', ...args]);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

describe('the command check', () => {
  it('exits with 0 where nothing is found, takes orders from --order-command, counts with --shipped-command', async (test) => {
    const { origin, port } = await shopAndPort(test);
    const { code, stdout, stderr } = await check(
      `${origin}/pay/secure-id`,
      ...['--port', port, '--only', 'plain,reload'],
      ...['--order-command', `node -p "'own-' + process.hrtime.bigint()"`],
      ...[
        '--shipped-command',
        `node -e "fetch('${origin}/shipped/' + process.env.IOTPAY_CHECK_ORDER).then(async (r) => console.log(await r.text()))"`,
      ],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /IOTPAY_MERCHANT_KEY=sandbox-check/);
    assert.match(stdout, /2 right, 0 wrong\. Nothing was found\./);
  });

  it('exits with 1 where something is found, and says what a shopper would suffer', async (test) => {
    const { origin, port } = await shopAndPort(test, 'always-new');
    const { code, stdout } = await check(`${origin}/pay/secure-id`, '--port', port, '--only', 'plain,reload');
    assert.equal(code, 1);
    assert.match(stdout, /What happened: +after a reload the order got a second secureId/);
    assert.match(stdout, /What it means: .*charged twice/);
    assert.match(stdout, /What to read: +WIRE\.md, rule 3/);
    assert.match(stdout, /1 right, 1 wrong/);
  });

  it('says what to look at first where not even a plain payment works, and only there', async (test) => {
    const { origin, port } = await shopAndPort(test, 'sends-dollars');
    const { code, stdout } = await check(`${origin}/pay/secure-id`, '--port', port, '--only', 'plain,reload');
    assert.equal(code, 1);
    assert.match(stdout, /Look at the set-up first[^]*sign error +IOTPAY_MERCHANT_KEY/);
    const other = await shopAndPort(test, 'always-new');
    const url = `${other.origin}/pay/secure-id`;
    const { stdout: rest } = await check(url, '--port', other.port, '--only', 'plain,reload');
    assert.doesNotMatch(rest, /Look at the set-up/);
  });

  it('prints JSON and nothing else with --json', async (test) => {
    const { origin, port } = await shopAndPort(test, 'always-new');
    const { code, stdout } = await check(
      `${origin}/pay/secure-id`,
      ...['--port', port, '--json', '--only', 'plain,reload,restart'],
      ...['--order-command', `node -p "JSON.stringify({ orderId: 'json-' + process.hrtime.bigint() })"`],
    );
    const report = JSON.parse(stdout) as {
      passed: boolean;
      findings: { trial: string }[];
      trials: { result: string }[];
    };
    assert.deepEqual([code, report.passed], [1, false]);
    assert.deepEqual(
      report.findings.map(({ trial }) => trial),
      ['reload'],
    );
    assert.deepEqual(
      report.trials.map(({ result }) => result),
      ['passed', 'failed', 'not tried'],
    );
  });

  it('exits with 2 for what can’t be run, and says why', async () => {
    const url = 'http://127.0.0.1:1/pay/secure-id';
    const runs = await Promise.all([
      check(),
      check('https://shop.example/pay/secure-id'),
      check(url, '--only', 'nothing'),
      check(url, '--data', 'no json'),
      check(url, '--port', '0', '--wait', '0'),
    ]);
    assert.deepEqual(
      runs.map(({ code }) => code),
      [2, 2, 2, 2, 2],
    );
    const words = runs.map(({ stderr }) => stderr);
    assert.match(words[0]!, /Expected one address/);
    assert.match(words[1]!, /on this machine/);
    assert.match(words[2]!, /no trial "nothing"/);
    assert.match(words[3]!, /--data: expected a JSON object/);
    assert.match(words[4]!, /Nothing answers at/);
  });
});
