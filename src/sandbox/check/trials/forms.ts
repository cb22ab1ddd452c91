import { randomUUID } from 'node:crypto';
import { FIELD_LIMITS } from '../../../gateway/limits.js';
import { readWhole } from '../../../gateway/status.js';
import { saysPaid } from '../answer.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

const TWICE = 'Two forms are open for one order: the shopper pays in both, and is charged twice.';

/** One order, one form. */
export const FORM_TRIALS: readonly Trial[] = [
  {
    id: 'plain',
    title: 'A plain payment',
    harm: 'Nobody can pay.',
    where: 'secure-id',
    async run(stage) {
      const order = await stage.order();
      const answer = await stage.open(order);
      const form = stage.formOf(order, answer);
      const { amount, currency } = stage.ledgerOrder(form);
      const told = answer.json?.['amount'];
      expect(
        told === undefined || readWhole(told) === amount,
        `the answer tells the amount ${String(told)}, and the gateway was asked for ${amount}: the shopper reads one amount and pays another`,
      );
      const money = answer.json?.['currency'];
      expect(
        money === undefined || money === currency,
        `the answer tells the currency ${String(money)}, and the gateway was asked for ${currency}`,
      );
      const number = answer.json?.['mchOrderNo'];
      expect(
        number === undefined || number === form.mchOrderNo,
        `the answer's mchOrderNo is not the one that the gateway was given (at most ${FIELD_LIMITS.mchOrderNo} characters)`,
      );
      await stage.sandbox.pay(form.mchOrderNo);
      await stage.untilPaid(form);
      const again = await stage.open(order);
      expect(!again.secureId, 'the order is paid, and a form was given out for it again');
      expect(saysPaid(again), `the order is paid, and secure-id answers ${again.words}`);
      await stage.expectShipped(order, 1, 'a plain payment');
    },
  },
  {
    id: 'status-3',
    title: 'Paid with status 3, which means the same as 2',
    harm: 'A paid order is never shipped, or is paid again.',
    where: 'order-status',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo, { scenario: 'approved-mastercard' });
      await stage.untilPaid(form);
    },
  },
  {
    id: 'numbers-as-text',
    title: 'The gateway writes numbers as texts, and adds fields',
    harm: 'A paid order is never shipped, or is paid again.',
    where: 'the gateway',
    async run(stage) {
      stage.sandbox.setQuirks({ statusAsString: true, extraFields: true });
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo);
      await stage.deliver(form, stage.notificationOf(form));
      await stage.untilPaid(form);
    },
  },
  {
    id: 'same-key',
    title: 'The same Idempotency-Key twice',
    harm: TWICE,
    where: 'secure-id',
    async run(stage) {
      const order = await stage.order();
      const key = randomUUID();
      const first = await stage.form(order, { key });
      const second = await stage.form(order, { key });
      expect(
        first.secureId === second.secureId,
        'the same request with the same key got another secureId than the first time',
      );
    },
  },
  {
    id: 'same-key-other-body',
    title: 'The same Idempotency-Key with another body',
    harm: 'The shopper sees one order and pays another.',
    where: 'secure-id',
    async run(stage) {
      const key = randomUUID();
      const first = await stage.form(await stage.order(), { key });
      const other = await stage.open(await stage.order(), { key });
      expect(
        other.secureId !== first.secureId,
        'a request for another order, with the key of an earlier one, got the earlier order’s secureId',
      );
    },
  },
  {
    id: 'two-tabs',
    title: 'Two tabs at the same moment',
    harm: TWICE,
    where: 'rule 3',
    async run(stage) {
      const order = await stage.order();
      const answers = await Promise.all([1, 2, 3].map(() => stage.open(order)));
      const different = new Set(answers.flatMap(({ secureId }) => secureId ?? []));
      expect(different.size > 0, `three tabs asked, and none got a form: ${answers[0]?.words}`);
      expect(different.size === 1, `three tabs got ${different.size} different forms for one order`);
    },
  },
  {
    id: 'reload',
    title: 'A reload while the form is open',
    harm: TWICE,
    where: 'rule 3',
    async run(stage) {
      const order = await stage.order();
      const first = await stage.form(order);
      const second = await stage.form(order);
      expect(first.secureId === second.secureId, 'after a reload the order got a second secureId');
    },
  },
  {
    id: 'frame-removed',
    title: 'The page has lost its frame, and asks before it shows the form again',
    harm: 'The shopper waits for a payment that nobody has made.',
    where: 'order-status',
    async run(stage) {
      const form = await stage.form(await stage.order());
      const asked = await stage.status(form.order, form.mchOrderNo, { frameRemoved: true });
      expect(!saysPaid(asked), `nobody has paid, and order-status answers ${asked.words}`);
      const again = await stage.open(form.order);
      expect(
        again.secureId === form.secureId,
        `a question with frameRemoved says nothing of a submission, but the form is not given out again: ${again.words}`,
      );
    },
  },
  {
    id: 'unheard-payment',
    title: 'Paid, and nobody heard of it; then a reload',
    harm: 'The shopper has paid, gets a form again, and is charged twice.',
    where: 'rule 2',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo, { scenario: 'silent' });
      const again = await stage.open(form.order);
      expect(!again.secureId, 'the order is paid at the gateway, and a form was given out for it');
      expect(saysPaid(again), `the order is paid at the gateway, and secure-id answers ${again.words}`);
    },
  },
  {
    id: 'no-number',
    title: 'An order-status question without a number',
    harm: 'The shopper waits for ten minutes, and is told that nobody knows.',
    where: 'order-status',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo);
      await stage.untilPaid({ ...form, mchOrderNo: '' });
    },
  },
  {
    id: 'other-order',
    title: 'An order-status question with the number of another order',
    harm: 'An order that nobody has paid is taken as paid; a stranger learns of other people’s orders.',
    where: 'order-status',
    async run(stage) {
      const paid = await stage.form(await stage.order());
      await stage.sandbox.pay(paid.mchOrderNo);
      await stage.untilPaid(paid);
      const unpaid = await stage.form(await stage.order());
      const asked = await stage.status(unpaid.order, paid.mchOrderNo);
      expect(!saysPaid(asked), `an unpaid order was asked about with a paid one's number: ${asked.words}`);
      await stage.expectUnpaid(unpaid, 'a question with another order’s number');
    },
  },
  {
    id: 'amount-from-browser',
    title: 'The browser chooses its own price',
    harm: 'Whoever can open the developer tools pays one cent.',
    where: 'both routes for the browser',
    async run(stage) {
      const more = { amount: 1, cents: 1, price: 1, total: 1, currency: 'USD', paid: true, status: 2 };
      const order = await stage.order();
      const answer = await stage.open(order, { more });
      expect(!saysPaid(answer), `the browser said that the order is paid, and was believed: ${answer.words}`);
      if (!answer.secureId) return; // Refused: fine as well.
      const { amount, currency } = stage.ledgerOrder(stage.formOf(order, answer));
      expect(
        amount !== 1 && currency === 'CAD',
        `the browser's request said amount 1, and the gateway was asked for ${amount} ${currency}`,
      );
    },
  },
];
