// A shopper's payments, from the tag to the ledger: the element in a page, a merchant's backend over `src/server`, and
// the sandbox over HTTP. Runs against the sandbox as documented, and with its quirks on.
import { expect, fixture, html } from '@open-wc/testing';
import '../src/index.js';
import type { IotpayCheckout, IotpayOutcome, IotpayStatus } from '../src/index.js';
import { frames, next, orders, pause, record, seen, servers, unique, until } from './support/element.js';
import { charges, drive, freshPage } from './support/page.js';

interface Shop {
  readonly element: IotpayCheckout;
  readonly log: string[];
  readonly tag: string;
}

/** An element as a merchant would write it, ready. */
async function shop(
  data: Record<string, unknown> = {},
  settings: Record<string, unknown> = {},
): Promise<Shop> {
  const tag = unique('payment');
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, {
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    gatewayOrigin: servers.sandbox,
    requestData: { ...data, tag },
    ...settings,
  });
  const log = record(element);
  await element.load();
  return { element, log, tag };
}

/** Pays in the form of an element, as a shopper who types a test card. */
function pay(element: IotpayCheckout, scenario?: string): Promise<void> {
  const secureId = new URL(element.querySelector('iframe')?.src ?? '').searchParams.get('key') ?? '';
  return drive(secureId, scenario === undefined ? {} : { scenario });
}

async function orderOf(tag: string) {
  const found = await orders(tag);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} orders for ${tag}.`);
  return found[0];
}

/** The quirks call back twice; each FAIL counts, for a shopper may try again in the frame. */
function told(log: readonly string[]): string[] {
  return log.filter((each, i) => servers.group === 'plain' || each !== 'fail' || log[i - 1] !== 'fail');
}

const UNION_PAY = { channel: 'UPI_EX' };

describe('a payment', () => {
  const table: {
    scenario: string;
    data?: Record<string, unknown>;
    ends: IotpayStatus;
    log: string[];
    outcome: Partial<IotpayOutcome>;
    charged: number;
  }[] = [
    { scenario: 'approved', ends: 'succeeded', log: ['success'], outcome: { status: 2 }, charged: 1 },
    {
      scenario: 'approved-mastercard',
      ends: 'succeeded',
      log: ['success'],
      outcome: { status: 3 },
      charged: 1,
    },
    { scenario: 'approved-amex', ends: 'succeeded', log: ['success'], outcome: {}, charged: 1 },
    {
      scenario: 'declined',
      ends: 'failed',
      log: ['fail'],
      outcome: { message: 'Card declined' },
      charged: 0,
    },
    {
      scenario: 'no-detail',
      ends: 'succeeded',
      log: ['success'],
      outcome: { retCode: undefined },
      charged: 1,
    },
    { scenario: 'fail-no-detail', ends: 'failed', log: ['fail'], outcome: {}, charged: 0 },
    { scenario: 'nonsense', ends: 'succeeded', log: ['success'], outcome: {}, charged: 1 },
    { scenario: 'expired', ends: 'failed', log: ['fail'], outcome: {}, charged: 0 },
    {
      scenario: 'unknown-status',
      ends: 'unknown',
      log: ['timeout'],
      outcome: { reason: 'unknown-status', status: 1 },
      charged: 1,
    },
    {
      scenario: 'contradiction',
      ends: 'unknown',
      log: ['timeout'],
      outcome: { reason: 'contradiction' },
      charged: 1,
    },
    { scenario: 'strange-result', ends: 'unknown', log: ['timeout'], outcome: {}, charged: 1 },
    {
      scenario: 'unsafe-redirect',
      ends: 'succeeded',
      log: ['success'],
      outcome: { redirectBlocked: true, redirectUrl: undefined },
      charged: 1,
    },
    {
      scenario: 'unionpay-approved',
      data: UNION_PAY,
      ends: 'succeeded',
      log: ['success'],
      outcome: {},
      charged: 1,
    },
    {
      scenario: 'unionpay-declined',
      data: UNION_PAY,
      ends: 'failed',
      log: ['fail'],
      outcome: {},
      charged: 0,
    },
    {
      scenario: 'unionpay-timeout-pending',
      data: UNION_PAY,
      ends: 'unknown',
      log: ['timeout'],
      outcome: { reason: 'gateway-timeout' },
      charged: 0,
    },
    {
      scenario: 'late-success',
      data: UNION_PAY,
      ends: 'succeeded',
      log: ['timeout', 'success'],
      outcome: {},
      charged: 1,
    },
  ];
  for (const { scenario, data, ends, log: expected, outcome, charged } of table) {
    it(`${scenario}: ${ends}`, async () => {
      const { element, log, tag } = await shop(data);
      expect(log).to.deep.equal(['ready']);
      await pay(element, scenario);
      await until(() => element.status === ends, `status ${ends}, now ${element.status}`);
      // Whatever the script says again must not be heard again.
      await pause(150);
      expect(told(log)).to.deep.equal(['ready', ...expected]);
      expect(element.status).to.equal(ends);
      expect(element.result).to.include(outcome);
      const order = await orderOf(tag);
      expect(element.result?.mchOrderNo).to.equal(order.mchOrderNo);
      await until(
        async () => (await charges(order.mchOrderNo)).length === charged,
        `${charged} charges in the ledger`,
      );
    });
  }

  it('is paid at the merchant because a signed notification came', async () => {
    const { element, tag } = await shop();
    expect((await orderOf(tag)).paid).to.equal(false);
    await pay(element);
    await until(async () => (await orderOf(tag)).paid, 'the notification');
    expect((await orderOf(tag)).notifications).to.equal(1);
  });

  it('can be tried again in the form after a decline: one frame, one order, one charge', async () => {
    const { element, log, tag } = await shop();
    const frame = element.querySelector('iframe');
    await pay(element, 'declined');
    await until(() => element.status === 'failed', 'failed');
    expect(element.querySelector('iframe') === frame).to.equal(true);
    await pay(element, 'approved');
    await until(() => element.status === 'succeeded', 'succeeded');
    expect(log.filter((each) => each === 'success').length).to.equal(1);
    expect(log[1]).to.equal('fail');
    expect((await charges((await orderOf(tag)).mchOrderNo)).length).to.equal(1);
  });

  it('fetches backend and script at the same time, and the secureId once', async () => {
    const { tag } = await shop();
    const requests = await seen(tag);
    expect(requests.length).to.equal(1);
    expect(requests[0]?.body).to.deep.equal({ mode: 'pay', tag });
    expect(requests[0]?.idempotencyKey).to.match(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect(document.querySelectorAll('script[src*="iotpaycc.js"]').length).to.equal(1);
  });

  it('that was made before is told of without a second one', async () => {
    const { element, log, tag } = await shop({ status: 2 });
    expect(log).to.deep.equal(['success (order)']);
    expect(element.status).to.equal('succeeded');
    expect(frames().length).to.equal(0);
    expect(await orders(tag)).to.deep.equal([]);
  });
});

describe('an unknown outcome with order-status-endpoint', () => {
  const orderStatusEndpoint = `${servers.backend}/api/order-status`;
  const table: [scenario: string, ends: IotpayStatus, last: string, charged: number][] = [
    ['unionpay-timeout-paid', 'succeeded', 'success (order)', 1],
    ['unionpay-timeout-failed', 'failed', 'fail (order)', 0],
    ['unknown-status', 'succeeded', 'success (order)', 1],
  ];
  for (const [scenario, ends, last, charged] of table) {
    it(`${scenario}: asks until the order is ${ends}`, async () => {
      const data = scenario.startsWith('unionpay') ? UNION_PAY : {};
      const { element, log, tag } = await shop(data, { orderStatusEndpoint });
      await pay(element, scenario);
      await next(element, 'iotpay-timeout');
      await until(() => element.status === ends, ends, 15_000);
      expect(log).to.deep.equal(['ready', 'timeout', last]);
      expect(element.result?.source).to.equal('order-status');
      const order = await orderOf(tag);
      expect(element.result?.mchOrderNo).to.equal(order.mchOrderNo);
      expect((await charges(order.mchOrderNo)).length).to.equal(charged);
      const asked = (await seen(tag)).filter(({ path }) => path.endsWith('order-status'));
      expect(asked.length).to.be.greaterThan(0);
      expect(asked[0]?.body).to.include({ mode: 'pay', mchOrderNo: order.mchOrderNo, tag });
      // The form that may have been paid in is gone for good.
      await until(() => frames().length === 0, 'the frame is gone');
    });
  }
});

describe('saving a card', () => {
  for (const [scenario, ends] of [
    ['approved', 'succeeded'],
    ['declined', 'failed'],
  ] as const) {
    it(`${scenario}: ${ends}`, async () => {
      const { element, log } = await shop({}, { mode: 'ADD' });
      await pay(element, scenario);
      await until(() => element.status === ends, ends);
      expect(element.result).to.include({ mode: 'add', status: undefined });
      expect(log[1]).to.equal(ends === 'succeeded' ? 'success' : 'fail');
    });
  }
});

describe('redirectUrl', () => {
  const settings = { noRedirect: false };

  it('is followed after a success, with location.replace', async () => {
    const page = await freshPage();
    const before = page.window.history.length;
    const element = page.checkout(settings);
    await next(element, 'iotpay-ready');
    await pay(element, 'redirect');
    await until(() => page.frame.contentDocument?.title === 'Returned', 'the redirect');
    expect(page.frame.contentWindow?.location.pathname).to.equal(`${servers.backend}/returned`);
    expect(page.frame.contentWindow?.history.length).to.equal(before);
  });

  it('is followed after a failure', async () => {
    const page = await freshPage();
    const element = page.checkout(settings);
    await next(element, 'iotpay-ready');
    await pay(element, 'fail-redirect');
    await until(() => page.frame.contentDocument?.title === 'Returned', 'the redirect');
  });

  for (const [name, prepare] of [
    [
      'preventDefault()',
      (element: IotpayCheckout) =>
        element.addEventListener('iotpay-success', (event) => event.preventDefault()),
    ],
    ['no-redirect', (element: IotpayCheckout) => element.setAttribute('no-redirect', '')],
  ] as const) {
    it(`is not followed with ${name}`, async () => {
      const page = await freshPage();
      const element = page.checkout(settings);
      prepare(element);
      await next(element, 'iotpay-ready');
      await pay(element, 'redirect');
      await until(() => element.status === 'succeeded', 'succeeded');
      await pause(300);
      expect(element.result?.redirectUrl).to.include('/returned');
      expect(page.frame.contentDocument?.title).to.equal('A page for one test');
    });
  }
});
