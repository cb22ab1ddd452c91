// The baseline from one time to the next, and the command as a merchant types it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { examine, type Report } from '../../../src/sandbox/doctor/doctor.js';
import { allows } from '../../../src/sandbox/doctor/policy.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { siteFor, troubles, under, type PageChange } from './site.js';

let sandbox: Sandbox;
let folder: string;
before(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-doctor-test-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox.close();
});

let serial = 0;
const file = (): string => join(folder, `${++serial}.json`);
const CHANGES = 'Changes since the last time';

/** A site, and the doctor's look at it with a baseline of its own. */
async function watched(test: TestContext) {
  const site = await siteFor(test, sandbox);
  const baseline = file();
  const look = (more: { updateBaseline?: boolean } = {}): Promise<Report> =>
    examine({ page: site.page, baseline, env: { ...sandbox.env }, rehearse: true, ...more });
  const changes = async () => under(await look(), CHANGES).map(({ level, seen }) => `${level}: ${seen}`);
  return { site, baseline, look, changes };
}

const ADDED: PageChange = { head: '<script nonce="{nonce}" src="/other.js"></script><script nonce="{nonce}">boot()</script>' }; // prettier-ignore

describe('the doctor: baseline', () => {
  it('is written where it is missing, and a page that is the same has no change', async (test) => {
    const { changes, look, baseline } = await watched(test);
    assert.match((await changes())[0] ?? '', /^ok: .* is written/);
    const written = readFileSync(baseline, 'utf8');
    assert.doesNotMatch(written, /nonce-[A-Za-z\d+/]{22}/, 'a nonce is new each time');
    assert.deepEqual(troubles(await look()), []);
    assert.equal(readFileSync(baseline, 'utf8'), written);
  });

  const CHANGED: Readonly<Record<string, readonly [PageChange, RegExp]>> = {
    'a header that is gone': [
      { headers: { 'Content-Security-Policy': undefined } },
      /^problem: - content-security-policy: default-src 'none'/,
    ],
    'a header that is new': [
      { headers: { 'X-Frame-Options': 'DENY' } },
      /^problem: \+ x-frame-options: DENY$/,
    ],
    'a header that is another': [
      { directives: { 'frame-ancestors': "'self'" } },
      /^problem: ~ content-security-policy\n {4}was .*frame-ancestors 'none'.*\n {4}is .*frame-ancestors 'self'/,
    ],
    'a policy in the HTML': [
      { head: `<meta http-equiv="Content-Security-Policy" content="object-src 'none'">` },
      /^problem: \+ <meta content-security-policy> 1: object-src 'none'$/,
    ],
    'a script that is new': [
      ADDED,
      /^problem: \+ script http.*\/other\.js\nproblem: \+ inline script: boot\(\)$/,
    ],
    'a script that is gone': [
      { html: '<iotpay-checkout></iotpay-checkout>' },
      /^problem: - script http.*\/iotpay-checkout\.js$/,
    ],
    'a hash that the tag demands': [
      {
        html: `<script nonce="{nonce}" src="/iotpay-checkout.js" integrity="sha384-AAAA"></script><iotpay-checkout></iotpay-checkout>`,
      },
      /integrity was none\n {4}integrity is {2}sha384-AAAA/,
    ],
  };
  for (const [what, [change, expected]] of Object.entries(CHANGED))
    it(`finds ${what}`, async (test) => {
      const { site, changes } = await watched(test);
      await changes();
      site.change(change);
      assert.match((await changes()).join('\n'), expected);
      assert.match((await changes()).join('\n'), expected, 'until somebody says that it is right');
    });

  it('finds a script whose address is the same and whose content is another', async (test) => {
    const { site, changes } = await watched(test);
    await changes();
    site.script = 'the element; and more';
    assert.match(
      (await changes()).join('\n'),
      /^problem: ~ script http.*iotpay-checkout\.js\n {4}hash was sha384-\S+\n {4}hash is {2}sha384-\S+$/,
    );
  });

  it('keeps what the merchant says of a script, and is written again when asked', async (test) => {
    const { site, baseline, look, changes } = await watched(test);
    site.change(ADDED);
    await changes();
    const said = readFileSync(baseline, 'utf8').replaceAll('"why": ""', '"why": "it counts visits"');
    writeFileSync(baseline, said);
    assert.deepEqual(troubles(await look()), []);
    site.change({ ...ADDED, headers: { 'X-Frame-Options': 'DENY' } });
    const report = await look({ updateBaseline: true });
    assert.equal(report.problems, 0);
    assert.match(
      under(report, CHANGES)[0]?.seen ?? '',
      /has the page as it is now; it was:\n\+ x-frame-options/,
    );
    assert.equal(report.scripts.filter(({ why }) => why === 'it counts visits').length, 2);
    assert.deepEqual(troubles(await look()), []);
  });

  it('is not written from a page that is broken, nor for one that is another', async (test) => {
    const { site, baseline, changes } = await watched(test);
    site.change({ status: 500 });
    assert.match((await changes())[0] ?? '', /problem: .* was not written/);
    site.change({});
    await changes();
    const options = { baseline, env: { ...sandbox.env }, rehearse: true };
    const other = await examine({ ...options, page: `${site.origin}/other` });
    assert.match(under(other, CHANGES)[0]?.seen ?? '', /~ page\n {4}was .*\/checkout\n {4}is .*\/other/);
  });
});

describe('the doctor: the command', () => {
  const cli = fileURLToPath(new URL('../../../src/sandbox/cli.ts', import.meta.url));
  const doctor = async (...args: string[]) => {
    const env = { ...process.env, ...sandbox.env };
    const child = spawn(process.execPath, ['--import', 'tsx', cli, 'doctor', ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };

  it('ends with 0 where all is well, with 1 on a problem, and tells what to do', async (test) => {
    const site = await siteFor(test, sandbox);
    const baseline = file();
    const all = ['--page', site.page, '--notify-url', site.notifyUrl, '--baseline', baseline, '--no-browser'];
    const [well, real, json] = await Promise.all([
      doctor('--rehearse', ...all),
      doctor('--no-browser'),
      doctor('--rehearse', '--no-browser', '--json'),
    ]);
    assert.equal(well.code, 0, well.output);
    assert.match(well.output, /Nothing to mend was found\./);
    assert.match(well.output, /Script inventory \(PCI DSS 6\.4\.3\)[^]*\| http.*iotpaycc\.js \| /);
    assert.equal(real.code, 1);
    assert.match(real.output, /PROBLEM This is the sandbox, http.*\n +→ Remove IOTPAY_GATEWAY_ORIGIN/);
    assert.match(
      real.output,
      /Not looked at\n {2}needs --notify-url URL: Notifications\n {2}needs --page URL: Payment page, /,
    );
    assert.match(real.output, /4 problems, 0 warnings\./);
    assert.equal((JSON.parse(json.output) as Report).problems, 0);
    site.change({ headers: { 'X-Frame-Options': 'DENY' } });
    assert.equal((await doctor('--rehearse', ...all)).code, 1, 'a change against the baseline');
  });

  it('reads the environment from a file, and nothing else then', async () => {
    const env = join(folder, 'shop.env');
    const { IOTPAY_MERCHANT_KEY: key, ...others } = sandbox.env;
    const lines = Object.entries(others).map(([name, value]) => `${name}="${value}"`);
    writeFileSync(env, `${lines.join('\n')}\n`);
    const { code, output } = await doctor('--rehearse', '--no-browser', '--env-file', env);
    assert.equal(code, 1);
    assert.match(output, /IOTPAY_MERCHANT_KEY is not set/);
    assert.match(output, /ok +IOTPAY_MCH_ID is set/);
    assert.ok(!output.includes(key));
  });

  it('ends with 2 where it is written wrong', async () => {
    const broken = file();
    writeFileSync(broken, '[]');
    const WRONG: readonly (readonly [args: string[], words: RegExp])[] = [
      [['--pag', 'x'], /--pag/],
      [['more'], /more/],
      [['--page', 'shop'], /--page: expected an address/],
      [['--notify-url', 'ftp://shop.example'], /--notify-url: expected an address/],
      [['--baseline', broken], /give --page/],
      [['--update-baseline'], /give --baseline/i],
      [['--header', 'nonsense'], /--header: expected a name/],
      [['--baseline', broken, '--page', 'http://127.0.0.1:9/'], /is no baseline/],
    ];
    const ended = await Promise.all(WRONG.map(([args]) => doctor(...args)));
    for (const [index, { code, output }] of ended.entries()) {
      assert.equal(code, 2, output);
      assert.match(output, WRONG[index]?.[1] ?? /never/);
      assert.doesNotMatch(output, / at .*\.ts:/, 'no stack');
    }
  });

  it('says that the environment’s file is not there', async () => {
    const { code, output } = await doctor('--env-file', '/nowhere/.env');
    // Node 20 takes the option for its own, wherever it stands, and ends with 9.
    assert.ok(code === 2 || code === 9, `${code}`);
    assert.match(output, /\/nowhere\/\.env/);
  });
});

describe('what a policy’s sources stand for', () => {
  const PAGE = 'https://shop.example/pay';
  const CASES: readonly (readonly [sources: string, address: string, allowed: boolean])[] = [
    ['*', 'https://a.example/', true],
    ['*', 'data:text/html,x', false],
    ["'self'", 'https://shop.example/x', true],
    ["'self'", 'https://a.example/', false],
    ["'none'", 'https://shop.example/', false],
    ['https:', 'https://a.example/', true],
    ['https:', 'http://a.example/', false],
    ['http:', 'https://a.example/', true],
    ['a.example', 'https://a.example/x', true],
    ['a.example', 'http://a.example/x', false],
    ['https://a.example', 'https://b.a.example/', false],
    ['https://*.a.example', 'https://b.a.example/', true],
    ['https://*.a.example', 'https://a.example/', false],
    ['https://a.example:8443', 'https://a.example:8443/', true],
    ['https://a.example:8443', 'https://a.example/', false],
    ['https://a.example:443', 'https://a.example/', true],
    ['https://a.example:*', 'https://a.example:9/', true],
    ['https://a.example/cc/', 'https://a.example/cc/x.js', true],
    ['https://a.example/cc/x.js', 'https://a.example/cc/y.js', false],
    ['https://b.example HTTPS://A.example', 'https://a.example/', true],
  ];
  for (const [sources, address, allowed] of CASES)
    it(`${sources} ${allowed ? 'allows' : 'refuses'} ${address}`, () => {
      assert.equal(allows(sources.split(' '), address, PAGE), allowed);
    });
});
