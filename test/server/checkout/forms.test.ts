// A server that died in the middle of making a form keeps nobody waiting for long, however often the waiting are cut off.
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { Attempts } from '../../../src/server/checkout/attempts.js';
import { Forms } from '../../../src/server/checkout/forms.js';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { loggerOf } from '../../../src/server/checkout/log.js';
import { checkOrder } from '../../../src/server/checkout/order.js';
import { nameOf, newNumber, writeRecord, type OrderRecord } from '../../../src/server/checkout/record.js';
import { Records } from '../../../src/server/checkout/records.js';
import { memoryStore } from '../../../src/server/index.js';

/** What a server leaves behind that died between the gateway's answer and its own record, so many milliseconds ago. */
const leftBehind = (mchOrderNo: string, ageMs: number): OrderRecord => ({
  id: 'order-1',
  attempts: [
    { mchOrderNo, by: 'form', amount: 1999, currency: 'CAD', channel: 'PF_CC', at: Date.now() - ageMs },
  ],
});

async function shopAfter(ageMs: number) {
  const store = guardStore(memoryStore());
  const first = newNumber('order-1');
  const text = writeRecord(leftBehind(first, ageMs));
  await store.set(`order:${nameOf('order-1')}`, text, { version: undefined, ttlMs: 3_600_000 });
  const now = () => Date.now();
  const records = new Records(store, now);
  const queryOrder = () => Promise.reject(new Error('Nobody can pay in it: there is nothing to ask about.'));
  const purchase = ({ mchOrderNo }: { mchOrderNo: string }) =>
    Promise.resolve({ mchOrderNo, secureId: 'the second', raw: {} } as never);
  const forms = new Forms({
    iotpay: { purchase },
    attempts: new Attempts({ queryOrder }, records, now, loggerOf(assert.fail)),
    records,
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/',
    now,
  });
  const attempts = async () => (await records.read(nameOf('order-1')))?.attempts ?? [];
  return { first, attempts, open: () => forms.open(checkOrder({ id: 'order-1', amount: 1999 }), undefined) };
}

/** How long something takes by the test's own clock, in milliseconds. */
async function timed<T>(test: TestContext, work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startMs = Date.now();
  let isOver = false;
  const done = work.finally(() => (isOver = true));
  while (!isOver) {
    for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
    if (!isOver) test.mock.timers.tick(50);
  }
  return { value: await done, ms: Date.now() - startMs };
}

const HOUR_MS = 3_600_000;
for (const [ageMs, waitMs] of [
  [0, 8000],
  [5000, 3000],
  [8000, 0],
  [HOUR_MS, 0],
  // The clock of the server that died was ahead.
  [-HOUR_MS, 8000],
] as const)
  it(`a form that never got its secureId is given up ${waitMs / 1000} s later where it is ${ageMs / 1000} s old`, async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
    const { first, attempts, open } = await shopAfter(ageMs);
    const { value, ms } = await timed(test, open());
    assert.equal(value.is === 'form' && value.attempt.secureId, 'the second');
    assert.equal(ms, waitMs);
    const [given, made] = await attempts();
    assert.deepEqual([given?.mchOrderNo, given?.dead, made?.dead], [first, true, undefined]);
  });
