import type { IotpayForm, IotpayFunction, IotpayOptions } from '../gateway/script-api.js';
import { IotpayCheckoutError } from './errors.js';
import type { IotpayMode } from './events.js';
import { MountPoint } from './mount-point.js';
import { refuses } from './page-policy.js';
import { uuid, type Issued } from './session.js';
import { Tries } from './tries.js';
import { nextTask } from './wait.js';

/** How often an untouched form is checked for its age, in milliseconds. */
const AGE_CHECK_MS = 1000;
/**
 * How long the container may be without a frame before the form counts as lost, in milliseconds: IOTPay's script may
 * put another frame in place of its own.
 */
const SWAP_MS = 300;
/** How often our nodes are put right within ten seconds. A hand that is faster takes the form away. */
const REPAIRS = 20;
const REPAIRS_MEMORY_MS = 10_000;

/** What a form is mounted with. */
export interface Mounting {
  readonly iotpay: IotpayFunction;
  /** Read just before `Iotpay()` is called. */
  readonly options: () => IotpayOptions;
  /** Ends the mounting, and all that watches it. */
  readonly signal: AbortSignal;
  /** Called when a frame is there. It need not have loaded. */
  readonly appeared: () => void;
  /** IOTPay's callback: it may come at any time, also long after the form was replaced. */
  readonly reported: (event: unknown) => void;
}

/** One form of IOTPay's, from `mount()` on. */
export class Form {
  readonly mode: IotpayMode;
  readonly issued: Issued;
  readonly #host: HTMLElement;
  readonly #point: MountPoint;
  /** Aborted when the form is removed. */
  readonly #life = new AbortController();
  /** The frame's window once it has loaded: another one means that the browser threw the form away. */
  #window: Window | null | undefined;
  /** The frame that was seen last. */
  #seen: HTMLIFrameElement | null = null;
  readonly #repairs = new Tries(REPAIRS, REPAIRS_MEMORY_MS);
  #swap: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, mode: IotpayMode, issued: Issued) {
    this.#host = host;
    this.mode = mode;
    this.issued = issued;
    this.#point = new MountPoint(host, `iotpay-checkout-${uuid()}`);
  }

  get frame(): HTMLIFrameElement | null {
    return this.#point.frame;
  }

  /** Whether the keyboard is in the form. */
  get focused(): boolean {
    const { container } = this.#point;
    return container.contains(container.ownerDocument.activeElement);
  }

  /**
   * Mounts the form, and waits until its frame has loaded.
   * @throws IotpayCheckoutError `mount-failed`, `frame-blocked`, `config`
   */
  async mount({ iotpay, options, signal, appeared, reported }: Mounting): Promise<void> {
    const { container } = this.#point;
    this.#point.place();
    const loaded = this.#loaded(signal, appeared);
    try {
      const mode = this.mode === 'add' ? 'Add' : 'Pay';
      const made = (await iotpay(this.issued.secureId, mode, options())) as Partial<IotpayForm> | undefined;
      if (signal.aborted) return;
      if (!made?.mount) throw new TypeError('Iotpay() returned nothing to mount.');
      const mounted = made.mount(`#${container.id}`, reported);
      // What mount() returns is not documented: a rejection counts, a promise that never settles does not.
      await Promise.race([loaded, Promise.resolve(mounted).then(() => loaded)]);
      if (!this.#point.projected) {
        throw new TypeError(
          'The element has no place to show it: its own rendering broke. Does something on the page shadow document.importNode or the like (an element with that name or id)?',
        );
      }
      this.#keep();
    } catch (cause) {
      if (cause instanceof IotpayCheckoutError) throw cause;
      throw new IotpayCheckoutError(
        'mount-failed',
        `IOTPay's form could not be mounted: ${cause instanceof Error ? cause.message : String(cause)} Expected Iotpay(secureId, mode, options) to return an object with mount().`,
        { cause },
      );
    }
  }

  /**
   * After a move of the element: puts the container where it belongs now.
   * @returns whether the browser has kept the form alive
   * @throws IotpayCheckoutError `config` where it can't be shown
   */
  follow(): boolean {
    if (!this.#point.inPlace) this.#point.place();
    return this.#window === this.frame?.contentWindow;
  }

  /**
   * Watches what other hands do to the form's nodes: puts right what can be put right without a new frame.
   * @param lost - called, in a task of its own, when nobody can pay in the form any more
   */
  watch(lost: () => void): void {
    let looking = false;
    this.#point.watch(() => {
      if (looking) return;
      looking = true;
      // A framework may take our nodes out and put them back within one task.
      nextTask(() => {
        looking = false;
        if (!this.#life.signal.aborted && this.#host.isConnected) this.#look(lost);
      });
    });
  }

  #look(lost: () => void): void {
    clearTimeout(this.#swap);
    const { container, inPlace } = this.#point;
    // Out of the page, the browser has thrown away what was in it.
    if (!container.isConnected || (!inPlace && !this.#repairs.take())) return lost();
    let alive = false;
    try {
      alive = this.follow();
    } catch {
      // The next set-up meets the same obstacle, and says so.
    }
    const { frame } = this;
    if (this.#window === undefined) {
      // Still being mounted: nothing is lost before a frame was there.
      alive = !!frame || !this.#seen;
      this.#seen = frame ?? this.#seen;
    } else if (frame && frame !== this.#seen) {
      // Nobody but IOTPay's script puts another frame in there.
      this.#keep();
      return;
    }
    if (alive) return;
    if (frame) lost();
    else this.#swap = setTimeout(() => this.frame || this.#life.signal.aborted || lost(), SWAP_MS);
  }

  /** Takes the frame that is there now for the living one. */
  #keep(): void {
    this.#seen = this.frame;
    this.#window = this.frame?.contentWindow ?? null;
  }

  /** Lets nobody pay in it any more. It stays in the page, for it may still report a success. */
  disable(): void {
    this.#point.container.inert = true;
  }

  remove(): void {
    this.#life.abort();
    clearTimeout(this.#swap);
    this.#point.remove();
  }

  /** Calls back once the secureId is `ageMs` milliseconds old, if nobody has been in the form until then. */
  whenStale(ageMs: number, stale: () => void): void {
    const watch = new AbortController();
    const { signal } = watch;
    const check = () => {
      if (this.focused) return watch.abort();
      if (Date.now() - this.issued.at < ageMs) return;
      watch.abort();
      stale();
    };
    const timer = setInterval(check, AGE_CHECK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    // The window loses the focus when somebody goes into the frame.
    window.addEventListener('blur', check, { signal });
    this.#life.signal.addEventListener('abort', () => watch.abort(), { signal });
  }

  /** Resolves when a frame in the container has loaded something; rejects if the page's CSP refuses it. */
  #loaded(signal: AbortSignal, appeared: () => void): Promise<void> {
    const { container } = this.#point;
    return new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => this.frame && appeared());
      observer.observe(container, { childList: true, subtree: true });
      signal.addEventListener('abort', () => observer.disconnect());
      container.addEventListener(
        'load',
        (event) => {
          const { frame } = this;
          // A frame that waits for its address loads an empty page first.
          if (!frame || event.target !== frame || isBlank(frame)) return;
          appeared();
          // A refused frame may load, too: the event that tells so comes right after.
          setTimeout(resolve, 0);
        },
        { capture: true, signal },
      );
      container.ownerDocument.addEventListener(
        'securitypolicyviolation',
        (event) => {
          const src = this.frame?.src;
          const origin = src && new URL(src).origin;
          if (!origin || !refuses(event, 'frame', origin)) return;
          reject(
            new IotpayCheckoutError(
              'frame-blocked',
              `IOTPay's frame is refused by the page's Content Security Policy: add ${origin} to ${event.effectiveDirective}.`,
            ),
          );
        },
        { signal },
      );
    });
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
