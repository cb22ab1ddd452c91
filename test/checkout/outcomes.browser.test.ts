import { expect } from '@open-wc/testing';
import {
  fetchedElement,
  frames,
  mounts,
  next,
  orders,
  pause,
  readyElement,
  record,
  report,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';
import type { FaultyMount } from '../support/fault-server.js';
import { freshPage } from '../support/page.js';

const PAID = { result: 'SUCCESS', detail: { retData: { status: 2, mchOrderNo: 'M1' } } };

describe('outcomes', () => {
  it('sets status and result before the event', async () => {
    const element = await readyElement();
    let during: unknown[] = [];
    element.addEventListener('iotpay-success', (event) => {
      during = [element.status, element.getAttribute('status'), element.result === event.detail];
    });
    report(PAID);
    expect(during).to.deep.equal(['succeeded', 'succeeded', true]);
    expect(element.result).to.include({
      outcome: 'success',
      mode: 'pay',
      source: 'gateway',
      mchOrderNo: 'M1',
      status: 2,
    });
  });

  it('fires each FAIL, and a SUCCESS after it', async () => {
    const element = await readyElement();
    const log = record(element);
    report({ result: 'FAIL', message: 'Declined' });
    report({ result: 'FAIL', message: 'Declined again' });
    expect(element.status).to.equal('failed');
    report(PAID);
    report(PAID);
    report({ result: 'FAIL' });
    report({ result: 'FAIL', message: 'Timeout' });
    expect(log).to.deep.equal(['fail', 'fail', 'success']);
    expect(element.status).to.equal('succeeded');
  });

  it('leaves the form as it is after a decline, and says each decline anew', async () => {
    const element = await readyElement();
    const mounted = mounts().length;
    const window = frames()[0]?.contentWindow;
    const alert = () => element.shadowRoot!.querySelector('[role=alert]');
    report({ result: 'FAIL', message: 'Declined' });
    await element.updateComplete;
    const first = alert();
    // What takes a form away does so in a task of its own.
    await pause(100);
    report({ result: 'FAIL', message: 'Declined' });
    await element.updateComplete;
    expect(alert()?.textContent).to.equal(first?.textContent);
    expect(alert(), 'a screen reader hears of a node that is new').to.not.equal(first);
    expect(mounts().length).to.equal(mounted);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(frames()[0]?.closest('[inert]')).to.equal(null);
    expect(frames()[0]?.checkVisibility()).to.equal(true);
  });

  it('starts over after a decline by a quiet link, and tells the backend which order has failed', async () => {
    const tag = unique('over');
    const element = await fetchedElement(tag);
    const order = (await orders(tag))[0]?.mchOrderNo;
    report({ result: 'FAIL', message: 'Declined' });
    await element.updateComplete;
    const over = element.shadowRoot!.querySelector<HTMLElement>('[part=retry]')!;
    const { borderTopWidth, textDecorationLine } = getComputedStyle(over);
    expect([borderTopWidth, textDecorationLine]).to.deep.equal(['0px', 'underline']);
    over.click();
    await next(element, 'iotpay-ready');
    expect((await seen(tag)).map(({ body }) => (body as { failed?: string }).failed)).to.deep.equal([
      undefined,
      order,
    ]);
    expect(order).to.be.a('string');
  });

  it('tells the backend of no failed order where the page has changed what is to be paid', async () => {
    const tag = unique('changed');
    const element = await fetchedElement(tag);
    report({ result: 'FAIL', message: 'Declined' });
    element.requestData = { tag, other: true };
    await next(element, 'iotpay-ready');
    expect((await seen(tag)).map(({ body }) => 'failed' in (body as object))).to.deep.equal([false, false]);
  });

  it('keeps the form in the page while the outcome is unknown, out of reach: it may still tell of a success', async () => {
    const tag = unique('stays');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/secure-id`,
      requestData: { tag, answer: { status: 1 } },
    });
    const window = frames()[0]?.contentWindow;
    report({ result: 'FAIL', message: 'Timeout' });
    expect(frames()[0]?.closest('[inert]'), 'at once').to.not.equal(null);
    await until(async () => (await seen(tag)).length > 2, 'the order is asked for again and again');
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(frames()[0]?.closest('[inert]')).to.not.equal(null);
    expect(element.status).to.equal('unknown');
    report(PAID);
    expect(element.status).to.equal('succeeded');
  });

  it('takes the form away after a success, and mounts nothing again', async () => {
    const element = await readyElement();
    const mounted = mounts().length;
    report(PAID);
    await until(() => !frames().length, 'the frame is gone');
    await element.load();
    expect(mounts().length).to.equal(mounted);
    expect(element.status).to.equal('succeeded');
  });

  it('keeps unknown above failed, and below succeeded', async () => {
    const element = await readyElement();
    const log = record(element);
    report({ result: 'FAIL', message: 'Timeout' });
    report({ result: 'FAIL', message: 'Declined' });
    report({ result: 'FAIL', message: 'Timeout' });
    expect(element.status).to.equal('unknown');
    report(PAID);
    expect(log).to.deep.equal(['timeout', 'success']);
  });

  it('offers no way to pay again while the outcome is unknown', async () => {
    const element = await readyElement();
    report({ result: 'FAIL', message: 'Timeout' });
    await element.updateComplete;
    const mounted = mounts().length;
    await element.load();
    await pause(100);
    expect(element.status).to.equal('unknown');
    expect(mounts().length).to.equal(mounted);
    expect(frames().some((frame) => frame.checkVisibility())).to.equal(false);
    expect(element.shadowRoot?.querySelectorAll('[part=retry]').length).to.equal(0);
  });

  it('offers none either where the page moves its element, though a backend’s secureId is taken again elsewhere', async () => {
    const tag = unique('moved');
    const element = await fetchedElement(tag);
    report({ result: 'FAIL', message: 'Timeout' });
    const mounted = mounts().length;
    const statuses: (string | null)[] = [];
    const look = new MutationObserver(() => statuses.push(element.getAttribute('status')));
    look.observe(element, { attributeFilter: ['status'] });
    element.parentElement!.append(document.createElement('p'), element);
    await pause(300);
    look.disconnect();
    expect([element.status, statuses]).to.deep.equal(['unknown', []]);
    expect(mounts().length).to.equal(mounted);
    expect(await seen(tag)).to.have.length(1);
    expect(frames().filter((frame) => !frame.closest('[inert]'))).to.deep.equal([]);
  });

  it('lets an unknown card be added again', async () => {
    const element = await readyElement({ mode: 'add' });
    report({ result: 'FAIL', message: 'Timeout' });
    await element.updateComplete;
    expect(element.shadowRoot?.querySelectorAll('[part=retry]').length).to.equal(1);
    await element.load();
    expect(element.status).to.equal('ready');
  });

  it('ignores, with a warning, what says neither result nor retCode', async () => {
    const element = await readyElement();
    const log = record(element);
    const { warn } = console;
    const warnings: unknown[] = [];
    console.warn = (text: unknown) => warnings.push(text);
    for (const nonsense of [undefined, null, {}, 'SUCCESS', { detail: {} }]) report(nonsense);
    console.warn = warn;
    expect(log).to.deep.equal([]);
    expect(warnings).to.have.length(5);
    expect(element.status).to.equal('ready');
  });

  it('counts a success of a form that was replaced, takes the newer one down, and ignores its FAIL', async () => {
    const element = await readyElement();
    const old = mounts().at(-1);
    element.secureId = unique('newer');
    await next(element, 'iotpay-ready');
    const log = record(element);
    report({ result: 'FAIL', message: 'Declined' }, old);
    expect(log).to.deep.equal([]);
    report(PAID, old);
    expect(log).to.deep.equal(['success']);
    expect(element.status).to.equal('succeeded');
    await until(() => !frames().length, 'the newer form is gone');
  });

  for (const [name, event, ends] of [
    ['a success', PAID, 'succeeded'],
    ['an unknown outcome', { result: 'FAIL', message: 'Timeout' }, 'unknown'],
  ] as const) {
    it(`takes a change of data that ${name} overtakes for no other payment`, async () => {
      const element = await readyElement({ requestData: { channel: 'PF_CC' } });
      const mounted = mounts().length;
      element.requestData = { channel: 'UPI_EX' };
      report(event);
      await pause(100);
      expect(element.status).to.equal(ends);
      expect(mounts().length).to.equal(mounted);
      // A change that is made afterwards is another payment.
      element.secureId = unique('other');
      await until(() => element.status === 'ready', 'another payment');
    });
  }

  it('never takes a failure while the order is asked for as one in which nothing was charged', async () => {
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?tag=${unique('broken')}`,
    });
    const log = record(element);
    const told: unknown[] = [];
    const { error } = console;
    const { random } = Math;
    console.error = (reason: unknown) => told.push(reason);
    const broken = new Error('pollOrder is broken');
    try {
      // Asking draws the length of its pauses at random.
      Math.random = () => {
        throw broken;
      };
      report({ result: 'FAIL', message: 'Timeout' });
      await until(() => told.length > 0, 'the failure is told to the developer');
    } finally {
      Math.random = random;
      console.error = error;
    }
    await pause(50);
    expect(told).to.deep.equal([broken]);
    expect(log).to.deep.equal(['timeout']);
    expect(element.status).to.equal('unknown');
    expect(element.error).to.equal(undefined);
    // It can be asked for again.
    void element.load();
    report(PAID);
    expect(element.status).to.equal('succeeded');
  });

  it('tells the document of an outcome that comes after the removal', async () => {
    const element = await readyElement();
    const mount = mounts().at(-1);
    element.remove();
    await pause(50);
    const heard: string[] = [];
    element.addEventListener('iotpay-success', () => heard.push('element'));
    document.addEventListener('iotpay-success', () => heard.push('document'), { once: true });
    report(PAID, mount);
    expect(heard).to.deep.equal(['element', 'document']);
    expect(element.status).to.equal('succeeded');
  });

  it('follows no redirectUrl once the element has left the page: the shopper is somewhere else by then', async () => {
    const page = await freshPage();
    const element = page.checkout({
      secureId: unique('left'),
      secureIdEndpoint: undefined,
      gatewayOrigin: servers.faults.gateways.ok,
      noRedirect: false,
    });
    await next(element, 'iotpay-ready');
    element.remove();
    await pause(50);
    const redirectUrl = new URL(`${servers.backend}/returned`, location.href).href;
    const { faultyMounts } = page.window as unknown as { faultyMounts: readonly FaultyMount[] };
    report({ result: 'SUCCESS', detail: { retData: { status: 2, redirectUrl } } }, faultyMounts.at(-1));
    expect([element.status, element.result?.redirectUrl]).to.deep.equal(['succeeded', redirectUrl]);
    await pause(500);
    expect(page.frame.contentDocument?.title).to.equal('A page for one test');
  });

  for (const [status, event] of [
    ['succeeded', PAID],
    ['unknown', { result: 'FAIL', message: 'Timeout' }],
  ] as const) {
    it(`${status}: another payment that is set while the element is out of the page begins once it is back`, async () => {
      const element = await readyElement();
      const { parentNode } = element;
      report(event);
      element.remove();
      await pause(50);
      element.secureId = unique('other');
      // Nobody is told of a change that was made and drawn there.
      await element.updateComplete;
      parentNode?.append(element);
      await until(() => element.status === 'ready', 'another payment');
      expect(mounts().at(-1)?.secureId).to.equal(element.secureId);
    });
  }

  it('takes an outcome that comes inside mount()', async () => {
    const element = await readyElement();
    const { Iotpay } = globalThis as unknown as { Iotpay: unknown };
    Object.assign(globalThis, {
      Iotpay: () => ({ mount: (_: string, callback: (event: unknown) => void) => callback(PAID) }),
    });
    try {
      const log = record(element);
      element.secureId = unique('instant');
      await next(element, 'iotpay-success');
      await pause(50);
      expect(log).to.deep.equal(['success']);
      expect(element.status).to.equal('succeeded');
    } finally {
      Object.assign(globalThis, { Iotpay });
    }
  });

  it('asks for the order when the outcome is unknown, and only then', async () => {
    const tag = unique('order');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
      requestData: { tag },
    });
    const log = record(element);
    report({ result: 'FAIL', message: 'Timeout', detail: { retData: { payOrderId: 'P7' } } });
    await pause(1800);
    expect(element.status).to.equal('unknown');
    const asked = await seen(tag);
    expect(asked.length).to.be.greaterThan(1);
    expect(asked[0]?.body).to.deep.include({ tag, mode: 'pay', payOrderId: 'P7' });
    report(PAID);
    const count = (await seen(tag)).length;
    await pause(1500);
    expect((await seen(tag)).length).to.equal(count);
    expect(log).to.deep.equal(['timeout', 'success']);
  });

  it('tells the backend of an unknown outcome at once, also where the page goes on to another view', async () => {
    const tag = unique('goes-on');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
    });
    element.addEventListener('iotpay-timeout', () => element.remove());
    report({ result: 'FAIL', message: 'Timeout' });
    await until(async () => (await seen(tag)).length > 0, 'the question');
    await pause(1500);
    expect((await seen(tag)).length, 'nobody goes on asking').to.equal(1);
  });

  it('tells the backend of an unknown outcome that comes after the removal, once', async () => {
    const tag = unique('gone');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
    });
    const mount = mounts().at(-1);
    element.remove();
    await pause(50);
    mount?.callback({ result: 'FAIL', message: 'Timeout' });
    await pause(1500);
    expect((await seen(tag)).length).to.equal(1);
  });

  it('goes on asking where a listener of the unknown outcome moves the element', async () => {
    const tag = unique('moved');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
    });
    const { parentNode } = element;
    element.addEventListener('iotpay-timeout', () => {
      element.remove();
      queueMicrotask(() => parentNode?.append(element));
    });
    report({ result: 'FAIL', message: 'Timeout' });
    await until(async () => (await seen(tag)).length > 2, 'it is asked again and again');
  });

  it('asks again where an element whose outcome is unknown comes back into the page', async () => {
    const tag = unique('back');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
    });
    const { parentNode } = element;
    report({ result: 'FAIL', message: 'Timeout' });
    element.remove();
    await pause(100);
    const before = (await seen(tag)).length;
    parentNode?.append(element);
    await until(async () => (await seen(tag)).length > before + 1, 'it is asked again and again');
    expect(element.status).to.equal('unknown');
    report(PAID);
    expect(element.status).to.equal('succeeded');
  });

  it('does not ask when the timeout event is prevented', async () => {
    const tag = unique('prevented');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=500&tag=${tag}`,
    });
    element.addEventListener('iotpay-timeout', (event) => event.preventDefault());
    report({ result: 'FAIL', message: 'Timeout' });
    await pause(1200);
    expect(await seen(tag)).to.deep.equal([]);
  });
});
