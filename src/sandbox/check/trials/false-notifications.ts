import { paidFields, signedNotification } from '../notification.js';
import type { Stage } from '../stage.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

const FREE = 'Goods are shipped that nobody has paid for.';

/** What a stranger may send, who has no key. */
const FORGERIES: readonly (readonly [
  string,
  (stage: Stage, fields: Readonly<Record<string, unknown>>) => string,
])[] = [
  ['no sign', (_stage, fields) => JSON.stringify(fields)],
  ['an empty sign', (_stage, fields) => JSON.stringify({ ...fields, sign: '' })],
  ['a wrong sign', (_stage, fields) => JSON.stringify({ ...fields, sign: 'F'.repeat(32) })],
  ['sign: true', (_stage, fields) => JSON.stringify({ ...fields, sign: true })],
  ['sign: 0', (_stage, fields) => JSON.stringify({ ...fields, sign: 0 })],
  ['sign: []', (_stage, fields) => JSON.stringify({ ...fields, sign: [] })],
  ['another key’s sign', (stage, fields) => signedNotification(stage, fields, 'sandbox-another-key')],
];

/** A notification with the right signature that must not ship anything. */
const signed = (
  about: Pick<Trial, 'id' | 'title'> & Partial<Trial>,
  changes: (fields: Readonly<Record<string, unknown>>) => Record<string, unknown>,
  mustBeAcknowledged: boolean,
): Trial => ({
  harm: FREE,
  where: 'notification',
  ...about,
  async run(stage) {
    const form = await stage.form(await stage.order());
    const fields = paidFields(stage, form);
    const body = signedNotification(stage, { ...fields, ...changes(fields) });
    if (mustBeAcknowledged) await stage.deliver(form, body);
    else await stage.notify(form, body);
    await stage.expectUnpaid(form, `a notification about: ${about.title.toLowerCase()}`);
  },
});

/** Notifications that must not be taken for a payment. */
export const FALSE_NOTIFICATION_TRIALS: readonly Trial[] = [
  {
    id: 'forged',
    title: 'Forged notifications',
    harm: FREE,
    where: 'notification',
    async run(stage) {
      const form = await stage.form(await stage.order());
      for (const [name, forge] of FORGERIES) {
        await stage.notify(form, forge(stage, paidFields(stage, form)));
        await stage.expectUnpaid(form, `a forged notification (${name})`);
      }
    },
  },
  signed({ id: 'wrong-amount', title: 'Another amount than the order’s' }, () => ({ amount: 1 }), false),
  signed({ id: 'wrong-currency', title: 'Another currency' }, () => ({ currency: 'USD' }), false),
  {
    id: 'wrong-amount-again',
    title: 'Another amount was paid, and the shopper tries again',
    harm: 'The shopper has paid something, and is asked to pay all of it.',
    where: 'rule 5',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.notify(form, signedNotification(stage, paidFields(stage, form, { amount: 1 })));
      const again = await stage.open(form.order, { failed: form.mchOrderNo });
      expect(
        !again.secureId || again.secureId === form.secureId,
        'the gateway says that another amount was paid, and another form was given out',
      );
      await stage.expectUnpaid(form, 'a notification of another amount');
    },
  },
  signed({ id: 'other-merchant', title: 'Another merchant’s payment' }, () => ({ mchId: '10000999' }), false),
  signed(
    { id: 'refund', title: 'A refund' },
    ({ payOrderId }) => ({ payType: 'refund', refundable: 0, originalOrderId: payOrderId }),
    true,
  ),
  signed(
    { id: 'void', title: 'A void of amount 0, told by its originalOrderId alone' },
    ({ payOrderId }) => ({ amount: 0, refundable: 0, originalOrderId: payOrderId }),
    true,
  ),
  signed({ id: 'strange-status', title: 'A status that nobody knows' }, () => ({ status: 7 }), true),
  signed({ id: 'failed-status', title: 'A payment that has failed' }, () => ({ status: 9 }), true),
  {
    id: 'undecided',
    title: 'A notification that the payment is under way',
    harm: 'The shopper pays anew while the first payment is under way, and is charged twice.',
    where: 'rule 5',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.deliver(form, signedNotification(stage, paidFields(stage, form, { status: 1 })));
      const again = await stage.open(form.order, { failed: form.mchOrderNo });
      expect(
        !again.secureId || again.secureId === form.secureId,
        'the gateway says that a payment is under way, and another form was given out',
      );
      await stage.expectUnpaid(form, 'a notification with status 1');
    },
  },
];
