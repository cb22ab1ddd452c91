import type { IotpayOutcome } from './events.js';

/** Where one checkout stands. */
export type IotpayStatus = 'idle' | 'loading' | 'ready' | 'succeeded' | 'failed' | 'unknown' | 'error';

/** What holds in one status. */
interface Rules {
  /** What IOTPay reports only moves the rank up. Only the order's own status leads from unknown back to failed. */
  readonly rank: 0 | 1 | 2 | 3;
  /** The money has moved, or may have: no form can be paid in, and only a new intent starts another payment. */
  readonly closed: boolean;
  /** What `load()` does: start a new run, join the run under way (where there is none, nothing), or ask for the order. */
  readonly load: 'start' | 'join' | 'ask';
  /** What a return from the back/forward cache does: a form that had not finished may be dead by then. */
  readonly restore: 'start' | 'ask' | 'nothing';
  /**
   * What it means that another hand has taken the form away: it is put back, after its order was asked for where somebody
   * may have paid in it (`mount`); or only the order is asked for, since nobody may pay in it any more.
   */
  readonly lost: 'mount' | 'ask' | 'nothing';
}

/** The rules of every status. A new status does not compile without its row. */
export const RULES: Readonly<Record<IotpayStatus, Rules>> = {
  idle: { rank: 0, closed: false, load: 'start', restore: 'nothing', lost: 'nothing' },
  loading: { rank: 0, closed: false, load: 'join', restore: 'start', lost: 'mount' },
  ready: { rank: 0, closed: false, load: 'join', restore: 'start', lost: 'mount' },
  error: { rank: 0, closed: false, load: 'start', restore: 'start', lost: 'nothing' },
  failed: { rank: 1, closed: false, load: 'start', restore: 'start', lost: 'mount' },
  unknown: { rank: 2, closed: true, load: 'ask', restore: 'ask', lost: 'ask' },
  succeeded: { rank: 3, closed: true, load: 'join', restore: 'nothing', lost: 'nothing' },
};

/**
 * Every change of status there is, from each status to the ones that can follow it. Nothing reads it at run time: the
 * soak reports any other change as a violation, and asks that those which random shoppers can cause do happen.
 */
export const TRANSITIONS: Readonly<Record<IotpayStatus, readonly IotpayStatus[]>> = {
  // A form that was removed with its element may still report that it was paid in.
  idle: ['loading', 'unknown', 'succeeded'],
  // The backend may answer that the order has been tried already. `idle`: the element was removed.
  loading: ['ready', 'error', 'failed', 'unknown', 'succeeded', 'idle'],
  ready: ['loading', 'failed', 'unknown', 'succeeded', 'idle'],
  error: ['loading', 'unknown', 'succeeded', 'idle'],
  failed: ['loading', 'unknown', 'succeeded', 'idle'],
  // `loading`: a new intent, or a card that may be added again.
  unknown: ['failed', 'succeeded', 'loading'],
  // `loading`: a new intent.
  succeeded: ['loading'],
};

const STATUS_OF = { fail: 'failed', unknown: 'unknown', success: 'succeeded' } as const;

/** The status that an outcome leads to. */
export function statusOf({ outcome }: Pick<IotpayOutcome, 'outcome'>): 'failed' | 'unknown' | 'succeeded' {
  return STATUS_OF[outcome];
}

/**
 * Whether an outcome that IOTPay's script reports counts. Every FAIL before the end counts, for a shopper may try again
 * in the same form; a form that has been replaced can still tell of money that moved, and of nothing else.
 * @param replaced - the form that reports it is not the one that is mounted
 */
export function counts(
  outcome: Pick<IotpayOutcome, 'outcome'>,
  status: IotpayStatus,
  replaced: boolean,
): boolean {
  const next = statusOf(outcome);
  if (next === 'failed') return !replaced && !RULES[status].closed;
  return RULES[next].rank > RULES[status].rank;
}
