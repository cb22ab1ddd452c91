/** Pages of their own for tests that need fresh globals, a policy, or somewhere to be redirected from. */
import type { IotpayCheckout } from '../../src/index.js';
import type { Charge, DriveInstruction } from '../../src/sandbox/index.js';
import { servers, unique } from './element.js';
import type { ExtrasFault } from './extras-server.js';
import type { BackendFault } from './merchant-backend.js';

/** Longest that a page may take to load, in milliseconds. */
const LOAD_TIMEOUT_MS = 15_000;

const cleanups: (() => void)[] = [];

/** Something to undo after the running test. */
export function afterTest(cleanup: () => void): void {
  cleanups.push(cleanup);
}

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/**
 * Address of one of the merchant's routes, broken in one way. With `times`, only the first requests break, counted by
 * tag: what comes after them works.
 */
export function brokenEndpoint(
  fault: BackendFault,
  {
    times,
    tag = unique('fault'),
    route = 'secure-id',
  }: { times?: number; tag?: string; route?: string } = {},
): string {
  const query = new URLSearchParams({ fault, tag });
  if (times !== undefined) query.set('times', `${times}`);
  return `${servers.backend}/api/${route}?${query}`;
}

export interface FreshPageOptions {
  /** Content-Security-Policy of the page; `{nonce}` stands for the nonce of its own scripts. */
  readonly csp?: string;
  readonly lang?: string;
  /** Cross-origin isolated (COOP and COEP), with this embedder policy. */
  readonly isolated?: 'require-corp' | 'credentialless';
  /** `no`: our element is not loaded; `cdn`: from the built file; `both`: a second copy, from the source. */
  readonly element?: 'no' | 'cdn' | 'both';
  /** The built file, with a second file that has a fault: `missing/some-tag`. */
  readonly extras?: `${ExtrasFault}/${string}`;
  /** The starter in the page's head; `{starter}` in the policy stands for its hash. */
  readonly starter?: 'inline' | 'file';
  /** HTML of the head, before the starter. */
  readonly head?: string;
  /** HTML of the body. */
  readonly body?: string;
}

export interface FreshPage {
  readonly frame: HTMLIFrameElement;
  readonly window: Window & typeof globalThis;
  readonly document: Document;
  /** Every violation of the page's policy so far. */
  readonly violations: readonly SecurityPolicyViolationEvent[];
  /** An element of that page, set up for the group's merchant and sandbox; in the page, following no redirect. */
  readonly checkout: (properties?: Readonly<Record<string, unknown>>) => IotpayCheckout;
}

/**
 * A page in a frame on the same origin: fresh globals, a copy of our modules of its own, and no memory of the gateway
 * that another test used. Gone when the test ends.
 */
export async function freshPage(options: FreshPageOptions = {}): Promise<FreshPage> {
  const query = new URLSearchParams({ ...options });
  const frame = document.createElement('iframe');
  frame.src = `${servers.backend}/fresh?${query}`;
  frame.width = '600';
  frame.height = '700';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${frame.src} did not load.`)), LOAD_TIMEOUT_MS);
    frame.addEventListener('load', () => (clearTimeout(timer), resolve()), { once: true });
    document.body.append(frame);
    afterTest(() => frame.remove());
  });
  // The load event of a page waits for its module scripts: the element is defined by now.
  const window = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!window) throw new Error('The page has gone.');
  const violations = (window as unknown as { violations: SecurityPolicyViolationEvent[] }).violations;
  if (options.element !== 'no' && !window.customElements.get('iotpay-checkout')) {
    const refused = violations.map((each) => `${each.violatedDirective} ${each.blockedURI}`).join(', ');
    throw new Error(`The page does not define the element. Refused: ${refused || 'nothing'}.`);
  }
  const { document: inner } = window;
  return {
    frame,
    window,
    document: inner,
    violations,
    checkout: (properties = {}) => {
      const element = inner.createElement('iotpay-checkout');
      Object.assign(element, {
        secureIdEndpoint: `${servers.backend}/api/secure-id`,
        gatewayOrigin: servers.sandbox,
        noRedirect: true,
        ...properties,
      });
      inner.body.append(element);
      return element;
    },
  };
}

/** A call to the control API of the group's sandbox. */
async function control<T>(path: string, body?: Readonly<Record<string, unknown>>): Promise<T> {
  const answer = await fetch(
    `${servers.sandbox}/sandbox/${path}`,
    body && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  if (!answer.ok) throw new Error(`/sandbox/${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/**
 * Makes the sandbox's form of one session fill itself in and be sent, as a shopper would: a form in a frame of another
 * origin can't be typed into from here.
 * @param session - its secureId, mchOrderNo or cardId
 */
export async function drive(session: string, instruction: DriveInstruction = {}): Promise<void> {
  await control('drive', { session, ...instruction });
}

/** What the group's sandbox knows of one order: what was charged, whatever page and merchant believe. */
export async function charges(mchOrderNo: string): Promise<Charge[]> {
  const { charges: all } = await control<{ charges: Charge[] }>('ledger');
  return all.filter((charge) => charge.mchOrderNo === mchOrderNo);
}
