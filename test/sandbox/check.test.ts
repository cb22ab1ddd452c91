// `iotpay-checkout check`: our own backend passes, and one that is broken in each way is caught by the trial that names it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TRIALS } from '../../src/sandbox/check/trials.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { PlainShop, type Fault } from './broken-backends.js';
import { checkShop, ourShop, serve } from './check-shop.js';

type Test = Parameters<typeof serve>[0];

const plainShop = (test: Test, fault?: Fault) => async (sandbox: Sandbox) => {
  let shop: PlainShop | undefined;
  const origin = await serve(test, (here) => {
    shop = new PlainShop(here, sandbox, fault);
    return shop.handle;
  });
  return {
    origin,
    shipped: async ({ name }: { name: string }) => shop?.shipped.get(name) ?? 0,
    restart: async () => shop?.restart(),
  };
};

/** What is broken, and the trial that must say so. */
const BROKEN: readonly (readonly [Fault, string])[] = [
  ['sends-dollars', 'plain'],
  ['status-2-only', 'status-3'],
  ['numbers-only', 'numbers-as-text'],
  ['key-alone', 'same-key-other-body'],
  ['no-lock', 'two-tabs'],
  ['no-lock', 'gateway-slow'],
  ['always-new', 'reload'],
  ['forgets-keys', 'same-key'],
  ['frame-removed-blocks', 'frame-removed'],
  ['never-asks', 'unheard-payment'],
  ['needs-number', 'no-number'],
  ['any-number', 'other-order'],
  ['browser-price', 'amount-from-browser'],
  ['timeout-is-failure', 'timeout-reload'],
  ['timeout-for-ever', 'timeout-failed'],
  ['believes-failed', 'failed-hint-undecided'],
  ['never-asks', 'failed-hint-lied'],
  ['same-form-after-decline', 'decline-then-pay'],
  ['newest-only', 'old-form-paid'],
  ['never-acknowledges', 'notify'],
  ['ships-again', 'notify-repeated'],
  ['page-way-only', 'notify-signed-otherwise'],
  ['never-acknowledges', 'notify-odd-fields'],
  ['json-only', 'notify-formats'],
  ['refuses-unverified', 'notify-unverifiable'],
  ['no-signature', 'forged'],
  ['any-amount', 'wrong-amount'],
  ['any-currency', 'wrong-currency'],
  ['reopens-odd-payment', 'wrong-amount-again'],
  ['any-merchant', 'other-merchant'],
  ['refund-is-payment', 'refund'],
  ['refund-is-payment', 'void'],
  ['any-status', 'strange-status'],
  ['any-status', 'failed-status'],
  ['any-status', 'undecided'],
  ['cross-site', 'cross-site'],
  ['any-method', 'method'],
  ['any-type', 'content-type'],
  ['crashes-on-json', 'broken-json'],
  ['any-mode', 'mode'],
  ['any-size', 'too-large'],
  ['cached', 'no-store'],
  ['empty-form', 'gateway-nonsense'],
  ['dead-after-failure', 'gateway-down'],
  ['same-number', 'gateway-lost-answer'],
  ['form-over-silence', 'query-unanswered'],
  ['forgets', 'restart'],
  ['add-charges', 'add-card'],
];

describe('check', () => {
  it('finds nothing in a backend of createCheckout', async (test) => {
    const { trials, findings } = await checkShop(test, (sandbox) => ourShop(test, sandbox));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      trials.filter(({ result }) => result !== 'passed'),
      [],
    );
    assert.ok(trials.length >= 30);
  });

  it('finds nothing in the backend that the others are made from', async (test) => {
    const { findings } = await checkShop(test, plainShop(test));
    assert.deepEqual(findings, []);
  });

  for (const [fault, trial] of BROKEN) {
    it(`${trial}: catches a backend that is broken so: ${fault}`, async (test) => {
      const { findings } = await checkShop(test, plainShop(test, fault), [trial]);
      assert.deepEqual(
        findings.map((each) => each.trial),
        [trial],
      );
      const [{ happened, harm, where } = { happened: '', harm: '', where: '' }] = findings;
      assert.doesNotMatch(happened, /broke off/);
      assert.ok(harm && where);
    });
  }

  it('leaks: catches the merchant key in an answer', async (test) => {
    const { findings } = await checkShop(test, plainShop(test, 'leaks-key'), ['method', 'leaks']);
    assert.deepEqual(
      findings.map((each) => each.trial),
      ['leaks'],
    );
  });

  it('has a broken backend for each trial', () => {
    const caught = new Set(['leaks', ...BROKEN.map(([, trial]) => trial)]);
    assert.deepEqual(
      TRIALS.map(({ id }) => id).filter((id) => !caught.has(id)),
      [],
    );
  });

  it('names sections and rules that WIRE.md has', () => {
    const page = readFileSync('src/server/WIRE.md', 'utf8');
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title.toLowerCase());
    const rules = [...page.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => number);
    for (const { id, where } of TRIALS) {
      const numbers = /^rules? (.+)$/.exec(where)?.[1]?.split(' and ');
      if (numbers)
        assert.ok(
          numbers.every((number) => rules.includes(number)),
          `${id}: ${where}`,
        );
      else assert.ok(headings.includes(where), `${id}: ${where}`);
    }
  });

  it('is documented, each trial', () => {
    const rows = [
      ...readFileSync('src/sandbox/CHECK.md', 'utf8').matchAll(/^\| `([\w-]+)` +\| (.+?) +\|$/gm),
    ];
    assert.deepEqual(
      rows.map(([, id, title]) => [id, title]),
      TRIALS.map(({ id, title }) => [id, title]),
    );
  });
});
