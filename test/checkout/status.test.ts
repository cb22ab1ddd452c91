// The rules of each status, and which outcomes count in it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counts, RULES, statusOf, TRANSITIONS, type IotpayStatus } from '../../src/checkout/status.js';

const STATUSES = Object.keys(RULES) as IotpayStatus[];
const OUTCOMES = ['fail', 'unknown', 'success'] as const;

describe('counts', () => {
  /** What counts from the form that is mounted, and from one that was replaced. */
  const TABLE: Record<IotpayStatus, { mounted: string; replaced: string }> = {
    idle: { mounted: 'fail unknown success', replaced: 'unknown success' },
    loading: { mounted: 'fail unknown success', replaced: 'unknown success' },
    ready: { mounted: 'fail unknown success', replaced: 'unknown success' },
    error: { mounted: 'fail unknown success', replaced: 'unknown success' },
    failed: { mounted: 'fail unknown success', replaced: 'unknown success' },
    unknown: { mounted: 'success', replaced: 'success' },
    succeeded: { mounted: '', replaced: '' },
  };
  for (const status of STATUSES) {
    it(`in ${status}`, () => {
      const counting = (replaced: boolean) =>
        OUTCOMES.filter((outcome) => counts({ outcome }, status, replaced)).join(' ');
      assert.deepEqual({ mounted: counting(false), replaced: counting(true) }, TABLE[status]);
    });
  }
});

describe('the rules of the statuses', () => {
  it('are those of each outcome for the status that it leads to', () => {
    assert.deepEqual(
      OUTCOMES.map((outcome) => statusOf({ outcome })),
      ['failed', 'unknown', 'succeeded'],
    );
  });

  it('close exactly what has moved money, or may have', () => {
    assert.deepEqual(
      STATUSES.filter((status) => RULES[status].closed),
      ['unknown', 'succeeded'],
    );
  });

  it('start nothing by themselves where the status is closed', () => {
    for (const status of STATUSES.filter((each) => RULES[each].closed)) {
      assert.notEqual(RULES[status].load, 'start', status);
      assert.notEqual(RULES[status].restore, 'start', status);
    }
  });

  it('know a way from every status to a success but from success itself', () => {
    for (const status of STATUSES) {
      if (status !== 'succeeded') assert.ok(TRANSITIONS[status].includes('succeeded'), status);
    }
  });

  it('know no way to ready but from loading, and none that leads nowhere', () => {
    const before = (wanted: IotpayStatus) =>
      STATUSES.filter((status) => TRANSITIONS[status].includes(wanted));
    assert.deepEqual(before('ready'), ['loading']);
    for (const status of STATUSES) assert.ok(before(status).length > 0, status);
  });
});
