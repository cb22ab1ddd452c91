import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newNumber } from '../../../src/server/checkout/record.js';
import { judge, type DeliveredAt, type Ended, type Evidence } from './judge.js';

const number = newNumber('order-1');
const other = newNumber('order-1');
const charge = (mchOrderNo: string) => ({
  payOrderId: 'P',
  mchOrderNo,
  amount: 1999,
  currency: 'CAD',
  at: 0,
});
const told = (run: number, atMs: number): DeliveredAt => ({
  run,
  atMs,
  orderId: 'order-1',
  mchOrderNo: number,
  twice: false,
});
const paid: Ended = {
  order: 'order-1',
  sawPaid: true,
  standing: { state: 'paid', payment: { mchOrderNo: number } },
};
const GOOD: Evidence = {
  orders: [paid],
  charges: [charge(number)],
  undecided: [],
  deliveries: [told(1, 10)],
  killedAt: () => undefined,
};

const CASES: readonly [string, Partial<Evidence>, RegExp | undefined][] = [
  ['an order paid once and told once', {}, undefined],
  ['two charges', { charges: [charge(number), charge(other)] }, /2 charges for one order/],
  [
    'two charges of whoever keeps both forms, each told of',
    {
      orders: [{ ...paid, keepsForms: true }],
      charges: [charge(number), charge(other)],
      deliveries: [told(1, 10), { ...told(1, 20), mchOrderNo: other, twice: true }],
    },
    undefined,
  ],
  [
    'two charges of whoever keeps both forms, both told to onPaid',
    {
      orders: [{ ...paid, keepsForms: true }],
      charges: [charge(number), charge(other)],
      deliveries: [told(1, 10), { ...told(1, 20), mchOrderNo: other }],
    },
    /told of two payments/,
  ],
  ['onPaidTwice for one payment', { deliveries: [{ ...told(1, 10), twice: true }] }, /it was not paid twice/],
  ['a charge for no order', { charges: [charge(number), charge(newNumber('x'))] }, /for no order/],
  ['"paid" without money', { charges: [], deliveries: [] }, /no money moved/],
  ['a charge never told', { deliveries: [] }, /never told/],
  ['told twice without a crash', { deliveries: [told(1, 10), told(2, 20)] }, /nothing had crashed/],
  [
    'told twice, killed only after',
    { deliveries: [told(1, 10), told(2, 20)], killedAt: () => 25 },
    /nothing had/,
  ],
  [
    'told twice with a crash between',
    { deliveries: [told(1, 10), told(2, 20)], killedAt: () => 15 },
    undefined,
  ],
  [
    'not known at the end',
    { orders: [{ ...paid, standing: { state: 'unknown' } }] },
    /does not know at the end/,
  ],
  [
    'not known at the end, and the gateway does not know either',
    {
      orders: [{ ...paid, sawPaid: false, standing: { state: 'unknown' } }],
      charges: [],
      deliveries: [],
      undecided: [number],
    },
    undefined,
  ],
  [
    'a charge that is not on record',
    { orders: [{ ...paid, standing: { state: 'open' } }] },
    /does not know of/,
  ],
];

for (const [name, change, expected] of CASES) {
  it(`${name}: ${expected ? 'a violation' : 'as it should be'}`, () => {
    const violations = judge({ ...GOOD, ...change });
    if (expected) assert.match(violations.join('\n'), expected);
    else assert.deepEqual(violations, []);
  });
}
