// Copies: one secureId in two elements of a page, and markup that holds what a form of ours was.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { frames, mounts, next, pause, record, report, servers, unique, until } from '../support/element.js';

const gatewayOrigin = servers.faults.gateways.ok;

/** The phone's and the desktop's markup, with the same secureId. */
async function pair(settings: { phone?: string; desktop?: string; rest?: string } = {}) {
  const secureId = unique('pair');
  const place = await fixture<HTMLElement>(html`<div></div>`);
  const log = record(place);
  const markup = (name: string, style = '') =>
    `<div class="${name}" style="${style}"><iotpay-checkout ${settings.rest ?? `secure-id="${secureId}"`} gateway-origin="${gatewayOrigin}"></iotpay-checkout></div>`;
  place.innerHTML = markup('phone', settings.phone) + markup('desktop', settings.desktop);
  const [phone, desktop] = [...place.querySelectorAll('iotpay-checkout')] as [IotpayCheckout, IotpayCheckout];
  await until(() => phone.status !== 'loading' && phone.status !== 'idle', 'the phone’s is decided');
  await until(() => desktop.status !== 'loading' && desktop.status !== 'idle', 'the desktop’s is decided');
  return { secureId, place, phone, desktop, log };
}

function expectOneForm(shown: IotpayCheckout, other: IotpayCheckout): void {
  expect([shown.status, other.status]).to.deep.equal(['ready', 'error']);
  expect(other.error?.code).to.equal('config');
  expect(other.error?.message).to.match(/same secureId.*display: none/);
  expect(frames()).to.have.length(1);
  expect(shown.contains(frames()[0]!)).to.equal(true);
}

describe('one secureId in two elements', () => {
  it('one live form, and the other says so; it starts once the first has left the page', async () => {
    const { phone, desktop, place, secureId } = await pair();
    expectOneForm(phone, desktop);
    const asked = next(desktop, 'iotpay-ready');
    place.querySelector('.phone')?.remove();
    await asked;
    expect(frames()).to.have.length(1);
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    report({ result: 'SUCCESS' });
    expect(desktop.status).to.equal('succeeded');
  });

  it('the one that can be seen has the form, whichever comes first', async () => {
    const hiddenFirst = await pair({ phone: 'display: none' });
    expectOneForm(hiddenFirst.desktop, hiddenFirst.phone);
    hiddenFirst.place.remove();
    await until(() => frames().length === 0, 'nothing stays');
    const hiddenSecond = await pair({ desktop: 'display: none' });
    expectOneForm(hiddenSecond.phone, hiddenSecond.desktop);
  });

  it('follows a phone that is turned', async () => {
    const { phone, desktop, place } = await pair({ desktop: 'display: none' });
    expectOneForm(phone, desktop);
    place.querySelector<HTMLElement>('.phone')!.style.display = 'none';
    place.querySelector<HTMLElement>('.desktop')!.style.display = '';
    await until(() => desktop.status === 'ready' && phone.status === 'error', 'the form has moved');
    expectOneForm(desktop, phone);
  });

  it('an element with display: contents is one that can be seen', async () => {
    const { phone, desktop, place } = await pair({ phone: 'display: none' });
    desktop.style.display = 'contents';
    place.querySelector<HTMLElement>('.phone')!.style.display = '';
    await pause(300);
    expectOneForm(desktop, phone);
  });

  it('stays an error where the first was paid, or may have been, also once that has left', async () => {
    for (const event of [{ result: 'SUCCESS' }, { result: 'FAIL', message: 'Timeout' }]) {
      const { phone, desktop, place } = await pair();
      report(event);
      await pause(50);
      expect(desktop.status).to.equal('error');
      // Shown instead of the other: not even then.
      place.querySelector<HTMLElement>('.phone')!.style.display = 'none';
      await pause(100);
      expect(desktop.status).to.equal('error');
      phone.remove();
      await pause(300);
      expect(desktop.status).to.equal('error');
      expect(frames()).to.have.length(0);
      place.remove();
    }
  });

  it('an element that another one replaces in the same task is not in its way', async () => {
    const { phone, desktop, place, secureId, log } = await pair({ desktop: 'display: none' });
    desktop.remove();
    log.length = 0;
    const fresh = document.createElement('iotpay-checkout');
    Object.assign(fresh, { secureId, gatewayOrigin });
    place.append(fresh);
    phone.remove();
    await next(fresh, 'iotpay-ready');
    expect(log).to.deep.equal(['ready']);
    expect(frames()).to.have.length(1);
  });

  it('a move of the first keeps its claim', async () => {
    const { phone, desktop, place } = await pair();
    place.append(phone);
    await pause(300);
    await until(() => phone.status === 'ready', 'it is there again');
    expectOneForm(phone, desktop);
  });
});
