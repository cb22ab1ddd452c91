// Which changes around a form are noticed, and how often: each of the trees that hold something of ours.
import { expect, fixture, html } from '@open-wc/testing';
import { MountPoint } from '../../src/checkout/mount-point.js';
import { TreeWatch } from '../../src/checkout/tree-watch.js';
import { nextTask } from '../../src/checkout/wait.js';
import { unique, until } from '../support/element.js';
import { afterTest } from '../support/page.js';

/** An element in two shadow roots, one inside the other, with a container for its form, as it stands in a page. */
interface Place {
  readonly element: HTMLElement;
  readonly inner: HTMLElement;
  readonly outer: HTMLElement;
  readonly container: HTMLElement;
  readonly frame: HTMLElement;
  readonly text: HTMLElement;
}

async function place(): Promise<Place> {
  const outer = await fixture<HTMLElement>(html`<div></div>`);
  const inner = outer.attachShadow({ mode: 'closed' }).appendChild(document.createElement('div'));
  const element = inner.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'));
  element.attachShadow({ mode: 'open' }).innerHTML = '<div><slot name="iotpay-frame"></slot></div>';
  element.innerHTML = '<p><b>The page’s own</b></p>';
  const point = new MountPoint(element, unique('watched'));
  point.place();
  const { container } = point;
  container.innerHTML = '<div><span></span></div>';
  const frame = container.querySelector('span')!;
  return { element, inner, outer, container, frame, text: element.querySelector('b')! };
}

/** A watch over such a place, and how often it has noticed something. */
async function watched(on?: (at: Place) => void) {
  const at = await place();
  const looks = { made: 0 };
  const watch = new TreeWatch(() => {
    looks.made++;
    on?.(at);
  });
  afterTest(() => watch.stop());
  watch.watch(at.element, at.container);
  return { at, watch, looks };
}

/** All that was to come of this task has come. */
const passed = async () => {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setTimeout(() => nextTask(resolve)));
};

const ours = (parent: Element) => parent.querySelector<HTMLElement>(':scope > [data-iotpay-checkout]')!;

const ownSlot = (element: Element) => element.shadowRoot?.querySelector('slot');

const NOTICED: Readonly<Record<string, (at: Place) => unknown>> = {
  'a child of the element': ({ element }) => element.append('x'),
  'the status of the element': ({ element }) => element.setAttribute('status', 'ready'),
  'what the element’s shadow root holds': ({ element }) => element.shadowRoot!.replaceChildren(),
  'the slot in the element’s shadow root': ({ element }) => ownSlot(element)?.remove(),
  'the slot in the element’s shadow root: its name': ({ element }) =>
    ownSlot(element)?.setAttribute('name', 'x'),
  'a child of a host on the way out': ({ inner }) => inner.append('x'),
  'a child of the outermost host': ({ outer }) => outer.append('x'),
  'our slot in the element: its name': ({ element }) => ours(element).setAttribute('name', 'x'),
  'our slot in the element: its slot': ({ element }) => ours(element).removeAttribute('slot'),
  'our slot in the element: its mark': ({ element }) => ours(element).removeAttribute('data-iotpay-checkout'),
  'our slot in a host: its name': ({ inner }) => ours(inner).removeAttribute('name'),
  'our slot in a host: its slot': ({ inner }) => ours(inner).setAttribute('slot', 'x'),
  'the container’s id': ({ container }) => (container.id = 'x'),
  'the container’s slot': ({ container }) => (container.slot = 'x'),
  'the container’s mark': ({ container }) => container.removeAttribute('data-iotpay-checkout'),
  'the container, woken': ({ container }) => (container.inert = true),
  'what the container holds': ({ container }) => container.replaceChildren(),
  'the frame, deep in the container': ({ frame }) => frame.remove(),
};

const NOT_OURS: Readonly<Record<string, (at: Place) => unknown>> = {
  'the page’s own content, below its first level': ({ text }) => (text.textContent = 'x'),
  'the look of the container': ({ container }) => (container.className = 'x'),
  'the look of the element': ({ element }) => (element.className = 'x'),
  'the look of a frame': ({ frame }) => (frame.style.height = '300px'),
};

describe('a watch over the trees around a form', () => {
  for (const [what, act] of Object.entries(NOTICED)) {
    it(`notices ${what}`, async () => {
      const { at, looks } = await watched();
      act(at);
      await until(() => looks.made > 0, 'it is noticed', 1000);
      await passed();
      expect(looks.made).to.equal(1);
    });
  }

  for (const [what, act] of Object.entries(NOT_OURS)) {
    it(`does not mind ${what}`, async () => {
      const { at, looks } = await watched();
      act(at);
      await passed();
      expect(looks.made).to.equal(0);
    });
  }

  it('looks once, in a later task, whatever happens in one', async () => {
    const { at, looks } = await watched();
    for (const act of Object.values(NOTICED)) act(at);
    await Promise.resolve();
    expect(looks.made).to.equal(0);
    await until(() => looks.made > 0, 'it is noticed', 1000);
    await passed();
    expect(looks.made).to.equal(1);
  });

  it('however often something happens in one task, it is no quarrel', async () => {
    const { at, looks } = await watched();
    for (let task = 1; task <= 3; task++) {
      for (let i = 0; i < 30; i++) {
        at.element.toggleAttribute('status');
        await Promise.resolve();
      }
      await passed();
      expect(looks.made).to.equal(task);
    }
  });

  it('also before there is a container, or a shadow root', async () => {
    const element = await fixture<HTMLElement>(html`<div></div>`);
    let made = 0;
    const watch = new TreeWatch(() => made++);
    afterTest(() => watch.stop());
    watch.watch(element, undefined);
    element.append('x');
    await until(() => made > 0, 'it is noticed', 1000);
  });

  it('forgets no change that came just before it is told to watch anew', async () => {
    const { at, watch, looks } = await watched();
    at.container.remove();
    watch.watch(at.element, at.container);
    await until(() => looks.made > 0, 'it is noticed', 1000);
  });

  it('told to watch anew, lets go of what it watched before', async () => {
    const { at, watch, looks } = await watched();
    const other = await place();
    watch.watch(other.element, other.container);
    for (const act of Object.values(NOTICED)) act(at);
    await passed();
    expect(looks.made).to.equal(0);
  });

  for (const [when, wait] of [
    ['in the task of a change', () => {}],
    ['before a look that is due', () => Promise.resolve()],
  ] as const) {
    it(`stopped ${when}, it looks no more until it watches again`, async () => {
      const { at, watch, looks } = await watched();
      at.container.remove();
      await wait();
      watch.stop();
      at.frame.remove();
      await passed();
      expect(looks.made).to.equal(0);
      watch.watch(at.element, at.container);
      at.element.append('x');
      await until(() => looks.made > 0, 'it is noticed', 1000);
    });
  }
});

describe('a quarrel', () => {
  /** Holds back every timer of a second or so; `fire` is the time that passes. */
  function heldTimers() {
    const real = window.setTimeout.bind(window);
    const realClear = window.clearTimeout.bind(window);
    const held = new Map<number, () => void>();
    let last = -1;
    window.setTimeout = ((act: () => void, ms = 0, ...rest: unknown[]) => {
      if (ms < 900 || ms > 1100) return real(act, ms, ...rest);
      held.set(--last, act);
      return last;
    }) as typeof window.setTimeout;
    window.clearTimeout = (id) => (held.delete(Number(id)) ? undefined : realClear(id));
    afterTest(() => Object.assign(window, { setTimeout: real, clearTimeout: realClear }));
    return {
      held,
      fire: () => {
        const due = [...held.values()];
        held.clear();
        for (const act of due) act();
      },
    };
  }

  /** Whoever undoes each time what is put right. */
  const quarrel = ({ element }: Place) => element.toggleAttribute('status');

  it('keeps nobody busy: some looks at once, then one a second, for as long as it lasts', async () => {
    const { held, fire } = heldTimers();
    const { at, looks } = await watched(quarrel);
    quarrel(at);
    await until(() => held.size > 0, 'a pause', 5000);
    const { made } = looks;
    expect(made).to.be.within(5, 25);
    for (let i = 1; i <= 3; i++) {
      fire();
      expect(looks.made).to.equal(made + i);
      await until(() => held.size > 0, 'a pause', 1000);
    }
  });

  it('that is over is forgotten: what comes later is noticed at once', async () => {
    const { held, fire } = heldTimers();
    let over = false;
    const { at, looks } = await watched((place) => over || quarrel(place));
    quarrel(at);
    await until(() => held.size > 0, 'a pause', 5000);
    over = true;
    fire();
    const { made } = looks;
    const { now } = Date;
    Date.now = () => now() + 1100;
    afterTest(() => (Date.now = now));
    quarrel(at);
    await until(() => looks.made > made, 'it is noticed', 1000);
    expect(held.size).to.equal(0);
  });

  it('leaves no timer behind where the watch is stopped', async () => {
    const { held } = heldTimers();
    const { at, watch } = await watched(quarrel);
    quarrel(at);
    await until(() => held.size > 0, 'a pause', 5000);
    watch.stop();
    expect(held.size).to.equal(0);
  });
});
