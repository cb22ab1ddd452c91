// A payment page that is right has nothing to mend; each thing that can be wrong with one is made once, and found.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it, type TestContext } from 'node:test';
import { examine } from '../../../src/sandbox/doctor/doctor.js';
import type { DoctorOptions } from '../../../src/sandbox/doctor/examination.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { siteFor, troubles, under, type PageChange } from './site.js';

let sandbox: Sandbox;
before(async () => (sandbox = await startSandbox()));
after(() => sandbox.close());

/** The doctor at a page with these changes, on the sandbox. */
async function look(test: TestContext, change: PageChange, more: Partial<DoctorOptions> = {}) {
  const site = await siteFor(test, sandbox);
  site.change(change);
  return examine({ page: site.page, env: { ...sandbox.env }, rehearse: true, ...more });
}

const TAG = 'secure-id-endpoint="/pay/secure-id" order-status-endpoint="/pay/order-status"';
const sha = (kind: string, text: string) => `${kind}-${createHash(kind).update(text).digest('base64')}`;
/** A tag for the element's file that has the nonce. */
const element = (more: string) => `<script nonce="{nonce}" src="/iotpay-checkout.js" ${more}></script>`;
const page = (head: string) =>
  `<!doctype html><head>${head}</head><iotpay-checkout ${TAG}></iotpay-checkout>`;

interface Case {
  readonly what: string;
  readonly change: PageChange;
  /** The heading under which it is found. */
  readonly under: string;
  readonly level: 'problem' | 'warning';
  readonly seen: RegExp;
}

const PAGE = 'Payment page';
const CSP = 'Content Security Policy';
const SCRIPTS = 'Scripts of the page';

/** What is wrong with a page, and how it is told. */
const WRONG: readonly Case[] = [
  { what: 'a status', change: { status: 503 }, under: PAGE, level: 'problem', seen: /HTTP 503/ },
  {
    what: 'no HTML',
    change: { headers: { 'Content-Type': 'application/json' } },
    under: PAGE,
    level: 'problem',
    seen: /content type is application\/json/,
  },
  {
    what: 'no tag',
    change: { html: page('').replaceAll('iotpay-checkout', 'p') },
    under: PAGE,
    level: 'warning',
    seen: /no <iotpay-checkout>/,
  },
  { what: 'debug', change: { tag: `${TAG} debug` }, under: PAGE, level: 'warning', seen: /debug/ },
  {
    what: 'the development gateway',
    change: { tag: `${TAG} gateway-origin="https://ccdev.iotpaycloud.com"` },
    under: PAGE,
    level: 'problem',
    seen: /ccdev/,
  },
  {
    what: 'no order-status-endpoint',
    change: { tag: 'secure-id-endpoint="/pay/secure-id"' },
    under: PAGE,
    level: 'warning',
    seen: /order-status-endpoint/,
  },
  {
    what: 'a copy of IOTPay’s script',
    change: { head: '<script nonce="{nonce}" src="/copy/iotpaycc.js"></script>' },
    under: PAGE,
    level: 'problem',
    seen: /\/copy\/iotpaycc\.js/,
  },
  {
    what: 'IOTPay’s script pinned',
    change: {
      head: '<script nonce="{nonce}" src="{gateway}/cc/iotpaycc.js" integrity="sha384-AAAA"></script>',
    },
    under: PAGE,
    level: 'problem',
    seen: /integrity hash/,
  },

  {
    what: 'no policy',
    change: { headers: { 'Content-Security-Policy': undefined } },
    under: CSP,
    level: 'warning',
    seen: /has no Content Security Policy/,
  },
  {
    what: 'a policy that only reports',
    change: {
      headers: {
        'Content-Security-Policy': undefined,
        'Content-Security-Policy-Report-Only': "default-src 'self'",
      },
    },
    under: CSP,
    level: 'warning',
    seen: /only reports/,
  },
  {
    what: 'script-src without the gateway',
    change: {
      directives: { 'script-src': "'self'" },
      html: page('<script src="/iotpay-checkout.js"></script>'),
    },
    under: CSP,
    level: 'problem',
    seen: /script-src refuses IOTPay’s script/,
  },
  {
    what: 'script-src-elem without the gateway',
    change: {
      directives: { 'script-src-elem': "'self'" },
      html: page('<script src="/iotpay-checkout.js"></script>'),
    },
    under: CSP,
    level: 'problem',
    seen: /script-src-elem refuses IOTPay’s script/,
  },
  {
    what: 'nothing but default-src',
    change: {
      headers: { 'Content-Security-Policy': "default-src 'self'" },
      html: page('<script src="/iotpay-checkout.js"></script>'),
    },
    under: CSP,
    level: 'problem',
    seen: /default-src refuses IOTPay’s form/,
  },
  {
    what: 'frame-src without the gateway',
    change: { directives: { 'frame-src': "'self' https://elsewhere.example" } },
    under: CSP,
    level: 'problem',
    seen: /frame-src refuses IOTPay’s form/,
  },
  {
    what: 'a second policy that refuses the form',
    change: { head: `<meta http-equiv="Content-Security-Policy" content="frame-src 'none'">` },
    under: CSP,
    level: 'problem',
    seen: /frame-src refuses IOTPay’s form/,
  },
  {
    what: 'connect-src without the backend',
    change: { directives: { 'connect-src': "'none'" } },
    under: CSP,
    level: 'problem',
    seen: /connect-src refuses .*\/pay\/secure-id/,
  },
  {
    what: 'a backend elsewhere',
    change: {
      tag: `secure-id-endpoint="https://api.shop.example/secure-id" order-status-endpoint="/pay/order-status"`,
    },
    under: CSP,
    level: 'problem',
    seen: /refuses https:\/\/api\.shop\.example\/secure-id/,
  },
  {
    what: 'the element’s own tag without the nonce',
    change: {
      html: page('<script nonce="{nonce}">boot()</script><script src="/iotpay-checkout.js"></script>'),
    },
    under: CSP,
    level: 'problem',
    seen: /refuses .*\/iotpay-checkout\.js/,
  },
  {
    what: 'another script without the nonce',
    change: { head: '<script src="/other.js"></script>' },
    under: CSP,
    level: 'warning',
    seen: /refuses .*\/other\.js/,
  },
  {
    what: 'an address that does not count beside strict-dynamic',
    change: {
      directives: { 'script-src': "'nonce-{nonce}' 'strict-dynamic' 'self'" },
      head: '<script src="/other.js"></script>',
    },
    under: CSP,
    level: 'warning',
    seen: /refuses .*\/other\.js/,
  },
  {
    what: 'an inline script without the nonce',
    change: { head: '<script>track()</script>' },
    under: CSP,
    level: 'warning',
    seen: /refuses an inline script \(track\(\)/,
  },
  {
    what: 'the directive sandbox',
    change: { directives: { sandbox: 'allow-scripts' } },
    under: CSP,
    level: 'problem',
    seen: /lacks allow-same-origin, allow-forms/,
  },
  {
    what: 'unsafe-inline',
    change: { directives: { 'script-src': "'self' 'unsafe-inline' {gateway}" } },
    under: CSP,
    level: 'warning',
    seen: /any injected script/,
  },
  {
    what: 'any https address',
    change: { directives: { 'script-src': "'self' https: {gateway}" } },
    under: CSP,
    level: 'warning',
    seen: /any injected script/,
  },
  {
    what: 'a policy without scripts',
    change: { headers: { 'Content-Security-Policy': "frame-ancestors 'none'" } },
    under: CSP,
    level: 'warning',
    seen: /any injected script/,
  },

  {
    what: 'a nonce that stays',
    change: { nonce: () => 'always-the-same-as-before' },
    under: 'Nonce',
    level: 'problem',
    seen: /same nonce/,
  },
  {
    what: 'a short nonce',
    change: { nonce: () => `n${Math.random().toString().slice(2, 10)}` },
    under: 'Nonce',
    level: 'warning',
    seen: /fewer than 22/,
  },
  {
    what: 'a nonce on no tag',
    change: { html: page('<script src="/iotpay-checkout.js"></script>') },
    under: 'Nonce',
    level: 'problem',
    seen: /No tag/,
  },

  {
    what: 'Trusted Types without ours',
    change: { directives: { 'trusted-types': "lit-html 'allow-duplicates'" } },
    under: 'Trusted Types',
    level: 'problem',
    seen: /does not allow iotpay-checkout/,
  },
  {
    what: 'Trusted Types without lit’s',
    change: { directives: { 'trusted-types': 'iotpay-checkout' } },
    under: 'Trusted Types',
    level: 'problem',
    seen: /does not allow lit-html/,
  },
  {
    what: 'no Trusted Types policy at all',
    change: { directives: { 'trusted-types': "'none'", 'require-trusted-types-for': undefined } },
    under: 'Trusted Types',
    level: 'problem',
    seen: /does not allow iotpay-checkout/,
  },

  ...['require-corp', 'credentialless'].map((value): Case => ({
    what: `COEP ${value}`,
    change: { headers: { 'Cross-Origin-Embedder-Policy': value } },
    under: 'Cross-origin isolation',
    level: 'problem',
    seen: new RegExp(`Embedder-Policy: ${value}`),
  })),
  {
    what: 'an isolated document',
    change: { headers: { 'Document-Isolation-Policy': 'isolate-and-require-corp' } },
    under: 'Cross-origin isolation',
    level: 'problem',
    seen: /Document-Isolation-Policy/,
  },

  {
    what: 'a page that anybody may frame',
    change: { directives: { 'frame-ancestors': undefined } },
    under: 'Framing by others',
    level: 'warning',
    seen: /Any site/,
  },
  {
    what: 'frame-ancestors in a meta',
    change: {
      directives: { 'frame-ancestors': undefined },
      head: `<meta http-equiv="content-security-policy" content="frame-ancestors 'none'">`,
    },
    under: 'Framing by others',
    level: 'warning',
    seen: /<meta>/,
  },
  {
    what: 'an X-Frame-Options of old',
    change: {
      directives: { 'frame-ancestors': undefined },
      headers: { 'X-Frame-Options': 'ALLOW-FROM https://elsewhere.example' },
    },
    under: 'Framing by others',
    level: 'warning',
    seen: /ALLOW-FROM/,
  },

  {
    what: 'no payment for frames',
    change: { headers: { 'Permissions-Policy': 'camera=(), payment=()' } },
    under: 'Permissions-Policy',
    level: 'warning',
    seen: /payment=\(\)/,
  },
  {
    what: 'payment for the page alone',
    change: { headers: { 'Permissions-Policy': 'payment=(self "https://elsewhere.example")' } },
    under: 'Permissions-Policy',
    level: 'warning',
    seen: /payment=\(self/,
  },

  {
    what: 'a script that is gone',
    change: { head: '<script nonce="{nonce}" src="/gone.js"></script>' },
    under: SCRIPTS,
    level: 'problem',
    seen: /gone\.js: HTTP 404/,
  },
  {
    what: 'a hash of another file',
    change: { html: page(element(`integrity="${sha('sha384', 'another')}"`)) },
    under: SCRIPTS,
    level: 'problem',
    seen: /hash is of another file/,
  },
  {
    what: 'a weaker hash that is right beside a strong one that is not',
    change: {
      html: page(element(`integrity="${sha('sha256', 'the element')} ${sha('sha512', 'another')}"`)),
    },
    under: SCRIPTS,
    level: 'problem',
    seen: /hash is of another file/,
  },
  {
    what: 'a script from elsewhere without a hash',
    change: { head: '<script nonce="{nonce}" src="http://localhost:9/tag.js"></script>' },
    under: SCRIPTS,
    level: 'warning',
    seen: /localhost:9\/tag\.js comes from elsewhere/,
  },
  {
    what: 'an inline script that is another each time',
    change: { head: '<script nonce="{nonce}">const key = "{nonce}";</script>' },
    under: SCRIPTS,
    level: 'warning',
    seen: /another with each answer/,
  },
  {
    what: 'scripts without a reason',
    change: { head: '<script nonce="{nonce}" src="/other.js"></script>' },
    under: SCRIPTS,
    level: 'warning',
    seen: /1 of 3 scripts does not say why/,
  },
];

describe('the doctor at a payment page', () => {
  it('finds nothing to mend in one under SECURITY.md’s policy', async (test) => {
    assert.deepEqual(troubles(await look(test, {})), []);
  });

  for (const { what, change, under: title, level, seen } of WRONG)
    it(`finds ${what}`, async (test) => {
      const found = under(await look(test, change), title);
      const told = found.find((each) => each.level === level && seen.test(each.seen));
      assert.ok(told, JSON.stringify(found, null, 2));
      assert.ok(told.advice, 'says what to do');
    });

  /** What is right in another way than SECURITY.md's. */
  const RIGHT: Readonly<Record<string, PageChange>> = {
    'addresses instead of a nonce': { directives: { 'script-src': "'self' {gateway}" } },
    'a nonce without strict-dynamic': { directives: { 'script-src': "'nonce-{nonce}'" } },
    'a hash with strict-dynamic': {
      directives: { 'script-src': `'${sha('sha384', 'the element')}' 'strict-dynamic'` },
      html: page(element(`integrity="${sha('sha384', 'the element')}"`)),
    },
    'frames after child-src': { directives: { 'frame-src': undefined, 'child-src': '{gateway}' } },
    'a scheme for frames': { directives: { 'frame-src': 'http:' } },
    'any Trusted Types policy': { directives: { 'trusted-types': '*' } },
    hashes: { html: page(element(`integrity="${sha('sha384', 'the element')}"`)) },
    'X-Frame-Options': {
      directives: { 'frame-ancestors': undefined },
      headers: { 'X-Frame-Options': 'SAMEORIGIN' },
    },
    'payment for IOTPay’s frame': { headers: { 'Permissions-Policy': 'payment=(self "{gateway}")' } },
    'COEP that only reports': { headers: { 'Cross-Origin-Embedder-Policy-Report-Only': 'require-corp' } },
    'data in a script, and templates': {
      head: '<template><script src="/gone.js"></script></template><noscript><script src="/gone.js"></script></noscript>',
    },
  };
  for (const [what, change] of Object.entries(RIGHT))
    it(`has nothing against ${what}`, async (test) => {
      assert.deepEqual(troubles(await look(test, change)), []);
    });

  it('finds a page that is not on https, and the sandbox’s origin on the tag, outside a rehearsal', async (test) => {
    const report = await look(
      test,
      { tag: `${TAG} gateway-origin="${sandbox.origin}"` },
      { rehearse: false },
    );
    const seen = under(report, PAGE).map((each) => `${each.level}: ${each.seen}`);
    assert.ok(seen.includes('problem: The page is not on https.'), seen.join('\n'));
    assert.ok(seen.includes(`problem: The tag has gateway-origin="${sandbox.origin}".`), seen.join('\n'));
  });

  it('says where a page leads, and where none answers', async (test) => {
    const site = await siteFor(test, sandbox);
    site.change({ status: 302, headers: { Location: '/login' } });
    const options = { env: { ...sandbox.env }, rehearse: true };
    const led = under(await examine({ ...options, page: site.page }), PAGE);
    assert.ok(
      led.some(({ seen }) => seen === `The page leads to ${site.origin}/login.`),
      JSON.stringify(led),
    );
    const none = await examine({ ...options, page: 'http://127.0.0.1:9/' });
    assert.match(under(none, PAGE)[0]?.seen ?? '', /could not be had/);
    assert.equal(none.sections.find(({ title }) => title === CSP)?.skipped, 'the page could not be had');
  });

  it('lists every script: external, inline, handlers, and IOTPay’s', async (test) => {
    const report = await look(test, {
      head: `<script nonce="{nonce}">boot()</script><script type="importmap" nonce="{nonce}">{}</script>
        <base href="/there/"><link rel="modulepreload" href="x.js">`,
      tag: `${TAG} onclick="mine()"`,
    });
    const list = report.scripts.map(({ kind, address, hash, why }) => [kind, address ?? hash, Boolean(why)]);
    const [site] = report.scripts.map(({ address }) => address?.replace(/\/iotpay-checkout\.js$/, ''));
    assert.deepEqual(list, [
      ['external', `${site}/iotpay-checkout.js`, true],
      ['inline', sha('sha256', 'boot()'), false],
      ['inline', sha('sha256', '{}'), false],
      ['external', `${sandbox.origin}/cc/iotpaycc.js`, true],
    ]);
    const handler = await look(test, {
      html: page('').replace('<head>', '<head></head><button onclick="go()">'),
    });
    assert.deepEqual(handler.scripts.map(({ kind, hash, excerpt }) => [kind, hash, excerpt]).slice(0, 1), [
      ['handler', sha('sha256', 'go()'), '<button onclick="go()">'],
    ]);
  });

  it('sends the visitor’s headers to the page, and to no other origin', async (test) => {
    const site = await siteFor(test, sandbox);
    site.change({ status: 302, headers: { Location: site.page.replace('127.0.0.1', 'localhost') } });
    await examine({
      page: site.page,
      pageHeaders: { Cookie: 'visitor=ann' },
      env: { ...sandbox.env },
      rehearse: true,
    });
    const { host } = new URL(site.page);
    assert.ok(site.asked.some((each) => each.host !== host));
    for (const each of site.asked) assert.equal(each.cookie, each.host === host ? 'visitor=ann' : undefined);
  });
});
