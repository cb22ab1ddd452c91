// What the gateway says late of an attempt that is paid: a slow answer, or one that contradicts the first.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Attempts } from '../../../src/server/checkout/attempts.js';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { loggerOf } from '../../../src/server/checkout/log.js';
import { nameOf, newNumber, withAttempt } from '../../../src/server/checkout/record.js';
import { Records } from '../../../src/server/checkout/records.js';
import { memoryStore } from '../../../src/server/index.js';

const PAID = { payOrderId: 'PC1', amount: 1999, currency: 'CAD', status: 2 };

for (const [what, late] of [
  ['that it has failed', { ...PAID, status: 9 }],
  ['that it is pending', { ...PAID, status: 0 }],
  ['that it is under way', { ...PAID, status: 1 }],
  ['that another amount was paid', { ...PAID, amount: 1 }],
  ['that another currency was paid', { ...PAID, currency: 'USD' }],
  ['that money was given back', { ...PAID, payType: 'refund' }],
  ['that it knows no such order', undefined],
] as const)
  it(`what was paid stays on record as it was where the gateway says later ${what}`, async () => {
    let now = 1_800_000_000_000;
    const records = new Records(guardStore(memoryStore()), () => now);
    const queryOrder = () => Promise.reject(new Error('Nobody asks.'));
    const attempts = new Attempts(
      { queryOrder },
      records,
      () => now,
      loggerOf(() => {}),
    );
    const name = nameOf('order-1');
    const mchOrderNo = newNumber('order-1');
    const sum = { amount: 1999, currency: 'CAD', channel: 'PF_CC' } as const;
    const attempt = { mchOrderNo, by: 'form', ...sum, at: now } as const;
    await records.change(name, (record) => withAttempt(record, 'order-1', attempt));
    const paid = await attempts.put(name, attempt, { mchOrderNo, retMsg: '', ...PAID } as never);
    assert.equal(paid?.paidBy, mchOrderNo);
    const before = await records.read(name);
    now += 3 * 3_600_000;
    await attempts.put(name, attempt, late && ({ mchOrderNo, retMsg: '', ...late } as never));
    await attempts.tell(name, mchOrderNo);
    assert.deepEqual(await records.read(name), before);
  });
