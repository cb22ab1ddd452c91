import { randomUUID } from 'node:crypto';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

/** What not every backend offers, and what is known at the end only. */
export const OTHER_TRIALS: readonly Trial[] = [
  {
    id: 'restart',
    title: 'A restart while a form is open, and one after it was paid',
    harm: 'A second form for the same order, or a payment that nobody remembers.',
    where: 'rule 1',
    needs: 'restart',
    async run(stage) {
      const restart = async () => stage.options.restart?.(stage.options.secureIdUrl);
      const form = await stage.form(await stage.order());
      await restart();
      const again = await stage.form(form.order);
      expect(again.secureId === form.secureId, 'after a restart the order got a second secureId');
      await stage.sandbox.pay(form.mchOrderNo);
      await restart();
      await stage.deliver(form, stage.notificationOf(form));
      await stage.untilPaid(form);
      await restart();
      await stage.deliver(form, stage.notificationOf(form));
      await stage.expectShipped(form.order, 1, 'restarts between form, payment and notifications');
    },
  },
  {
    id: 'add-card',
    title: 'A card is saved',
    harm: 'Nobody can save a card, one is charged instead, or a card is saved of which the shop does not know.',
    where: 'secure-id',
    needs: 'add',
    async run(stage) {
      const order = await stage.order();
      const key = randomUUID();
      const made = await stage.ordersMadeBy(async () => {
        const { secureId, words } = await stage.open(order, { mode: 'add', key });
        const card = stage.sandbox.ledger.cards().find((each) => each.secureId === secureId);
        expect(
          secureId && card,
          `mode "add" asked for a form that saves a card, and the answer was ${words}`,
        );
        const repeated = await stage.open(order, { mode: 'add', key });
        expect(
          repeated.secureId === secureId,
          'the same Idempotency-Key again, with mode "add", got another secureId: the first one’s card is saved under a cardId that nobody uses',
        );
        await stage.sandbox.saveCard(card.cardId);
        const next = await stage.open(order, { mode: 'add' });
        expect(
          next.secureId !== secureId,
          'a second card got the first one’s secureId: a cardId binds exactly one card',
        );
      });
      expect(made.length === 0, 'mode "add" made an order, which charges the card');
    },
  },
  {
    id: 'leaks',
    title: 'The merchant key in an answer of this run',
    harm: 'Whoever reads it can sign notifications that orders are paid.',
    where: 'both routes for the browser',
    async run({ answers, sandbox }) {
      const { merchantKey } = sandbox.merchant;
      const found = answers.find(({ text }) => text.includes(merchantKey));
      expect(!found, `an answer (HTTP ${found?.http}) holds the merchant key`);
    },
  },
];
