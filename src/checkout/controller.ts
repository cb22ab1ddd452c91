import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { asText } from '../gateway/envelope.js';
import type { IotpayForm, IotpayFunction, IotpayOptions } from '../gateway/script-api.js';
import { isPaid } from '../gateway/status.js';
import { intentOf, readConfig, requireSource, type Config, type Settings } from './config.js';
import { refuses } from './csp.js';
import { IotpayCheckoutError } from './errors.js';
import type { IotpayCheckoutEventMap, IotpayMode, IotpayOutcome } from './events.js';
import { discardCopies, MountPoint } from './mount-point.js';
import { pollOrder } from './order-status.js';
import { readOrder, readOutcome } from './outcome.js';
import { loadScript } from './script.js';
import { requestSession, type BackendRequest, type Session } from './session.js';
import { nextTask, within } from './wait.js';

/** Where one checkout stands. */
export type IotpayStatus = 'idle' | 'loading' | 'ready' | 'succeeded' | 'failed' | 'unknown' | 'error';

/** The element, as the controller sees it. */
export interface CheckoutHost extends ReactiveControllerHost, HTMLElement, Settings {
  readonly loading: string;
  readonly noRedirect: boolean;
  /** The options for IOTPay's form, read when it mounts. */
  iotpayOptions(): IotpayOptions;
}

/**
 * How long a secureId may lie untouched before it is replaced, in milliseconds: five minutes less than the hour that it
 * lives (source: IOTPay's iOS SDK).
 */
const SECURE_ID_AGE_MS = 55 * 60_000;
/** How often an untouched form is looked at, in milliseconds. */
const TOUCH_LOOK_MS = 1000;

/** Outcomes only move up; only the order's own status leads back from unknown to failed. */
const RANK = { idle: 0, loading: 0, ready: 0, error: 0, failed: 1, unknown: 2, succeeded: 3 } as const;
const STATUS_OF = { fail: 'failed', unknown: 'unknown', success: 'succeeded' } as const;
const EVENT_OF = { fail: 'iotpay-fail', unknown: 'iotpay-timeout', success: 'iotpay-success' } as const;

/** One form of IOTPay's, from `mount()` on. Its callback may come at any time, also long after it was replaced. */
interface Mount {
  readonly point: MountPoint;
  readonly mode: IotpayMode;
  readonly session: Issued;
  /** The frame's window once it has loaded: another one means that the browser threw the form away. */
  window?: Window | null;
}

/** A secureId in hand. */
interface Issued extends Session {
  readonly secureId: string;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
}

/** A promise for whoever called `load()`. */
interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Runs one checkout: the one place that sequences its steps (backend and script side by side, mount point, `mount()`,
 * outcome, event, redirect) and that guards each run against the ones before and after it.
 */
export class CheckoutController implements ReactiveController {
  status: IotpayStatus = 'idle';
  result: IotpayOutcome | undefined;
  error: IotpayCheckoutError | undefined;

  readonly #host: CheckoutHost;
  /** The run under way: a set-up, or the asking for an order. */
  #run: AbortController | undefined;
  #waiting: Waiting | undefined;
  #mount: Mount | undefined;
  /** The secureId of the intent that is being served; a move mounts it again. */
  #session: Issued | undefined;
  /** The value of the intent that is being served. */
  #intent: string | undefined;
  /** The page's own secureId, once it has been in a form. */
  #spent: string | undefined;
  /** Idempotency keys of requests that never got an answer, by address and body. */
  readonly #unanswered = new Map<string, string>();
  /** Listeners that live as long as the element is in a page. */
  #connection: AbortController | undefined;
  #document: Document | undefined;
  #scheduled = false;
  #refocus = false;
  readonly #hurry = new EventTarget();

  constructor(host: CheckoutHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The frame of the form that is mounted. */
  get frame(): HTMLIFrameElement | null {
    return this.#mount?.point.frame ?? null;
  }

  /** Whether the order of an unknown outcome is being asked for. */
  get asking(): boolean {
    return this.status === 'unknown' && !!this.#run;
  }

  hostConnected(): void {
    this.#document = this.#host.ownerDocument;
    discardCopies(this.#host);
    this.#reflect();
    if (!this.#connection) {
      this.#connection = new AbortController();
      const { signal } = this.#connection;
      window.addEventListener('online', () => this.error?.code === 'offline' && this.#start(), { signal });
      window.addEventListener('pageshow', (event) => event.persisted && this.#restore(), { signal });
      const changed = this.#intent !== undefined && this.#intent !== intentOf(this.#host);
      if (this.#session || changed) this.#schedule();
      else if (this.status === 'unknown') this.#ask();
    } else {
      this.hostMoved();
    }
    this.#arm(this.#connection.signal);
  }

  hostDisconnected(): void {
    // A move is a removal and an insertion: nothing is taken down before the page had the time for the second half.
    nextTask(() => this.#host.isConnected || this.#takeDown());
  }

  /** After any move of the element: keeps the frame where the browser kept it, else mounts the same secureId again. */
  hostMoved(): void {
    const mount = this.#mount;
    if (!mount || this.status === 'succeeded' || this.status === 'unknown') return;
    try {
      if (!mount.point.inPlace) mount.point.place();
    } catch {
      return this.#start(mount.session); // The set-up meets the same obstacle, and says so.
    }
    if (mount.window !== mount.point.frame?.contentWindow) this.#start(mount.session);
  }

  /** After a change of any setting. */
  settingsChanged(): void {
    if (!this.#host.isConnected || this.#intent === undefined) return;
    if (this.error?.code === 'config' || this.#intent !== intentOf(this.#host)) this.#schedule();
  }

  /** After a change of `loading`. */
  loadingChanged(): void {
    if (this.#connection) this.#arm(this.#connection.signal);
  }

  load(): Promise<void> {
    if (!this.#host.isConnected) return quiet(Promise.reject(removed()));
    if (this.status === 'unknown' && this.result?.mode === 'pay') this.#ask();
    else if (!/loading|ready|succeeded/.test(this.status)) this.#start();
    return this.#waiting?.promise ?? Promise.resolve();
  }

  /** `load()`, for our own retry button: the keyboard is in it, and stays with us. */
  retry(): void {
    this.#refocus = true;
    void this.load();
  }

  /** Whether the keyboard was in what has just been taken away; asked once. */
  takeFocus(): boolean {
    const refocus = this.#refocus;
    this.#refocus = false;
    return refocus;
  }

  /** Starts what is idle as `loading` says. */
  #arm(signal: AbortSignal): void {
    if (this.status !== 'idle') return;
    const { loading } = this.#host;
    if (loading === 'lazy') {
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          observer.disconnect();
          if (this.status === 'idle' && this.#host.loading === 'lazy') this.#schedule();
        },
        { rootMargin: '200px' },
      );
      observer.observe(this.#host);
      signal.addEventListener('abort', () => observer.disconnect());
    } else if (loading !== 'manual') {
      this.#schedule();
    }
  }

  /** Starts in the next task, so that all changes within one task make one start. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    nextTask(() => {
      if (!this.#scheduled || !this.#connection || !this.#host.isConnected) return (this.#scheduled = false);
      const intent = intentOf(this.#host);
      if (intent !== this.#intent) this.#start();
      else if (this.status === 'idle') this.#start(this.#session);
      else if (this.error?.code === 'config') this.#start();
      else this.#scheduled = false;
      return false;
    });
  }

  /** Starts over, as a new payment unless it is given the secureId of the present one. */
  #start(session?: Issued): void {
    this.#scheduled = false;
    this.#intent = intentOf(this.#host);
    const kept = session && Date.now() - session.at < SECURE_ID_AGE_MS ? session : undefined;
    this.#session = kept;
    this.#begin((signal) => this.#setUp(signal, kept));
  }

  /** Asks for the order of an unknown outcome; rings the bell where that is going on already. */
  #ask(): void {
    const { result } = this;
    if (!result || result.mode !== 'pay' || !this.#host.orderStatusEndpoint) return;
    if (this.#run) return void this.#hurry.dispatchEvent(new Event('hurry'));
    try {
      const config = readConfig(this.#host);
      this.#begin((signal) => this.#askOrder(signal, result, config));
    } catch (error) {
      // The outcome stays unknown, whatever the page has set since.
      console.error(error);
    }
  }

  /** Lets `job` be the run; what ran before is aborted, and whoever waited for it waits for this. */
  #begin(job: (signal: AbortSignal) => Promise<void>): void {
    this.#run?.abort(removed());
    const run = (this.#run = new AbortController());
    this.#waiting ??= waiting();
    job(run.signal).then(
      () => this.#run === run && this.#end(),
      (cause: unknown) => this.#run === run && this.#fail(cause),
    );
  }

  /** Ends the run and answers whoever waits for it. */
  #end(reason?: Error): void {
    const { promise, resolve, reject } = this.#waiting ?? waiting();
    this.#waiting = undefined;
    this.#run?.abort(removed());
    this.#run = undefined;
    void quiet(promise);
    if (reason) reject(reason);
    else resolve();
    this.#host.requestUpdate();
  }

  async #setUp(signal: AbortSignal, kept: Issued | undefined): Promise<void> {
    const host = this.#host;
    this.#unmount();
    this.result = undefined;
    this.#enter('loading');
    const config = readConfig(host);
    requireSource(config);
    const late = (code: 'endpoint-timeout' | 'script-timeout' | 'mount-timeout', what: string) => () =>
      new IotpayCheckoutError(code, `${what} within ${config.timeout} ms (setup-timeout).`);
    const script = within(
      config.timeout,
      signal,
      late('script-timeout', "IOTPay's script did not arrive"),
      () => loadScript(config.gatewayOrigin, config.timeout, host.ownerDocument, host.nonce),
    );
    const issued = kept
      ? Promise.resolve(kept)
      : within(
          config.timeout,
          signal,
          late('endpoint-timeout', 'secure-id-endpoint gave no full answer'),
          (step) => this.#issue(config, step),
        );
    // An order that has been tried already needs no form, and does not wait for one.
    const session = await Promise.race([issued, script.then(() => issued)]);
    signal.throwIfAborted();
    const { secureId } = session;
    if (!secureId || isPaid(session.status)) {
      const tried = readOrder(session.raw, config.mode, false);
      return this.#deliver({ ...tried, mchOrderNo: session.mchOrderNo });
    }
    const form = (this.#session = { ...session, secureId });
    const iotpay = await script;
    signal.throwIfAborted();
    await this.#mountForm(config, form, iotpay, signal, late);
    this.#enter('ready');
    this.#watchAge();
    this.#fire('iotpay-ready', null);
  }

  /** Gets a secureId: the page's own first, then the merchant's backend's. */
  async #issue(config: Config, signal: AbortSignal): Promise<Session & { at: number }> {
    const { secureId, endpoint } = config;
    if (!endpoint || (secureId && secureId !== this.#spent)) return { secureId, at: Date.now() };
    const request = this.#request(endpoint, config, {});
    const id = `${endpoint}\n${request.body}`;
    const key = this.#unanswered.get(id) ?? uuid();
    this.#unanswered.set(id, key);
    const session = await requestSession({ ...request, key }, signal, () => this.#unanswered.delete(id));
    return { ...session, at: Date.now() };
  }

  async #mountForm(
    config: Config,
    session: Issued,
    iotpay: IotpayFunction,
    run: AbortSignal,
    late: (code: 'mount-timeout', what: string) => () => Error,
  ): Promise<void> {
    if (session.secureId === config.secureId) this.#spent = config.secureId;
    const point = new MountPoint(this.#host, `iotpay-checkout-${uuid()}`);
    const mount: Mount = (this.#mount = { point, mode: config.mode, session });
    await within(
      config.timeout,
      run,
      late('mount-timeout', "IOTPay's frame did not appear and load"),
      async (step) => {
        point.place();
        const loaded = this.#frameLoaded(point, step);
        try {
          const form = (await iotpay(
            session.secureId,
            config.mode === 'add' ? 'Add' : 'Pay',
            this.#host.iotpayOptions(),
          )) as Partial<IotpayForm> | undefined;
          if (step.aborted) return;
          if (!form?.mount) throw new TypeError('Iotpay() returned nothing to mount.');
          const mounted = form.mount(`#${point.container.id}`, (event) => this.#report(mount, event));
          // What mount() returns is not documented: a rejection counts, a promise that never settles does not.
          await Promise.race([loaded, Promise.resolve(mounted).then(() => loaded)]);
        } catch (cause) {
          if (cause instanceof IotpayCheckoutError) throw cause;
          throw new IotpayCheckoutError(
            'mount-failed',
            `IOTPay's form could not be mounted: ${cause instanceof Error ? cause.message : String(cause)} Expected Iotpay(secureId, mode, options) to return an object with mount().`,
            { cause },
          );
        }
      },
    );
    mount.window = point.frame?.contentWindow ?? null;
  }

  /** Resolves when a frame in the container has loaded something; rejects if the page's CSP refuses it. */
  #frameLoaded({ container }: MountPoint, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const frame = container.querySelector('iframe');
        if (frame) this.#host.requestUpdate();
        return frame;
      };
      const appeared = new MutationObserver(look);
      appeared.observe(container, { childList: true, subtree: true });
      signal.addEventListener('abort', () => appeared.disconnect());
      container.addEventListener(
        'load',
        (event) => {
          // A frame that waits for its address loads an empty page first; a refused one may too, and is then told of.
          if (event.target !== look() || isBlank(event.target as HTMLIFrameElement)) return;
          setTimeout(resolve, 0);
        },
        { capture: true, signal },
      );
      this.#document?.addEventListener(
        'securitypolicyviolation',
        (event) => {
          const src = look()?.src;
          if (!src || !refuses(event, /^(frame|child|default)-src/, new URL(src).origin)) return;
          reject(
            new IotpayCheckoutError(
              'frame-blocked',
              `IOTPay's frame is refused by the page's Content Security Policy: add ${new URL(src).origin} to ${event.effectiveDirective}.`,
            ),
          );
        },
        { signal },
      );
    });
  }

  /** IOTPay's callback, from the form that is mounted or from any before it. */
  #report(mount: Mount, event: unknown): void {
    const outcome = readOutcome(event, mount.mode);
    if (!outcome) {
      return console.warn(
        '<iotpay-checkout>: IOTPay reported something with neither result nor retCode; ignored.',
      );
    }
    const status = STATUS_OF[outcome.outcome];
    const replaced = mount !== this.#mount;
    if (RANK[status] < RANK[this.status] || (status === this.status && status !== 'failed')) return;
    if (replaced && status === 'failed') return;
    this.#deliver({ ...outcome, mchOrderNo: outcome.mchOrderNo ?? mount.session.mchOrderNo });
  }

  /** Lets an outcome count: state first, then the event, then its default action, then promises. */
  #deliver(outcome: IotpayOutcome): void {
    const host = this.#host;
    const status = STATUS_OF[outcome.outcome];
    const run = this.#run;
    const form = this.#mount;
    this.result = outcome;
    this.#enter(status);
    if (status !== 'failed') {
      // What the page changed before it could know of this belongs to the payment that has just been made.
      this.#scheduled = false;
      this.#intent = intentOf(host);
    }
    if (outcome.redirectBlocked) {
      console.warn(
        '<iotpay-checkout>: redirectUrl is not followed: expected an absolute https address without user info.',
      );
    }
    const proceed = this.#fire(EVENT_OF[outcome.outcome], outcome, true);
    // A listener may have started something new; then what is left of this outcome is not its business any more.
    if (this.result !== outcome) return;
    if (status === 'unknown') {
      // Out of sight and reach, so that nobody pays again in it; but not gone, for it may still tell of a success.
      if (form) form.point.container.inert = true;
    } else if (status === 'succeeded' || outcome.source === 'order-status') {
      // The script is still on the stack: its frame is taken away behind its back, not under its feet.
      nextTask(() => this.#mount === form && this.result === outcome && this.#unmount());
    }
    if (status !== 'failed' || outcome.source === 'order-status') this.#session = undefined;
    if (this.#run === run) this.#end();
    if (!proceed || !host.isConnected) return;
    if (status === 'unknown' && outcome.mode === 'pay' && host.orderStatusEndpoint) this.#ask();
    else if (outcome.redirectUrl && !host.noRedirect) location.replace(outcome.redirectUrl);
  }

  async #askOrder(signal: AbortSignal, unknown: IotpayOutcome, config: Config): Promise<void> {
    const { mchOrderNo } = unknown;
    const payOrderId = asText(unknown.retData['payOrderId']);
    const answer = await pollOrder(
      () => this.#request(config.orderStatusEndpoint ?? '', config, { mchOrderNo, payOrderId }),
      unknown.mode,
      signal,
      this.#hurry,
    );
    if (answer && !signal.aborted) this.#deliver({ ...answer, mchOrderNo: answer.mchOrderNo ?? mchOrderNo });
  }

  #request(url: string, config: Config, more: Record<string, unknown>): BackendRequest {
    return {
      url,
      body: JSON.stringify({ ...config.requestData, mode: config.mode, ...more }),
      headers: config.headers,
      credentials: config.credentials,
    };
  }

  /** A set-up that broke: no half-mounted frame stays. */
  #fail(cause: unknown): void {
    const error =
      cause instanceof IotpayCheckoutError
        ? cause
        : new IotpayCheckoutError('mount-failed', `The set-up broke unexpectedly: ${String(cause)}`, {
            cause,
          });
    this.#unmount();
    this.#enter('error', error);
    const run = this.#run;
    this.#fire('iotpay-error', error);
    if (this.#run === run) this.#end(error);
  }

  /** After the back/forward cache: a form that had not finished may be dead by now. */
  #restore(): void {
    if (this.status === 'unknown') this.#ask();
    else if (/loading|ready|failed|error/.test(this.status)) this.#start();
  }

  /** Replaces a form that has grown old before anyone typed into it. */
  #watchAge(): void {
    const mount = this.#mount;
    const signal = this.#connection?.signal;
    if (!mount || !signal) return;
    const look = () => {
      const gone = this.#mount !== mount || signal.aborted;
      if (gone || mount.point.container.contains(this.#document?.activeElement ?? null)) return stop();
      if (Date.now() - mount.session.at < SECURE_ID_AGE_MS || this.status !== 'ready') return;
      stop();
      if (this.#host.secureIdEndpoint) this.#start();
    };
    const timer = setInterval(look, TOUCH_LOOK_MS);
    const stop = () => {
      clearInterval(timer);
      window.removeEventListener('blur', look);
      signal.removeEventListener('abort', stop);
    };
    window.addEventListener('blur', look);
    signal.addEventListener('abort', stop);
  }

  /** Cleans up after a removal: nothing of this element's stays in the page. An outcome stays known. */
  #takeDown(): void {
    this.#connection?.abort();
    this.#connection = undefined;
    this.#scheduled = false;
    const session = this.#session;
    if (this.#run) this.#end(removed());
    this.#unmount();
    this.#session = session;
    if (!/succeeded|unknown/.test(this.status) && (session || this.status !== 'failed')) this.#enter('idle');
  }

  #unmount(): void {
    const mount = this.#mount;
    if (!mount) return;
    this.#refocus ||= mount.point.container.contains(mount.point.container.ownerDocument.activeElement);
    this.#mount = undefined;
    mount.point.remove();
  }

  #enter(status: IotpayStatus, error?: IotpayCheckoutError): void {
    this.status = status;
    this.error = error;
    this.#reflect();
    this.#host.requestUpdate();
  }

  /** `status` is output only: what a clone or the page's markup says is overwritten. */
  #reflect(): void {
    if (this.#host.getAttribute('status') !== this.status) this.#host.setAttribute('status', this.status);
  }

  /** @returns false if a listener prevented the default action */
  #fire<K extends keyof IotpayCheckoutEventMap>(
    type: K,
    detail: IotpayCheckoutEventMap[K]['detail'],
    cancelable = false,
  ): boolean {
    const make = () => new CustomEvent(type, { bubbles: true, composed: true, cancelable, detail });
    const proceed = this.#host.dispatchEvent(make());
    // Out of the page, the event no longer reaches the listeners of the document that it was in.
    if (!this.#host.isConnected) this.#document?.dispatchEvent(make());
    return proceed;
  }
}

/** Whether a frame shows only the empty page that it starts with. What can't be looked into has loaded something. */
function isBlank(frame: HTMLIFrameElement): boolean {
  try {
    const inside = frame.contentDocument;
    return !!inside && inside.URL === 'about:blank' && !inside.body?.childElementCount;
  } catch {
    return false;
  }
}

function removed(): Error {
  return new DOMException(
    '<iotpay-checkout> was removed, or started over, before this was done.',
    'AbortError',
  );
}

function waiting(): Waiting {
  let resolve!: () => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise: quiet(promise), resolve, reject };
}

/** The same promise, never reported as an unhandled rejection. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A random UUID; `crypto.randomUUID` is missing where a page is developed over plain http. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, i) =>
    ((i === 6 ? (byte & 15) | 64 : i === 8 ? (byte & 63) | 128 : byte) + 256).toString(16).slice(1),
  ).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
