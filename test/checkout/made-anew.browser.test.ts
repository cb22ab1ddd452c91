// Markup that is made anew, in the same task or long after: a secureId that was paid with on this page, or may have
// been, gets no second form; each outcome is told once.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
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
  until,
} from '../support/element.js';

const gatewayOrigin = servers.faults.gateways.ok;
const TIMEOUT = { result: 'FAIL', message: 'Timeout' };

/** A page in which one element after the other has the same secureId; `log` is what the page hears. */
async function page(orderStatus = '') {
  const secureId = unique('anew');
  const place = await fixture<HTMLElement>(html`<div></div>`);
  const make = (): IotpayCheckout => {
    place.innerHTML = `<iotpay-checkout secure-id="${secureId}" gateway-origin="${gatewayOrigin}" ${orderStatus}></iotpay-checkout>`;
    return place.querySelector('iotpay-checkout')!;
  };
  const first = make();
  await next(first, 'iotpay-ready');
  // Of a page's own, or of an element in it: both bubble to the document.
  const log = record(document.body.parentNode!);
  return { secureId, make, first, log, formsBefore: mounts().length };
}

const is = (element: IotpayCheckout, status: string) => until(() => element.status === status, status);

describe('markup made anew, in a later task', () => {
  for (const [event, status] of [
    [{ result: 'SUCCESS' }, 'succeeded'],
    [TIMEOUT, 'unknown'],
  ] as const) {
    it(`${status}: the new element shows it, tells nothing again, and has no form`, async () => {
      const { make, first, log, formsBefore } = await page();
      report(event);
      first.remove();
      await until(() => frames().length === 0, 'the first is gone');
      await pause(50);
      const told = [...log];
      const second = make();
      await is(second, status);
      await second.load();
      expect(second.status).to.equal(status);
      expect(second.result).to.deep.equal(first.result);
      expect(log).to.deep.equal(told);
      expect([frames().length, mounts().length]).to.deep.equal([0, formsBefore]);
    });

    it(`${status}: another secureId starts another payment, the same one does not`, async () => {
      const { make, log } = await page();
      report(event);
      const second = make();
      await is(second, status);
      const statuses: (string | null)[] = [];
      const look = new MutationObserver(() => statuses.push(second.getAttribute('status')));
      look.observe(second, { attributeFilter: ['status'] });
      second.requestData = { again: true };
      await until(() => statuses.length > 0, 'it starts again');
      await is(second, status);
      look.disconnect();
      expect(frames()).to.have.length(0);
      log.length = 0;
      second.secureId = unique('other');
      await is(second, 'ready');
      expect(log).to.deep.equal(['ready']);
    });
  }

  it('unknown, with a route to ask: the new element asks, and tells what it hears once', async () => {
    const tag = unique('asks');
    const { make, first, log } = await page(
      `order-status-endpoint="${servers.backend}/api/order-status?fault=404&tag=${tag}"`,
    );
    report(TIMEOUT);
    first.remove();
    await pause(50);
    const before = (await seen(tag)).length;
    const second = make();
    await is(second, 'unknown');
    await until(async () => (await seen(tag)).length > before, 'the new element asks');
    report({ result: 'SUCCESS' });
    await is(second, 'succeeded');
    expect(first.status).to.equal('succeeded');
    expect(log).to.deep.equal(['timeout', 'success']);
  });

  it('what a backend hands out is taken, though the page has seen it paid with', async () => {
    const answer = { secureId: unique('anew') };
    const make = () =>
      fixture<IotpayCheckout>(
        html`<iotpay-checkout
          secure-id-endpoint="${servers.backend}/api/secure-id"
          request-data=${JSON.stringify({ tag: unique('anew'), answer })}
          gateway-origin=${gatewayOrigin}
        ></iotpay-checkout>`,
      );
    const first = await make();
    await next(first, 'iotpay-ready');
    report({ result: 'SUCCESS' });
    first.remove();
    await pause(50);
    const second = await make();
    await is(second, 'ready');
    expect(mounts().at(-1)?.secureId).to.equal(answer.secureId);
    // Where the page itself gives it, it is still one that was paid with.
    const third = document.createElement('iotpay-checkout');
    second.after(Object.assign(third, { secureId: answer.secureId, gatewayOrigin }));
    await is(third, 'succeeded');
  });

  it('an order that the backend calls paid says nothing of the secureId that the element had before', async () => {
    const secureId = unique('anew');
    const element = await readyElement({ secureId });
    Object.assign(element, {
      secureId: undefined,
      secureIdEndpoint: `${servers.backend}/api/secure-id`,
      requestData: { tag: unique('anew'), answer: { status: 2 } },
    });
    await is(element, 'succeeded');
    const other = document.createElement('iotpay-checkout');
    element.after(Object.assign(other, { secureId, gatewayOrigin }));
    await until(() => /ready|succeeded/.test(other.status), 'an end');
    expect(other.status).to.equal('ready');
  });

  it('declined: the new element has a form of the same secureId', async () => {
    const { make, secureId } = await page();
    report({ result: 'FAIL', message: 'Declined' });
    await is(make(), 'ready');
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
  });
});

describe('a form of which nothing is known, after the same secureId was paid with in another', () => {
  it('what was paid stays so for every element that comes after it', async () => {
    const { make } = await page();
    const old = mounts().at(-1);
    const second = make();
    await is(second, 'ready');
    report({ result: 'SUCCESS' });
    report(TIMEOUT, old);
    expect(second.status).to.equal('succeeded');
    await is(make(), 'succeeded');
    expect(frames()).to.have.length(0);
  });

  for (const [what, late] of Object.entries({
    'a timeout': TIMEOUT,
    'a refusal': { result: 'FAIL', message: 'Declined' },
    'a success': { result: 'SUCCESS' },
  }))
    it(`what was paid is told once, whatever a form that is gone says afterwards: ${what}`, async () => {
      const { make } = await page();
      const old = mounts().at(-1);
      const second = make();
      await is(second, 'ready');
      const told = record(document);
      report({ result: 'SUCCESS' });
      report(late, old);
      await pause(50);
      expect(told).to.deep.equal(['success']);
      expect(second.status).to.equal('succeeded');
    });
});

describe('a form that tells of money after its element was replaced', () => {
  for (const [event, status, told] of [
    [{ result: 'SUCCESS' }, 'succeeded', 'success'],
    [TIMEOUT, 'unknown', 'timeout'],
  ] as const) {
    it(`${status}: the open form of the new element goes, and it tells once`, async () => {
      const { make, first, log } = await page();
      const paidIn = mounts().at(-1);
      const second = make();
      await is(second, 'ready');
      const heard = record(second);
      log.length = 0;
      report(event, paidIn);
      expect([first.status, second.status]).to.deep.equal([status, status]);
      expect([heard, log]).to.deep.equal([[told], [told]]);
      const payable = () => frames().filter((frame) => !frame.closest('[inert]')).length;
      await until(() => payable() === 0, 'nothing is left to pay in');
    });
  }
});
