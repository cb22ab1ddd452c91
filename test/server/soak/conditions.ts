/**
 * What a shopper does more often than anything else:
 * - `starts-over-paid`: declined in one tab, paid in the other; then started over in the first
 * - `form-and-card`: a saved card and a form at the same moment
 * - `double-card`: the button of a saved card twice
 * - `false-hint`: the page says that a payment has failed of which nobody knows what became
 * - `keeps-forms`: both forms are paid in, the one of before a decline and the one of after it: `onPaidTwice` tells of one
 * - `forges`: sends the shop notifications that name another amount, or a refund
 * - `money-back`: whoever has paid asks for it back, again and again until the shop says that it is done
 */
export type Habit =
  | 'starts-over-paid'
  | 'form-and-card'
  | 'double-card'
  | 'false-hint'
  | 'keeps-forms'
  | 'forges'
  | 'money-back';

/** What is otherwise than usual, so that few shoppers are enough to see what a rule is for. */
export interface Conditions {
  readonly habit?: Habit;
  /** No notification arrives. */
  readonly deaf?: true;
  /** Nothing is killed, cut or broken. */
  readonly calm?: true;
  /** How long the first run of `onPaid` takes, in milliseconds; then every server reconciles before it ends. */
  readonly slowOnPaidMs?: number;
  /** No server is killed on purpose while `onPaid` runs: the lease that it leaves behind is waited for in the end. */
  readonly sparesOnPaid?: true;
  /** How many shoppers come. */
  readonly shoppers?: number;
}
