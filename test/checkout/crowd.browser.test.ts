// What many elements on one page cost it: listeners and observers while they live, timers while they wait, and nothing
// of either once they have gone.
import { expect } from '@open-wc/testing';
import {
  backendElement,
  pause,
  readyElement,
  report,
  seen,
  servers,
  unique,
  until,
} from '../support/element.js';
import { afterTest } from '../support/page.js';

const KINDS = [
  'online',
  'pageshow',
  'focus',
  'blur',
  'visibilitychange',
  'prerenderingchange',
  'securitypolicyviolation',
];

/** How many listeners and observers of the window, the document and its root there are by now, and were at most. */
function countListeners(): { now: Map<string, number>; most: Map<string, number> } {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const add = (kind: string, by: number) => {
    now.set(kind, (now.get(kind) ?? 0) + by);
    most.set(kind, Math.max(most.get(kind) ?? 0, now.get(kind) ?? 0));
  };
  for (const target of [window, document]) {
    const here = new Set<unknown>();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its target below
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (type: string, listener: never, options?: AddEventListenerOptions) => {
      addEventListener.call(target, type, listener, options);
      if (!KINDS.includes(type) || here.has(listener)) return;
      here.add(listener);
      add(type, 1);
      options?.signal?.addEventListener('abort', () => here.delete(listener) && add(type, -1));
    };
    target.removeEventListener = (type: string, listener: never, options?: EventListenerOptions) => {
      removeEventListener.call(target, type, listener, options);
      if (here.delete(listener)) add(type, -1);
    };
    afterTest(() => Object.assign(target, { addEventListener, removeEventListener }));
  }
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their observer below
  const { observe, disconnect } = MutationObserver.prototype;
  const observers = new WeakMap<MutationObserver, number>();
  MutationObserver.prototype.observe = function (node, options) {
    observe.call(this, node, options);
    if (node !== document && node !== document.documentElement) return;
    observers.set(this, (observers.get(this) ?? 0) + 1);
    add('observer', 1);
  };
  MutationObserver.prototype.disconnect = function () {
    disconnect.call(this);
    add('observer', -(observers.get(this) ?? 0));
    observers.delete(this);
  };
  afterTest(() => Object.assign(MutationObserver.prototype, { observe, disconnect }));
  return { now, most };
}

/** Timers that this page sets from now on. */
function countTimers(): { timeouts: number; intervals: number } {
  const counts = { timeouts: 0, intervals: 0 };
  const timeout = window.setTimeout.bind(window);
  const interval = window.setInterval.bind(window);
  const counting = (start: typeof timeout, kind: keyof typeof counts) =>
    ((...given: Parameters<typeof timeout>) => {
      counts[kind]++;
      return start(...given);
    }) as typeof timeout;
  Object.assign(window, {
    setTimeout: counting(timeout, 'timeouts'),
    setInterval: counting(interval as typeof timeout, 'intervals'),
  });
  afterTest(() => Object.assign(window, { setTimeout: timeout, setInterval: interval }));
  return counts;
}

/** Waits without a timer of this page's own. */
function silence(ms: number): Promise<void> {
  const end = performance.now() + ms;
  return new Promise((resolve) => {
    const look = () => (performance.now() < end ? requestAnimationFrame(look) : resolve());
    look();
  });
}

/** So many elements in the page, with these settings, ready. */
async function crowd(count: number, settings = {}) {
  const place = document.createElement('div');
  document.body.append(place);
  afterTest(() => place.remove());
  const all = Array.from({ length: count }, () => backendElement(unique('crowd'), settings));
  place.append(...all);
  await until(() => all.every(({ status }) => status === 'ready'), `${count} forms`, 60_000);
  return { all, place };
}

const TIMEOUT = { result: 'Timeout', detail: {} };

/** An element whose order stays undecided, however often the backend is asked. */
const undecided = (tag: string) =>
  readyElement({
    orderStatusEndpoint: `${servers.backend}/api/secure-id`,
    requestData: { tag, answer: { status: 1 } },
  });

describe('a hundred elements', function () {
  this.timeout(90_000);

  it('have one listener of each kind, and leave none', async () => {
    const { now, most } = countListeners();
    const { place } = await crowd(100);
    expect([...now.keys()], 'what is counted').to.include.members(['online', 'pageshow', 'blur', 'observer']);
    // IOTPay's script is loaded once for all of them, and has one of its own while it comes.
    for (const [kind, count] of most) expect(count, kind).to.equal(1);
    place.remove();
    await until(() => [...now.values()].every((count) => count === 0), `none left: ${[...now].join()}`);
  });

  it('are each told of the page', async () => {
    const { all } = await crowd(3);
    let told = 0;
    for (const element of all) {
      element.addEventListener('iotpay-ready', () => told++);
    }
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await until(() => told === 3, 'all of them start again');
  });
});

describe('timers', function () {
  this.timeout(30_000);

  it('are none that an element waits for while its form is there', async () => {
    await crowd(5);
    await pause(300);
    const timers = countTimers();
    await silence(1500);
    expect(timers).to.deep.equal({ timeouts: 0, intervals: 0 });
  });

  it('are the pause and the deadline of each question while an order is asked for', async () => {
    const tag = unique('crowd');
    const element = await undecided(tag);
    report(TIMEOUT);
    await until(() => element.status === 'unknown', 'an unknown outcome');
    const timers = countTimers();
    await silence(4000);
    const { timeouts, intervals } = timers;
    expect(intervals).to.equal(0);
    const questions = (await seen(tag)).length;
    expect(questions).to.be.at.least(2);
    expect(timeouts).to.be.at.most(2 * questions + 1);
  });

  it('and listeners are no more for each drawing while nobody sees the page', async () => {
    const { most } = countListeners();
    const element = await undecided(unique('crowd'));
    afterTest(() => Reflect.deleteProperty(document, 'hidden'));
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    report(TIMEOUT);
    // Longer than the first pause: it waits to be seen.
    await pause(1000);
    for (let i = 0; i < 5; i++) {
      element.requestUpdate();
      await element.updateComplete;
    }
    expect(most.get('visibilitychange')).to.equal(1);
  });
});
