// Whatever a notification has in it: a payment ships once, nothing else ships, and nothing comes back for ever.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { post } from '../support.js';
import { MERCHANT, openCounter, paidFields, signedJson } from './counter.js';

type Fields = Readonly<Record<string, unknown>>;

const md5 = (parts: readonly string[]) =>
  createHash('md5')
    .update([...parts, `key=${MERCHANT.merchantKey}`].join('&'), 'utf8')
    .digest('hex')
    .toUpperCase();

/** IOTPay's page: empty values dropped, ASCII order. Written down here, so that our own signing is not its own measure. */
const pageSign = (fields: Fields) =>
  md5(
    Object.keys(fields)
      .sort()
      .filter((name) => fields[name] !== null && fields[name] !== '')
      .map((name) => `${name}=${String(fields[name])}`),
  );

function inPhp(value: unknown): string {
  if (value === null || value === false) return '';
  return value === true ? '1' : typeof value === 'object' ? 'Array' : `${value as string | number}`;
}

/** IOTPay's PHP SDK: empty texts dropped, any case of letters; here for names of letters alone. */
const phpSign = (fields: Fields) =>
  md5(
    Object.keys(fields)
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .filter((name) => fields[name] !== '')
      .map((name) => `${name}=${inPhp(fields[name])}`),
  );

/** A number that JavaScript, PHP and JSON write in the same way. */
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -99_999, max: 99_999 }).map((quarters) => quarters / 4),
);
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !/[&=]/.test(value));
const scalar = fc.oneof(text, number, fc.boolean());
const DECIDING = /^(?:mchid|mchorderno|payorderid|amount|currency|status|paytype|originalorderid|sign)$/i;
/** Fields that nobody documents, some under the names of those that are. */
const oddFields = (value: fc.Arbitrary<unknown>) =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.oneof(
          fc.stringMatching(/^[A-Za-z]{1,12}$/),
          fc.constantFrom(
            'cardNum',
            'refundable',
            'paySuccTime',
            'retMsg',
            'channel',
            'constructor',
            'toString',
          ),
        ),
        value,
      ),
      { selector: ([name]) => name.toLowerCase(), maxLength: 6 },
    )
    .map((entries) => entries.filter(([name]) => !DECIDING.test(name)));

describe('a field that decides nothing', () => {
  for (const [way, signOf, value] of [
    ['IOTPay’s page signs it', pageSign, fc.oneof(scalar, fc.constant(null))],
    [
      'IOTPay’s PHP SDK signs it',
      phpSign,
      fc.oneof(scalar, fc.constant(null), fc.array(scalar), fc.dictionary(text, scalar, { maxKeys: 3 })),
    ],
  ] as const) {
    it(`refuses no payment, whatever is in it, as ${way}`, () =>
      fc.assert(
        fc.asyncProperty(oddFields(value), async (odd) => {
          // The gateway says 0: only the notification's own signature can tell of the payment.
          const counter = openCounter();
          const { mchOrderNo } = await counter.form();
          const fields = { ...paidFields(mchOrderNo), ...Object.fromEntries(odd) };
          const body = JSON.stringify({ ...fields, sign: signOf(fields) });
          for (let i = 0; i < 2; i++)
            assert.equal(await counter.notify(body), '200 SUCCESS', `${body} ${counter.log.join('\n')}`);
          assert.equal(counter.paid.length, 1);
        }),
        { numRuns: 200 },
      ));
  }
});

describe('the same payment', () => {
  it('told of in every spelling of its fields, at once and one after the other, ships once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            texts: fc.subarray(['mchId', 'amount', 'status']),
            order: fc.shuffledSubarray(Object.keys(paidFields('')), { minLength: 7 }),
            small: fc.boolean(),
            form: fc.boolean(),
            status: fc.constantFrom(2, 3),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        fc.boolean(),
        async (spellings, atOnce) => {
          const counter = openCounter();
          const { mchOrderNo } = await counter.form();
          const tell = async ({ texts, order, small, form, status }: (typeof spellings)[number]) => {
            const given: Fields = { ...paidFields(mchOrderNo), mchId: Number(MERCHANT.mchId), status };
            const fields = Object.fromEntries(
              order.map((name) => [name, texts.includes(name) ? String(given[name]) : given[name]]),
            );
            const sign = small ? pageSign(fields).toLowerCase() : pageSign(fields);
            const all = { ...fields, sign };
            const body = form
              ? new URLSearchParams(
                  Object.entries(all).map(([name, value]) => [name, String(value)]),
                ).toString()
              : JSON.stringify(all);
            const type = form ? 'application/x-www-form-urlencoded' : 'text/plain';
            assert.equal(await counter.notify(body, type), '200 SUCCESS', counter.log.join('\n'));
          };
          if (atOnce) await Promise.all(spellings.map(tell));
          else for (const spelling of spellings) await tell(spelling);
          assert.equal(counter.paid.length, 1);
        },
      ),
      { numRuns: 60 },
    ));
});

describe('what is no payment', () => {
  it('by payType, originalOrderId or status, in any combination, ships nothing and is acknowledged', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          payType: fc.constantFrom(undefined, null, '', 'pay', 'PAY', 'refund', 'Refund', 'void', 'reversal'),
          originalOrderId: fc.constantFrom(undefined, null, '', `PC${'2'.repeat(26)}`, 7),
          status: fc.oneof(fc.constantFrom(0, 1, 2, 3, 9, '2', '3'), fc.nat(9999), fc.nat(9999).map(String)),
          amount: fc.constantFrom(1999, '1999'),
        }),
        async (more) => {
          const counter = openCounter();
          const { mchOrderNo } = await counter.form();
          const fields = { ...paidFields(mchOrderNo), ...more };
          const isPay = !more.payType || more.payType.toLowerCase() === 'pay';
          const ships = isPay && !more.originalOrderId && /^0*[23]$/.test(String(more.status));
          assert.equal(await counter.notify(signedJson(fields)), '200 SUCCESS', counter.log.join('\n'));
          assert.equal(counter.paid.length, ships ? 1 : 0, JSON.stringify(fields));
        },
      ),
      { numRuns: 300 },
    ));

  it('because nobody knows its status, however it is written, does not come back for ever: the gateway decides', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ max: -1 }),
          fc.integer({ min: 10_000 }),
          fc.constantFrom('PAID', 'success', '2.0', '02 ', ' 2', '+2', '2e0', 'ERR-7', true),
        ),
        fc.boolean(),
        async (status, isPaid) => {
          const retData = { status: isPaid ? 2 : 0, amount: 1999, currency: 'CAD' };
          const counter = openCounter({ says: (path) => (path === 'cc_query' ? retData : undefined) });
          const { mchOrderNo } = await counter.form();
          const fields = { ...paidFields(mchOrderNo), status };
          assert.equal(await counter.notify(signedJson(fields)), '200 SUCCESS', counter.log.join('\n'));
          assert.equal(counter.paid.length, isPaid ? 1 : 0);
        },
      ),
      { numRuns: 100 },
    ));

  it('after a payment, and after a second one: each is acknowledged, in any order, again and again', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.nat(1), fc.constantFrom('paid', 'refund', 'void of 0', 'failed', 'open', 'strange')),
          { minLength: 1, maxLength: 12 },
        ),
        async (told) => {
          const twice: unknown[] = [];
          let amount = 1999;
          const counter = openCounter({
            order: () => ({ id: 'order-1', amount }),
            onPaidTwice: (second) => void twice.push(second.payment.mchOrderNo),
          });
          const numbers = [(await counter.form())['mchOrderNo']];
          amount = 2000;
          numbers.push((await counter.form())['mchOrderNo']);
          const MORE: Readonly<Record<string, Fields>> = {
            refund: { payType: 'refund', originalOrderId: 'PC1' },
            'void of 0': { payType: undefined, originalOrderId: 'PC1', amount: 0 },
            failed: { status: 9 },
            open: { status: 1 },
            strange: { status: 77 },
          };
          for (const [which, what] of told) {
            const own = { ...paidFields(numbers[which]), amount: 1999 + which };
            const answer = await counter.notify(signedJson({ ...own, ...MORE[what] }));
            assert.equal(answer, '200 SUCCESS', counter.log.join('\n'));
          }
          const paid = new Set(told.filter(([, what]) => what === 'paid').map(([which]) => which)).size;
          assert.equal(counter.paid.length, Math.min(paid, 1));
          assert.equal(twice.length, Math.max(paid - 1, 0));
        },
      ),
      { numRuns: 60 },
    ));
});

describe('any bytes at all', () => {
  it('as a notification: no 500, nothing ships, and each refusal has a line', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.webQueryParameters(), fc.uint8Array()),
        fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/x'),
        fc.boolean(),
        async (body, type, names) => {
          const counter = openCounter();
          const { mchOrderNo } = await counter.form();
          const named =
            names && typeof body === 'string' ? `mchOrderNo=${String(mchOrderNo)}&x=${body}` : body;
          const request = new Request(post('').url, {
            method: 'POST',
            headers: { 'Content-Type': type },
            body: named as string,
          });
          const { status } = await counter.checkout.notification(request);
          assert.ok(status >= 400 && status < 500, String(status));
          assert.match(counter.log.at(-1) ?? '', new RegExp(`^notify: HTTP ${status}: `));
          assert.equal(counter.paid.length, 0);
        },
      ),
      { numRuns: 300 },
    ));
});
