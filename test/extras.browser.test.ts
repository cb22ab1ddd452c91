// The CDN build is two files: what a shopper and a page have as long as the second one does not come, and when it comes.
import { expect } from '@open-wc/testing';
import type { IotpayCheckout } from '../src/index.js';
import { next, record, servers, unique, until } from './support/element.js';
import { brokenEndpoint, drive, freshPage, type FreshPage, type FreshPageOptions } from './support/page.js';

const FAULTS = ['missing', 'stalled', 'tampered'] as const;
const POLICY = `default-src 'none'; script-src 'self' 'nonce-{nonce}' ${servers.sandbox}; connect-src 'self';
  frame-src ${servers.sandbox}; require-trusted-types-for 'script'; trusted-types iotpay-checkout lit-html`.replace(
  /\s+/g,
  ' ',
);

/** A French page, and what goes wrong in it without anybody catching it. */
async function page(options: FreshPageOptions): Promise<{ page: FreshPage; uncaught: string[] }> {
  const fresh = await freshPage({ csp: POLICY, lang: 'fr', ...options });
  const uncaught: string[] = [];
  fresh.window.addEventListener('error', ({ message }) => uncaught.push(message));
  fresh.window.addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
  return { page: fresh, uncaught };
}

const part = (element: IotpayCheckout, selector: string) =>
  element.shadowRoot?.querySelector<HTMLElement>(selector) ?? undefined;
const said = (element: IotpayCheckout, role: string) =>
  (part(element, `[role=${role}]`)?.innerText ?? '').replace(/\s+/g, ' ').trim();
const language = (element: IotpayCheckout) => part(element, '[part=base]')?.lang;

async function ready(fresh: FreshPage, settings: Readonly<Record<string, unknown>> = {}) {
  const element = fresh.checkout({ requestData: { tag: unique('extras') }, ...settings });
  const log = record(element);
  await next(element, 'iotpay-ready');
  return { element, log };
}

const act = (element: IotpayCheckout, scenario?: string) =>
  drive(
    new URL(element.querySelector('iframe')?.src ?? '').searchParams.get('key') ?? '',
    scenario === undefined ? {} : { scenario },
  );

describe('without the second file', function () {
  this.timeout(60_000);

  for (const fault of FAULTS) {
    it(`that is ${fault}, a payment is taken, told with its detail, and read in a plain sentence`, async () => {
      const { page: fresh, uncaught } = await page({ extras: `${fault}/${unique('paid')}` });
      const { element, log } = await ready(fresh);
      const success = next(element, 'iotpay-success');
      await act(element);
      const { detail } = await success;
      expect(detail).to.include({ outcome: 'success', mode: 'pay', source: 'gateway' });
      expect(detail.mchOrderNo).to.be.a('string').and.not.equal('');
      await until(() => said(element, 'status') !== '', 'a sentence');
      expect(said(element, 'status')).to.match(/^(Payment complete|Paid .+)\. Thank you\.$/);
      expect(language(element)).to.equal('en');
      expect(part(element, 'svg')).to.equal(undefined);
      expect(log.filter((each) => !each.startsWith('ready'))).to.not.include('error');
      expect(uncaught).to.deep.equal([]);
      expect('tampered' in fresh.window).to.equal(false);
      expect(fresh.violations.map((each) => each.violatedDirective)).to.deep.equal([]);
    });
  }

  it('a refusal is told, read with the gateway’s words, and the form stands for another try', async () => {
    const { page: fresh, uncaught } = await page({ extras: `missing/${unique('refused')}` });
    const { element } = await ready(fresh);
    const fail = next(element, 'iotpay-fail');
    await act(element, 'declined');
    expect((await fail).detail).to.include({ outcome: 'fail', source: 'gateway' });
    await until(() => said(element, 'alert') !== '', 'a sentence');
    expect(said(element, 'alert')).to.include('you have not been charged');
    expect(said(element, 'alert')).to.include(element.result?.message);
    expect(part(element, '[part=retry]')?.innerText).to.equal('Start over with a new form');
    expect(element.querySelector('iframe')?.checkVisibility()).to.equal(true);
    expect(uncaught).to.deep.equal([]);
  });

  it('an unknown outcome says not to pay again, and the order is asked for until it is known', async () => {
    const { page: fresh, uncaught } = await page({ extras: `missing/${unique('unknown')}` });
    const { element, log } = await ready(fresh, {
      orderStatusEndpoint: `${servers.backend}/api/order-status`,
    });
    await act(element, 'unionpay-timeout-paid');
    await next(element, 'iotpay-timeout', 30_000);
    await until(
      () => element.status !== 'unknown' || said(element, 'status').includes('Please don’t pay again'),
      'it',
    );
    await until(() => element.status === 'succeeded', `succeeded, now ${element.status}`, 20_000);
    expect(element.result?.source).to.equal('order-status');
    expect(log.at(-1)).to.equal('success (order)');
    expect(uncaught).to.deep.equal([]);
  });

  it('a set-up that broke can be tried again', async () => {
    const { page: fresh, uncaught } = await page({ extras: `missing/${unique('broken')}` });
    const element = fresh.checkout({ secureIdEndpoint: `${servers.backend}/nowhere` });
    await next(element, 'iotpay-error');
    await until(() => said(element, 'alert') !== '', 'a sentence');
    expect(said(element, 'alert')).to.equal('The card form didn’t load. You have not been charged.');
    element.secureIdEndpoint = `${servers.backend}/api/secure-id`;
    await next(element, 'iotpay-ready');
    expect(uncaught).to.deep.equal([]);
  });
});

describe("the text of IOTPay's button", function () {
  this.timeout(60_000);

  /** What IOTPay's script is given by an element whose second file has a fault. */
  async function givenText(
    fault: 'missing' | 'stalled' | 'late',
    settings: Readonly<Record<string, unknown>>,
  ) {
    const { page: fresh } = await page({ extras: `${fault}/${unique('button')}` });
    let given: { button?: { text?: string } } | undefined;
    const Iotpay = (_secureId: string, _mode: string, options: typeof given) => {
      given = options;
      return { mount: () => undefined };
    };
    Object.assign(fresh.window, { Iotpay });
    const answer = { secureId: unique('secure'), mchOrderNo: 'A-1', amount: 18924, currency: 'CAD' };
    fresh.checkout({ requestData: { tag: unique('button'), answer }, ...settings });
    await until(() => given !== undefined, 'the form is mounted');
    return given?.button?.text;
  }

  for (const fault of ['missing', 'stalled', 'late'] as const)
    it(`is in the page's language, though the second file is ${fault}`, async () => {
      expect(await givenText(fault, {})).to.equal('Payer 189,24\u00a0$');
    });

  it("is the page's own, where it has one", async () => {
    expect(await givenText('missing', { strings: { pay: 'Verser {amount}' } })).to.equal(
      'Verser 189,24\u00a0$',
    );
  });
});

describe('the second file', function () {
  this.timeout(60_000);

  it('that comes late translates and dresses what is shown, in the same region', async () => {
    const { page: fresh } = await page({ extras: `late/${unique('late')}` });
    const element = fresh.checkout({ secureIdEndpoint: `${servers.backend}/nowhere` });
    await next(element, 'iotpay-error');
    await until(() => said(element, 'alert') !== '', 'a sentence');
    const region = part(element, '[role=alert]');
    expect(said(element, 'alert')).to.match(/^The card form/);
    expect(part(element, 'svg')).to.equal(undefined);
    await until(() => language(element) === 'fr', 'French');
    expect(said(element, 'alert')).to.match(/formulaire/);
    expect(part(element, '[role=alert]')).to.equal(region);
    expect(part(element, 'svg')?.getAttribute('part')).to.equal('icon');
    expect(getComputedStyle(part(element, '.panel') as HTMLElement).display).to.equal('flex');
  });

  it('says nothing in another language while it is on its way', async () => {
    const { page: fresh } = await page({ extras: `late/${unique('quiet')}` });
    const element = fresh.checkout();
    const heard = new Set<string>();
    while (language(element) !== 'fr') {
      heard.add(part(element, '[role=status]')?.textContent?.trim() ?? '');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...heard]).to.deep.equal(['']);
    await until(() => (part(element, '[role=status]')?.textContent ?? '').trim() !== '', 'French');
  });

  it('is asked for again after a failure', async () => {
    const tag = unique('once');
    const { page: fresh } = await page({ extras: `once/${tag}` });
    // Nothing changes that would ask for it.
    const element = fresh.checkout({ secureIdEndpoint: brokenEndpoint('stall') });
    await until(() => language(element) === 'fr', 'French');
    expect(element.status).to.equal('loading');
    expect(await (await fetch(`${servers.backend}/cdn/once/${tag}/asked`)).text()).to.equal('2');
  });

  it('leaves nothing in the page: no tag, no global', async () => {
    const { page: fresh } = await page({ element: 'cdn' });
    const before = Object.keys(fresh.window);
    const { element } = await ready(fresh);
    await until(() => language(element) === 'fr', 'French');
    expect(fresh.document.querySelector('script[src*=extras]')).to.equal(null);
    expect(
      Object.keys(fresh.window).filter((name) => !before.includes(name) && !/^(?:Iotpay|\d+)$/.test(name)),
    ).to.deep.equal([]);
    expect(fresh.violations.map((each) => each.violatedDirective)).to.deep.equal([]);
  });
});
