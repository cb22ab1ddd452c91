import type { IotpayForm, IotpayFunction, IotpayOptions } from '../gateway/script-api.js';
import { IotpayCheckoutError } from './errors.js';
import type { IotpayMode } from './events.js';
import { MountPoint } from './mount-point.js';
import { refuses } from './page-policy.js';
import { uuid, type Issued } from './session.js';
import { listen } from './shared.js';
import { unref } from './wait.js';

/** How long a form is shown at least whose secureId was old when it came, in milliseconds. */
const SHORTEST_LIFE_MS = 1000;

/** How long another frame may be waited for where one is gone, in milliseconds. */
const SWAP_MS = 200;

/** How long another page may be waited for in a frame that shows an empty one, in milliseconds. */
const EMPTY_MS = 1000;

/** How long what a frame has said last may be on its way when the frame goes, in milliseconds. */
const LAST_WORDS_MS = 100;

/** What a form is mounted with. */
export interface Mounting {
  readonly iotpay: IotpayFunction;
  /** Read just before `Iotpay()` is called. */
  readonly options: () => IotpayOptions;
  /** Ends the mounting, and all that watches it. */
  readonly signal: AbortSignal;
  /** Called when a frame is there. It need not have loaded. */
  readonly appeared: () => void;
  /** Called when the frame shows an empty page. */
  readonly emptied: () => void;
  /** IOTPay's callback: it may come at any time, also long after the form was replaced. */
  readonly reported: (event: unknown) => void;
}

/** One form of IOTPay's, from `mount()` on. */
export class Form {
  readonly mode: IotpayMode;
  readonly issued: Issued;
  readonly #point: MountPoint;
  #disabled = false;
  #mounted = false;
  /** Another hand came between while IOTPay's script mounted it: whatever is put right, it stays empty. */
  #missed = false;
  /** Waits for another frame in place of one that is gone. */
  #swap: ReturnType<typeof setTimeout> | undefined;
  /** Aborted when the form is removed. */
  readonly #life = new AbortController();
  /**
   * The frame since it is there. Another window in it means that the browser threw the form away. Its window is looked
   * at once it has loaded: before that the browser would have to make one for an empty page, which takes as long as the
   * frame itself.
   */
  #seen: { frame: HTMLIFrameElement; window: Window | null | undefined } | undefined;

  constructor(host: HTMLElement, mode: IotpayMode, issued: Issued) {
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
  async mount(mounting: Mounting): Promise<void> {
    const { iotpay, options, signal, reported } = mounting;
    const { container } = this.#point;
    this.#point.place();
    const loaded = this.#loaded(mounting);
    try {
      const mode = this.mode === 'add' ? 'Add' : 'Pay';
      const made = (await iotpay(this.issued.secureId, mode, options())) as Partial<IotpayForm> | undefined;
      if (signal.aborted) return;
      if (!made?.mount) throw new TypeError('Iotpay() returned nothing to mount.');
      // Another hand may have been at it while Iotpay() was at work.
      if (!this.#point.inPlace) this.#point.place();
      const mounted = made.mount(`#${container.id}`, reported);
      // What mount() returns is not documented: a rejection counts, a promise that never settles does not.
      await Promise.race([loaded, Promise.resolve(mounted).then(() => loaded)]);
      await this.#unlessTaken();
      if (!this.#point.show()) {
        throw new IotpayCheckoutError(
          'mount-failed',
          "IOTPay's form cannot be seen: expected a slot for it in the shadow root of <iotpay-checkout>, received none. Does this page empty it, or shadow a method of the document (an image or a form with such a name)?",
        );
      }
      this.#mounted = true;
    } catch (cause) {
      if (cause instanceof IotpayCheckoutError) throw cause;
      // Without its container, or its frame, IOTPay's script can do nothing but break.
      await this.#unlessTaken();
      throw new IotpayCheckoutError(
        'mount-failed',
        `IOTPay's form could not be mounted: ${cause instanceof Error ? cause.message : String(cause)} Expected Iotpay(secureId, mode, options) to return an object with mount().`,
        { cause },
      );
    }
  }

  /**
   * After a move of the element: puts the container where it belongs now.
   * @param kept - what to think of a frame that has not loaded yet
   * @returns whether the browser has kept the form alive
   */
  follow(kept: boolean): boolean {
    try {
      if (!this.#point.inPlace) this.#point.place();
    } catch {
      // It can't be shown there: the set-up meets the same obstacle, and says so.
      return false;
    }
    // Written only where it is not so: whoever watches the container hears of every writing.
    if (this.#disabled && !this.container.inert) this.container.inert = true;
    const { frame } = this;
    // Nobody but IOTPay's script puts another frame in there.
    if (frame && this.#seen?.frame !== frame) this.#see(frame, false);
    const seen = this.#seen;
    if (!seen) return true;
    if (seen.frame !== frame) return false;
    return seen.window === undefined ? kept : seen.window === frame.contentWindow;
  }

  /**
   * After other hands were at work around it: puts right what can be put right.
   * @param again - called when it is time to look again
   * @returns whether the form is still alive, and shown
   */
  repair(again: () => void): boolean {
    this.#discardCopies();
    // Before there is a frame, IOTPay's script may have looked for the container in vain.
    const missed = this.#missed || (!this.#seen && !this.#point.findable);
    const isEmpty = this.#isEmpty();
    if (!isEmpty) {
      clearTimeout(this.#swap);
      this.#swap = undefined;
    } else if (this.#swap === undefined) {
      // IOTPay's script may be about to put in another frame, or another page.
      this.#swap = setTimeout(again, this.frame ? EMPTY_MS : SWAP_MS);
      return true;
    }
    if (!this.follow(this.#point.attached) || missed) return false;
    return !this.#mounted || (this.#point.show() && !isEmpty);
  }

  /**
   * Whether its frame is gone, or shows an empty page where there was a form: a consent manager, or an extension, has
   * switched it off.
   */
  #isEmpty(): boolean {
    const seen = this.#seen;
    const { frame } = this;
    if (!frame) return !!seen && this.#point.attached;
    return this.#mounted && seen?.frame === frame && seen.window !== undefined && isBlank(frame);
  }

  /** Its container, for whoever watches it. */
  get container(): HTMLElement {
    return this.#point.container;
  }

  /** Aborted when the form is removed. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** Lets nobody pay in it any more. It stays in the page, for it may still report a success. */
  disable(): void {
    this.#disabled = true;
    this.#point.container.inert = true;
  }

  remove(): void {
    this.#life.abort();
    clearTimeout(this.#swap);
    const { frame } = this.#seen ?? this;
    this.#point.remove();
    if (!frame) return;
    // Wherever the page puts it back, nobody can pay in it.
    frame.inert = true;
    // IOTPay's script may know it by its address.
    unref(setTimeout(() => frame.removeAttribute('src'), frame.isConnected ? 0 : LAST_WORDS_MS));
  }

  /** Calls back once the secureId is `ageMs` milliseconds old, if nobody has been in the form until then. */
  whenStale(ageMs: number, stale: () => void): void {
    const watch = new AbortController();
    const { signal } = watch;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leftMs = () => this.issued.at + ageMs - Date.now();
    const arm = () => {
      clearTimeout(timer);
      timer = unref(setTimeout(check, Math.max(leftMs(), SHORTEST_LIFE_MS)));
    };
    const check = () => {
      if (this.focused) return watch.abort();
      if (leftMs() > 0) return arm();
      watch.abort();
      stale();
    };
    signal.addEventListener('abort', () => clearTimeout(timer));
    // The window loses the focus when somebody goes into the frame.
    listen(window, 'blur', check, signal);
    // A timer stands still while the computer sleeps; whoever comes back to the page is seen here.
    listen(window, 'focus', check, signal);
    listen(document, 'visibilitychange', check, signal);
    arm();
    this.#life.signal.addEventListener('abort', () => watch.abort(), { signal });
  }

  /** Two of the same frame would both be live, and so would be one of a form before. Any other is IOTPay's own business. */
  #discardCopies(): void {
    const { container } = this.#point;
    const frame = this.#seen?.frame;
    const original = frame && container.contains(frame) ? frame : null;
    for (const other of container.querySelectorAll('iframe')) {
      if (other.inert || (other !== original && other.isEqualNode(original))) other.remove();
    }
  }

  /** Taken away in this very moment: whoever watches over it notices, and ends this mounting. */
  async #unlessTaken(): Promise<void> {
    // A frame that came and went is known once its observer has been told.
    await Promise.resolve();
    const { frame } = this.#seen ?? this;
    if (this.#point.findable && frame === this.frame) return;
    this.#missed = true;
    await new Promise<never>(() => {});
  }

  #see(frame: HTMLIFrameElement, loaded: boolean): void {
    this.#seen = { frame, window: loaded ? frame.contentWindow : undefined };
  }

  /** Resolves when a frame in the container has loaded something; rejects if the page's CSP refuses it. */
  #loaded({ signal, appeared, emptied }: Mounting): Promise<void> {
    const { container } = this.#point;
    return new Promise((resolve, reject) => {
      const observer = new MutationObserver((records) => {
        // Also one that another hand has taken away by now.
        const frame = this.frame ?? framesIn(records)[0];
        if (!frame) return;
        if (!this.#seen) this.#see(frame, false);
        appeared();
      });
      observer.observe(container, { childList: true, subtree: true });
      signal.addEventListener('abort', () => observer.disconnect());
      container.addEventListener(
        'load',
        (event) => {
          const { frame } = this;
          if (!frame || event.target !== frame) return;
          // A frame that waits for its address loads an empty page first.
          if (isBlank(frame)) return emptied();
          const seen = this.#seen;
          if (!seen || (seen.frame === frame && seen.window === undefined)) this.#see(frame, true);
          // A refused frame may load, too: the event that tells so comes right after.
          setTimeout(resolve, 0);
        },
        { capture: true, signal: this.life },
      );
      listen<SecurityPolicyViolationEvent>(
        container.ownerDocument,
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
        signal,
      );
    });
  }
}

function framesIn(records: readonly MutationRecord[]): HTMLIFrameElement[] {
  return records.flatMap(({ addedNodes }) =>
    [...addedNodes].filter((node) => node instanceof HTMLIFrameElement),
  );
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
