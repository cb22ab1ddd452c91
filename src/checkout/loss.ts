import { isUnderWay } from '../gateway/status.js';
import { backendRequest, type BackendRequest } from './backend.js';
import type { Config } from './config.js';
import { IotpayCheckoutError } from './errors.js';
import type { IotpayOutcome } from './events.js';
import { askOnce, pollOrder, type Listener } from './order-status.js';
import type { Issued } from './session.js';
import { Tries } from './tries.js';
import { pause, unref } from './wait.js';

/** How long the order is asked for before a form is put back, in milliseconds: the shopper looks at an empty place. */
const ANSWER_MS = 1200;
/** How long the order is watched after a form was put back, in milliseconds: longer than a charge takes. */
const WATCHED_MS = 90_000;
/** Pauses before a form is put back, in milliseconds: as many as there are, within the time below. */
const PAUSES_MS = [0, 100, 250, 500, 700];
/** How long a loss is remembered, in milliseconds. */
const REMEMBERED_MS = 600_000;

/** A form that is gone: another hand has taken it away, or the page has moved its element. */
export interface Loss {
  readonly issued: Issued;
  /** Somebody may have paid in it. `README.md` in this folder says what that means. */
  readonly paidIn: boolean;
  /** Another hand has taken it away. */
  readonly byHand: boolean;
  /** The page was told already that this order has failed. */
  readonly failed: boolean;
}

/** Losses of one element's forms: what has to be known, and waited for, before a form is put back. */
export class Losses {
  readonly #tries = new Tries(PAUSES_MS, REMEMBERED_MS);
  readonly #listener: Listener;
  readonly #mayBePaid: (issued: Issued | undefined) => boolean;

  /**
   * @param listener - told, once, of an order-status route that does not answer
   * @param mayBePaid - whether somebody may have paid in a form of this secureId
   */
  constructor(listener: Listener, mayBePaid: (issued: Issued | undefined) => boolean) {
    this.#listener = listener;
    this.#mayBePaid = mayBePaid;
  }

  /**
   * @param failed - the order that the page was told has failed
   * @returns what has to be known before a form is mounted again, where one is gone
   */
  of(issued: Issued, byHand: boolean, failed: string | undefined): Loss | undefined {
    const paidIn = this.#mayBePaid(issued);
    const told = failed !== undefined && failed === issued.mchOrderNo;
    return byHand || paidIn ? { issued, byHand, paidIn, failed: told } : undefined;
  }

  /** An error says that nothing was charged, which nobody knows where a form that could be paid in is gone. */
  honest(error: IotpayCheckoutError, issued: Issued | undefined): IotpayCheckoutError {
    const { code, retryable } = error;
    if (code === 'config' || code === 'frame-removed' || !this.#mayBePaid(issued)) return error;
    const message = `IOTPay's form was taken out of the page, and could not be put back (${code}): ${error.message}`;
    return new IotpayCheckoutError('frame-removed', message, { cause: error, retryable });
  }

  /**
   * @returns what became of the order, where that is known: then no form is put back
   * @throws IotpayCheckoutError `frame-removed` where it was taken away too often
   */
  async settle(loss: Loss, config: Config, signal: AbortSignal): Promise<IotpayOutcome | undefined> {
    if (mayAsk(loss, config)) {
      const asked = question(loss, config);
      const outcome = await askOnce(asked, orderOf(loss), ANSWER_MS, signal, this.#listener);
      signal.throwIfAborted();
      if (outcome && decides(outcome, loss)) return outcome;
    }
    if (!loss.byHand) return undefined;
    const pauseMs = this.#tries.next();
    if (pauseMs === undefined) {
      throw new IotpayCheckoutError(
        'frame-removed',
        `Something on this page keeps removing IOTPay's form (${PAUSES_MS.length + 1} times within ${REMEMBERED_MS / 60_000} minutes): does a framework, a morph or an extension render into <iotpay-checkout>, or into a host around it? Put changing text beside the element, not inside it.`,
      );
    }
    await pause(pauseMs, signal);
    return undefined;
  }

  /**
   * Goes on asking for the order for a while after its form was put back: the charge may have been on its way when the
   * question was answered.
   * @param paid - told once, where it has been paid
   */
  async watch(
    loss: Loss,
    config: Config,
    life: AbortSignal,
    paid: (outcome: IotpayOutcome) => void,
  ): Promise<void> {
    if (!mayAsk(loss, config)) return;
    const over = new AbortController();
    const end = () => over.abort();
    life.addEventListener('abort', end, { signal: over.signal });
    const timer = unref(setTimeout(end, WATCHED_MS));
    const ask = () => question(loss, config);
    const outcome = await pollOrder(ask, orderOf(loss), this.#listener, over.signal, new EventTarget());
    clearTimeout(timer);
    if (outcome?.outcome === 'success' && !life.aborted) paid(outcome);
    over.abort();
  }

  /** Somebody starts anew. */
  forget(): void {
    this.#tries.clear();
  }
}

function mayAsk({ paidIn }: Loss, { mode, orderStatusEndpoint }: Config): boolean {
  return paidIn && mode === 'pay' && !!orderStatusEndpoint;
}

const orderOf = ({ issued }: Loss) => ({ mode: 'pay', mchOrderNo: issued.mchOrderNo }) as const;

/** `frameRemoved`: nobody is known to have submitted anything, so the question alone must not close the order. */
function question({ issued: { mchOrderNo } }: Loss, config: Config): BackendRequest {
  return backendRequest(config.orderStatusEndpoint ?? '', config, { mchOrderNo, frameRemoved: true });
}

/** Paid; submitted and not decided; or failed where nobody was told so yet. Everything else lets the form come back. */
function decides({ outcome, status, reason }: IotpayOutcome, { failed }: Loss): boolean {
  if (outcome === 'fail') return !failed;
  return outcome === 'success' || (isUnderWay(status) && reason !== 'contradiction');
}
