import { randomUUID } from 'node:crypto';
import type { FaultKind } from '../../faults.js';
import { saysPaid } from '../answer.js';
import type { Stage } from '../stage.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

/** How late a slow gateway answers, in milliseconds. */
const SLOW_MS = 1500;

/** A gateway that fails once, and then works again. */
async function failsOnce(stage: Stage, kind: FaultKind): Promise<void> {
  const order = await stage.order();
  const key = randomUUID();
  stage.sandbox.fault({ kind, call: 'cc_purchase' });
  const refused = await stage.open(order, { key });
  // A backend may have tried again by itself, with another number: then this is a form.
  if (!refused.secureId) {
    const told = refused.http >= 500 || refused.json?.['retCode'] === 'FAIL';
    expect(
      told,
      `the gateway failed (${kind}), and secure-id answers ${refused.words}; expected HTTP 502 or 504`,
    );
  }
  stage.sandbox.fault(undefined);
  const form = await stage.form(order, { key });
  await stage.sandbox.pay(form.mchOrderNo);
  await stage.untilPaid(form);
  expect(stage.charges(form) === 1, 'the order was charged more than once');
}

/** A gateway that is slow, breaks, or talks nonsense. */
export const GATEWAY_TRIALS: readonly Trial[] = [
  {
    id: 'gateway-slow',
    title: 'The gateway is slow, and a second tab opens meanwhile',
    harm: 'Two forms are open for one order: the shopper pays in both, and is charged twice.',
    where: 'rule 3',
    async run(stage) {
      const order = await stage.order();
      stage.sandbox.fault({ kind: 'slow', call: 'cc_purchase', delayMs: SLOW_MS });
      const answers = await Promise.all([stage.open(order), stage.open(order)]);
      const later = await stage.form(order);
      const different = new Set([later.secureId, ...answers.flatMap(({ secureId }) => secureId ?? [])]);
      expect(different.size === 1, `${different.size} different forms were given out for one order`);
    },
  },
  {
    id: 'gateway-nonsense',
    title: 'The gateway answers with a page instead of JSON',
    harm: 'The shopper sees an empty form, or can never pay.',
    where: 'both routes for the browser',
    run: (stage) => failsOnce(stage, 'nonsense'),
  },
  {
    id: 'gateway-down',
    title: 'The gateway is down for a moment',
    harm: 'The shopper can never pay, although the gateway works again.',
    where: 'both routes for the browser',
    async run(stage) {
      await failsOnce(stage, 'http-500');
      await failsOnce(stage, 'reset');
    },
  },
  {
    id: 'gateway-lost-answer',
    title: 'The gateway makes the order, and its answer gets lost',
    harm: 'The shopper can never pay: the number is taken.',
    where: 'rule 1',
    run: (stage) => failsOnce(stage, 'lost-answer'),
  },
  {
    id: 'query-unanswered',
    title: 'Paid, and the gateway does not answer when it is asked',
    harm: 'The shopper has paid, is told that it failed or gets a form again, and is charged twice.',
    where: 'rule 2',
    async run(stage) {
      const form = await stage.form(await stage.order());
      await stage.sandbox.pay(form.mchOrderNo, { scenario: 'silent' });
      for (const kind of ['http-500', 'nonsense', 'reset'] as const) {
        stage.sandbox.fault({ kind, call: 'cc_query', times: Infinity });
        const opened = await stage.open(form.order);
        expect(
          !opened.secureId,
          `the gateway could not be asked (${kind}), and a form was given out over it`,
        );
        const asked = await stage.status(form.order, form.mchOrderNo);
        expect(
          asked.status !== 9 && !saysPaid(asked),
          `the gateway could not be asked (${kind}), and order-status answers ${asked.words}; expected: not yet known`,
        );
        stage.sandbox.fault(undefined);
      }
      await stage.untilPaid(form);
    },
  },
];
