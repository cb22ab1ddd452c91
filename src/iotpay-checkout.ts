import {
  LitElement,
  type CSSResult,
  type CSSResultGroup,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { CheckoutController } from './checkout/controller.js';
import type { CheckoutHost } from './checkout/host.js';
import type { IotpayStatus } from './checkout/status.js';
import { DEFAULT_SETUP_TIMEOUT_MS } from './checkout/config.js';
import type { IotpayCheckoutError } from './checkout/errors.js';
import type { IotpayOutcome } from './checkout/events.js';
import { hostsOf } from './checkout/mount-point.js';
import { loadScript } from './checkout/script.js';
import { watchAttributes } from './checkout/shared.js';
import { unref } from './checkout/wait.js';
import { extrasAwaited, extrasNow, panelStyles, wantExtras } from './extras.js';
import { PRODUCTION_ORIGIN } from './gateway/origins.js';
import type { IotpayOptions } from './gateway/script-api.js';
import { isDark } from './ui/color-scheme.js';
import { definedIn } from './ui/defined.js';
import { fill } from './ui/fill.js';
import { PAY } from './ui/strings/pay.js';
import { isFocusFree, placeFocus } from './ui/focus.js';
import { dressFrame, formOptions } from './ui/frame.js';
import { formatMoney } from './ui/money.js';
import { Place } from './ui/place.js';
import { languageFor, nearestLang, type IotpayLanguage, type IotpayStrings } from './ui/strings.js';
import en from './ui/strings/en.js';
import { styles } from './ui/styles.js';
import { view, type View } from './ui/view.js';

/** When a wait counts as long, in milliseconds. */
const SLOW_MS = 5000;
/** How long the copy button says that it has copied, in milliseconds. */
const COPIED_MS = 3000;

/**
 * IOTPay's card form on a merchant's page: gets a secureId from the merchant's backend, loads IOTPay's script, mounts
 * its frame, and tells what became of the payment.
 *
 * @tag iotpay-checkout
 *
 * @fires {IotpayReadyEvent} iotpay-ready - IOTPay's frame is in the page and has loaded.
 * @fires {IotpaySuccessEvent} iotpay-success - Paid, or card added. Cancelable: the default action follows redirectUrl.
 * @fires {IotpayFailEvent} iotpay-fail - Not paid, or card not added. Cancelable: the default action follows redirectUrl. The shopper may try again in the frame, so it may fire more than once.
 * @fires {IotpayTimeoutEvent} iotpay-timeout - The outcome is unknown: query the order, never simply pay again. Cancelable: the default action asks order-status-endpoint until it knows; without one it follows redirectUrl.
 * @fires {IotpayErrorEvent} iotpay-error - The set-up broke; nothing was charged. `detail` is an `IotpayCheckoutError`.
 *
 * @slot - Shown until the frame is ready, instead of the element's own skeleton.
 * @slot error - Replaces the panel of a set-up error, its retry button included: call `load()` to try again.
 * @slot failed - Replaces the panel of a failed payment.
 * @slot unknown - Replaces the text of an unknown outcome.
 * @slot succeeded - Replaces the text of a success.
 * @slot contact - How to reach the shop: shown below the text of an error, a failed payment and an unknown outcome.
 * @slot iotpay-frame - Taken by the element itself.
 *
 * @csspart base - Around everything.
 * @csspart skeleton - What keeps the form's place until it is there.
 * @csspart frame - Around IOTPay's frame.
 * @csspart status - The panel of a success, an unknown outcome and a long wait.
 * @csspart error - The panel of a set-up error or a failed payment.
 * @csspart icon - The icon of a panel.
 * @csspart message - Each sentence of a panel.
 * @csspart steps - The steps of a payment whose outcome is unknown: sent, being confirmed, known.
 * @csspart copy - The button that copies the order's number.
 * @csspart actions - Around the button and the slot `contact` of a panel.
 * @csspart retry - The button that tries again, starts over or asks for the order again.
 *
 * @cssprop [--iotpay-frame-height=420px] - Height kept free for the form, and given to a frame that sets none itself. Where this width has had a form, its height is kept free instead.
 * @cssprop [--iotpay-text-color=inherit] - Text of our own parts.
 * @cssprop [--iotpay-surface-color=color-mix(in srgb, currentColor 4%, transparent)] - Background of the panels.
 * @cssprop [--iotpay-border-color=color-mix(in srgb, currentColor 28%, transparent)] - Lines around the skeleton’s fields and the panels.
 * @cssprop [--iotpay-skeleton-color=color-mix(in srgb, currentColor 20%, transparent)] - The skeleton's labels.
 * @cssprop [--iotpay-accent-color=color-mix(in srgb, #2a5bd7 70%, currentColor)] - Focus ring; icon and edge of a neutral panel.
 * @cssprop [--iotpay-success-color=color-mix(in srgb, #18794e 70%, currentColor)] - Icon and edge of the success panel.
 * @cssprop [--iotpay-error-color=color-mix(in srgb, #c0322b 70%, currentColor)] - Icon and edge of the panels of a failure or an error.
 * @cssprop [--iotpay-radius=10px] - Corner radius of the panels; that of the skeleton’s fields and of buttons is 0.6 of it.
 * @cssprop [--iotpay-gap=12px] - Space between the parts.
 * @cssprop [--iotpay-padding=14px 16px] - Space inside the panels.
 * @cssprop [--iotpay-font=inherit] - Font of our own parts, as CSS writes it in `font`: `500 15px Inter`. Line height stays 1.45.
 * @cssprop [--iotpay-font-size=inherit] - Font size of our own parts; wins over the size in `--iotpay-font`.
 * @cssprop [--iotpay-retry-color=inherit] - Text of the button that tries again.
 * @cssprop [--iotpay-retry-background=transparent] - Background of that button.
 * @cssprop [--iotpay-retry-border-color=currentColor] - Border of that button.
 * @cssprop [--iotpay-retry-radius=6px] - Corner radius of that button; default: 0.6 of `--iotpay-radius`.
 * @cssprop --iotpay-button-color - Text colour of IOTPay's button, read when the form mounts.
 * @cssprop --iotpay-button-background-color - Background colour of IOTPay's button.
 * @cssprop --iotpay-button-background-image - Background image of IOTPay's button.
 * @cssprop --iotpay-button-box-shadow - Shadow of IOTPay's button.
 * @cssprop --iotpay-button-height - Height of IOTPay's button.
 * @cssprop --iotpay-button-border-radius - Corner radius of IOTPay's button.
 */
export class IotpayCheckout extends LitElement implements CheckoutHost {
  static override styles: CSSResultGroup = [styles, panelStyles];

  static override properties: PropertyDeclarations = {
    secureId: { attribute: 'secure-id' },
    secureIdEndpoint: { attribute: 'secure-id-endpoint' },
    mode: {},
    requestData: { attribute: 'request-data', converter: readJson, hasChanged: () => true },
    requestHeaders: { attribute: false },
    credentials: {},
    orderStatusEndpoint: { attribute: 'order-status-endpoint' },
    loading: {},
    theme: {},
    colorScheme: { attribute: 'color-scheme' },
    buttonText: { attribute: 'button-text' },
    options: { attribute: false },
    noRedirect: { type: Boolean, attribute: 'no-redirect' },
    debug: { type: Boolean },
    setupTimeout: {
      attribute: 'setup-timeout',
      converter: (value) => (value === null ? undefined : Number(value)),
    },
    gatewayOrigin: { attribute: 'gateway-origin' },
    strings: { attribute: false },
  };

  /**
   * Loads IOTPay's script ahead of time, for a page that will show a form soon. Never throws: a form that needs the
   * script tries again.
   * @param gatewayOrigin - as the attribute `gateway-origin`
   */
  static preload(gatewayOrigin: string = PRODUCTION_ORIGIN): void {
    // On a server there is no page yet.
    if (typeof document === 'undefined') return;
    loadScript(gatewayOrigin, DEFAULT_SETUP_TIMEOUT_MS, document).catch(() => {});
  }

  /** URL of the merchant's backend that answers with a secureId. */
  declare secureIdEndpoint: string | undefined;
  /** A secureId that the page already has: used first, no request is made; a later fresh start uses the endpoint. Never reflected. */
  declare secureId: string | undefined;
  /** `pay`, or `add` to tokenize a card; in any case. */
  declare mode: 'pay' | 'add';
  /** Merged into the body of the requests to the backend (order id, channel, …). As an attribute: JSON. */
  declare requestData: Record<string, unknown> | undefined;
  /** Extra request headers, such as a CSRF token. */
  declare requestHeaders: HeadersInit | undefined;
  /** Fetch credentials mode: `same-origin`, `include` or `omit`. */
  declare credentials: 'same-origin' | 'include' | 'omit';
  /** URL of the merchant's backend that answers with the order's state when the outcome is unknown. */
  declare orderStatusEndpoint: string | undefined;
  /** `eager`; `lazy`: when scrolled near or shown; `manual`: on `load()`. */
  declare loading: 'eager' | 'lazy' | 'manual';
  /** IOTPay's theme: `card`, or none. */
  declare theme: 'card' | undefined;
  /** `auto`: the colour scheme that the page really uses at the element; `light`; `dark`. */
  declare colorScheme: 'auto' | 'light' | 'dark';
  /** Text of IOTPay's button. Default: "Pay $189.24" where the backend tells amount and currency, else IOTPay's own. */
  declare buttonText: string | undefined;
  /** Raw IOTPay options; win over every other way to set them, `button` key by key. */
  declare options: IotpayOptions | undefined;
  /** Never follow redirectUrl. */
  declare noRedirect: boolean;
  /**
   * Every error and warning goes to the console in one line that says what to do, as it does on a loopback page anyway.
   * Without it, a set-up error elsewhere is named once, without data.
   */
  declare debug: boolean;
  /** Milliseconds allowed for each step of the set-up, its retries included. Default: 20000. */
  declare setupTimeout: number | undefined;
  /** IOTPay's production origin, its development origin, or on a loopback page a loopback origin (the sandbox). */
  declare gatewayOrigin: string;
  /** The shopper's texts, where they should differ from ours. */
  declare strings: Partial<IotpayStrings> | undefined;

  readonly #checkout = new CheckoutController(this);
  /** Aborted when the element leaves the page. */
  #inPage: AbortController | undefined;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #slow = false;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;
  #copied = false;
  #shown: IotpayStatus | undefined;
  /** The skeleton that is shown, or fades as the form appears. */
  #skeleton = false;
  /** The keyboard was in something of ours before this update. */
  #held = false;
  readonly #place = new Place();

  constructor() {
    super();
    this.mode = 'pay';
    this.credentials = 'same-origin';
    this.loading = 'eager';
    this.colorScheme = 'auto';
    this.noRedirect = false;
    this.debug = false;
    this.setupTimeout = DEFAULT_SETUP_TIMEOUT_MS;
    this.gatewayOrigin = PRODUCTION_ORIGIN;
  }

  /** Where the checkout stands. Also shown as an attribute, for CSS; output only. */
  get status(): IotpayStatus {
    return this.#checkout.status;
  }

  /** The last outcome; set before its event fires. */
  get result(): IotpayOutcome | undefined {
    return this.#checkout.result;
  }

  /** The last set-up error; set before its event fires. */
  get error(): IotpayCheckoutError | undefined {
    return this.#checkout.error;
  }

  /**
   * Starts what is idle, failed or in error, with a fresh secureId. While loading it joins that run; when ready or
   * succeeded it does nothing; when unknown it asks for the order again and never starts another payment.
   * @returns {Promise<void>} settles with the run; rejects with an `IotpayCheckoutError`, or with an `AbortError` once the element is
   *   removed. Never reported as an unhandled rejection.
   */
  load(): Promise<void> {
    // What it sets up needs a place to be shown in, and what the page has set to be known.
    if (this.isConnected && !this.hasUpdated) this.performUpdate();
    return this.#checkout.load();
  }

  /** Moves to the frame, or to the retry button. */
  override focus(options?: FocusOptions): void {
    // In a listener of iotpay-ready, the frame is not yet shown.
    if (this.isConnected) this.performUpdate();
    const target = this.#checkout.frame ?? this.renderRoot?.querySelector<HTMLElement>('[part=retry]');
    if (target) target.focus(options);
    else super.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = (this.#inPage = new AbortController());
    for (const host of hostsOf(this)) {
      const root = host.getRootNode();
      watchAttributes(root, { subtree: true, attributeFilter: ['lang'] }, () => this.requestUpdate(), signal);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#inPage?.abort();
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#copiedTimer);
    this.#place.release();
    this.#shown = undefined;
  }

  /** What is in a shadow root that markup has brought along (a server's, or a snapshot's) is shown anew, and not twice. */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    // Where the page has lit's hydration, that takes over what is there.
    if (!('litElementHydrateSupport' in globalThis)) this.shadowRoot?.replaceChildren();
    return super.createRenderRoot();
  }

  /** Called by the browser instead of the two above where a move keeps the element's state (`moveBefore`). */
  connectedMoveCallback(): void {
    this.#checkout.hostMoved(true);
    this.requestUpdate();
  }

  /** Called by the browser when another document takes the element: style sheets belong to theirs and stay behind. */
  adoptedCallback(): void {
    const { defaultView } = this.ownerDocument;
    if (!defaultView || !this.shadowRoot) return;
    const { elementStyles } = this.constructor as typeof LitElement;
    this.shadowRoot.adoptedStyleSheets = elementStyles.map((style) => {
      const sheet = new defaultView.CSSStyleSheet();
      sheet.replaceSync((style as CSSResult).cssText);
      return sheet;
    });
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.size) this.#checkout.settingsChanged();
    if (changed.has('loading')) this.#checkout.loadingChanged();
    this.#held = !!this.shadowRoot?.activeElement;
    if (this.status === this.#shown) return;
    if (this.status === 'succeeded' && this.#base) this.#place.keep(this.#base);
    this.#shown = this.status;
    this.#slow = false;
    this.#copied = false;
    clearTimeout(this.#slowTimer);
    if (this.status !== 'idle') wantExtras(this.nonce, this.#extrasCame);
    if (this.status !== 'loading') return;
    const slow = () => {
      // It says that nothing has been charged.
      this.#slow = !this.#checkout.mayBePaid;
      this.requestUpdate();
    };
    this.#slowTimer = unref(setTimeout(slow, SLOW_MS));
  }

  override render(): TemplateResult {
    return view(this.#view());
  }

  override updated(): void {
    const { frame } = this.#checkout;
    if (frame) dressFrame(frame, this.#texts().frameTitle);
    this.#keepPlace(frame);
    this.#keepFocus(frame);
  }

  /** The options for IOTPay's form as attributes, custom properties and `options` say now. */
  iotpayOptions(): IotpayOptions {
    const base = this.renderRoot.querySelector('[part=base]');
    return formOptions(getComputedStyle(this), {
      dark: !!base && isDark(base),
      theme: this.theme,
      buttonText: this.buttonText ?? this.#payText(),
      options: this.options,
    });
  }

  /** "Pay $189.24", for IOTPay's button: fixed when the form is mounted, so that it waits for no other file. */
  #payText(): string | undefined {
    const amount = this.#amount();
    return amount && this.#mode() === 'pay'
      ? fill(this.strings?.pay ?? PAY[this.#wanted()], { amount })
      : undefined;
  }

  #amount(): string {
    return formatMoney(this.#checkout.money, langOf(this));
  }

  /** What is going on, or has been: a result is about what it was, whatever the page has set since. */
  #mode(): 'pay' | 'add' {
    return (this.result?.mode ?? this.mode) === 'add' ? 'add' : 'pay';
  }

  /** What there is to show. */
  #view(): View {
    const { status, result, error, colorScheme } = this;
    const idle = status === 'idle';
    const asked = status === 'loading' || (idle && this.loading !== 'manual');
    // It stays for as long as it fades.
    this.#skeleton = asked ? !this.#hasPlaceholder() : status === 'ready' && this.#skeleton;
    return {
      status,
      mode: this.#mode(),
      extras: extrasNow(),
      scheme: colorScheme === 'light' || colorScheme === 'dark' ? colorScheme : '',
      slow: this.#slow,
      asking: this.#checkout.asking,
      asked: this.#askedAt(),
      checkable: !!this.orderStatusEndpoint,
      code: error?.code,
      retryable: error?.retryable ?? true,
      amount: this.#amount(),
      order: result?.mchOrderNo ?? '',
      copied: this.#copied,
      occasion: result ?? error,
      skeleton: this.#skeleton,
      // Drawing it would take the milliseconds in which the requests can leave: they do so in the next task.
      bare: idle && asked && this.loading !== 'lazy',
      retry: () => this.#retry(),
      copy: () => void this.#copyOrder(),
      placeholderChanged: () => this.requestUpdate(),
      ...this.#words(),
      ...this.#refused(),
    };
  }

  /** What there is to say of a failed payment: the form stands unless the order's own status has told of it. */
  #refused(): Pick<View, 'message' | 'form'> {
    const { status, result } = this;
    if (status !== 'failed' || result?.source !== 'gateway') return { message: '', form: false };
    return { message: result.message, form: !!this.#checkout.frame };
  }

  /** The time by the clock, which needs no timer to stay true; an empty text before the order has been asked for. */
  #askedAt(): string {
    const { asking, askedAt } = this.#checkout;
    if (!asking || askedAt === undefined) return '';
    return new Date(askedAt).toLocaleTimeString(this.#language());
  }

  async #copyOrder(): Promise<void> {
    const { mchOrderNo } = this.result ?? {};
    if (!mchOrderNo) return;
    this.#copied = !!(await extrasNow()?.copyText(mchOrderNo, this.ownerDocument));
    this.requestUpdate();
    clearTimeout(this.#copiedTimer);
    this.#copiedTimer = setTimeout(() => {
      this.#copied = false;
      this.requestUpdate();
    }, COPIED_MS);
  }

  #retry(): void {
    this.#checkout.retry();
    // Asking for an order again changes no status.
    this.requestUpdate();
  }

  get #base(): HTMLElement | null {
    return this.#part('base');
  }

  #part(name: string): HTMLElement | null {
    return this.shadowRoot?.querySelector<HTMLElement>(`[part=${name}]`) ?? null;
  }

  /** What is below the form stays where it is, from before the form is there until after it. */
  #keepPlace(frame: HTMLIFrameElement | null): void {
    const base = this.#base;
    if (!base) return;
    if (this.status === 'ready' && frame) this.#place.watch(base, frame, this.#mode());
    else if (this.#skeleton) this.#place.reserve(base, this.#mode());
    else this.#place.release();
  }

  /** The keyboard is never left on nothing: what takes the place of what had it gets it. */
  #keepFocus(frame: HTMLIFrameElement | null): void {
    const base = this.#base;
    const now = this.shadowRoot?.activeElement;
    const taken = this.#checkout.takeFocus() && isFocusFree(this, frame);
    const lost = this.#held && !now;
    // While a form loads, the keyboard waits for it on the whole of the element.
    const waited = now === base && this.status !== 'idle' && this.status !== 'loading';
    if (base && (taken || lost || waited)) placeFocus(this.status, base, frame);
  }

  /** The language that the page asks for. */
  #wanted(): IotpayLanguage {
    return languageFor(langOf(this));
  }

  /** The language of what is shown: English for as long as the other one has not come. */
  #language(): IotpayLanguage {
    return extrasNow() ? this.#wanted() : 'en';
  }

  #words(): Pick<View, 'language' | 'texts' | 'wordless'> {
    const language = this.#language();
    return { language, texts: this.#texts(), wordless: extrasAwaited() && language !== this.#wanted() };
  }

  #texts(): IotpayStrings {
    const language = this.#language();
    const texts = language === 'en' ? en : extrasNow()?.LANGUAGES[language];
    return { ...en, ...texts, ...definedIn(this.strings) };
  }

  /** The extras have come, or an attempt to get them has failed. */
  readonly #extrasCame = (): void => {
    // Style sheets that another document has are copies.
    if (this.ownerDocument !== document) this.adoptedCallback();
    this.requestUpdate();
  };

  /** Whether the page has put something of its own in place of the skeleton; white space is nothing. */
  #hasPlaceholder(): boolean {
    // On a server nobody knows the children, which are shown in any case.
    if (!standsInTree(this)) return true;
    return [...this.childNodes].some((node) =>
      node instanceof Element ? !node.slot : node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim(),
    );
  }
}

/** Whether an element has a tree around it: those of lit's server renderer have none. */
function standsInTree(element: Partial<Element>): boolean {
  return typeof element.closest === 'function';
}

/** The `lang` in force; on a server, the element's own. */
function langOf(element: HTMLElement): string {
  return standsInTree(element) ? nearestLang(hostsOf(element)) : (element.getAttribute('lang') ?? '');
}

/** JSON of an attribute; what is no JSON stays the text it is, for the error that names it. */
function readJson(value: string | null): unknown {
  if (value === null) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'iotpay-checkout': IotpayCheckout;
  }
}
