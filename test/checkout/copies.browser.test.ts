// Copies: one secureId in two elements of a page, and markup that holds what a form of ours was.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import {
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
import { afterTest } from '../support/page.js';

const gatewayOrigin = servers.faults.gateways.ok;

/** The phone's and the desktop's markup, with the same secureId. */
async function pair(settings: { phone?: string; desktop?: string; attributes?: string } = {}) {
  const secureId = unique('pair');
  const place = await fixture<HTMLElement>(html`<div></div>`);
  const log = record(place);
  const markup = (name: string, style = '') =>
    `<div class="${name}" style="${style}"><iotpay-checkout secure-id="${secureId}" gateway-origin="${gatewayOrigin}" ${settings.attributes ?? ''}></iotpay-checkout></div>`;
  place.innerHTML = markup('phone', settings.phone) + markup('desktop', settings.desktop);
  const all = [...place.querySelectorAll('iotpay-checkout')];
  await until(
    () => all.every(({ status }) => status === 'ready' || status === 'error'),
    'both have a form, or know why not',
  );
  // Where both can be seen, either may come first.
  const seen = !settings.phone && !settings.desktop;
  if (seen && all[0]?.status !== 'ready') all.reverse();
  const [phone, desktop] = all as [IotpayCheckout, IotpayCheckout];
  return { secureId, place, phone, desktop, log };
}

/** A backend that says of the order that it is paid, and keeps by `tag` what it was asked. */
function paidOrder(): { tag: string; attributes: string } {
  const tag = unique('pair');
  const data = JSON.stringify({ tag, answer: { status: 2 } });
  return {
    tag,
    attributes: `order-status-endpoint="${servers.backend}/api/secure-id" request-data='${data}'`,
  };
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
    const { phone, desktop, secureId } = await pair();
    expectOneForm(phone, desktop);
    const asked = next(desktop, 'iotpay-ready');
    phone.remove();
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
    const { phone, desktop } = await pair({ desktop: 'display: none' });
    expectOneForm(phone, desktop);
    phone.parentElement!.style.display = 'none';
    desktop.parentElement!.style.display = '';
    await until(() => desktop.status === 'ready' && phone.status === 'error', 'the form has moved');
    expectOneForm(desktop, phone);
  });

  for (const [how, act] of [
    [
      'is hidden while the other is shown',
      (phone: IotpayCheckout, desktop: IotpayCheckout) => {
        phone.parentElement!.style.display = 'none';
        desktop.parentElement!.style.display = '';
      },
    ],
    ['leaves the page', (phone: IotpayCheckout) => phone.remove()],
  ] as const) {
    it(`a form that ${how}: its order is asked for first, and where it is paid there is no other form`, async () => {
      const { tag, attributes } = paidOrder();
      const { phone, desktop, log } = await pair({ desktop: 'display: none', attributes });
      const formsBefore = mounts().length;
      log.length = 0;
      act(phone, desktop);
      await until(() => desktop.status === 'succeeded', 'the other one knows');
      expect((await seen(tag)).map(({ body }) => body)).to.have.nested.property('[0].frameRemoved', true);
      expect(log.filter((each) => each !== 'error')).to.deep.equal(['success (order)']);
      expect(mounts().length).to.equal(formsBefore);
      await until(() => frames().length === 0, 'no form is left');
    });

    it(`a form that ${how} while it loads: nobody can have paid in it, and nothing is asked`, async () => {
      const { tag, attributes } = paidOrder();
      const { phone, desktop } = await pair({ desktop: 'display: none', attributes });
      // IOTPay's script has not put its frame in yet.
      const { Iotpay } = globalThis as unknown as { Iotpay: unknown };
      afterTest(() => Object.assign(globalThis, { Iotpay }));
      let called = false;
      Object.assign(globalThis, { Iotpay: () => ({ mount: () => (called = true) }) });
      phone.secureId = desktop.secureId = unique('next');
      await until(() => called && phone.status === 'loading', 'it loads');
      Object.assign(globalThis, { Iotpay });
      act(phone, desktop);
      await until(() => desktop.status === 'ready', 'the other one has the form');
      expect(await seen(tag)).to.deep.equal([]);
      expect(frames()).to.have.length(1);
    });
  }

  it('an element with display: contents is one that can be seen', async () => {
    const { phone, desktop } = await pair({ phone: 'display: none' });
    desktop.style.display = 'contents';
    phone.parentElement!.style.display = '';
    await pause(300);
    expectOneForm(desktop, phone);
  });

  for (const [event, status, told] of [
    [{ result: 'SUCCESS' }, 'succeeded', 'success'],
    [{ result: 'FAIL', message: 'Timeout' }, 'unknown', 'timeout'],
  ] as const) {
    it(`${status}: the other one shows it, tells nothing again, and gets no form, also once the first has left`, async () => {
      const { phone, desktop, log } = await pair();
      const formsBefore = mounts().length;
      log.length = 0;
      report(event);
      expect(desktop.status).to.equal(status);
      expect(desktop.error).to.equal(undefined);
      expect(desktop.result).to.equal(phone.result);
      // Shown instead of the other: not even then.
      phone.parentElement!.style.display = 'none';
      await pause(100);
      phone.remove();
      await pause(300);
      expect(desktop.status).to.equal(status);
      expect(log).to.deep.equal([told]);
      expect([frames().length, mounts().length]).to.deep.equal([0, formsBefore]);
    });
  }

  it('unknown, with a route to ask: one of them asks, and both know', async () => {
    const tag = unique('pair');
    const data = JSON.stringify({ tag, answer: { status: 9 } });
    const { phone, desktop, log } = await pair({
      attributes: `order-status-endpoint="${servers.backend}/api/secure-id" request-data='${data}'`,
    });
    log.length = 0;
    report({ result: 'FAIL', message: 'Timeout' });
    await until(() => phone.status === 'failed', 'it is known');
    expect(desktop.status).to.equal('failed');
    expect(log).to.deep.equal(['timeout', 'fail (order)']);
    expect(await seen(tag)).to.have.length(1);
    // Nobody has a form any more: whoever is asked to may have the next.
    await desktop.load();
    expect(desktop.status).to.equal('ready');
  });

  it('declined: the first keeps its form, and the other one goes on waiting for it', async () => {
    const { phone, desktop } = await pair();
    report({ result: 'FAIL', message: 'Declined' });
    expect([phone.status, desktop.status]).to.deep.equal(['failed', 'error']);
    phone.remove();
    await next(desktop, 'iotpay-ready');
  });

  it('a form that vanished, of an order that has failed: both know, and neither has a form', async () => {
    const data = JSON.stringify({ tag: unique('pair'), answer: { status: 9 } });
    const { phone, desktop, log } = await pair({
      attributes: `order-status-endpoint="${servers.backend}/api/secure-id" request-data='${data}'`,
    });
    log.length = 0;
    phone.textContent = '';
    await next(phone, 'iotpay-fail');
    expect([phone.status, desktop.status]).to.deep.equal(['failed', 'failed']);
    expect(log).to.deep.equal(['fail (order)']);
  });

  it('a form that can’t be put back is in nobody’s way: the other one has it as soon as it is asked to', async () => {
    const { phone, desktop, secureId } = await pair();
    const hand = setInterval(() => phone.childElementCount && phone.replaceChildren(), 20);
    await next(phone, 'iotpay-error');
    clearInterval(hand);
    expect(phone.error?.code).to.equal('frame-removed');
    await desktop.load();
    expect(desktop.status).to.equal('ready');
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    await phone.load().catch(() => {});
    expectOneForm(desktop, phone);
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

describe('markup that holds what an element was', () => {
  /** A snapshot: what was in the shadow root, and the container with its frame. */
  const root =
    '<template shadowrootmode="open"><div part="base">Skeleton of the server</div><slot name="iotpay-frame"></slot></template>';
  const copy =
    '<div data-iotpay-checkout id="iotpay-checkout-old" slot="iotpay-frame"><iframe></iframe></div>';
  const tag = (inside: string) =>
    `<iotpay-checkout secure-id="${unique('copy')}" gateway-origin="${gatewayOrigin}" status="ready">${inside}</iotpay-checkout>`;

  /** What the parser makes of markup, declarative shadow roots included. */
  async function parse(markup: string): Promise<{ place: HTMLElement; element: IotpayCheckout }> {
    const place = await fixture<HTMLElement>(html`<div></div>`);
    place.setHTMLUnsafe(markup);
    return { place, element: place.querySelector('iotpay-checkout')! };
  }

  it('a shadow root that was there already is shown once', async () => {
    const { element } = await parse(tag(root));
    await next(element, 'iotpay-ready');
    const { shadowRoot } = element;
    expect(shadowRoot?.querySelectorAll('[part=base]')).to.have.length(1);
    expect(shadowRoot?.querySelectorAll('slot[name=iotpay-frame]')).to.have.length(1);
    expect(shadowRoot?.textContent).not.to.include('Skeleton of the server');
    const frame = frames()[0]!;
    expect(frame.getBoundingClientRect().height).to.be.greaterThan(50);
    expect(frames()).to.have.length(1);
  });

  it('with an open form in it, and a shadow root: one live frame', async () => {
    const { element, place } = await parse(tag(root + copy));
    await next(element, 'iotpay-ready');
    expect(frames()).to.have.length(1);
    expect(place.querySelector('#iotpay-checkout-old')).to.equal(null);
  });

  it('children that the parser adds after the element connected: one live frame', async () => {
    const place = await fixture<HTMLElement>(html`<div></div>`);
    const element = document.createElement('iotpay-checkout');
    Object.assign(element, { secureId: unique('copy'), gatewayOrigin });
    place.append(element);
    await pause(0);
    element.insertAdjacentHTML('beforeend', copy);
    if (element.status !== 'ready') await next(element, 'iotpay-ready');
    await until(() => frames().length === 1, 'one frame');
    expect(element.querySelector('#iotpay-checkout-old')).to.equal(null);
    element.insertAdjacentHTML('afterbegin', copy);
    await until(() => !element.querySelector('#iotpay-checkout-old'), 'a later one goes, too');
    expect(frames()).to.have.length(1);
    expect(element.status).to.equal('ready');
  });

  it('a copy in a host around the element', async () => {
    const { place, element } = await parse(
      `<div class="host"><template shadowrootmode="open">${tag('')}</template></div>`,
    );
    expect(element).to.equal(null);
    const host = place.querySelector('.host')!;
    const inner = host.shadowRoot!.querySelector('iotpay-checkout')!;
    await next(inner, 'iotpay-ready');
    host.insertAdjacentHTML('afterbegin', copy);
    await until(() => frames().length === 1, 'one frame');
    await pause(50);
    expect(inner.status).to.equal('ready');
    expect(host.querySelector('#iotpay-checkout-old')).to.equal(null);
  });

  it('a copy of the frame in our own container', async () => {
    const { element } = await parse(tag(''));
    await next(element, 'iotpay-ready');
    const frame = frames()[0]!;
    for (const where of ['after', 'before'] as const) {
      frame[where](frame.cloneNode(true));
      await until(() => frames().length === 1, `one frame, with a copy ${where} it`, 3000);
      await until(() => element.status === 'ready', 'it is ready', 3000);
    }
    expect(frames()[0]).to.equal(frame);
  });
});
