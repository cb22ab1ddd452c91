import type { Channel } from '../gateway/limits.js';
import type { OrderStatus } from '../gateway/status.js';

/** What happens to a payment, chosen by the test card's number. */
export interface Scenario {
  readonly id: string;
  /** The test card's number, digits only. */
  readonly number: string;
  readonly title: string;
  readonly description: string;
  /** The channel that it is about; without one, any. */
  readonly channel?: Channel;
  /** The card's security code, where it is not `123`. */
  readonly cvv?: string;
}

/** How the script reports a decided attempt. */
type Report =
  /** As documented. */
  | 'plain'
  /** With a redirectUrl to the merchant's returnUrl. */
  | 'redirect'
  /** With a redirectUrl that must not be followed. */
  | 'unsafe-redirect'
  /** Without `detail`. */
  | 'no-detail'
  /** `result` and `detail.retCode` say opposite things. */
  | 'contradiction'
  /** `result` is no word that IOTPay documents. */
  | 'strange'
  /** Calls of the callback that say nothing, then the real one. */
  | 'nonsense-first'
  /** Not at all. */
  | 'never';

/** What the gateway does with an attempt. */
export interface Plan {
  /** The order's status once the attempt is through. 0 and 1: not decided yet. */
  readonly status: OrderStatus;
  readonly message?: string;
  readonly report?: Report;
  /** Milliseconds before the form gets its answer. */
  readonly delayMs?: number;
  /** The order must be queried: after how many of the script's tries it is decided, or never within them. */
  readonly decidedAfterTries?: number | 'never';
  /** What the order becomes a while after the script has stopped asking. */
  readonly settles?: OrderStatus;
  /** The script goes on asking after its Timeout, and reports once more. */
  readonly keepsAsking?: boolean;
  /** The gateway breaks before anything is charged. */
  readonly breaks?: boolean;
  /** The session expires before anything is charged. */
  readonly expires?: boolean;
  /** What later charges of a card that was saved with this number become. */
  readonly laterCharges?: OrderStatus;
}

export interface Entry extends Scenario {
  readonly plan: Plan;
}

const DECLINED = 'Card declined';

const ENTRIES: readonly Entry[] = [
  {
    id: 'approved',
    number: '4242424242424242',
    title: 'Approved',
    description: 'Visa: paid, or card saved.',
    plan: { status: 2 },
  },
  {
    id: 'approved-mastercard',
    number: '5555555555554444',
    title: 'Approved, status 3',
    description: 'Mastercard: paid, with status 3, which means the same as 2.',
    plan: { status: 3 },
  },
  {
    id: 'approved-amex',
    number: '378282246310005',
    title: 'Approved, Amex',
    description: 'American Express: 15 digits, security code of 4.',
    cvv: '1234',
    plan: { status: 2 },
  },
  {
    id: 'declined',
    number: '4000000000000002',
    title: 'Declined',
    description: 'FAIL; another card may be tried in the same form.',
    plan: { status: 9, message: DECLINED },
  },
  {
    id: 'insufficient-funds',
    number: '4000000000009995',
    title: 'Insufficient funds',
    description: 'FAIL; another card may be tried in the same form.',
    plan: { status: 9, message: 'Insufficient funds' },
  },
  {
    id: 'unionpay-approved',
    number: '6200000000000005',
    title: 'UnionPay approved',
    description: 'The script queries the order; paid at the third try.',
    channel: 'UPI_EX',
    plan: { status: 2, decidedAfterTries: 3 },
  },
  {
    id: 'unionpay-declined',
    number: '6200000000000047',
    title: 'UnionPay declined',
    description: 'The script queries the order; failed at the third try.',
    channel: 'UPI_EX',
    plan: { status: 9, message: DECLINED, decidedAfterTries: 3 },
  },
  {
    id: 'unionpay-timeout-paid',
    number: '6200000000000013',
    title: 'UnionPay timeout, then paid',
    description: 'FAIL Timeout after 30 tries; the order is paid two seconds later.',
    channel: 'UPI_EX',
    plan: { status: 0, decidedAfterTries: 'never', settles: 2 },
  },
  {
    id: 'unionpay-timeout-failed',
    number: '6200000000000021',
    title: 'UnionPay timeout, then failed',
    description: 'FAIL Timeout after 30 tries; the order has failed two seconds later.',
    channel: 'UPI_EX',
    plan: { status: 0, decidedAfterTries: 'never', settles: 9, message: DECLINED },
  },
  {
    id: 'unionpay-timeout-pending',
    number: '6200000000000039',
    title: 'UnionPay timeout, never known',
    description: 'FAIL Timeout after 30 tries; the order stays pending.',
    channel: 'UPI_EX',
    plan: { status: 0, decidedAfterTries: 'never' },
  },
  {
    id: 'late-success',
    number: '6200000000000054',
    title: 'Timeout, then success',
    description: 'FAIL Timeout after 30 tries; the script reports SUCCESS when the order is paid after all.',
    channel: 'UPI_EX',
    plan: { status: 0, decidedAfterTries: 'never', settles: 2, keepsAsking: true },
  },
  {
    id: 'unknown-status',
    number: '4000000000000119',
    title: 'Unknown status',
    description: 'SUCCESS with status 1; the order is paid two seconds later.',
    plan: { status: 1, settles: 2 },
  },
  {
    id: 'contradiction',
    number: '4000000000000127',
    title: 'Contradiction',
    description: 'result SUCCESS with retCode FAIL; the order is paid.',
    plan: { status: 2, report: 'contradiction' },
  },
  {
    id: 'strange-result',
    number: '4000000000000259',
    title: 'Strange result',
    description: 'A result that nobody documents; the order is paid.',
    plan: { status: 2, report: 'strange' },
  },
  {
    id: 'redirect',
    number: '4000000000000077',
    title: 'Approved, redirect',
    description: 'Paid, with a redirectUrl to the returnUrl.',
    plan: { status: 2, report: 'redirect' },
  },
  {
    id: 'fail-redirect',
    number: '4000000000000069',
    title: 'Declined, redirect',
    description: 'FAIL, with a redirectUrl to the returnUrl.',
    plan: { status: 9, message: DECLINED, report: 'redirect' },
  },
  {
    id: 'unsafe-redirect',
    number: '4000000000000085',
    title: 'Unsafe redirect',
    description: 'Paid, with a redirectUrl that must not be followed.',
    plan: { status: 2, report: 'unsafe-redirect' },
  },
  {
    id: 'no-detail',
    number: '4000000000000093',
    title: 'Approved, no detail',
    description: 'SUCCESS without detail.',
    plan: { status: 2, report: 'no-detail' },
  },
  {
    id: 'fail-no-detail',
    number: '4000000000000101',
    title: 'Declined, no detail',
    description: 'FAIL without detail.',
    plan: { status: 9, message: DECLINED, report: 'no-detail' },
  },
  {
    id: 'nonsense',
    number: '4000000000000267',
    title: 'Nonsense, then approved',
    description: 'The callback is called with nothing usable, then with SUCCESS.',
    plan: { status: 2, report: 'nonsense-first' },
  },
  {
    id: 'slow',
    number: '4000000000000135',
    title: 'Slow',
    description: 'Paid after five seconds.',
    plan: { status: 2, delayMs: 5000 },
  },
  {
    id: 'silent',
    number: '4000000000000143',
    title: 'Paid, never told',
    description: 'The order is paid, and the form never says so: only the notification does.',
    plan: { status: 2, report: 'never' },
  },
  {
    id: 'broken',
    number: '4000000000000150',
    title: 'Gateway broken',
    description:
      'The gateway breaks (HTTP 500). Nothing is charged, no callback; the form can be sent again.',
    plan: { status: 0, breaks: true },
  },
  {
    id: 'expired',
    number: '4000000000000168',
    title: 'Session expired',
    description: 'FAIL: the secureId has expired. A fresh one is needed.',
    plan: { status: 0, expires: true },
  },
  {
    id: 'declined-later',
    number: '4000000000000341',
    title: 'Saved, declined later',
    description: 'Can be saved; every later purchase with its token is declined.',
    plan: { status: 2, message: DECLINED, laterCharges: 9 },
  },
];

/** The test cards, in the order in which the form and the README show them. */
export const SCENARIOS: readonly Scenario[] = ENTRIES.map(
  ({ id, number, title, description, channel, cvv }) =>
    Object.freeze({ id, number, title, description, ...(channel && { channel }), ...(cvv && { cvv }) }),
);

const BY_ID = new Map(ENTRIES.map((entry) => [entry.id, entry]));
const BY_NUMBER = new Map(ENTRIES.map((entry) => [entry.number, entry]));

/** @throws RangeError where there is no such scenario */
export function scenarioById(id: string): Entry {
  const found = BY_ID.get(id);
  if (!found) throw new RangeError(`No scenario "${id}". There are: ${[...BY_ID.keys()].join(', ')}.`);
  return found;
}

/** The id of the scenario that a plan belongs to. */
export function scenarioOf(plan: Plan): string | undefined {
  return ENTRIES.find((entry) => entry.plan === plan)?.id;
}

export function scenarioByNumber(number: string): Entry | undefined {
  return BY_NUMBER.get(number);
}
