// One run at a time: who is aborted, who is answered, and with what.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Runs, type Job } from '../../src/checkout/run.js';

let ends: number;
let runs: Runs;

beforeEach(() => {
  ends = 0;
  runs = new Runs(() => ends++);
});

interface Held {
  readonly job: Job;
  readonly signal: () => AbortSignal;
  readonly finish: () => void;
  readonly fail: (cause: unknown) => void;
  readonly failures: unknown[];
}

/** A job that ends when the test says so. */
function held(reason?: Error): Held {
  let signal: AbortSignal | undefined;
  let finish!: () => void;
  let fail!: (cause: unknown) => void;
  const failures: unknown[] = [];
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return {
    job: {
      work: (given) => {
        signal = given;
        return done;
      },
      failed: (cause) => {
        failures.push(cause);
        return reason;
      },
    },
    signal: () => {
      assert.ok(signal);
      return signal;
    },
    finish,
    fail,
    failures,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a run', () => {
  it('begins at once, and answers whoever waits when it is over', async () => {
    const { job, finish, signal } = held();
    runs.begin(job);
    const { settled } = runs;
    assert.ok(runs.current);
    assert.equal(signal().aborted, false);
    finish();
    await settled;
    assert.equal(runs.current, undefined);
    assert.equal(signal().aborted, true);
    assert.equal(ends, 1);
  });

  it('rejects with what its own job makes of a failure', async () => {
    const reason = new Error('nothing was charged');
    const { job, fail, failures } = held(reason);
    runs.begin(job);
    const { settled } = runs;
    fail('broken');
    await assert.rejects(settled, reason);
    assert.deepEqual(failures, ['broken']);
  });

  it('resolves where its job makes nothing of a failure', async () => {
    const { job, fail } = held();
    runs.begin(job);
    const { settled } = runs;
    fail('broken');
    await settled;
    assert.equal(ends, 1);
  });

  it('is aborted by a newer one, whose end answers those who waited for the older', async () => {
    const older = held();
    const newer = held();
    runs.begin(older.job);
    const { settled } = runs;
    let over = false;
    void settled.then(() => (over = true));
    runs.begin(newer.job);
    assert.equal(older.signal().aborted, true);
    assert.equal((older.signal().reason as Error).name, 'AbortError');
    older.finish();
    await turn();
    assert.equal(over, false);
    newer.finish();
    await settled;
    assert.equal(ends, 1);
  });

  it('does not hear of the failure of one that it has replaced', async () => {
    const older = held(new Error('old'));
    const newer = held();
    runs.begin(older.job);
    runs.begin(newer.job);
    older.fail('aborted');
    await turn();
    assert.deepEqual(older.failures, []);
    assert.ok(runs.current);
    assert.equal(ends, 0);
  });

  it('that its own failure has replaced is not ended by it', async () => {
    const newer = held();
    let fail!: (cause: unknown) => void;
    const work = () => new Promise<void>((_, reject) => (fail = reject));
    const failed = () => {
      runs.begin(newer.job);
      return new Error('old');
    };
    runs.begin({ work, failed });
    const { settled } = runs;
    fail('broken');
    await turn();
    assert.equal(newer.signal().aborted, false);
    newer.finish();
    await settled;
  });
});

describe('whoever waits', () => {
  it('after a run that is over waits for the next one, and not for the end of that', async () => {
    for (const reason of [undefined, new Error('removed')]) {
      runs.begin(held().job);
      runs.end(runs.current, reason);
      const next = held();
      runs.begin(next.job);
      let over = false;
      const waiting = runs.settled.then(() => (over = true));
      await turn();
      assert.equal(over, false);
      next.finish();
      await waiting;
    }
  });
});

describe('Runs.end', () => {
  it('ends the run under way, for a reason', async () => {
    const { job, signal } = held();
    runs.begin(job);
    const { settled } = runs;
    runs.end(runs.current, new Error('removed'));
    await assert.rejects(settled, /removed/);
    assert.equal(signal().aborted, true);
    assert.equal(runs.current, undefined);
  });

  it('does nothing for a run that is over, and nothing where nothing runs', () => {
    const older = held();
    runs.end(undefined, new Error('nothing'));
    runs.begin(older.job);
    const before = runs.current;
    const newer = held();
    runs.begin(newer.job);
    runs.end(before, new Error('old'));
    assert.equal(newer.signal().aborted, false);
    assert.equal(ends, 0);
  });

  it('leaves no rejection that nobody has handled', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    runs.begin(held().job);
    runs.end(runs.current, new Error('removed'));
    await turn();
    await turn();
    process.off('unhandledRejection', listen);
    assert.deepEqual(unhandled, []);
  });
});

it('resolves for whoever waits while nothing runs', async () => {
  await runs.settled;
});
