import type { BackendRequest } from './backend.js';
import type { IotpayOutcome } from './events.js';
import { askOnce } from './order-status.js';
import { pause } from './wait.js';

/** How long the first answer is waited for before the form is put back, in milliseconds. */
const FIRST_ANSWER_MS = 1000;
/**
 * Pauses between the questions after that, in milliseconds. Together a minute and a half: a card payment that was under
 * way when its frame vanished has been decided by then.
 */
const PAUSES_MS = [2000, 4000, 8000, 15_000, 30_000, 30_000];

/**
 * Asks for the order of a form whose frame has vanished: a payment may have been under way in it, and whoever would have
 * reported it is gone. Only an order that is paid counts; any other answer says nothing about what is still under way.
 * @param paid - told once of a paid order, and never after the signal
 * @returns resolves once the first answer is here, or after a second without one
 */
export function askAfterLoss(
  request: () => BackendRequest,
  order: Pick<IotpayOutcome, 'mode' | 'mchOrderNo'>,
  signal: AbortSignal,
  paid: (outcome: IotpayOutcome) => void,
): Promise<void> {
  const ask = async (): Promise<boolean> => {
    const outcome = await askOnce(request, order, signal);
    if (signal.aborted || outcome?.outcome !== 'success') return false;
    paid(outcome);
    return true;
  };
  const first = ask();
  const rest = async (): Promise<void> => {
    if (await first) return;
    for (const ms of PAUSES_MS) {
      await pause(ms, signal);
      if (signal.aborted || (await ask())) return;
    }
  };
  void rest();
  return Promise.race([first.then(() => undefined), pause(FIRST_ANSWER_MS, signal)]);
}
