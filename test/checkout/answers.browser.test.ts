// What the merchant's backend answers besides the secureId, and what the element tells it of a failure.
import { expect } from '@open-wc/testing';
import {
  frames,
  mounts,
  next,
  pause,
  readyElement,
  record,
  report,
  seen,
  servers,
  unique,
} from '../support/element.js';

const endpoint = () => `${servers.backend}/api/secure-id`;
const fromBackend = (tag: string, answer: Record<string, unknown> = {}) =>
  readyElement({ secureId: undefined, secureIdEndpoint: endpoint(), requestData: { tag, answer } });
const bodies = async (tag: string) =>
  (await seen(tag)).map(({ body }) => (body as { failed?: string }).failed);

describe('after a FAIL', () => {
  it('the next request names the order that has failed, and one for another intent does not', async () => {
    const tag = unique('failed');
    const element = await fromBackend(tag, { mchOrderNo: 'M1' });
    report({ result: 'FAIL', message: 'Declined' });
    expect(element.result?.mchOrderNo).to.equal('M1');
    await element.load();
    report({ result: 'FAIL', message: 'Declined' });
    element.requestData = { tag, answer: {}, other: true };
    await next(element, 'iotpay-ready');
    expect(await bodies(tag)).to.deep.equal([undefined, 'M1', undefined]);
  });
});

describe('what is said of another order', () => {
  for (const [what, event] of [
    ['a success', { result: 'SUCCESS', detail: { retData: { status: 2, mchOrderNo: 'M2' } } }],
    ['a failure', { result: 'FAIL', message: 'No', detail: { retData: { status: 9, mchOrderNo: 'M2' } } }],
  ] as const) {
    it(`${what}: is unknown, a contradiction`, async () => {
      const element = await fromBackend(unique('other'), { mchOrderNo: 'M1' });
      const log = record(element);
      report(event);
      expect(log).to.deep.equal(['timeout']);
      expect(element.status).to.equal('unknown');
      expect(element.result?.reason).to.equal('contradiction');
      expect(element.result?.mchOrderNo).to.equal('M1');
    });
  }

  it('by the order-status route: is no answer', async () => {
    const element = await fromBackend(unique('asked'), { mchOrderNo: 'M1' });
    const other = new Blob([JSON.stringify({ status: 2, mchOrderNo: 'M2' })], { type: 'application/json' });
    const url = URL.createObjectURL(other);
    const { fetch } = globalThis;
    let asked = 0;
    globalThis.fetch = async () => {
      asked += 1;
      return fetch(url);
    };
    try {
      element.orderStatusEndpoint = '/api/order-status';
      report({ result: 'FAIL', message: 'Timeout' });
      await pause(1500);
    } finally {
      globalThis.fetch = fetch;
    }
    expect(asked).to.be.greaterThan(0);
    expect(element.status).to.equal('unknown');
    element.remove();
  });
});

describe('an answer that an order is paid', () => {
  it('with a secureId beside it: nobody can pay a second time', async () => {
    const mounted = mounts().length;
    const element = await fromBackend(unique('paid'), { status: 2, secureId: unique('paid') });
    expect(element.status).to.equal('succeeded');
    expect([mounts().length, frames().length]).to.deep.equal([mounted, 0]);
  });

  it('with a redirectUrl beside it: is not followed, for it may lead to the form of a new payment', async () => {
    const element = await readyElement({
      secureId: undefined,
      secureIdEndpoint: endpoint(),
      requestData: { tag: unique('paid'), answer: { status: 2, redirectUrl: 'https://shop.example/' } },
      noRedirect: true,
    });
    expect(element.status).to.equal('succeeded');
    expect([element.result?.redirectUrl, element.result?.redirectBlocked]).to.deep.equal([undefined, false]);
  });
});

describe('an order that was made at another gateway', () => {
  it('is a config error that names both, and nothing is mounted', async () => {
    const before = frames().length;
    const tag = unique('gateway');
    const failure: unknown = await fromBackend(tag, { gatewayOrigin: 'https://ccapi.iotpaycloud.com' }).catch(
      (error: unknown) => error,
    );
    const { code, message } = failure as { code: string; message: string };
    expect(code).to.equal('config');
    expect(message).to.contain('https://ccapi.iotpaycloud.com').and.to.contain(servers.faults.gateways.ok);
    expect(frames().length).to.equal(before);
    expect(JSON.parse(JSON.stringify(failure))).to.include({ code, message });
  });
});
