import { oddNotification, paidFields } from '../notification.js';
import type { Form, Stage } from '../stage.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

const LOST =
  'The shopper has paid and closed the tab; the shop never hears of it, and ships nothing. The gateway notifies for ever.';

/** A form that was paid, and nobody has asked yet. */
async function paid(stage: Stage): Promise<Form> {
  const form = await stage.form(await stage.order());
  await stage.sandbox.pay(form.mchOrderNo);
  return form;
}

/** How a notification may come in: nobody documents it. */
const FORMATS: readonly (readonly [
  string,
  (json: string) => [body: string, type: string, search?: string],
])[] = [
  ['JSON as text/plain', (json) => [json, 'text/plain']],
  ['form fields', (json) => [formOf(json), 'application/x-www-form-urlencoded']],
  [
    'params=<json>',
    (json) => [String(new URLSearchParams({ params: json })), 'application/x-www-form-urlencoded'],
  ],
  ['the query string', (json) => ['', 'application/x-www-form-urlencoded', formOf(json)]],
];

function formOf(json: string): string {
  const fields = Object.entries(JSON.parse(json) as Record<string, unknown>);
  return new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
}

/** Genuine notifications must never be lost. */
export const NOTIFICATION_TRIALS: readonly Trial[] = [
  {
    id: 'notify',
    title: 'The notification of a payment of which no browser told',
    harm: LOST,
    where: 'notification',
    async run(stage) {
      const form = await paid(stage);
      // Without the gateway's answers, so that the notification alone tells.
      stage.sandbox.fault({ kind: 'http-500', call: 'cc_query', times: Infinity });
      const { acknowledged } = await stage.notify(form, stage.notificationOf(form));
      if (acknowledged) {
        await stage.expectShipped(form.order, 1, 'an acknowledged notification');
        await stage.untilPaid(form);
        return;
      }
      stage.sandbox.fault(undefined);
      await stage.deliver(form, stage.notificationOf(form));
      await stage.untilPaid(form);
    },
  },
  {
    id: 'notify-repeated',
    title: 'A late notification, then two more at the same moment',
    harm: 'The order is shipped more than once, or the gateway notifies for ever.',
    where: 'rule 6',
    async run(stage) {
      const form = await paid(stage);
      const body = stage.notificationOf(form);
      await Promise.all([stage.deliver(form, body), stage.deliver(form, body)]);
      await stage.untilPaid(form);
      await Promise.all([stage.deliver(form, body), stage.deliver(form, body)]);
      await stage.deliver(form, body);
      await stage.untilPaid(form);
      await stage.expectShipped(form.order, 1, 'one payment, notified five times');
    },
  },
  {
    id: 'notify-signed-otherwise',
    title: 'A notification signed as IOTPay’s PHP SDK signs',
    harm: LOST,
    where: 'signature',
    async run(stage) {
      stage.sandbox.setQuirks({ signsOtherWay: true });
      const form = await paid(stage);
      await stage.deliver(form, stage.notificationOf(form));
      await stage.untilPaid(form);
    },
  },
  {
    id: 'notify-odd-fields',
    title: 'A notification with null, true, fractions, a long number and text in fields that decide nothing',
    harm: LOST,
    where: 'notification',
    async run(stage) {
      const form = await paid(stage);
      await stage.deliver(form, oddNotification(stage, paidFields(stage, form)));
      await stage.untilPaid(form);
    },
  },
  {
    id: 'notify-formats',
    title: 'Notifications as text, as form fields, as params=<json>, in the query',
    harm: LOST,
    where: 'notification',
    async run(stage) {
      for (const [name, write] of FORMATS) {
        const form = await paid(stage);
        const [body, type, search] = write(stage.notificationOf(form));
        let answer = await stage.notify(form, body, type, search);
        // A backend that asks the gateway first may want it again.
        if (!answer.acknowledged) answer = await stage.notify(form, body, type, search);
        expect(
          answer.acknowledged,
          `a genuine notification came in as ${name}, and was answered with ${answer.words}`,
        );
        await stage.untilPaid(form);
      }
    },
  },
  {
    id: 'notify-unverifiable',
    title: 'A paid order’s notification that cannot be verified',
    harm: LOST,
    where: 'notification',
    async run(stage) {
      const form = await paid(stage);
      const fields = paidFields(stage, form, { sign: '0123456789ABCDEF0123456789ABCDEF' });
      await stage.deliver(form, JSON.stringify(fields));
      await stage.untilPaid(form);
      await stage.expectShipped(form.order, 1, 'a notification that the gateway confirmed');
    },
  },
];
