// The strictest pages that a merchant may have, with the built file of the package.
import { expect } from '@open-wc/testing';
import { next, pause, servers, until } from '../support/element.js';
import { drive, freshPage, type FreshPage } from '../support/page.js';

/** The policy that SECURITY.md tells merchants to copy, for the sandbox in place of IOTPay and a page inside a test. */
async function documentedPolicy(): Promise<string> {
  const text = await (await fetch('/SECURITY.md')).text();
  const policy = /<!-- csp -->\s*```\s*([^`]+)```/.exec(text)?.[1];
  if (!policy) throw new Error('SECURITY.md has no policy behind <!-- csp -->.');
  return policy
    .replace(/\s+/g, ' ')
    .replaceAll('https://ccapi.iotpaycloud.com', servers.sandbox)
    .replace("frame-ancestors 'none'", "frame-ancestors 'self'");
}

const hasTrustedTypes = 'trustedTypes' in globalThis;

const told = (page: FreshPage) =>
  page.violations.map((each) => `${each.violatedDirective}: ${each.blockedURI || each.sample}`);

async function pay(page: FreshPage): Promise<void> {
  const element = page.checkout();
  await next(element, 'iotpay-ready');
  const secureId = new URL(element.querySelector('iframe')?.src ?? '').searchParams.get('key') ?? '';
  await drive(secureId);
  await until(() => element.status === 'succeeded', `succeeded, now ${element.status}`);
}

describe('a strict page', function () {
  this.timeout(30_000);

  for (const element of ['cdn', 'both'] as const) {
    it(`with the documented policy takes a payment without a violation (${element})`, async () => {
      const csp = await documentedPolicy();
      // With two copies the list allows duplicates, as SECURITY.md says.
      const twice = csp.replace(/(trusted-types [^;]*)/, "$1 'allow-duplicates'");
      const page = await freshPage({ csp: element === 'both' ? twice : csp, element });
      await pay(page);
      await pause(100);
      expect(told(page)).to.deep.equal([]);
    });
  }

  it('that enforces its policy refuses what is not in it', async () => {
    const page = await freshPage({ csp: await documentedPolicy(), element: 'cdn' });
    const tag = page.document.createElement('iframe');
    tag.src = servers.faults.gateways.ok;
    page.document.body.append(tag);
    await until(() => page.violations.length > 0, 'a violation');
    expect(told(page)[0]).to.match(/^frame-src/);
  });

  it('takes the nonce from the element where the page shows none', async () => {
    const csp = `script-src 'nonce-{nonce}'; frame-src ${servers.sandbox}; connect-src 'self'`;
    const page = await freshPage({ csp, element: 'cdn' });
    for (const tag of page.document.scripts) (tag.removeAttribute('nonce'), (tag.nonce = ''));
    const element = page.checkout({ nonce: 'test-nonce' });
    await next(element, 'iotpay-ready');
    expect(told(page)).to.deep.equal([]);
  });

  it('without our Trusted Types policy: script-blocked, and the error says what to add', async function () {
    if (!hasTrustedTypes) this.skip();
    const csp = `require-trusted-types-for 'script'; trusted-types lit-html`;
    const page = await freshPage({ csp, element: 'cdn' });
    const element = page.checkout();
    await next(element, 'iotpay-error');
    expect(element.error?.code).to.equal('script-blocked');
    expect(element.error?.message).to.include('trusted-types').and.to.include('iotpay-checkout');
    expect(element.error?.retryable).to.equal(false);
  });

  it('without lit’s Trusted Types policy has no element: lit itself refuses to start', async function () {
    if (!hasTrustedTypes) this.skip();
    const csp = `require-trusted-types-for 'script'; trusted-types iotpay-checkout`;
    const page = await freshPage({ csp, element: 'no' });
    const script = page.document.createElement('script');
    const refused = new Promise<string>((resolve) =>
      page.window.addEventListener('error', (event) => resolve(event.message)),
    );
    script.type = 'module';
    const policy = (
      page.window as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };
      }
    ).trustedTypes.createPolicy('iotpay-checkout', { createScriptURL: (url: string) => url });
    script.src = policy.createScriptURL('/dist/cdn/iotpay-checkout.js');
    page.document.head.append(script);
    expect(await refused).to.match(/lit-html|policy/i);
    expect(page.window.customElements.get('iotpay-checkout')).to.equal(undefined);
  });
});

describe('two copies of the package on one page', () => {
  it('define the element once, and load IOTPay’s script once', async () => {
    const page = await freshPage({ element: 'both' });
    const [first, second] = [page.checkout(), page.checkout()];
    await Promise.all([next(first, 'iotpay-ready'), next(second, 'iotpay-ready')]);
    expect(first.constructor === second.constructor).to.equal(true);
    expect(page.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
  });
});

describe('a page with an embedder policy', function () {
  this.timeout(30_000);

  for (const isolated of ['require-corp', 'credentialless'] as const) {
    it(`${isolated}: works or ends in an error, and is never stuck`, async () => {
      const page = await freshPage({ isolated });
      const element = page.checkout({ setupTimeout: 2000 });
      await until(() => /ready|error/.test(element.status), `an end, now ${element.status}`, 15_000);
      // The sandbox, like IOTPay as far as anyone knows, sends no Cross-Origin-Resource-Policy.
      if (element.status === 'error') expect(element.error?.code).to.match(/^(script|mount|frame)-/);
    });
  }
});
