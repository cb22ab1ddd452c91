// Everything a page may do to an element that has a form, in each state that the form may be in: promise 7, as one table.
import Alpine from 'alpinejs';
import { expect, fixture, html } from '@open-wc/testing';
import htmx from 'htmx.org/dist/htmx.esm.js';
import { createApp, h, KeepAlive, nextTick, ref, Teleport } from 'vue/dist/vue.runtime.esm-browser.prod.js';
import type { IotpayCheckout } from '../../src/index.js';
import { mounts, next, pause, record, report, seen, servers, unique, until } from '../support/element.js';
import { loadReact } from '../support/react-umd.js';

type Movable = Element & { moveBefore?: (node: Node, child: Node | null) => void };

/** A page with one element: `section` is around it, and `make` writes the same markup anew. */
interface Page {
  readonly place: HTMLElement;
  readonly section: HTMLElement;
  readonly element: IotpayCheckout;
  readonly markup: string;
}
type Act = (page: Page) => unknown;
/** What a library does: renders the page first, and acts later. */
type Library = (place: HTMLElement, attributes: Record<string, string>) => Act | Promise<Act>;

const container = () => document.querySelector<HTMLElement>('div[data-iotpay-checkout]')!;
const added = (parent: Element, name = 'div') => parent.appendChild(document.createElement(name));
/** The page does something else in between. */
const meanwhile = () => pause(30);

/** The form has been put back; or none is, where that is what another hand's work leads to. */
async function anotherThan(kept: readonly Node[]): Promise<void> {
  await meanwhile();
  if (document.querySelector('iotpay-checkout')?.status === 'unknown') return;
  await until(() => frames().some((frame) => !kept.some((node) => node.contains(frame))), 'another frame');
}

/** Selects the element, as somebody does who edits the page around it. */
function select(node: Node): Range {
  const range = document.createRange();
  range.selectNode(node);
  const selection = getSelection()!;
  selection.removeAllRanges();
  selection.addRange(range);
  return range;
}

/** Cuts the element out of a text that is being edited, and takes that back. */
async function cutAndUndo(element: Element): Promise<void> {
  select(element);
  document.execCommand('delete');
  await meanwhile();
  document.execCommand('undo');
}

const HANDS: Readonly<Record<string, Act>> = {
  replaceChildren: ({ element }) => element.replaceChildren(),
  'innerHTML emptied': ({ element }) => (element.innerHTML = ''),
  'a framework’s text': ({ element }) => (element.textContent = 'x'),
  'outerHTML of the container': () => (container().outerHTML = `${container().outerHTML}`),
  'a clone beside it': ({ element }) => element.after(element.cloneNode(true)),
  'its children kept, and put back once others are there': async ({ element }) => {
    const kept = [...element.childNodes];
    element.replaceChildren();
    await anotherThan(kept);
    element.append(...kept);
  },
  'its children kept, and put back elsewhere once others are there': async ({ element }) => {
    const kept = [...element.childNodes];
    element.replaceChildren();
    await anotherThan(kept);
    await pause(150);
    element.after(...kept);
  },
  'its frame kept, and put back once another is there': async () => {
    const kept = [...container().children];
    container().replaceChildren();
    await anotherThan(kept);
    container()?.prepend(...kept);
  },
  'its frame kept, and put back elsewhere once another is there': async ({ element }) => {
    const kept = [...container().children];
    container().replaceChildren();
    await anotherThan(kept);
    await pause(150);
    element.before(...kept);
  },
  'its frame put elsewhere': ({ element }) => element.after(frames()[0]!),
  'its frame switched off, as a consent manager does': async ({ element }) => {
    const [frame] = frames();
    const { src } = frame!;
    const isAwaited = element.status === 'loading';
    frame!.src = 'about:blank';
    await meanwhile();
    // Until its time is over, a form that loads may still be switched on.
    if (isAwaited) frame!.src = src;
  },
  'its children hidden': ({ element }) => {
    for (const child of element.children) child.toggleAttribute('hidden', true);
  },
  'its content wrapped, as text': ({ element }) => (element.innerHTML = `<div>${element.innerHTML}</div>`),
  'append to another parent': ({ element, place }) => added(place).append(element),
  insertBefore: ({ element, section }) => section.insertBefore(element, section.firstChild),
  'moveBefore, where there is one': ({ element, place }) => {
    const to = added(place) as Movable;
    if (to.moveBefore) to.moveBefore(element, null);
    else to.append(element);
  },
  'wrapped into a new div': ({ element }) => {
    const wrapper = document.createElement('div');
    element.replaceWith(wrapper);
    wrapper.append(element);
  },
  'innerHTML of the parent written back': ({ section }) => (section.innerHTML = `${section.innerHTML} `),
  'adopted by another document and back': async ({ element, place, section }) => {
    const other = added(place, 'iframe') as HTMLIFrameElement;
    other.contentDocument!.body.append(element);
    await meanwhile();
    section.append(element);
    other.remove();
  },
  'into a shadow root and back': async ({ element, place, section }) => {
    const host = added(place);
    host.attachShadow({ mode: 'open' }).append(element);
    await meanwhile();
    section.append(element);
  },
  'display: none around it and back': async ({ section }) => {
    section.style.display = 'none';
    await meanwhile();
    section.style.display = '';
  },
  'hidden and inert around it and back': async ({ section, place }) => {
    section.hidden = place.inert = true;
    await meanwhile();
    section.hidden = place.inert = false;
  },
  'extracted by a Range and inserted': ({ element, section }) => {
    const range = document.createRange();
    range.selectNode(element);
    const taken = range.extractContents();
    range.setStart(section, 0);
    range.insertNode(taken);
  },
  'edited, where the page around it can be': async ({ element, section }) => {
    section.contentEditable = 'true';
    section.focus();
    await cutAndUndo(element);
    section.contentEditable = 'inherit';
  },
  designMode: async ({ element }) => {
    document.designMode = 'on';
    await cutAndUndo(element);
    document.designMode = 'off';
  },
  'a template’s content, imported': ({ section, markup }) => {
    const template = document.createElement('template');
    template.innerHTML = markup;
    section.replaceWith(document.importNode(template.content, true));
  },
};

const tagOf = (attributes: Record<string, string>) => {
  const element = document.createElement('iotpay-checkout');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element.outerHTML;
};

const LIBRARIES: Readonly<Record<string, Library>> = {
  'React, a portal to another container': async (place, attributes) => {
    const { React, ReactDOM } = await loadReact();
    const [first, second, root] = [added(place), added(place), added(place)];
    const render = (to: Element) =>
      ReactDOM.flushSync(() =>
        reactRoot.render(ReactDOM.createPortal(React.createElement('iotpay-checkout', attributes), to)),
      );
    const reactRoot = ReactDOM.createRoot(root);
    render(first);
    return () => render(second);
  },
  'Vue, Teleport': async (place, attributes) => {
    const to = ref(added(place));
    const app = createApp({
      render: () => h(Teleport, { to: to.value }, [h('iotpay-checkout', attributes)]),
    });
    app.mount(added(place));
    await nextTick();
    return () => (to.value = added(place));
  },
  'Vue, KeepAlive': async (place, attributes) => {
    const on = ref(true);
    const Form = { render: () => h('iotpay-checkout', attributes) };
    const app = createApp({ render: () => h(KeepAlive, () => (on.value ? h(Form) : undefined)) });
    app.mount(added(place));
    await nextTick();
    return async () => {
      on.value = false;
      await meanwhile();
      on.value = true;
      await nextTick();
    };
  },
  'Alpine, x-if': async (place, attributes) => {
    place.innerHTML = `<div x-data="{ on: true }"><template x-if="on">${tagOf(attributes)}</template></div>`;
    const data = place.firstElementChild!;
    Alpine.initTree(data);
    await Alpine.nextTick();
    return async () => {
      const state = Alpine.$data(data) as { on: boolean };
      state.on = false;
      await meanwhile();
      state.on = true;
      await Alpine.nextTick();
    };
  },
  'htmx, as it restores its history': (place, attributes) => {
    place.innerHTML = `<section>${tagOf(attributes)}</section>`;
    return () => htmx.swap({ target: place.firstElementChild!, text: place.innerHTML, swap: 'outerSync' });
  },
};

/** In the page as it stands: a plain hand needs no library. */
const plain =
  (act: Act): Library =>
  (place, attributes) => {
    place.innerHTML = `<section><p>Before</p>${tagOf(attributes)}<p>After</p></section>`;
    return act;
  };

const STATES: Readonly<Record<string, (element: IotpayCheckout) => unknown>> = {
  loading: () => {},
  ready: () => {},
  declined: () => report({ result: 'FAIL', message: 'Declined' }),
  unknown: () => report({ result: 'FAIL', message: 'Timeout' }),
};

const frames = () => [...document.querySelectorAll<HTMLIFrameElement>('iframe[src$="/frame"]')];
const payable = () => frames().filter((frame) => !frame.closest('[inert]'));
const elements = () => [...document.querySelectorAll('iotpay-checkout')];
/** An element that waits, since another has the form of its secureId. */
const waits = ({ error }: IotpayCheckout) => error?.code === 'config';

/** One form that can be seen; or, where the outcome is unknown, none and nobody who says anything else. */
function honest(state: string): boolean {
  if (state === 'unknown')
    return payable().length === 0 && elements().every(({ status }) => status === 'unknown');
  const shown = elements().filter(({ status }) => status === 'ready' || status === 'failed');
  return (
    shown.length === 1 &&
    elements().every((element) => shown.includes(element) || waits(element)) &&
    frames().length === 1 &&
    payable().length === 1 &&
    payable()[0]!.getBoundingClientRect().height > 50
  );
}

/** How long a form must be there to have come to stay, in milliseconds. */
const STAYS_MS = 120;

async function settled(state: string): Promise<void> {
  let since: number | undefined;
  const stays = () => {
    since = honest(state) ? (since ?? performance.now()) : undefined;
    return since !== undefined && performance.now() - since >= STAYS_MS;
  };
  const end = () =>
    JSON.stringify([elements().map(({ status, error }) => [status, error?.message]), frames().length]);
  await until(stays, 'an honest end', 3500).catch((cause: Error) => {
    throw new Error(`${cause.message} There are: ${end()}`);
  });
}

/** Sees two live frames that are there for longer than a task. */
function watchFrames(): () => number {
  let most = 0;
  let before = 0;
  const timer = setInterval(() => {
    const now = payable().length;
    most = Math.max(most, Math.min(before, now));
    before = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return most;
  };
}

async function opened(library: Library, state: string) {
  const [secureId, tag] = [unique('strange'), unique('strange')];
  const place = await fixture<HTMLElement>(html`<div></div>`);
  const act = await library(place, {
    'secure-id': secureId,
    // A start from anew would ask here.
    'secure-id-endpoint': `${servers.backend}/api/secure-id`,
    'order-status-endpoint': `${servers.backend}/api/order-status?fault=404`,
    'request-data': JSON.stringify({ tag }),
    'gateway-origin': servers.faults.gateways.ok,
  });
  const element = place.querySelector('iotpay-checkout')!;
  if (state === 'loading') await until(() => frames().length > 0, 'a frame that loads');
  else await next(element, 'iotpay-ready');
  STATES[state]!(element);
  const section = element.parentElement!;
  return { act, page: { place, section, element, markup: section.outerHTML }, secureId, tag };
}

describe('strange hands', () => {
  for (const state of Object.keys(STATES)) {
    for (const [hand, library] of [
      ...Object.entries(HANDS).map(([name, act]) => [name, plain(act)] as const),
      ...Object.entries(LIBRARIES),
    ]) {
      it(`${state}: ${hand}`, async () => {
        const { act, page, secureId, tag } = await opened(library, state);
        const paidIn = mounts().at(-1);
        const log = record(document);
        const most = watchFrames();
        await act(page);
        await meanwhile();
        await settled(state);
        expect(most()).to.be.at.most(1);
        expect(mounts().at(-1)?.secureId).to.equal(secureId);
        expect(log).to.not.include.members(['fail']);
        const asked = (await seen(tag)).filter(({ path }) => path.endsWith('/secure-id'));
        expect(asked).to.have.length(0);
        // The frame that has vanished may have been paid in, or the one that is there now; IOTPay may say so twice.
        log.length = 0;
        for (const mount of [paidIn, mounts().at(-1), paidIn]) report({ result: 'SUCCESS' }, mount);
        expect(log).to.deep.equal(['success']);
        await until(() => payable().length === 0, 'nothing is left to pay in', 2000);
        for (const element of elements()) if (!waits(element)) expect(element.status).to.equal('succeeded');
      });
    }
  }
});
