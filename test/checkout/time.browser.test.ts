// What time, the browser and other documents do to a form: old secureIds, the back/forward cache, adoption, late sight.
import { expect, fixture, html } from '@open-wc/testing';
import {
  fetchedElement,
  frames,
  mounts,
  next,
  pause,
  record,
  report,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';
import { brokenEndpoint, freshPage } from '../support/page.js';

const gatewayOrigin = servers.faults.gateways.ok;

const restored = () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));

// The vendor here is the fault server's: the sandbox's quirks make no difference to it.
if (servers.group === 'plain') {
  describe('a secureId that has grown old', () => {
    const { now } = Date;
    afterEach(() => (Date.now = now));
    const anHourLater = () => (Date.now = () => now() + 56 * 60_000);

    it('is replaced while nobody has touched the form', async () => {
      const tag = unique('old');
      const element = await fetchedElement(tag);
      const { secureId } = mounts().at(-1) ?? {};
      anHourLater();
      // Back at a computer that slept meanwhile.
      window.dispatchEvent(new Event('focus'));
      await until(() => mounts().at(-1)?.secureId !== secureId, 'a fresh form', 5000);
      await until(() => element.status === 'ready', 'ready');
      const requests = await seen(tag);
      expect(requests.length).to.equal(2);
      expect(requests[0]?.idempotencyKey).to.not.equal(requests[1]?.idempotencyKey);
      expect(frames().length).to.equal(1);
    });

    it('is replaced by itself when its time has come, as the backend tells it', async () => {
      const tag = unique('expires');
      const element = await fetchedElement(tag, { requestData: { tag, answer: { expiresIn: 5 * 60 + 1 } } });
      expect((await seen(tag)).length).to.equal(1);
      await until(async () => (await seen(tag)).length === 2, 'a fresh form', 5000);
      element.remove();
    });

    it('is left alone once the shopper has been in the form', async () => {
      const tag = unique('touched');
      const element = await fetchedElement(tag);
      element.focus();
      await pause(1500);
      window.dispatchEvent(new Event('blur'));
      (document.activeElement as HTMLElement).blur();
      anHourLater();
      window.dispatchEvent(new Event('focus'));
      await pause(1500);
      expect((await seen(tag)).length).to.equal(1);
      expect(element.status).to.equal('ready');
    });

    it('is left alone where there is no endpoint to ask for another', async () => {
      const element = await fetchedElement(unique('own'), {
        secureIdEndpoint: undefined,
        secureId: unique('own'),
      });
      const mounted = mounts().length;
      anHourLater();
      await pause(1500);
      expect(mounts().length).to.equal(mounted);
      expect(element.status).to.equal('ready');
    });

    for (const [what, message, status] of [
      ['a decline: the shopper may be at it again', 'Declined', 'failed'],
      ['an unknown outcome: nobody may pay beside it', 'Timeout', 'unknown'],
    ] as const) {
      it(`is left alone after ${what}`, async () => {
        const tag = unique('reported');
        const element = await fetchedElement(tag);
        const mounted = mounts().length;
        report({ result: 'FAIL', message });
        anHourLater();
        window.dispatchEvent(new Event('focus'));
        await pause(300);
        expect(element.status).to.equal(status);
        expect(mounts().length).to.equal(mounted);
        expect(await seen(tag)).to.have.length(1);
      });
    }

    it('is not mounted again after a move', async () => {
      const tag = unique('moved');
      const element = await fetchedElement(tag);
      const { secureId } = mounts().at(-1) ?? {};
      anHourLater();
      element.parentElement?.append(document.createElement('p'), element);
      await until(() => mounts().at(-1)?.secureId !== secureId, 'a fresh form', 5000);
      expect((await seen(tag)).length).to.equal(2);
    });
  });

  describe('after the back/forward cache', () => {
    it('a form that had not finished starts over with a fresh secureId', async () => {
      const tag = unique('cached');
      const element = await fetchedElement(tag);
      const { secureId } = mounts().at(-1) ?? {};
      restored();
      await next(element, 'iotpay-ready');
      expect(mounts().at(-1)?.secureId).to.not.equal(secureId);
      expect((await seen(tag)).length).to.equal(2);
      expect(frames().length).to.equal(1);
    });

    it('a payment that has succeeded stays so, and an unknown one is asked for', async () => {
      const tag = unique('cached');
      const paid = await fetchedElement(tag);
      report({ result: 'SUCCESS' });
      restored();
      await pause(50);
      expect(paid.status).to.equal('succeeded');
      expect((await seen(tag)).length).to.equal(1);
      const unknown = await fetchedElement(unique('cached'), {
        orderStatusEndpoint: brokenEndpoint('500', { route: 'order-status' }),
      });
      report({ result: 'FAIL', message: 'Timeout' });
      restored();
      await pause(50);
      expect(unknown.status).to.equal('unknown');
    });

    it('of a plain page show nothing happens', async () => {
      const tag = unique('shown');
      await fetchedElement(tag);
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
      await pause(50);
      expect((await seen(tag)).length).to.equal(1);
    });
  });

  describe('another document', () => {
    it('that adopts the element shows its form, in its own styles', async () => {
      const element = await fetchedElement(unique('adopted'));
      const page = await freshPage();
      page.document.body.append(element);
      await next(element, 'iotpay-ready');
      expect(element.ownerDocument === page.document).to.equal(true);
      expect(page.document.querySelectorAll('iframe').length).to.equal(1);
      expect(frames().filter((frame) => frame !== page.frame).length).to.equal(0);
      const base = element.shadowRoot?.querySelector('[part=base]');
      expect(base && page.window.getComputedStyle(base).display).to.equal('grid');
    });

    it('that adopts it hears an outcome after the removal', async () => {
      const element = await fetchedElement(unique('adopted'));
      const mount = mounts().at(-1);
      element.remove();
      await pause(10);
      const log = record(document);
      report({ result: 'SUCCESS' }, mount);
      expect(log).to.deep.equal(['success']);
    });
  });

  describe('an element that is not seen', () => {
    it('with display: none sets up its form all the same', async () => {
      const place = await fixture<HTMLElement>(html`<div style="display: none"></div>`);
      const element = document.createElement('iotpay-checkout');
      Object.assign(element, { secureId: unique('hidden'), gatewayOrigin });
      place.append(element);
      await next(element, 'iotpay-ready');
      place.style.display = '';
      expect(element.querySelector('iframe')?.checkVisibility()).to.equal(true);
    });
  });
}
