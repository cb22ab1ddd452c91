// What happens to a request for a form, and what an order stands at: tables over records.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changeAttempt,
  isWatched,
  nameIn,
  nameOf,
  newNumber,
  readRecord,
  SECURE_ID_YOUNG_MS,
  stateOfOrder,
  UNDECIDED_MS,
  verdictOf,
  WATCHED_MS,
  withAttempt,
  withPayment,
  writeRecord,
  type Attempt,
  type OrderRecord,
  type Payment,
} from '../../../src/server/checkout/record.js';

const NOW = 1_700_000_000_000;
const WANTED = { amount: 1500, currency: 'CAD', channel: 'PF_CC' } as const;

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  mchOrderNo: 'a',
  by: 'form',
  amount: 1500,
  currency: 'CAD',
  channel: 'PF_CC',
  at: NOW - 1000,
  secureId: 's',
  status: 0,
  ...more,
});

const payment = (mchOrderNo = 'a'): Payment => ({
  mchOrderNo,
  payOrderId: 'PC1',
  amount: 1500,
  currency: 'CAD',
  status: 2,
  channel: 'PF_CC',
  cardNum: undefined,
  cardType: undefined,
  paySuccTime: undefined,
  authNum: undefined,
  invoiceNum: undefined,
  transNum: undefined,
});

const record = (...attempts: Attempt[]): OrderRecord => ({ id: 'order-1', attempts });
const paid = (record: OrderRecord, mchOrderNo = 'a'): OrderRecord =>
  withPayment(record, payment(mchOrderNo)) ?? assert.fail('no such attempt');

describe('a request for a form', () => {
  const rows: readonly [what: string, record: OrderRecord | undefined, verdict: string, failed?: string][] = [
    ['of an order that nobody knows', undefined, 'make'],
    ['of an order without attempts', record(), 'make'],
    ['while a form is open', record(attempt()), 'share'],
    [
      'while a form is open of which the gateway has said nothing yet',
      record(attempt({ status: undefined! })),
      'share',
    ],
    ['while a form is open, and the gateway says 1', record(attempt({ status: 1 })), 'share'],
    ['while another request makes a form', record(attempt({ secureId: undefined! })), 'join'],
    ['after an attempt that was given up', record(attempt({ secureId: undefined!, dead: true })), 'make'],
    ['after a failure', record(attempt({ status: 9 })), 'make'],
    ['after a failure that somebody had asked about', record(attempt({ status: 9, told: true })), 'make'],
    ['after a Timeout', record(attempt({ told: true })), 'wait'],
    ['after a Timeout, though a FAIL is hinted at', record(attempt({ told: true })), 'wait', 'a'],
    [
      'after a Timeout, and a form made since',
      record(attempt({ told: true }), attempt({ mchOrderNo: 'b' })),
      'wait',
    ],
    ['after a FAIL that the gateway knows nothing of', record(attempt()), 'make', 'a'],
    [
      'after a FAIL of an earlier attempt',
      record(attempt({ status: 9 }), attempt({ mchOrderNo: 'b' })),
      'share',
      'a',
    ],
    ['after a FAIL that was hinted at before', record(attempt({ hinted: true })), 'make'],
    ['with a secureId that is nearly over', record(attempt({ at: NOW - SECURE_ID_YOUNG_MS })), 'make'],
    [
      'with a secureId that is young just yet',
      record(attempt({ at: NOW - SECURE_ID_YOUNG_MS + 1 })),
      'share',
    ],
    ['with another amount', record(attempt({ amount: 1600 })), 'make'],
    ['with another amount, and the gateway says 1', record(attempt({ amount: 1600, status: 1 })), 'wait'],
    [
      'with another amount, after a FAIL, though the gateway says 1',
      record(attempt({ amount: 1600, status: 1, hinted: true })),
      'make',
    ],
    [
      'with a secureId that is nearly over, and the gateway says 1',
      record(attempt({ at: NOW - SECURE_ID_YOUNG_MS, status: 1 })),
      'wait',
    ],
    [
      'with a secureId that is nearly over, after a FAIL, though the gateway says 1',
      record(attempt({ at: NOW - SECURE_ID_YOUNG_MS, status: 1, hinted: true })),
      'make',
    ],
    ['with another channel', record(attempt({ channel: 'UPI_EX' })), 'make'],
    ['with another amount, after a Timeout', record(attempt({ amount: 1600, told: true })), 'wait'],
    [
      'after a Timeout of more than a day ago',
      record(attempt({ at: NOW - UNDECIDED_MS, told: true })),
      'make',
    ],
    [
      'while the charge of a saved card is undecided for more than a day',
      record(attempt({ at: NOW - UNDECIDED_MS, by: 'card', told: true, secureId: undefined! })),
      'make',
    ],
    [
      'while a saved card is being charged',
      record(attempt({ by: 'card', told: true, secureId: undefined! })),
      'wait',
    ],
    ['of an order that is paid', paid(record(attempt())), 'tell-paid'],
    [
      'of an order that is paid, with a form open',
      paid(record(attempt(), attempt({ mchOrderNo: 'b' }))),
      'tell-paid',
    ],
    [
      'of an order that is paid, with a Timeout beside it',
      paid(record(attempt(), attempt({ mchOrderNo: 'b', told: true }))),
      'tell-paid',
    ],
  ];
  for (const [what, given, verdict, failed] of rows) {
    it(`${what}: ${verdict}`, () => assert.equal(verdictOf(given, { ...WANTED, failed }, NOW).do, verdict));
  }
});

describe('an order', () => {
  const rows: readonly [string, OrderRecord | undefined, string][] = [
    ['that nobody knows', undefined, 'open'],
    ['with an open form', record(attempt()), 'open'],
    ['with a failure', record(attempt({ status: 9 })), 'failed'],
    [
      'with a failure and an open form since',
      record(attempt({ status: 9 }), attempt({ mchOrderNo: 'b' })),
      'open',
    ],
    [
      'with a form that nobody paid in while it lived',
      record(attempt({ at: NOW - WATCHED_MS, lapsed: true })),
      'failed',
    ],
    [
      'with a form that is over, of which the gateway has not been asked since',
      record(attempt({ at: NOW - WATCHED_MS })),
      'open',
    ],
    [
      'with a form that is over, and the gateway says 1',
      record(attempt({ at: NOW - WATCHED_MS, status: 1, lapsed: true })),
      'unknown',
    ],
    ['with a Timeout', record(attempt({ told: true })), 'unknown'],
    ['that is paid', paid(record(attempt({ told: true }))), 'paid'],
  ];
  for (const [what, given, state] of rows) {
    it(`${what} is ${state}`, () => assert.equal(stateOfOrder(given, NOW), state));
  }
});

describe('an attempt is watched', () => {
  for (const [what, given, is] of [
    ['while its form is open', attempt(), true],
    ['after a failure: the shopper may try again in the same form', attempt({ status: 9 }), true],
    ['until its form is surely over', attempt({ at: NOW - WATCHED_MS + 1 }), true],
    ['and until the gateway was asked after that', attempt({ at: NOW - WATCHED_MS }), true],
    ['also after a failure', attempt({ at: NOW - 10 * WATCHED_MS, status: 9, told: true }), true],
    ['no longer than that', attempt({ at: NOW - WATCHED_MS, lapsed: true }), false],
    [
      'no longer than its form could be, where it never got its secureId',
      attempt({ at: NOW - WATCHED_MS, secureId: undefined! }),
      false,
    ],
    [
      'longer, where the gateway says 1',
      attempt({ at: NOW - 10 * WATCHED_MS, status: 1, lapsed: true }),
      true,
    ],
    [
      'longer, where it was submitted and is not decided',
      attempt({ at: NOW - 10 * WATCHED_MS, told: true }),
      true,
    ],
    ['not when it is paid', attempt({ status: 2, payment: payment() }), false],
    ['not when it was given up', attempt({ dead: true }), false],
  ] as const) {
    it(`${what}: ${is}`, () => assert.equal(isWatched(given, NOW), is));
  }
});

describe('payments', () => {
  it('the first one pays the order, a second one is kept beside it', () => {
    const both = paid(paid(record(attempt(), attempt({ mchOrderNo: 'b' })), 'b'), 'a');
    assert.equal(both.paidBy, 'b');
    assert.deepEqual(
      both.attempts.map(({ payment: found }) => found?.mchOrderNo),
      ['a', 'b'],
    );
  });

  it('the same one twice changes nothing', () => {
    assert.equal(withPayment(paid(record(attempt())), payment()), undefined);
  });

  it('of an attempt that is not on record are not taken', () => {
    assert.equal(withPayment(record(attempt()), payment('other')), undefined);
    assert.equal(withPayment(undefined, payment()), undefined);
  });
});

describe('a record', () => {
  it('forgets the oldest attempts that are over, and never one that was paid or may yet be', () => {
    let given = paid(record(attempt({ at: 0 })));
    given = withAttempt(given, 'order-1', attempt({ mchOrderNo: 'told', told: true, at: 0 }));
    for (let i = 0; i < 100; i++)
      given = withAttempt(
        given,
        'order-1',
        attempt({ mchOrderNo: `old-${i}`, at: i, status: 9, lapsed: true }),
      );
    given = withAttempt(given, 'order-1', attempt({ mchOrderNo: 'new', at: NOW }));
    const numbers = given.attempts.map(({ mchOrderNo }) => mchOrderNo);
    assert.ok(numbers.includes('a') && numbers.includes('told') && numbers.at(-1) === 'new');
    assert.ok(numbers.length <= 102 && !numbers.includes('old-0'), numbers.join());
  });

  it('comes back from its text as it was', () => {
    const given = { ...paid(record(attempt({ told: true }))), watchedUntil: NOW };
    assert.deepEqual(readRecord(writeRecord(given), 'order:x'), JSON.parse(JSON.stringify(given)));
  });

  for (const text of ['', 'null', '[]', '{}', '{"id":7,"attempts":[]}', '{"id":"x"}']) {
    it(`is not read from ${text || 'an empty text'}`, () =>
      assert.throws(() => readRecord(text, 'order:x'), /order:x.*another program/));
  }

  it('is left alone where a change changes nothing', () => {
    const given = record(attempt());
    assert.equal(
      changeAttempt(given, 'a', (each) => each),
      undefined,
    );
    assert.equal(
      changeAttempt(given, 'b', (each) => ({ ...each, told: true })),
      undefined,
    );
  });
});

describe('numbers', () => {
  it('fit into the gateway’s 30 characters, name their order, and are never the same', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (id) => {
        const [one, other] = [newNumber(id), newNumber(id)];
        assert.match(one, /^[0-9a-z]{26}$/);
        assert.equal(nameIn(one), nameOf(id));
        assert.notEqual(one, other);
      }),
    );
  });

  for (const number of [undefined, '', 'order-1', 'BC-1234-abcdef0123', 'A'.repeat(26), '0'.repeat(25)]) {
    it(`${JSON.stringify(number)} was not made here`, () => assert.equal(nameIn(number), undefined));
  }
});
