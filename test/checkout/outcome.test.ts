import assert from 'node:assert/strict';
import { describe, it, before } from 'node:test';
import fc from 'fast-check';
import { readOrder, readOutcome } from '../../src/checkout/outcome.js';

// The page's address, which redirects are judged by.
before(() => {
  Object.assign(globalThis, { location: { href: 'https://shop.example/checkout' } });
});

type Row = [what: string, event: unknown, outcome: string | undefined, reason?: string];

const ROWS: Row[] = [
  ['the documented success', { result: 'SUCCESS', detail: { retData: { status: 2 } } }, 'success'],
  ['status 3', { result: 'SUCCESS', detail: { retData: { status: 3 } } }, 'success'],
  ['a status as text', { result: 'SUCCESS', detail: { retData: { status: '2' } } }, 'success'],
  ['success without detail', { result: 'SUCCESS' }, 'success'],
  ['success with detail null', { result: 'SUCCESS', detail: null }, 'success'],
  ['success with retData null', { result: 'SUCCESS', detail: { retData: null } }, 'success'],
  ['the oldest shape', { retCode: 'SUCCESS', retMsg: '', retData: { status: 2 } }, 'success'],
  ['the oldest shape, failed', { retCode: 'FAIL', retMsg: 'Declined', retData: {} }, 'fail'],
  ['lower case', { result: 'success' }, 'success'],
  ['blanks around it', { result: ' FAIL\n' }, 'fail'],
  ['a result of null beside a retCode', { result: null, retCode: 'SUCCESS', retMsg: '' }, 'success'],
  ['an empty result beside a retCode', { result: '', detail: { retCode: 'FAIL' } }, 'fail'],
  ['pending, said in detail', { result: 'SUCCESS', detail: { status: 0 } }, 'unknown', 'unknown-status'],
  ['pending, said at the top', { result: 'SUCCESS', status: 0 }, 'unknown', 'unknown-status'],
  ['pending', { result: 'SUCCESS', detail: { retData: { status: 0 } } }, 'unknown', 'unknown-status'],
  ['status 1', { result: 'SUCCESS', detail: { retData: { status: '1' } } }, 'unknown', 'unknown-status'],
  [
    'success with status 9',
    { result: 'SUCCESS', detail: { retData: { status: 9 } } },
    'unknown',
    'unknown-status',
  ],
  [
    'success with status 7',
    { result: 'SUCCESS', detail: { retData: { status: 7 } } },
    'unknown',
    'unknown-status',
  ],
  [
    'a status that is no number',
    { result: 'SUCCESS', detail: { retData: { status: 'paid' } } },
    'unknown',
    'unknown-status',
  ],
  ['a decline', { result: 'FAIL', message: 'Declined' }, 'fail'],
  ['a decline without message', { result: 'FAIL' }, 'fail'],
  ['a decline with status 9', { result: 'FAIL', detail: { retData: { status: 9 } } }, 'fail'],
  ['Timeout in message', { result: 'FAIL', message: 'Timeout' }, 'unknown', 'gateway-timeout'],
  ['timeout in lower case', { result: 'FAIL', message: 'timeout' }, 'unknown', 'gateway-timeout'],
  ['Timeout in retMsg', { retCode: 'FAIL', retMsg: 'TIMEOUT' }, 'unknown', 'gateway-timeout'],
  [
    'Timeout in detail.message',
    { result: 'FAIL', message: 'x', detail: { message: 'Timeout' } },
    'unknown',
    'gateway-timeout',
  ],
  [
    'Timeout in detail.retMsg',
    { result: 'FAIL', message: 'x', detail: { retMsg: 'Timeout' } },
    'unknown',
    'gateway-timeout',
  ],
  ['FAIL, but paid', { result: 'FAIL', detail: { retData: { status: 2 } } }, 'unknown', 'contradiction'],
  ['FAIL, but pending', { result: 'FAIL', detail: { retData: { status: 0 } } }, 'unknown', 'contradiction'],
  ['FAIL with status 8', { result: 'FAIL', detail: { retData: { status: 8 } } }, 'unknown', 'unknown-status'],
  ['result against retCode', { result: 'SUCCESS', detail: { retCode: 'FAIL' } }, 'unknown', 'contradiction'],
  ['FAIL against retCode', { result: 'FAIL', detail: { retCode: 'SUCCESS' } }, 'unknown', 'contradiction'],
  ['success that timed out', { result: 'SUCCESS', message: 'Timeout' }, 'unknown', 'contradiction'],
  ['a result nobody knows', { result: 'PENDING' }, 'unknown', 'unknown-status'],
  ['a result of another type', { result: {} }, 'unknown', 'unknown-status'],
  ['neither result nor retCode', { detail: {} }, undefined],
  ['nothing', undefined, undefined],
  ['null', null, undefined],
  ['a text', 'SUCCESS', undefined],
  ['an array', ['SUCCESS'], undefined],
];

describe('readOutcome', () => {
  for (const [what, event, outcome, reason] of ROWS) {
    it(`reads ${what} as ${outcome ?? 'no outcome'}`, () => {
      const read = readOutcome(event, 'pay');
      assert.equal(read?.outcome, outcome);
      assert.equal(read?.reason, reason);
    });
  }

  it('asks no status of an added card', () => {
    assert.equal(
      readOutcome({ result: 'SUCCESS', detail: { retData: { status: 0 } } }, 'add')?.outcome,
      'success',
    );
  });

  it('keeps unknown fields, and does not follow what is no address', () => {
    const retData = { cardNum: '4***', future: 1, redirectUrl: 'javascript:alert(1)', mchOrderNo: 42 };
    const read = readOutcome({ result: 'FAIL', detail: { retMsg: 'No', retData } }, 'pay');
    const { redirectUrl, ...rest } = retData;
    assert.deepEqual(read?.retData, rest, redirectUrl);
    assert.equal(read.message, 'No');
    assert.equal(read.redirectUrl, undefined);
    assert.equal(read.redirectBlocked, true);
    assert.equal(read.mchOrderNo, '42');
  });

  for (const unsafe of ['javascript:alert(1)', 'http://shop.example/', '//a.example', { href: 1 }, 7]) {
    it(`has ${JSON.stringify(unsafe)} as a redirectUrl nowhere in it`, () => {
      const retData = { redirectUrl: unsafe, mchOrderNo: '42', inner: [{ redirectUrl: unsafe, kept: 1 }] };
      for (const event of [
        { result: 'SUCCESS', detail: { retCode: 'SUCCESS', retData }, redirectUrl: unsafe },
        { retCode: 'FAIL', retData },
        new CustomEvent('outcome', { detail: { retCode: 'SUCCESS', retData } }),
      ]) {
        const read = readOutcome(event, 'pay');
        assert.ok(read);
        const { detail = read.raw } = read.raw as { detail?: unknown };
        const { retData: raw } = detail as { retData: unknown };
        for (const each of [read.retData, raw])
          assert.deepEqual(each, { mchOrderNo: '42', inner: [{ kept: 1 }] });
        assert.equal('redirectUrl' in (read.raw as object), false);
        assert.equal(read.redirectBlocked, true);
      }
      const order = readOrder({ status: 2, redirectUrl: unsafe }, 'pay');
      assert.deepEqual([order.raw, order.retData], [{ status: 2 }, { status: 2 }]);
    });
  }

  it('keeps an event as it came where there is nothing to hide', () => {
    const event = { result: 'SUCCESS', detail: { retData: { redirectUrl: 'https://shop.example/' } } };
    assert.equal(readOutcome(event, 'pay')?.raw, event);
  });

  it('keeps what an event holds in two places in both of them', () => {
    const retData = { mchOrderNo: '42' };
    const event = { result: 'SUCCESS', detail: { retData }, retData };
    assert.equal(readOutcome(event, 'pay')?.raw, event);
    assert.deepEqual(readOutcome({ ...event, redirectUrl: 'javascript:1' }, 'pay')?.raw, event);
  });

  it('says what the oldest shape says', () => {
    const read = readOutcome({ retCode: 'FAIL', retMsg: 'Declined' }, 'pay');
    assert.deepEqual([read?.retCode, read?.retMsg, read?.message], ['FAIL', 'Declined', 'Declined']);
  });

  it('reads an event that is nested too deep for a stack', () => {
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    assert.equal(readOutcome({ result: 'SUCCESS', deep }, 'pay')?.outcome, 'success');
  });

  it('reads an event that holds itself, many times over', () => {
    const event: Record<string, unknown> = { result: 'SUCCESS', redirectUrl: 'javascript:1' };
    for (let i = 0; i < 60; i++) event[`self${i}`] = { event, i };
    const read = readOutcome(event, 'pay');
    assert.equal(read?.outcome, 'success');
    assert.equal('redirectUrl' in (read.raw as object), false);
  });

  it('never throws, and never calls a FAIL paid or a Timeout failed, whatever else an event holds', () => {
    const event = fc.record(
      {
        result: fc.oneof(fc.constantFrom('SUCCESS', 'FAIL'), fc.anything()),
        message: fc.oneof(fc.constant('Timeout'), fc.anything()),
        retCode: fc.oneof(fc.constantFrom('SUCCESS', 'FAIL'), fc.anything()),
        detail: fc.oneof(
          fc.record({ retCode: fc.anything(), retMsg: fc.anything(), retData: fc.object() }),
          fc.anything(),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(event, (value) => {
        const read = readOutcome(value, 'pay');
        if (value.result === 'FAIL') assert.notEqual(read?.outcome, 'success');
        if (value.result === 'FAIL' && value.message === 'Timeout') assert.equal(read?.outcome, 'unknown');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readOrder', () => {
  const rows: [unknown, string][] = [
    [{ status: 2 }, 'success'],
    [{ status: '3' }, 'success'],
    [{ status: 9 }, 'fail'],
    [{ status: 0 }, 'unknown'],
    [{ status: 1 }, 'unknown'],
    [{}, 'unknown'],
    [null, 'unknown'],
    [{ retCode: 'SUCCESS', retData: { status: 2 } }, 'success'],
    [{ retCode: 'SUCCESS', retData: { status: 9 } }, 'fail'],
    [{ retCode: 'FAIL', retData: { status: 9 } }, 'unknown'],
    [{ retCode: 'FAIL', retMsg: 'no such order' }, 'unknown'],
    [{ retCode: 'ERROR', retData: { status: 2 } }, 'unknown'],
    [{ retCode: null, retData: { status: 9 } }, 'unknown'],
  ];
  for (const [answer, outcome] of rows) {
    it(`reads ${JSON.stringify(answer)} as ${outcome}`, () => {
      assert.equal(readOrder(answer, 'pay').outcome, outcome);
    });
  }

  it('can leave out a redirectUrl that leads to a hosted form', () => {
    assert.equal(
      readOrder({ status: 2, redirectUrl: 'https://a.example/' }, 'pay', false).redirectUrl,
      undefined,
    );
  });
});
