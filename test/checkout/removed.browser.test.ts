// Another hand takes our nodes away: a live form again with the same secureId, or `frame-removed`; never ready over nothing.
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
  type Setting,
} from '../support/element.js';

const gatewayOrigin = servers.faults.gateways.ok;
const endpoint = `${servers.backend}/api/secure-id`;

/** The one live frame, shown, and the status that goes with it. */
const alive = (element: IotpayCheckout) =>
  element.status === 'ready' &&
  frames().length === 1 &&
  (frames()[0]?.getBoundingClientRect().height ?? 0) > 50;

const container = () => document.querySelector('div[data-iotpay-checkout]')!;

/** An element inside an open shadow root, in turn inside a closed one: two of our slots, and a container outside. */
async function deepElement(): Promise<{ element: IotpayCheckout; outer: HTMLElement; inner: HTMLElement }> {
  const outer = await fixture<HTMLElement>(html`<div></div>`);
  const closed = outer.attachShadow({ mode: 'closed' });
  closed.innerHTML = '<main><section></section></main>';
  const inner = closed.querySelector('section')!;
  const element = document.createElement('iotpay-checkout');
  Object.assign(element, { secureId: unique('deep'), gatewayOrigin });
  inner.attachShadow({ mode: 'open' }).append(element);
  await next(element, 'iotpay-ready');
  return { element, outer, inner };
}

/** Takes the form away as soon as it is there, until the element gives up. */
async function removeUntilError(element: IotpayCheckout): Promise<void> {
  const hand = setInterval(() => element.childElementCount && element.replaceChildren(), 20);
  await next(element, 'iotpay-error');
  clearInterval(hand);
  expect(element.error?.code).to.equal('frame-removed');
}

/** What another hand does to an element that stands in the document. */
const HANDS: Readonly<Record<string, (element: IotpayCheckout) => void>> = {
  'a text update (React, Vue)': (element) => (element.textContent = 'Total: 10'),
  replaceChildren: (element) => element.replaceChildren(),
  'innerHTML of the element': (element) => (element.innerHTML = '<p>Placeholder</p>'),
  'innerHTML written back': (element) => (element.innerHTML = `${element.innerHTML} `),
  'an extension that removes the frame': () => frames()[0]?.remove(),
  'the container is removed': () => container().remove(),
  'the container is emptied': () => container().replaceChildren(),
  'the container is put somewhere else': (element) => element.after(container()),
  'taken out and put back': (element) => {
    const taken = container();
    taken.remove();
    element.append(taken);
  },
};

describe('a form that another hand takes away', () => {
  for (const [hand, act] of Object.entries(HANDS)) {
    it(`ready, ${hand}: alive again with the same secureId`, async () => {
      const element = await readyElement();
      const { secureId } = mounts().at(-1)!;
      const mounted = mounts().length;
      act(element);
      await until(() => mounts().length > mounted && alive(element), 'the form is back', 2000);
      await pause(150);
      expect(alive(element)).to.equal(true);
      expect(mounts().at(-1)?.secureId).to.equal(secureId);
      expect(mounts().length).to.equal(mounted + 1);
      report({ result: 'SUCCESS' });
      expect(element.status).to.equal('succeeded');
    });
  }

  it('asks nothing of the backend for it, neither a secureId nor anything else', async () => {
    const tag = unique('same');
    const element = await readyElement({
      secureId: undefined,
      secureIdEndpoint: endpoint,
      requestData: { tag },
    });
    element.textContent = '';
    await next(element, 'iotpay-ready', 2000);
    expect(await seen(tag)).to.have.length(1);
  });

  for (const hand of ['the outermost host', 'a host on the way', 'a slot', 'the name of a slot']) {
    it(`in shadow roots, ${hand}: alive again`, async () => {
      const { element, outer, inner } = await deepElement();
      if (hand === 'the outermost host') outer.innerHTML = '<b>again</b>';
      else if (hand === 'a host on the way') inner.textContent = 'again';
      else if (hand === 'a slot') inner.querySelector('slot')?.remove();
      else inner.querySelector('slot')?.setAttribute('name', 'other');
      await until(() => alive(element), 'the form is back', 2000);
      await pause(150);
      expect(alive(element)).to.equal(true);
      expect(inner.querySelectorAll('slot').length).to.equal(1);
    });
  }

  it('in shadow roots, all that we added kept, and put back once other nodes are there: one live form', async () => {
    const { element, outer, inner } = await deepElement();
    const kept = [outer, inner, element].map((host) => [host, [...host.children]] as const);
    for (const [host] of kept) host.replaceChildren();
    await until(() => alive(element), 'the form is back', 2000);
    const window = frames()[0]?.contentWindow;
    for (const [host, children] of kept) host.prepend(...children);
    await until(() => frames().length === 1, 'one frame', 2000);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(alive(element)).to.equal(true);
    for (const [host] of kept) expect(host.children).to.have.length(1);
  });

  for (const where of ['prepend', 'after'] as const) {
    it(`kept, and put back (${where}) when the page has another order: nobody can pay the first one`, async () => {
      const element = await readyElement();
      const kept = [...element.childNodes];
      const [frame] = frames();
      element.secureId = unique('other');
      await next(element, 'iotpay-ready');
      element[where](...kept);
      await until(() => frames().every((each) => each !== frame || !each.src), 'it is dead', 2000);
      expect(frames().filter(({ src }) => src)).to.have.length(1);
      expect([element.status, mounts().at(-1)?.secureId]).to.deep.equal(['ready', element.secureId]);
      for (const node of kept) (node as Element).remove();
    });
  }

  it('keeps a form whose attributes a morph has taken: nothing is mounted again', async () => {
    const element = await readyElement();
    const window = frames()[0]?.contentWindow;
    const taken = container();
    for (const name of ['id', 'slot', 'data-iotpay-checkout']) taken.removeAttribute(name);
    await until(() => container() === taken && taken.slot === 'iotpay-frame', 'they are back', 2000);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(element.status).to.equal('ready');
  });

  it('a frame that IOTPay’s own script replaces, at once or a moment later, is no loss', async () => {
    const element = await readyElement();
    const mounted = mounts().length;
    for (const ms of [0, 100]) {
      const place = container();
      frames()[0]?.remove();
      if (ms) await pause(ms);
      const other = document.createElement('iframe');
      other.src = `${gatewayOrigin}/frame`;
      place.append(other);
      await pause(400);
      expect([mounts().length, frames().length, element.status]).to.deep.equal([mounted, 1, 'ready']);
    }
  });

  it('a frame that IOTPay’s own script sends elsewhere over an empty page is no loss; one that stays empty is', async () => {
    const element = await readyElement();
    const before = mounts().length;
    const [frame] = frames() as [HTMLIFrameElement];
    // Not by its load events: under load WebKit may leave one out where two pages follow each other.
    const shows = (address: string) =>
      until(
        () => frame.contentDocument?.URL === address && frame.contentDocument.readyState === 'complete',
        address,
      );
    frame.src = 'about:blank';
    await shows('about:blank');
    frame.srcdoc = '<p>The bank asks</p>';
    await shows('about:srcdoc');
    await pause(1500);
    expect([mounts().length, frames()[0] === frame, alive(element)]).to.deep.equal([before, true, true]);
    frame.removeAttribute('srcdoc');
    await until(() => frames()[0] !== frame && alive(element), 'another form');
    expect(mounts().length).to.equal(before + 1);
  });

  it('declined: alive again with the same secureId', async () => {
    const element = await readyElement();
    const { secureId } = mounts().at(-1)!;
    report({ result: 'FAIL', message: 'Declined' });
    expect(element.status).to.equal('failed');
    element.textContent = 'x';
    await until(() => alive(element), 'the form is back', 2000);
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
  });

  for (const [what, times] of [
    ['container', 1],
    ['frame', 2],
  ] as const) {
    it(`loading, its ${what} as soon as it is there: alive with the same secureId`, async () => {
      const element = await fixture<IotpayCheckout>(
        html`<iotpay-checkout loading="manual"></iotpay-checkout>`,
      );
      const secureId = unique('loading');
      Object.assign(element, { secureId, gatewayOrigin });
      const hand = new MutationObserver(() => {
        const found = element.querySelector(what === 'frame' ? 'iframe' : 'div');
        found?.remove();
        if (found) hand.disconnect();
      });
      hand.observe(element, { childList: true, subtree: true });
      await element.load();
      expect(alive(element)).to.equal(true);
      // A container is put back before IOTPay's script looks for it.
      expect(mounts().filter((mount) => mount.secureId === secureId).length).to.equal(times);
    });
  }

  it('unknown: no form is put back, and the order is asked for at once', async () => {
    const tag = unique('unknown');
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=404`,
      requestData: { tag },
    });
    const real = window.setTimeout.bind(window);
    let held = 0;
    // Once the pauses have grown beyond a second, none of them ends by itself.
    window.setTimeout = ((act: () => void, ms = 0) => {
      if (ms < 1000 || ms > 6000) return real(act, ms);
      held++;
      return 0;
    }) as typeof window.setTimeout;
    try {
      report({ result: 'FAIL', message: 'Timeout' });
      await until(() => held > 0, 'a pause that does not end by itself');
      const asked = (await seen(tag)).length;
      frames()[0]?.remove();
      await until(async () => (await seen(tag)).length > asked, 'it is asked for');
    } finally {
      window.setTimeout = real;
    }
    expect(element.status).to.equal('unknown');
    expect(frames().length).to.equal(0);
    report({ result: 'SUCCESS' });
    expect(element.status).to.equal('succeeded');
  });

  it('unknown: a container that another hand wakes stays inert', async () => {
    const element = await readyElement();
    report({ result: 'FAIL', message: 'Timeout' });
    container().removeAttribute('inert');
    await until(() => (container() as HTMLElement).inert, 'it is inert', 2000);
    expect(element.status).to.equal('unknown');
  });

  it('taken away again and again: frame-removed, retryable, in plain words; and a retry mounts the same secureId', async () => {
    const element = await readyElement();
    const { secureId } = mounts().at(-1)!;
    const log = record(element);
    await removeUntilError(element);
    expect(element.status).to.equal('error');
    expect(element.error?.code).to.equal('frame-removed');
    expect(element.error?.retryable).to.equal(true);
    expect(element.error?.message).to.include('Put changing text beside the element');
    expect(element.shadowRoot?.textContent).to.include('before you pay again');
    expect(element.shadowRoot?.textContent).to.not.include('not been charged');
    expect(frames().length).to.equal(0);
    expect(log.filter((each) => each === 'error').length).to.equal(1);
    await element.load();
    expect(alive(element)).to.equal(true);
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
  });

  it('taken away again and again: a retry never makes another order beside the one that may be paid', async () => {
    const tag = unique('one-order');
    const element = await readyElement({
      secureId: undefined,
      secureIdEndpoint: endpoint,
      requestData: { tag },
    });
    const { secureId } = mounts().at(-1)!;
    await removeUntilError(element);
    await element.load();
    expect(alive(element)).to.equal(true);
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
    expect(await seen(tag)).to.have.length(1);
  });

  it('taken away again and again: a retry for another payment, set in the same task, is not one for the old', async () => {
    const element = await readyElement();
    await removeUntilError(element);
    element.secureId = unique('other');
    await element.load();
    await until(() => alive(element), 'a form');
    expect(mounts().at(-1)?.secureId).to.equal(element.secureId);
  });

  it('a listener of iotpay-ready that clears its placeholder is told once, and the form lives', async () => {
    const element = await fixture<IotpayCheckout>(
      html`<iotpay-checkout loading="manual"><p>Please wait</p></iotpay-checkout>`,
    );
    Object.assign(element, { secureId: unique('clears'), gatewayOrigin });
    const log = record(element);
    element.addEventListener('iotpay-ready', () => (element.textContent = ''));
    await element.load();
    await until(() => alive(element), 'the form is back', 2000);
    await pause(300);
    expect(alive(element)).to.equal(true);
    expect(log).to.deep.equal(['ready']);
  });

  for (const [what, act] of [
    ['removed', (slot: HTMLSlotElement) => slot.remove()],
    ['given another name', (slot: HTMLSlotElement) => (slot.name = 'other')],
    ['replaced with all around it', (slot: HTMLSlotElement) => slot.parentElement!.replaceChildren('x')],
  ] as const) {
    it(`the slot in our own shadow root ${what}: the same form is shown again`, async () => {
      const element = await readyElement();
      const window = frames()[0]?.contentWindow;
      act(element.shadowRoot!.querySelector('slot[name=iotpay-frame]')!);
      expect(alive(element)).to.equal(false);
      await until(() => alive(element), 'it is shown', 2000);
      expect(frames()[0]?.contentWindow).to.equal(window);
      element.lang = 'fr';
      await element.updateComplete;
      expect(alive(element)).to.equal(true);
    });
  }

  it('says an error, and not ready, where the page has emptied the shadow tree that shows it', async () => {
    const element = await readyElement();
    element.shadowRoot!.replaceChildren();
    await next(element, 'iotpay-error', 3000);
    expect(element.error?.code).to.equal('frame-removed');
    expect(element.error?.cause).to.have.property('code', 'mount-failed');
    expect(frames().length).to.equal(0);
  });

  it('removed with its element, nothing is put back', async () => {
    const element = await readyElement();
    const mounted = mounts().length;
    element.textContent = '';
    element.remove();
    await pause(300);
    expect([mounts().length, frames().length, element.status]).to.deep.equal([mounted, 0, 'idle']);
  });
});

describe('what a vanished frame may hide', () => {
  /** Answers of an order-status route, by the test's own service: what it was asked, and what it says. */
  async function askedElement(answers: readonly unknown[], settings: Setting = {}) {
    const tag = unique('hide');
    const real = window.fetch.bind(window);
    const bodies: Record<string, unknown>[] = [];
    window.fetch = async (input, init) => {
      if (typeof input !== 'string' || !input.endsWith(`/status-of-${tag}`)) return real(input, init);
      bodies.push(JSON.parse(init?.body as string) as Record<string, unknown>);
      const answer = await answers[Math.min(bodies.length, answers.length) - 1];
      if (answer === undefined) throw new TypeError('no network');
      if (answer instanceof Response) return answer;
      return new Response(JSON.stringify(answer));
    };
    const element = await readyElement({
      orderStatusEndpoint: `/status-of-${tag}`,
      requestData: { tag },
      ...settings,
    });
    return { element, bodies, done: () => (window.fetch = real) };
  }

  /** The settings of an element whose backend has made this order. */
  const ofOrder = (mchOrderNo: string): Setting => ({
    secureId: undefined,
    secureIdEndpoint: endpoint,
    requestData: { tag: unique('order'), answer: { secureId: unique('order'), mchOrderNo } },
  });

  it('paid meanwhile: the success is told, and no form comes back', async () => {
    const { element, bodies, done } = await askedElement([{ status: 2 }]);
    const log = record(element);
    element.textContent = 'x';
    await next(element, 'iotpay-success', 2000);
    done();
    expect(bodies[0]).to.include({ frameRemoved: true, mode: 'pay' });
    expect(log).to.deep.equal(['success (order)']);
    expect(frames().length).to.equal(0);
  });

  it('submitted and not decided: unknown, and asked for until it is known', async () => {
    const { element, bodies, done } = await askedElement([{ status: 1 }, { status: 1 }, { status: 3 }]);
    const log = record(element);
    frames()[0]?.remove();
    await next(element, 'iotpay-success');
    done();
    expect(log).to.deep.equal(['timeout (order)', 'success (order)']);
    expect(bodies.map((body) => body['frameRemoved'])).to.deep.equal([true, undefined, undefined]);
  });

  it('failed meanwhile: the failure is told', async () => {
    const { element, done } = await askedElement([{ status: 9 }]);
    frames()[0]?.remove();
    await next(element, 'iotpay-fail', 2000);
    done();
    expect(element.status).to.equal('failed');
  });

  it('failed, and told so already: the form comes back, and nothing is told twice', async () => {
    const { element, bodies, done } = await askedElement([{ status: 9 }], ofOrder('M-told'));
    const log = record(element);
    report({ result: 'FAIL', message: 'Declined' });
    frames()[0]?.remove();
    await next(element, 'iotpay-ready', 2000);
    await until(() => bodies.length > 1, 'the order is watched');
    done();
    expect(log).to.deep.equal(['fail', 'ready']);
    expect(alive(element)).to.equal(true);
  });

  it('failed, where another order was told so: this failure is told, once', async () => {
    const { element, done } = await askedElement([{ status: 9 }], ofOrder('M-next'));
    const log = record(element);
    report({ result: 'FAIL', message: 'Declined', detail: { retData: { mchOrderNo: 'M-next' } } });
    element.requestData = {
      ...element.requestData,
      next: true,
      answer: { secureId: unique('next'), mchOrderNo: 'M-2' },
    };
    await next(element, 'iotpay-ready');
    frames()[0]?.remove();
    await next(element, 'iotpay-fail', 2000);
    done();
    expect(log).to.deep.equal(['fail', 'ready', 'fail (order)']);
  });

  it('an answer about another order decides nothing: the form comes back', async () => {
    const { element, bodies, done } = await askedElement(
      [{ status: 1, mchOrderNo: 'M-other' }],
      ofOrder('M-own'),
    );
    const log = record(element);
    frames()[0]?.remove();
    await next(element, 'iotpay-ready', 2000);
    await until(() => bodies.length > 1, 'the order is watched');
    done();
    expect(bodies[0]).to.include({ mchOrderNo: 'M-own' });
    expect(log).to.deep.equal(['ready']);
    expect(alive(element)).to.equal(true);
  });

  it('taken away while it loads: nobody can have paid in it, and nothing is asked', async () => {
    const { element, bodies, done } = await askedElement([{ status: 2 }]);
    const mounted = mounts().length;
    const taken = new Promise((resolve) => {
      // In the moment when the frame is there, which is before it can have loaded.
      const hand = new MutationObserver(() => {
        if (mounts().length === mounted || !frames()[0]) return;
        hand.disconnect();
        resolve(element.status);
        element.textContent = '';
      });
      hand.observe(element, { childList: true, subtree: true });
    });
    element.secureId = unique('loads');
    expect(await taken).to.equal('loading');
    await next(element, 'iotpay-ready', 2000);
    done();
    expect(bodies).to.deep.equal([]);
    expect(mounts().length).to.equal(mounted + 2);
  });

  it('taken away again and again, and paid meanwhile: a retry asks first, and no form comes back', async () => {
    const answers = [{ status: 0 }];
    const { element, done } = await askedElement(answers);
    await removeUntilError(element);
    const mounted = mounts().length;
    answers[0] = { status: 2 };
    await element.load();
    done();
    expect(element.status).to.equal('succeeded');
    expect(mounts().length).to.equal(mounted);
  });

  /** What takes a frame's life, besides hands that are noticed: the page moves the element, or makes it anew. */
  const MOVES: Readonly<Record<string, (element: IotpayCheckout) => unknown>> = {
    'moved in one task': (element) => {
      const wrapper = document.createElement('div');
      element.replaceWith(wrapper);
      wrapper.append(element);
    },
    'taken out, and put back in a later task': async (element) => {
      const place = element.parentElement!;
      element.remove();
      await until(() => element.status === 'idle', 'it is taken down');
      place.append(element);
    },
    'made anew, in one task': (element) => {
      const { secureId, gatewayOrigin, orderStatusEndpoint, requestData } = element;
      const other = document.createElement('iotpay-checkout');
      element.replaceWith(
        Object.assign(other, { secureId, gatewayOrigin, orderStatusEndpoint, requestData }),
      );
    },
    'taken from a page that has a copy of it which waits': async (element) => {
      const { secureId, gatewayOrigin, orderStatusEndpoint, requestData } = element;
      const other = document.createElement('iotpay-checkout');
      element.after(Object.assign(other, { secureId, gatewayOrigin, orderStatusEndpoint, requestData }));
      await next(other, 'iotpay-error');
      element.remove();
    },
  };
  for (const [move, act] of Object.entries(MOVES)) {
    it(`${move}, and paid meanwhile: the order is asked for, the success is told, and no form comes back`, async () => {
      const { element, bodies, done } = await askedElement([{ status: 2 }]);
      const mounted = mounts().length;
      const paid = next(document, 'iotpay-success', 3000);
      await act(element);
      await paid;
      done();
      expect(bodies).to.have.length(1);
      expect(bodies[0]).to.include({ frameRemoved: true });
      expect([mounts().length, frames().length]).to.deep.equal([mounted, 0]);
    });
  }

  it('moved again and again: no error, for whoever moves it does no harm', async () => {
    const element = await readyElement();
    for (let i = 0; i < 8; i++) {
      element.after(document.createElement('p'));
      element.parentElement!.append(element);
      await until(() => alive(element), 'the form is back', 3000);
    }
    expect(element.error).to.equal(undefined);
  });

  it('where the form can’t be put back, nobody says that nothing was charged; a retry asks first, and has the same secureId', async () => {
    const { element, bodies, done } = await askedElement([{ status: 0 }]);
    const { secureId } = mounts().at(-1)!;
    const page = window as unknown as { Iotpay: unknown };
    const real = page.Iotpay;
    page.Iotpay = () => {
      throw new Error('Iotpay is broken');
    };
    element.parentElement!.prepend(element);
    await next(element, 'iotpay-error');
    page.Iotpay = real;
    expect(element.error?.code).to.equal('frame-removed');
    expect(element.error?.cause).to.have.property('code', 'mount-failed');
    expect(element.shadowRoot?.textContent).to.include('before you pay again');
    expect(element.shadowRoot?.textContent).to.not.include('not been charged');
    bodies.length = 0;
    await element.load();
    done();
    expect(bodies[0]).to.include({ frameRemoved: true });
    expect(mounts().at(-1)?.secureId).to.equal(secureId);
  });

  it('while it takes long to put the form back, nobody says that nothing was charged', async () => {
    const element = await readyElement({
      orderStatusEndpoint: `${servers.backend}/api/order-status?fault=stall`,
    });
    const real = window.setTimeout.bind(window);
    let long = 0;
    window.setTimeout = ((act: () => void, ms = 0) =>
      real(ms === 5000 ? () => (act(), long++) : act, ms === 5000 ? 50 : ms)) as typeof window.setTimeout;
    try {
      element.textContent = 'x';
      await until(() => long > 0, 'it takes long');
    } finally {
      window.setTimeout = real;
    }
    await element.updateComplete;
    expect(element.status).to.equal('loading');
    expect(element.shadowRoot?.textContent).to.not.include('charged');
    await until(() => alive(element), 'the form is back');
  });

  it('paid, and told so by IOTPay in the moment in which the watch hears of it: the success is told once', async () => {
    let answer!: (response: Response) => void;
    const held = new Promise<Response>((resolve) => (answer = resolve));
    const { element, bodies, done } = await askedElement([{ status: 0 }, held]);
    frames()[0]?.remove();
    await until(() => alive(element) && bodies.length === 2, 'the order is watched');
    const log = record(element);
    report({ result: 'SUCCESS' });
    // Its body is there already: it is read before any other task, and so before the form is taken down.
    answer(Object.assign(new Response(), { text: async () => '{"status": 2}' }));
    await until(() => frames().length === 0, 'the form is taken down');
    await pause(50);
    done();
    expect(log).to.deep.equal(['success']);
    expect(element.result?.source).to.equal('gateway');
  });

  for (const answer of [{ status: 0 }, undefined]) {
    it(`${answer ? 'not submitted' : 'no answer'}: the form comes back, and the order is watched for a charge that was on its way`, async () => {
      const { element, bodies, done } = await askedElement([answer, answer, { status: 2 }]);
      frames()[0]?.remove();
      await until(() => alive(element), 'the form is back', 2000);
      await next(element, 'iotpay-success');
      done();
      expect(bodies.every((body) => body['frameRemoved'] === true)).to.equal(true);
      await until(() => frames().length === 0, 'the form is taken down');
    });
  }
});

describe('the status attribute', () => {
  it('is put back when another hand removes or rewrites it, and a quarrel over it keeps nobody busy', async () => {
    const element = await readyElement();
    element.removeAttribute('status');
    await until(() => element.getAttribute('status') === 'ready', 'it is back', 2000);
    element.setAttribute('status', 'succeeded');
    await until(() => element.getAttribute('status') === 'ready', 'it is true', 2000);
    let rounds = 0;
    const other = new MutationObserver(() => {
      if (element.getAttribute('status') === 'mine') return;
      rounds++;
      element.setAttribute('status', 'mine');
    });
    other.observe(element, { attributeFilter: ['status'] });
    element.setAttribute('status', 'mine');
    await pause(1000);
    other.disconnect();
    expect(rounds).to.be.lessThan(50);
    await until(() => element.getAttribute('status') === 'ready', 'it is back', 2000);
    expect(frames().length).to.equal(1);
  });
});

describe('copies', () => {
  it('that a page adds after the element was connected are discarded: one live frame', async () => {
    const element = await readyElement();
    const window = frames()[0]?.contentWindow;
    element.append(container().cloneNode(true));
    expect(frames().length).to.equal(2);
    await until(() => frames().length === 1, 'the copy is gone', 2000);
    expect(frames()[0]?.contentWindow).to.equal(window);
    expect(element.status).to.equal('ready');
  });
});
