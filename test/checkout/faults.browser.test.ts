import { expect } from '@open-wc/testing';
import type { IotpayCheckout, IotpayCheckoutError, IotpayErrorCode } from '../../src/index.js';
import type { GatewayFault } from '../support/fault-server.js';
import type { BackendFault } from '../support/merchant-backend.js';
import { pause, servers, unique } from '../support/element.js';
import { freshPage, type FreshPage, type FreshPageOptions } from '../support/page.js';

/** Milliseconds for each step; the tests allow a little more for what the machine is doing besides. */
const SETUP_TIMEOUT_MS = 3000;
const SLACK_MS = 3000;

interface Page extends FreshPage {
  /** What went wrong without anybody's catching it. */
  readonly trouble: string[];
}

/** A page of its own: what IOTPay's script did to one does not follow into the next. */
async function pageOf(options?: FreshPageOptions): Promise<Page> {
  const page = await freshPage(options);
  const trouble: string[] = [];
  const { window } = page;
  window.addEventListener('unhandledrejection', (event) =>
    trouble.push(`unhandled: ${String(event.reason)}`),
  );
  window.addEventListener('error', (event) => event.message && trouble.push(`uncaught: ${event.message}`));
  window.console.error = (...parts: unknown[]) => {
    const text = parts.join(' ');
    // The element tells each set-up error there.
    if (!/^<iotpay-checkout> [a-z]+(?:-[a-z]+)?: /.test(text)) trouble.push(`console.error: ${text}`);
  };
  return { ...page, trouble };
}

interface Ending {
  readonly code: string | undefined;
  readonly message: string;
  readonly ms: number;
  /** How the promise of `load()` settled: with the code of the error, or `done`. */
  readonly promise: string;
  readonly element: IotpayCheckout;
}

/** Puts an element into the page and waits until it is ready, or in error, or the time is over. */
async function run(page: Page, settings: Partial<IotpayCheckout>): Promise<Ending> {
  const element = page.window.document.createElement('iotpay-checkout');
  Object.assign(element, {
    setupTimeout: SETUP_TIMEOUT_MS,
    gatewayOrigin: servers.faults.gateways.ok,
    ...settings,
  });
  const began = performance.now();
  const over = new Promise<void>((resolve) => {
    for (const type of ['ready', 'error', 'success', 'fail', 'timeout'])
      element.addEventListener(`iotpay-${type}`, () => resolve());
  });
  page.window.document.body.append(element);
  const promise = element.load().then(
    () => 'done',
    (error: IotpayCheckoutError) => error.code,
  );
  await Promise.race([over, pause(SETUP_TIMEOUT_MS * 3)]);
  return {
    code: element.error?.code,
    message: element.error?.message ?? '',
    ms: performance.now() - began,
    promise: await Promise.race([promise, pause(100).then(() => 'pending')]),
    element,
  };
}

const ours = (page: Page) => [
  ...page.window.document.querySelectorAll('script[src*="iotpaycc.js"], [data-iotpay-checkout]'),
];

// The vendor of these tests is the fault server: the sandbox's quirks make no difference to it.
if (servers.group === 'plain') {
  describe('a gateway that is broken', function () {
    this.timeout(15_000);
    const table: [fault: GatewayFault, code: IotpayErrorCode | undefined][] = [
      ['ok', undefined],
      ['stall', 'script-timeout'],
      ['stall-body', 'script-timeout'],
      ['404', 'script-network'],
      ['500', 'script-network'],
      ['reset', 'script-network'],
      ['cut', 'script-network'],
      ['no-global', 'script-invalid'],
      ['not-a-function', 'script-invalid'],
      ['late-global', undefined],
      ['stall-once', undefined],
      ['no-global-once', undefined],
      ['iotpay-throws', 'mount-failed'],
      ['iotpay-returns-nothing', 'mount-failed'],
      ['mount-throws', 'mount-failed'],
      ['mount-rejects', 'mount-failed'],
      ['no-frame', 'mount-timeout'],
      ['late-frame', undefined],
      ['frame-never-loads', 'mount-timeout'],
    ];
    for (const [fault, code] of table) {
      it(`${fault}: ${code ?? 'ready all the same'}`, async () => {
        const page = await pageOf();
        const { element, ms, ...ending } = await run(page, {
          secureId: unique('fault'),
          gatewayOrigin: servers.faults.gateways[fault],
        });
        expect(ending.code, ending.message).to.equal(code);
        expect(ending.promise).to.equal(code ?? 'done');
        expect(element.status).to.equal(code ? 'error' : 'ready');
        expect(ms).to.be.lessThan(SETUP_TIMEOUT_MS * (/mount|frame/.test(fault) ? 2 : 1) + SLACK_MS);
        if (code) {
          expect(element.error).to.be.instanceOf(page.window.Error);
          expect(element.error?.retryable).to.equal(true);
          expect(element.childElementCount, 'no half-mounted frame').to.equal(0);
          await element.updateComplete;
          expect(element.shadowRoot?.querySelector('[role=alert]')?.textContent).to.include(
            'not been charged',
          );
          expect(element.shadowRoot?.querySelectorAll('[part=retry]').length).to.equal(1);
        }
        if (/^script/.test(code ?? '')) expect(ours(page).length, 'our failed tags are gone').to.equal(0);
        element.remove();
        await pause(50);
        expect(page.trouble).to.deep.equal([]);
      });
    }

    it('closed: script-network, and the next element on the page can succeed', async () => {
      const page = await pageOf();
      const { code } = await run(page, {
        secureId: unique('closed'),
        gatewayOrigin: servers.faults.gateways.reset,
      });
      expect(code).to.equal('script-network');
      // The page's own script comes to the rescue of the next.
      page.window.eval(
        `globalThis.Iotpay = () => ({ mount(selector) { document.querySelector(selector).innerHTML = '<iframe srcdoc="<p>form"></iframe>' } })`,
      );
      const second = await run(page, {
        secureId: unique('second'),
        gatewayOrigin: servers.faults.gateways.reset,
      });
      expect(second.element.status).to.equal('ready');
    });

    it('removes the container of a form that came too late', async () => {
      const page = await pageOf();
      const { code, element } = await run(page, {
        secureId: unique('late'),
        gatewayOrigin: servers.faults.gateways['very-late-frame'],
      });
      expect(code).to.equal('mount-timeout');
      expect(element.childElementCount).to.equal(0);
    });

    it('starts the script once for many elements, and asks a broken one three times', async () => {
      const page = await pageOf();
      const tags: string[] = [];
      new page.window.MutationObserver((records) => {
        for (const { addedNodes } of records)
          for (const node of addedNodes)
            if (node instanceof page.window.HTMLScriptElement) tags.push(node.src);
      }).observe(page.window.document.head, { childList: true });
      const settings = { gatewayOrigin: servers.faults.gateways['404'] };
      await Promise.all([
        run(page, { ...settings, secureId: unique('a') }),
        run(page, { ...settings, secureId: unique('b') }),
        run(page, { ...settings, secureId: unique('c') }),
      ]);
      expect(tags.slice(0, 3).every((src) => src === `${settings.gatewayOrigin}/cc/iotpaycc.js`)).to.equal(
        true,
      );
    });
  });

  describe('a script tag of the page’s own', function () {
    this.timeout(15_000);
    const add = (page: Page, src: string) => {
      const tag = page.window.document.createElement('script');
      tag.src = src;
      page.window.document.head.append(tag);
      return tag;
    };
    const settled = (tag: HTMLScriptElement) =>
      new Promise((resolve) => ['load', 'error'].forEach((type) => tag.addEventListener(type, resolve)));
    const { gateways } = servers.faults;

    it('that has loaded is used', async () => {
      const page = await pageOf();
      await settled(add(page, `${gateways.ok}/cc/iotpaycc.js`));
      const { element } = await run(page, { secureId: unique('own') });
      expect(element.status).to.equal('ready');
      expect(page.window.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
    });

    it('that is still loading is waited for', async () => {
      const page = await pageOf();
      add(page, `${gateways['late-global']}/cc/iotpaycc.js`);
      const { element } = await run(page, {
        secureId: unique('own'),
        gatewayOrigin: gateways['late-global'],
        setupTimeout: SETUP_TIMEOUT_MS * 3,
      });
      expect(element.status).to.equal('ready');
      expect(page.window.document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
    });

    it('that stalls is left where it is, and a new one is added', async () => {
      const page = await pageOf();
      const tag = add(page, `${gateways['stall-once']}/cc/iotpaycc.js`);
      const { element } = await run(page, { secureId: unique('own'), gatewayOrigin: gateways['stall-once'] });
      expect(element.status).to.equal('ready');
      expect(tag.isConnected).to.equal(true);
    });

    it('that had failed already is dead: it is left, and a new one is added', async () => {
      const page = await pageOf();
      const tag = add(page, `${gateways['no-global-once']}/cc/iotpaycc.js`);
      await settled(tag);
      const { element } = await run(page, {
        secureId: unique('own'),
        gatewayOrigin: gateways['no-global-once'],
      });
      expect(element.status).to.equal('ready');
      expect(tag.isConnected).to.equal(true);
    });

    it('from another gateway is a config error', async () => {
      const page = await pageOf();
      await settled(add(page, `${gateways.ok}/cc/iotpaycc.js`));
      const { code } = await run(page, { secureId: unique('own'), gatewayOrigin: gateways['late-frame'] });
      expect(code).to.equal('config');
    });

    it('markup with the id Iotpay does not count as the function', async () => {
      const page = await pageOf();
      page.window.document.body.insertAdjacentHTML('beforeend', '<div id="Iotpay"></div>');
      const { element } = await run(page, { secureId: unique('shadowed') });
      expect(element.status).to.equal('ready');
    });
  });

  describe('a backend that is broken', function () {
    this.timeout(15_000);
    const table: [fault: BackendFault, code: IotpayErrorCode | undefined][] = [
      ['stall', 'endpoint-timeout'],
      ['stall-body', 'endpoint-timeout'],
      ['reset', 'endpoint-network'],
      ['cut', 'endpoint-network'],
      ['html200', 'endpoint-response'],
      ['204', 'endpoint-response'],
      ['302', 'endpoint-response'],
      ['401', 'endpoint-http'],
      ['404', 'endpoint-http'],
      ['404json', 'endpoint-http'],
      ['500', 'endpoint-http'],
      ['500json', 'endpoint-http'],
      ['bad-json', 'endpoint-response'],
      ['array', 'endpoint-response'],
      ['no-secure-id', 'endpoint-response'],
      ['empty-secure-id', 'endpoint-response'],
      ['number-secure-id', 'endpoint-response'],
      ['ret-fail', 'endpoint-rejected'],
    ];
    for (const [fault, code] of table) {
      it(`${fault}: ${code}`, async () => {
        const page = await pageOf();
        const { element, ms, ...ending } = await run(page, {
          secureIdEndpoint: `${servers.backend}/api/secure-id?fault=${fault}&tag=${unique('fault')}`,
        });
        expect(ending.code, ending.message).to.equal(code);
        expect(ending.promise).to.equal(code ?? 'done');
        expect(element.status).to.equal('error');
        expect(ms).to.be.lessThan(SETUP_TIMEOUT_MS + SLACK_MS);
        expect(ending.message).to.match(/secure-id-endpoint|refused/);
        if (fault === 'ret-fail') expect(element.error?.retMsg).to.equal('Card channel is closed.');
        expect(element.childElementCount).to.equal(0);
        expect(page.trouble).to.deep.equal([]);
      });
    }

    for (const [name, origin] of [
      ['closed', servers.faults.closed],
      ['withoutCors', servers.faults.withoutCors],
    ] as const) {
      it(`${name}: endpoint-network`, async () => {
        const page = await pageOf();
        const { code } = await run(page, { secureIdEndpoint: `${origin}/api` });
        expect(code).to.equal('endpoint-network');
      });
    }

    it('is asked again when the browser is online again', async () => {
      const page = await pageOf();
      Object.defineProperty(page.window.navigator, 'onLine', { value: false, configurable: true });
      const tag = unique('offline');
      const { code, element } = await run(page, {
        secureIdEndpoint: `${servers.backend}/api/secure-id?fault=reset&times=3&tag=${tag}`,
      });
      expect(code).to.equal('offline');
      await element.updateComplete;
      expect(element.shadowRoot?.querySelector('[role=alert]')?.textContent).to.include('offline');
      Object.defineProperty(page.window.navigator, 'onLine', { value: true, configurable: true });
      // Browsers may repeat a POST on a reset connection by themselves; so more than one may be lost.
      for (let i = 0; i < 4 && element.status !== 'ready'; i++) {
        page.window.dispatchEvent(new page.window.Event('online'));
        await Promise.race([element.load().catch(() => {}), pause(3000)]);
      }
      expect(element.status).to.equal('ready');
    });
  });

  describe('a page that refuses', function () {
    this.timeout(15_000);
    const base = `script-src 'self' 'nonce-{nonce}' 'unsafe-eval' {script}; connect-src 'self' ws: {connect}; frame-src {frame}`;
    const policy = (parts: { script?: string; connect?: string; frame?: string }) => ({
      csp: base
        .replace('{script}', parts.script ?? '')
        .replace('{connect}', parts.connect ?? '')
        .replace('{frame}', parts.frame ?? "'none'"),
    });
    const { ok } = servers.faults.gateways;

    it('the script: script-blocked, naming the directive', async () => {
      const page = await pageOf(policy({ frame: ok }));
      // Without the nonce in sight, only the allowlist counts.
      page.window.document.querySelectorAll('script').forEach((tag) => (tag.nonce = ''));
      page.window.document.querySelectorAll('script').forEach((tag) => tag.removeAttribute('nonce'));
      const { code, message, element } = await run(page, { secureId: unique('csp') });
      expect(code, message).to.equal('script-blocked');
      expect(message).to.include(ok).and.to.include('script-src');
      expect(element.error?.retryable).to.equal(false);
    });

    it('the frame: frame-blocked, naming the directive', async () => {
      const page = await pageOf(policy({ script: ok }));
      const { code, message } = await run(page, { secureId: unique('csp') });
      expect(code, message).to.equal('frame-blocked');
      expect(message).to.include(ok).and.to.include('frame-src');
    });

    it('the backend: endpoint-network, naming the directive', async () => {
      const page = await pageOf(policy({ script: ok, frame: ok }));
      const { code, message } = await run(page, { secureIdEndpoint: `${servers.faults.withoutCors}/api` });
      expect(code).to.equal('endpoint-network');
      expect(message).to.include('connect-src');
      // WebKitGTK refuses without an event: there the message can only ask.
      const told = page.violations.some((each) => each.effectiveDirective === 'connect-src');
      expect(told || /AppleWebKit(?!.*Chrome)/.test(navigator.userAgent)).to.equal(true);
      if (told) expect(message).to.include('refused by the page');
    });

    it('nothing: the nonce that the element was given lets the script in', async () => {
      const page = await pageOf(policy({ frame: ok }));
      for (const tag of page.window.document.querySelectorAll('script')) {
        tag.nonce = '';
        tag.removeAttribute('nonce');
      }
      const { code, element, message } = await run(page, { secureId: unique('csp'), nonce: 'test-nonce' });
      expect(code, message).to.equal(undefined);
      expect(element.status).to.equal('ready');
    });

    it('nothing: the nonce of the page lets the script in', async () => {
      const page = await pageOf(policy({ frame: ok }));
      const { code, element, message } = await run(page, { secureId: unique('csp') });
      expect(code, message).to.equal(undefined);
      expect(element.status).to.equal('ready');
    });
  });
}
