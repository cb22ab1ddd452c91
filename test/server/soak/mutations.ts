import type { Conditions } from './conditions.js';

/** A rule of the checkout's source that is switched off to see that the soak notices. */
export interface Mutation {
  /** Below src/server/checkout. */
  readonly file: string;
  /** Stands in the file exactly once; the bundle fails where it does not. */
  readonly text: string;
  readonly instead: string;
  /** Under which few shoppers are enough to notice. Default: the usual ones. */
  readonly conditions?: Conditions;
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a form that is open is shared': {
    file: 'record.ts',
    text: 'if (isAsWanted(latest, wanted)) return {',
    instead: 'if (isAsWanted(latest, wanted) && now < 0) return {',
  },
  'what is paid is told, and gets no form': {
    file: 'record.ts',
    text: "if (payment) return { do: 'tell-paid', payment };",
    instead: '',
    conditions: { habit: 'starts-over-paid', deaf: true, calm: true },
  },
  'the gateway is asked before a new form': {
    file: 'forms.ts',
    text: 'await attempts.settle(name, await records.read(name));',
    instead: '{ record: await records.read(name), failure: undefined };',
    conditions: { habit: 'starts-over-paid', deaf: true, calm: true },
  },
  'a saved card is charged once': {
    file: 'charges.ts',
    text: 'put = !obstacle && !begun && !isClosed(found, now());',
    instead: 'put = !obstacle && !begun;',
    conditions: { habit: 'double-card', calm: true },
  },
  'a saved card is not charged beside an open form': {
    file: 'charges.ts',
    text: 'obstacle = formClosed ? undefined : openForm(found, now());',
    instead: 'openForm(found, now());',
    conditions: { habit: 'form-and-card', calm: true },
  },
  'a charge is on record before it is sent': {
    file: 'charges.ts',
    text: 'return put ? withAttempt(found, order.id, attempt) : undefined;',
    instead: 'withAttempt(found, order.id, attempt); return undefined;',
  },
  'what was submitted and is not decided is asked about': {
    file: 'record.ts',
    text: 'if (isOver(attempt)) return false;',
    instead: 'if (isOver(attempt) || now) return false;',
  },
  'an order that is not settled is watched': {
    file: 'records.ts',
    text: "await compareAndSet(this.#store, key, () => ({ text: '1', ttlMs: WATCH_TTL_MS }), seen);",
    instead: '',
    // Nobody but reconcile tells of a payment whose shopper has gone.
    conditions: { deaf: true },
  },
  'one process at a time tells of a payment': {
    file: 'lease.ts',
    text: 'if (held && held.value !== NOBODY) return false;',
    instead: 'if (held) return true;',
  },
  'a payment that was told of is marked': {
    file: 'delivery.ts',
    text: '{ ...attempt, delivered: true }',
    instead: 'attempt',
  },
  'whoever writes compares': {
    file: 'compare-and-set.ts',
    text: 'version: stored?.version, ttlMs })',
    // What others write within fifty milliseconds is written over.
    instead:
      'version: (await new Promise((resolve) => setTimeout(resolve, 50)), await store.get(key))?.version, ttlMs })',
    conditions: { habit: 'double-card', calm: true },
  },
  'a lease is renewed while the work goes on': {
    file: 'lease.ts',
    text: 'if (Date.now() >= endMs) clearInterval(timer);',
    instead: 'if (endMs) clearInterval(timer);',
    // A lease lasts 30 s where nobody renews it.
    conditions: { slowOnPaidMs: 32_000, calm: true, shoppers: 12 },
  },
  'a payment after the first one is told to onPaidTwice': {
    file: 'delivery.ts',
    text: 'if (record.paidBy === mchOrderNo) await named',
    instead: 'if (record) await named',
    conditions: { habit: 'keeps-forms', calm: true },
  },
  'an earlier form is still watched': {
    file: 'record.ts',
    text: 'if (attempt.disputed || isSubmitted(attempt) || now - attempt.at < WATCHED_MS) return true;\n  return !attempt.lapsed && canBePaid(attempt);',
    instead: 'return isSubmitted(attempt);',
    conditions: { habit: 'keeps-forms', deaf: true, calm: true },
  },
  'the amount that was paid is compared': {
    file: 'attempts.ts',
    text: '(order.amount === undefined || order.amount === attempt.amount) &&',
    instead: '',
    conditions: { habit: 'forges', calm: true },
  },
  'a hint of a failure does not open what may be paid': {
    file: 'record.ts',
    text: "if (undecided) return { do: 'wait', attempt: undecided };",
    instead:
      "if (undecided && undecided.mchOrderNo !== wanted.failed) return { do: 'wait', attempt: undecided };",
    conditions: { habit: 'false-hint', calm: true },
  },
  'a refund is on record before it is sent': {
    file: 'refunds.ts',
    text: 'return { ...record, refunds: [...(record.refunds ?? []), planned] };',
    instead: 'return undefined;',
    conditions: { habit: 'money-back' },
  },
};

/**
 * A file's source without the rule.
 * @throws Error where the rule does not stand in it exactly once
 */
export function withoutRule(source: string, { file, text, instead }: Mutation): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(
      `${file}: expected ${JSON.stringify(text)} once, found it ${parts.length - 1} times. The rule was written anew: write its mutation anew.`,
    );
  return parts.join(instead);
}
