import { saysPaid } from '../answer.js';
import type { Form, Stage } from '../stage.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

const AGAIN = 'The shopper pays anew while the first payment is under way, and is charged twice.';
/** UnionPay's orders are decided a while after the script has given up; put ahead by as much, in milliseconds. */
const DECIDED_MS = 60_000;

/** A payment of which nobody knows yet, and the element asks. */
async function submitted(stage: Stage, scenario: string): Promise<Form> {
  const form = await stage.form(await stage.order());
  await stage.sandbox.pay(form.mchOrderNo, { scenario });
  const asked = await stage.status(form.order, form.mchOrderNo);
  const { status } = asked;
  expect(
    status !== 9 && !saysPaid(asked),
    `the gateway does not know yet, and order-status answers ${asked.words}`,
  );
  return form;
}

/** Timeouts, declines, and what comes after. */
export const OUTCOME_TRIALS: readonly Trial[] = [
  {
    id: 'timeout-reload',
    title: 'UnionPay’s Timeout, a reload, then the payment goes through',
    harm: AGAIN,
    where: 'rule 5',
    async run(stage) {
      const form = await submitted(stage, 'unionpay-timeout-paid');
      const again = await stage.open(form.order);
      expect(!again.secureId, 'the outcome of the first payment is unknown, and a form was given out again');
      expect(
        again.status === 0 || again.status === 1,
        `the outcome of the first payment is unknown, and secure-id answers ${again.words}; expected status 1`,
      );
      stage.sandbox.advance(DECIDED_MS);
      await stage.untilPaid(form);
      expect(stage.charges(form) === 1, 'the order was charged more than once');
    },
  },
  {
    id: 'timeout-failed',
    title: 'UnionPay’s Timeout, then the payment has failed',
    harm: 'The shopper can never pay.',
    where: 'rule 4',
    async run(stage) {
      const form = await submitted(stage, 'unionpay-timeout-failed');
      stage.sandbox.advance(DECIDED_MS);
      await stage.untilStatus(form, [9]);
      const next = await stage.form(form.order);
      await stage.sandbox.pay(next.mchOrderNo);
      await stage.untilPaid(next);
    },
  },
  {
    id: 'failed-hint-undecided',
    title: 'The browser says that a payment has failed, and nobody knows that',
    harm: AGAIN,
    where: 'rule 5',
    async run(stage) {
      const form = await submitted(stage, 'unionpay-timeout-pending');
      const again = await stage.open(form.order, { failed: form.mchOrderNo });
      expect(!again.secureId, '`failed` was believed: a form was given out while the outcome is unknown');
    },
  },
  {
    id: 'failed-hint-lied',
    title: 'The browser says that a payment has failed, and it is paid',
    harm: 'The shopper has paid, gets a form again, and is charged twice.',
    where: 'rule 4',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo);
      const again = await stage.open(form.order, { failed: form.mchOrderNo });
      expect(!again.secureId, '`failed` was believed: the order is paid, and a form was given out for it');
      expect(saysPaid(again), `the order is paid at the gateway, and secure-id answers ${again.words}`);
    },
  },
  {
    id: 'decline-then-pay',
    title: 'A decline, then another card',
    harm: 'After one declined card the shopper can never pay, or pays twice.',
    where: 'rule 4',
    async run(stage) {
      const first = await stage.form(await stage.order());
      await stage.sandbox.pay(first.mchOrderNo, { scenario: 'declined' });
      const second = await stage.form(first.order, { failed: first.mchOrderNo });
      expect(
        second.secureId !== first.secureId,
        'the gateway says that the attempt has failed, and its secureId, which may be spent, was given out again',
      );
      await stage.sandbox.pay(second.mchOrderNo);
      await stage.untilPaid(second);
      expect(stage.charges(first, second) === 1, 'the order was charged more than once');
    },
  },
  {
    id: 'old-form-paid',
    title: 'After a decline, paid in the old tab and in the new one',
    harm: 'A payment is lost: the shopper has paid, and the shop does not know; or its notification comes back for ever.',
    where: 'rules 4 and 7',
    async run(stage) {
      const old = await stage.form(await stage.order());
      await stage.sandbox.pay(old.mchOrderNo, { scenario: 'declined' });
      const next = await stage.form(old.order, { failed: old.mchOrderNo });
      await stage.sandbox.pay(old.mchOrderNo);
      await stage.deliver(old, stage.notificationOf(old));
      const again = await stage.open(old.order);
      expect(!again.secureId, 'the order was paid in the old tab, and a form was given out again');
      expect(saysPaid(again), `the order was paid in the old tab, and secure-id answers ${again.words}`);
      await stage.sandbox.pay(next.mchOrderNo);
      await stage.deliver(next, stage.notificationOf(next));
      await stage.expectShipped(old.order, 1, 'two payments of one order');
    },
  },
];
