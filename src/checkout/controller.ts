import type { ReactiveController } from 'lit';
import { readMoney, type Money } from '../gateway/money.js';
import type { IotpayFunction } from '../gateway/script-api.js';
import { isPaid } from '../gateway/status.js';
import { Claim, PAID_WITH } from './claims.js';
import { intentOf, readConfig, requireGateway, requireSource, type Config } from './config.js';
import { Developer } from './developer.js';
import { lateAfter, setUpError, type IotpayCheckoutError } from './errors.js';
import { tell, type IotpayOutcome } from './events.js';
import { Form } from './form.js';
import type { CheckoutHost } from './host.js';
import { Losses, type Loss } from './loss.js';
import { discardCopies } from './mount-point.js';
import { whenNear } from './nearby.js';
import { pollOrder, questionAbout } from './order-status.js';
import { aboutOrder, readOrder, readOutcome } from './outcome.js';
import { untilShown } from './page-shown.js';
import { measured } from './phases.js';
import { Rests, type Rest } from './rest.js';
import { quiet, Runs, superseded } from './run.js';
import { loadScript } from './script.js';
import { SECURE_ID_AGE_MS, SecureIds, type Issued } from './session.js';
import { listen } from './shared.js';
import { takeStarted } from './started.js';
import { counts, RULES, statusOf, type IotpayStatus } from './status.js';
import { TreeWatch } from './tree-watch.js';
import { nextTask, taskEnd, within } from './wait.js';

const EVENT_OF = { fail: 'iotpay-fail', unknown: 'iotpay-timeout', success: 'iotpay-success' } as const;

/**
 * Runs one checkout: the one place that sequences its steps (backend and script side by side, mount point, `mount()`,
 * outcome, event, redirect) and that guards each run against the ones before and after it.
 */
export class CheckoutController implements ReactiveController {
  status: IotpayStatus = 'idle';
  result: IotpayOutcome | undefined;
  error: IotpayCheckoutError | undefined;
  /** What is to be paid, or has been, as the backend has said last. */
  money: Money | undefined;
  /** When the order of an unknown outcome was asked for last, in milliseconds since the epoch. */
  askedAt: number | undefined;

  readonly #host: CheckoutHost;
  readonly #secureIds = new SecureIds();
  readonly #developer: Developer;
  /** A set-up, or the asking for an order. */
  readonly #runs: Runs;
  #form: Form | undefined;
  /** The secureId of the intent that is being served; a move mounts it again. */
  #issued: Issued | undefined;
  /** The value of the intent that is being served. */
  #intent: string | undefined;
  /** The order of this intent that IOTPay has reported as failed. */
  #failed: string | undefined;
  /** Listeners that live as long as the element is in a page. */
  #connection: AbortController | undefined;
  #document: Document | undefined;
  /** A start waits for the end of the present task. */
  #scheduled = false;
  /** Gives up watching for the element to come near what can be seen. */
  #nearby: (() => void) | undefined;
  /** The keyboard was in something of ours that has been taken away. */
  #refocus = false;
  /** Cuts short the pause before the order is asked for again. */
  readonly #hurry = new EventTarget();
  readonly #tree = new TreeWatch(() => this.#look());
  readonly #losses: Losses;
  readonly #rests = new Rests();
  readonly #claim: Claim;
  /** A listener of `iotpay-ready` took the form away: it is not told a second time that it is there. */
  #tactless = false;

  constructor(host: CheckoutHost) {
    this.#host = host;
    this.#developer = new Developer(host);
    this.#losses = new Losses(this.#developer, (issued) => this.#claim.mayBePaid(issued?.secureId));
    this.#runs = new Runs(() => this.status === 'unknown' && host.requestUpdate());
    this.#claim = new Claim(
      host,
      () => this.#start(this.#issued),
      (outcome, tells) => (tells ? this.#deliver(outcome) : this.#adopt(outcome)),
    );
    host.addController(this);
  }

  /** The frame of the form that is mounted. */
  get frame(): HTMLIFrameElement | null {
    return this.#form?.frame ?? null;
  }

  /** Whether somebody may have paid in a form that is gone. */
  get mayBePaid(): boolean {
    return this.#claim.mayBePaid(this.#issued?.secureId);
  }

  /** Whether the order of an unknown outcome is being asked for. */
  get asking(): boolean {
    return this.status === 'unknown' && !!this.#runs.current;
  }

  hostConnected(): void {
    const before = this.#document;
    this.#document = this.#host.ownerDocument;
    discardCopies(this.#host);
    this.#reflect();
    this.#watch();
    if (!this.#connection) {
      this.#connection = new AbortController();
      const { signal } = this.#connection;
      signal.addEventListener('abort', () => this.#nearby?.());
      listen(window, 'online', () => this.error?.code === 'offline' && this.#start(), signal);
      listen<PageTransitionEvent>(window, 'pageshow', (event) => event.persisted && this.#restore(), signal);
      const changed = this.#intent !== undefined && this.#intent !== intentOf(this.#host);
      if (this.#issued || changed) this.#schedule();
      else if (this.status === 'unknown') this.#ask();
    } else if (this.status === 'loading' && before !== this.#document) {
      // What is being set up arrives in the document that it has left.
      this.#start(this.#issued);
    } else {
      this.hostMoved(false);
    }
    this.#arm();
  }

  hostDisconnected(): void {
    // A move is a removal and an insertion: nothing is taken down before the page has had time for the insertion.
    nextTask(() => this.#host.isConnected || this.#takeDown());
  }

  /**
   * After any move of the element: keeps the frame where the browser kept it, else mounts the same secureId again.
   * @param kept - the browser says that it keeps what is inside
   */
  hostMoved(kept: boolean): void {
    this.#watch();
    const form = this.#form;
    if (!form || RULES[this.status].closed) return;
    if (!form.follow(kept)) this.#start(form.issued);
  }

  /** After a change of any setting. */
  settingsChanged(): void {
    if (!this.#host.isConnected || this.#intent === undefined) return;
    if (this.error?.code === 'config' || this.#intent !== intentOf(this.#host)) this.#schedule();
  }

  /** After a change of `loading`. */
  loadingChanged(): void {
    if (!this.#connection) return;
    // A value that was set before the tag was defined arrives after the element was connected: nothing has started yet.
    if (this.#intent === undefined) this.#scheduled = false;
    this.#arm();
  }

  load(): Promise<void> {
    if (!this.#host.isConnected) return quiet(Promise.reject(superseded()));
    const { load } = RULES[this.status];
    // A card that was to be added has no order to ask for: it may be added again.
    if (load === 'ask' && this.result?.mode === 'pay') this.#ask();
    else if (load !== 'join') this.#startAgain();
    return this.#runs.settled;
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
  #arm(): void {
    this.#nearby?.();
    if (this.status !== 'idle') return;
    const { loading } = this.#host;
    if (loading === 'lazy') {
      this.#nearby = whenNear(this.#host, () => this.status === 'idle' && this.#schedule());
    } else if (loading !== 'manual') {
      this.#schedule();
    }
  }

  /** Starts in the next task, so that all changes within one task make one start. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    taskEnd(() => {
      // Whatever has started meanwhile has read the settings as they are now.
      if (!this.#scheduled) return;
      this.#scheduled = false;
      if (!this.#connection || !this.#host.isConnected) return;
      if (intentOf(this.#host) !== this.#intent || this.error?.code === 'config') this.#start();
      else if (this.status === 'idle') this.#start(this.#issued);
    }, this.#host.ownerDocument);
  }

  /** Starts what somebody asks for. */
  #startAgain(): void {
    // A payment may have been under way in the form that has vanished: never another order beside it.
    const removed = this.error?.code === 'frame-removed' && this.#intent === intentOf(this.#host);
    this.#start(removed ? this.#issued : undefined);
  }

  /**
   * Starts over, as a new payment unless it is given the secureId of the present one.
   * @param byHand - another hand has taken its form away
   */
  #start(issued?: Issued, byHand = false): void {
    this.#scheduled = false;
    const rest = this.error && this.#rests.next();
    const intent = intentOf(this.#host);
    if (intent !== this.#intent) this.#failed = undefined;
    this.#intent = intent;
    if (!byHand) this.#losses.forget();
    const loss = issued && this.#losses.of(issued, byHand, this.#failed);
    const kept = issued && this.#secureIds.isFresh(issued) ? issued : undefined;
    this.#issued = kept;
    if (!kept) this.#claim.drop();
    this.#runs.begin({
      work: (signal) => this.#setUp(signal, kept, rest, loss),
      failed: (cause) => this.#fail(cause),
    });
  }

  /** Another hand was at work around us: puts right what can be put right. README.md says what a lost form means. */
  #look(): void {
    const host = this.#host;
    if (!host.isConnected) return;
    discardCopies(host);
    this.#reflect();
    const form = this.#form;
    const { lost } = RULES[this.status];
    if (!form || lost === 'nothing') return;
    if (form.repair(() => this.#look())) return this.#watch();
    if (lost !== 'ask') return this.#start(form.issued, true);
    // It can tell nothing any more, and nobody may pay in another one.
    this.#unmount();
    this.#ask();
  }

  #watch(): void {
    this.#tree.watch(this.#host, this.#form?.container);
  }

  /** Asks for the order of an unknown outcome; where it is being asked for already, asks again at once. */
  #ask(): void {
    const { result } = this;
    if (!result || result.mode !== 'pay' || !this.#host.orderStatusEndpoint) return;
    if (this.#runs.current) return void this.#hurry.dispatchEvent(new Event('hurry'));
    this.#runs.begin({
      work: (signal) => this.#askOrder(signal, result),
      // The outcome stays unknown, whatever the page has set since, and whatever breaks.
      failed: (cause) => void this.#developer.error(cause),
    });
  }

  async #setUp(signal: AbortSignal, kept?: Issued, rest?: Rest, loss?: Loss): Promise<void> {
    const host = this.#host;
    this.#unmount();
    this.result = undefined;
    this.#enter('loading');
    const seen = untilShown(host.ownerDocument, signal);
    if (rest || seen) {
      await Promise.all([rest?.(signal), seen]);
      signal.throwIfAborted();
    }
    const config = readConfig(host);
    requireSource(config);
    const known = loss && (await this.#losses.settle(loss, config, signal));
    signal.throwIfAborted();
    if (known) return this.#deliver(known);
    this.#secureIds.adopt(takeStarted(host));
    const late = lateAfter(config.timeout);
    const answer = kept
      ? Promise.resolve(kept)
      : within(
          config.timeout,
          signal,
          late('endpoint-timeout', `secure-id-endpoint ${config.endpoint} gave no full answer`),
          (step) => this.#secureIds.next(config, step, this.#failed),
        );
    const script = within(
      config.timeout,
      signal,
      late('script-timeout', `IOTPay's script did not arrive from ${config.gatewayOrigin}`),
      () =>
        measured('script', loadScript(config.gatewayOrigin, config.timeout, host.ownerDocument, host.nonce)),
    );
    // An order that has been tried already needs no form, and does not wait for one.
    const answered = await Promise.race([answer, script.then(() => answer)]);
    signal.throwIfAborted();
    const { secureId, mchOrderNo } = answered;
    this.money = answered.money;
    if (!secureId || isPaid(answered.status)) {
      return this.#deliver({ ...readOrder(answered.raw, config.mode, false), mchOrderNo });
    }
    requireGateway(config.gatewayOrigin, answered.gatewayOrigin);
    this.#issued = { ...answered, secureId };
    const iotpay = await script;
    signal.throwIfAborted();
    const isMarkup = secureId === config.secureId;
    const ended = this.#claim.knows(secureId, iotpay, isMarkup);
    if (!ended && this.#claim.take(secureId, isMarkup)) return this.#start(this.#issued);
    this.#secureIds.spend(secureId, config);
    if (ended) return this.#adopt(ended, true);
    await this.#mount(signal, iotpay, config, this.#issued, loss);
  }

  async #mount(
    signal: AbortSignal,
    iotpay: IotpayFunction,
    config: Config,
    issued: Issued,
    loss: Loss | undefined,
  ): Promise<void> {
    const host = this.#host;
    const late = lateAfter(config.timeout);
    const form = (this.#form = new Form(host, config.mode, issued));
    this.#watch();
    await within(
      config.timeout,
      signal,
      late('mount-timeout', `IOTPay's frame did not appear and load from ${config.gatewayOrigin}`),
      (step) =>
        measured(
          'frame',
          form.mount({
            iotpay,
            options: () => host.iotpayOptions(),
            signal: step,
            appeared: () => host.requestUpdate(),
            emptied: () => this.#look(),
            reported: (event) => this.#report(form, event),
          }),
        ),
    );
    this.#claim.opened(issued.secureId);
    this.#enter('ready');
    form.whenStale(SECURE_ID_AGE_MS, () => this.#replace());
    // IOTPay may have told of it in this very moment.
    const paid = (outcome: IotpayOutcome) => counts(outcome, this.status, false) && this.#deliver(outcome);
    if (loss) void this.#losses.watch(loss, config, form.life, paid);
    if (loss && this.#tactless) return;
    tell(this.#host, this.#document, 'iotpay-ready', { detail: null });
    this.#tactless = this.#form === form && !form.frame?.isConnected;
  }

  /** Replaces a form that has grown old before anyone typed into it. */
  #replace(): void {
    if (this.status === 'ready' && this.#host.secureIdEndpoint) this.#start();
  }

  /** IOTPay's callback, from the form that is mounted or from any before it. */
  #report(form: Form, event: unknown): void {
    const read = readOutcome(event, form.mode);
    if (!read)
      return this.#developer.warn('IOTPay reported something with neither result nor retCode; ignored.');
    const outcome = aboutOrder(read, form.issued.mchOrderNo);
    if (counts(outcome, this.status, form !== this.#form)) this.#deliver(outcome, form.issued.secureId);
  }

  /** Lets an outcome count: state first, then the event, then its default action, then promises. */
  #deliver(outcome: IotpayOutcome, secureId?: string): void {
    const status = statusOf(outcome);
    const run = this.#runs.current;
    if (status === 'failed') this.#failed = outcome.mchOrderNo;
    this.result = outcome;
    // Where two attempts were made with two amounts, the order's own status says which of them was paid.
    if (outcome.source === 'order-status') this.money = readMoney(outcome.retData) ?? this.money;
    this.#enter(status);
    const passedOn = this.#claim.settle(outcome, secureId);
    if (RULES[status].closed) {
      // What the page changed before it could know of this belongs to the payment that has just been made.
      this.#scheduled = false;
      this.#intent = intentOf(this.#host);
    }
    if (outcome.redirectBlocked)
      this.#developer.warn('redirectUrl is not followed: expected absolute https without user info.');
    const page = passedOn ? undefined : this.#document;
    const proceed = tell(this.#host, page, EVENT_OF[outcome.outcome], { detail: outcome, cancelable: true });
    // A listener may have started something new. Then the rest of this outcome must not disturb it.
    if (this.result !== outcome) return;
    this.#closeForm(outcome, status);
    this.#runs.end(run);
    if (proceed) this.#followUp(outcome);
  }

  /**
   * What became of this secureId has been told already, at another element of this page: no second form, no second event.
   * @param asks - nobody else is there to ask for an order of which nobody knows
   */
  #adopt(outcome: IotpayOutcome, asks = false): void {
    this.#unmount();
    this.#scheduled = false;
    this.#issued = undefined;
    if (outcome.outcome === 'fail') this.#failed = outcome.mchOrderNo;
    else this.#developer.warn(PAID_WITH);
    this.result = outcome;
    this.#enter(statusOf(outcome));
    this.#runs.end(this.#runs.current);
    if (asks && this.status === 'unknown') this.#ask();
  }

  /** Takes the form and its secureId out of use, where an outcome has decided the payment or may have. */
  #closeForm(outcome: IotpayOutcome, status: IotpayStatus): void {
    const form = this.#form;
    const decided = status === 'succeeded' || outcome.source === 'order-status';
    // What is taken out of use gives the keyboard back.
    if (form && (decided || status === 'unknown')) this.#refocus ||= form.focused;
    if (status === 'unknown') {
      form?.disable();
    } else if (decided) {
      // IOTPay's script may still be running, below us on the stack: its frame is removed after it has returned.
      nextTask(() => this.#form === form && this.result === outcome && this.#unmount());
    }
    if (decided || RULES[status].closed) this.#issued = undefined;
  }

  /** The default action of an outcome's event. */
  #followUp({ outcome, mode, redirectUrl }: IotpayOutcome): void {
    const { orderStatusEndpoint, noRedirect } = this.#host;
    if (outcome === 'unknown' && mode === 'pay' && orderStatusEndpoint) {
      // An element that has left the page asks as well, once: the backend must know that something was submitted.
      this.#ask();
      if (!this.#connection) this.#runs.end(this.#runs.current);
    } else if (redirectUrl && !noRedirect && this.#host.isConnected) location.replace(redirectUrl);
  }

  async #askOrder(signal: AbortSignal, unknown: IotpayOutcome): Promise<void> {
    const config = readConfig(this.#host);
    const answer = await pollOrder(
      () => {
        this.askedAt = Date.now();
        this.#host.requestUpdate();
        return questionAbout(unknown, config);
      },
      unknown,
      this.#developer,
      signal,
      this.#hurry,
    );
    if (answer && !signal.aborted) this.#deliver(answer);
  }

  /** A set-up that broke: no half-mounted frame stays. */
  #fail(cause: unknown): Error {
    const error = this.#losses.honest(setUpError(cause), this.#issued);
    this.#unmount();
    this.#claim.fail();
    this.#enter('error', error);
    this.#developer.error(error);
    tell(this.#host, this.#document, 'iotpay-error', { detail: error });
    return error;
  }

  /** After a return from the back/forward cache. */
  #restore(): void {
    const { restore } = RULES[this.status];
    if (restore === 'ask') this.#ask();
    else if (restore === 'start') this.#start();
  }

  /** Cleans up after a removal: nothing of this element's stays in the page. An outcome stays known. */
  #takeDown(): void {
    this.#connection?.abort();
    this.#connection = undefined;
    this.#tree.stop();
    this.#claim.leave();
    this.#scheduled = false;
    this.#runs.end(this.#runs.current, superseded());
    this.#unmount();
    if (!RULES[this.status].closed && (this.#issued || this.status !== 'failed')) this.#enter('idle');
  }

  #unmount(): void {
    const form = this.#form;
    if (!form) return;
    this.#refocus ||= form.focused;
    this.#form = undefined;
    form.remove();
  }

  #enter(status: IotpayStatus, error?: IotpayCheckoutError): void {
    this.status = status;
    this.error = error;
    this.#reflect();
    this.#host.requestUpdate();
  }

  /** `status` is output only: what a clone, the page's markup or another hand says is overwritten. */
  #reflect(): void {
    if (this.#host.getAttribute('status') !== this.status) this.#host.setAttribute('status', this.status);
  }
}
