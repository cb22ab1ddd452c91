import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault } from '../../src/sandbox/index.js';
import { call, purchaseFields, sandboxFor } from './support.js';

describe('a fault', () => {
  const broken: [Fault['kind'], RegExp, number][] = [
    ['http-500', /HTTP 500/, 0],
    ['nonsense', /is not valid JSON/, 0],
    ['reset', /fetch failed/, 0],
    ['lost-answer', /fetch failed/, 1],
  ];
  for (const [kind, error, orders] of broken) {
    it(`${kind}: ${orders} orders are made, and the next call works`, async (test) => {
      const sandbox = await sandboxFor(test);
      sandbox.fault({ kind });
      await assert.rejects(call(sandbox, 'cc_purchase', purchaseFields()), error);
      assert.equal(sandbox.ledger.orders().length, orders);
      assert.equal((await call(sandbox, 'cc_purchase', purchaseFields())).retCode, 'SUCCESS');
    });
  }

  it('slow: the work is done first, and answered late', async (test) => {
    const sandbox = await sandboxFor(test);
    sandbox.fault({ kind: 'slow', delayMs: 300 });
    const began = Date.now();
    const answer = call(sandbox, 'cc_purchase', purchaseFields());
    assert.equal((await answer).retCode, 'SUCCESS');
    assert.ok(Date.now() - began >= 295);
  });

  it('happens to the call that it names, as often as it says, in the order in which they were asked for', async (test) => {
    const sandbox = await sandboxFor(test);
    sandbox.fault({ kind: 'http-500', call: 'cc_query', times: 2 });
    sandbox.fault({ kind: 'nonsense', call: 'cc_query' });
    const order = purchaseFields();
    assert.equal((await call(sandbox, 'cc_purchase', order)).retCode, 'SUCCESS');
    const query = () => call(sandbox, 'cc_query', { mchOrderNo: order['mchOrderNo'] });
    await assert.rejects(query(), /HTTP 500/);
    await assert.rejects(query(), /HTTP 500/);
    await assert.rejects(query(), /not valid JSON/);
    assert.equal((await query()).retCode, 'SUCCESS');
  });

  it('ends with `undefined`, and with a reset', async (test) => {
    const sandbox = await sandboxFor(test);
    for (const end of [() => sandbox.fault(undefined), () => sandbox.reset()]) {
      sandbox.fault({ kind: 'http-500', times: Infinity });
      await assert.rejects(call(sandbox, 'cc_purchase', purchaseFields()), /HTTP 500/);
      end();
      assert.equal((await call(sandbox, 'cc_purchase', purchaseFields())).retCode, 'SUCCESS');
    }
  });

  it('says what is wrong with itself', async (test) => {
    const sandbox = await sandboxFor(test);
    for (const [fault, message] of [
      [{ kind: 'sloow' }, /fault\.kind: expected one of slow, nonsense, http-500, reset, lost-answer/],
      [{ kind: 'slow', call: 'purchase' }, /fault\.call: there is no "purchase"\. There are: cc_purchase,/],
      [{ kind: 'slow', times: 0 }, /fault\.times: expected a whole number of 1 or more/],
      [{ kind: 'slow', delayMs: -1 }, /fault\.delayMs: expected milliseconds/],
    ] as const) {
      assert.throws(() => sandbox.fault(fault as unknown as Fault), message);
    }
  });
});
