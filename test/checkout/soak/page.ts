/**
 * The page of the soak: shoppers at random, each with one order. Everything random comes from one seed. IOTPay's
 * callbacks are held back on their way to the element, so that what happens meanwhile meets late ones.
 */
import { RULES, TRANSITIONS } from '../../../src/checkout/status.js';
import type { IotpayCheckout, IotpayOutcome, IotpayStatus } from '../../../src/index.js';
import '../../../src/index.js';

export interface ShopperReport {
  readonly order: string;
  /** Times that a listener, at the element or at the document, heard of a success. */
  readonly successes: number;
  readonly unknowns: number;
  /** Forms that the shopper has paid in, by the scenario that they met. */
  readonly paidIn: readonly string[];
  readonly ended: string;
  /** What must never be, in words. */
  readonly violations: readonly string[];
  /** Changes of status and things done, counted by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** `hesitates`: pays, and often wants to pay in another way before the answer has come. */
export type Habit = 'hesitates';

interface Form {
  mount(selector: string, callback: (event: unknown) => void): unknown;
}
type Iotpay = (secureId: string, mode: string, options?: unknown) => Form;

/** Longest that a callback is held back, in milliseconds. */
const HOLD_MS = 250;
/** A shopper who has paid waits this long before they pay in a form that is offered again, in milliseconds. */
const PATIENCE_MS = 700;
/** How long somebody who wants to pay waits for a form that is on its way, in milliseconds. */
const FORM_MS = 2000;
const GIVE_UP_MS = 30_000;
const SCENARIOS = [
  'approved',
  'approved',
  'declined',
  'no-detail',
  'unknown-status',
  'unionpay-timeout-paid',
  'unionpay-timeout-failed',
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Who waits for a form's first callback, by secureId. */
const reports = new Map<string, () => void>();
const holds = new Map<string, number>();

/** Puts the holding back between IOTPay's script and the element. */
export function holdCallbacks(): void {
  const page = globalThis as unknown as { Iotpay: Iotpay };
  const original = page.Iotpay;
  page.Iotpay = (secureId, mode, options) => {
    const form = original(secureId, mode, options);
    return {
      mount: (selector, callback) =>
        form.mount(selector, (event) => {
          reports.get(secureId)?.();
          setTimeout(() => callback(event), holds.get(secureId) ?? 0);
        }),
    };
  };
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function shopper(seed: number, gateway: string, habit?: Habit): Promise<ShopperReport> {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const order = `S${seed}`;
  const counts: Record<string, number> = {};
  const count = (name: string) => (counts[name] = (counts[name] ?? 0) + 1);
  const violations = new Set<string>();
  const paidIn: string[] = [];
  const heard = new Set<IotpayOutcome>();
  const over = new AbortController();
  const began = Date.now();
  let mayPayAt = 0;
  let variant = 0;

  const [here, there] = [document.createElement('div'), document.createElement('div')];
  document.body.append(here, there);
  const element = document.createElement('iotpay-checkout');
  const hear = (event: Event) => {
    const { detail, target } = event as CustomEvent<IotpayOutcome> & { target: EventTarget };
    if (target === element || (target === document && detail === element.result)) heard.add(detail);
  };
  for (const type of ['success', 'fail', 'timeout']) {
    for (const target of [element, document]) {
      target.addEventListener(`iotpay-${type}`, hear, { signal: over.signal });
    }
  }
  const successes = () => [...heard].filter(({ outcome }) => outcome === 'success').length;
  new MutationObserver((records) => {
    records.forEach(({ oldValue }, i) => {
      if (oldValue === null) return;
      const from = oldValue as IotpayStatus;
      // The attribute holds the newest value only: what a change led to is what the next one changed.
      const to = (records[i + 1]?.oldValue ?? element.getAttribute('status')) as IotpayStatus;
      if (from === to) return;
      count(`${from} > ${to}`);
      // Nothing here asks for another payment once the outcome is known to be one, or may be.
      const again = RULES[from].closed && !RULES[to].closed && to !== 'failed';
      if (again || !TRANSITIONS[from].includes(to)) violations.add(`${from} > ${to}`);
    });
  }).observe(element, { attributeFilter: ['status'], attributeOldValue: true });

  const forms = () =>
    [...element.querySelectorAll('iframe')].filter((frame) =>
      frame.checkVisibility({ visibilityProperty: true }),
    );
  const look = () => {
    if (forms().length > 1) violations.add('two forms at a time');
    if (forms().length > 0 && successes() > 0 && element.status === 'succeeded')
      violations.add('a form after a success');
  };
  const fault = (name: string | undefined) => {
    element.requestHeaders = name === undefined ? {} : { 'X-Fault': name };
  };

  Object.assign(element, {
    secureIdEndpoint: '/api/secure-id',
    orderStatusEndpoint: '/api/order-status',
    gatewayOrigin: gateway,
    noRedirect: true,
    setupTimeout: 1200,
    requestData: { order, variant },
  } satisfies Partial<IotpayCheckout>);
  fault(pick([undefined, undefined, undefined, 'lost', '500', 'html']));
  here.append(element);

  /** Pays in every form that can be seen, as a shopper would who sees one. */
  async function pay(scenario: string): Promise<void> {
    const keys = forms().map((frame) => new URL(frame.src).searchParams.get('key') ?? '');
    const told = keys.map((key) => new Promise<void>((resolve) => reports.set(key, resolve)));
    mayPayAt = Infinity;
    for (const key of keys) {
      holds.set(key, random() * HOLD_MS);
      paidIn.push(scenario);
      await fetch(`${gateway}/sandbox/drive`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ session: key, scenario }),
      });
    }
    // What happens to the page while the charge is under way is the gateway's business; afterwards it is ours.
    await Promise.race([Promise.all(told), pause(6000)]);
    mayPayAt = Date.now() + PATIENCE_MS;
  }

  const retry = () => element.shadowRoot?.querySelector<HTMLElement>('[part=retry]')?.click();
  const ways: Readonly<Record<string, () => void | Promise<unknown>>> = {
    // Waits for a form that is on its way: on a slow machine, everything would be over before there is one.
    pay: async () => {
      for (const until = Date.now() + FORM_MS; element.status === 'loading' && Date.now() < until;)
        await pause(20);
      if (forms().length > 0 && Date.now() >= mayPayAt) await pay(pick(SCENARIOS));
    },
    'double click on retry': () => {
      fault(random() < 0.2 ? pick(['lost', '500']) : undefined);
      retry();
      retry();
    },
    'load() twice': () => {
      fault(undefined);
      element.load().catch(() => {});
      element.load().catch(() => {});
    },
    move: () => (element.parentElement === here ? there : here).append(element),
    'out and in': async () => {
      const parent = element.parentElement ?? here;
      element.remove();
      if (random() < 0.5) await pause(random() * 60);
      parent.append(element);
    },
    // Another way to pay the same order, while nobody knows of a payment.
    'change of data': () => {
      if (RULES[element.status].closed) return;
      element.requestData = { order, variant: ++variant };
    },
    'change there and back in one task': () => {
      const { requestData } = element;
      element.requestData = { order, variant: -1 };
      element.requestData = requestData;
    },
    wait: () => pause(random() * 150),
  };
  const names = [...Object.keys(ways), 'pay', 'pay', 'wait', 'wait'];
  if (habit === 'hesitates')
    names.push(...Array<string>(8).fill('pay'), ...Array<string>(8).fill('change of data'));

  for (let step = 0; step < 14 && element.status !== 'succeeded'; step++) {
    const name = pick(names);
    count(name);
    await ways[name]?.();
    await pause(random() * 40);
    look();
  }
  // The shopper wants it done: pays in what is offered, tries again where that is offered, and waits otherwise.
  while (element.status !== 'succeeded' && Date.now() - began < GIVE_UP_MS) {
    fault(undefined);
    if (RULES[element.status].load === 'start' && Date.now() >= mayPayAt) element.load().catch(() => {});
    if (forms().length > 0 && Date.now() >= mayPayAt) await pay('approved');
    await pause(40);
    look();
  }
  // After a success, nothing that is done makes another payment.
  const after = successes();
  for (const name of ['load() twice', 'double click on retry', 'move', 'out and in']) {
    await ways[name]?.();
    await pause(HOLD_MS / 4);
    look();
  }
  if (successes() !== after) violations.add('a success told again');
  const ended = element.status;
  element.remove();
  await pause(20);
  if (element.querySelector('iframe')) violations.add('a frame left behind');
  over.abort();
  here.remove();
  there.remove();
  return {
    order,
    successes: successes(),
    unknowns: [...heard].filter(({ outcome }) => outcome === 'unknown').length,
    paidIn,
    ended,
    violations: [...violations],
    counts,
  };
}

Object.assign(globalThis, { shopper, holdCallbacks });
