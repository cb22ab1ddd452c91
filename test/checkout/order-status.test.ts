// Asking for an order until it is known, by a clock of the test's own: ten minutes pass in a moment.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { pollOrder } from '../../src/checkout/order-status.js';

type Answer = () => Response | Promise<Response>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const STEP_MS = 50;

let now: number;
let asked: number[];
let sent: RequestInit[];
let answers: Answer[];
let page: EventTarget & { hidden: boolean };

const json = (body: unknown, status = 200): Answer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return () => new Response(text, { status });
};
const pending = json({ status: 0 });

beforeEach(() => {
  now = 0;
  asked = [];
  sent = [];
  answers = [];
  page = Object.assign(new EventTarget(), { hidden: false });
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
  mock.method(globalThis, 'fetch', async (_url: string, init: RequestInit) => {
    asked.push(now);
    sent.push(init);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    const stopped = new Promise<never>((_, reject) =>
      init.signal?.addEventListener('abort', () => reject(new DOMException('Aborted.', 'AbortError'))),
    );
    return Promise.race([stopped, answer?.()]);
  });
  Object.assign(globalThis, { document: page, location: { href: 'https://shop.example/' } });
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  for (const name of ['document', 'location']) Reflect.deleteProperty(globalThis, name);
});

function poll(mchOrderNo?: string, body = '{}') {
  const run = new AbortController();
  const hurry = new EventTarget();
  const warnings: string[] = [];
  const listener = { warnOnce: (text: string) => void warnings.push(text) };
  const state: { outcome?: Awaited<ReturnType<typeof pollOrder>>; over: boolean } = { over: false };
  const request = {
    url: 'https://shop.example/status?session=s3cret',
    body,
    headers: undefined,
    credentials: 'omit',
  } as const;
  void pollOrder(() => request, { mode: 'pay', mchOrderNo }, listener, run.signal, hurry).then((outcome) => {
    Object.assign(state, { outcome, over: true });
  });
  return { run, hurry, state, warnings };
}

/** Lets everything happen that needs no time. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += STEP_MS) {
    now += STEP_MS;
    mock.timers.tick(STEP_MS);
    await turn();
  }
}

describe('an order whose outcome is unknown', () => {
  it('is asked for at once, then less and less often, but at least every 5 s', async () => {
    answers = [pending];
    poll();
    await pass(MINUTE);
    assert.equal(asked[0], 0);
    const pauses = asked.slice(1).map((time, i) => time - (asked[i] ?? 0));
    assert.ok(Math.max(...pauses) <= 5 * SECOND + STEP_MS, `longest pause ${Math.max(...pauses)} ms`);
    const late = pauses.slice(-8);
    assert.ok(Math.min(...late) > 3 * SECOND, 'the pauses grow');
    assert.ok(new Set(late).size > 1, 'many shoppers don’t ask in step');
  });

  it('is asked for the first time whatever becomes of the page: the backend learns by it that something was submitted', async () => {
    answers = [pending];
    const { run } = poll();
    run.abort();
    await pass(MINUTE);
    assert.equal(asked.length, 1);
    assert.deepEqual([sent[0]?.keepalive, sent[0]?.signal], [true, undefined]);
  });

  it('is asked for later with requests that end with the run: browsers let few outlive a page', async () => {
    answers = [pending];
    poll();
    await pass(10 * SECOND);
    assert.ok(sent.length > 3);
    assert.ok(sent.slice(1).every(({ keepalive, signal }) => !keepalive && signal));
  });

  it('is asked for with a request that browsers send: a long one cannot outlive its page', async () => {
    answers = [pending];
    poll(undefined, JSON.stringify({ note: 'x'.repeat(70_000) }));
    await pass(SECOND);
    assert.equal(sent[0]?.keepalive, undefined);
    assert.ok(sent[0]?.signal);
  });

  it('is asked for ten minutes, then stays unknown', async () => {
    answers = [pending];
    const { state } = poll();
    await pass(9 * MINUTE);
    assert.equal(state.over, false);
    await pass(2 * MINUTE);
    assert.deepEqual(state, { outcome: undefined, over: true });
    const count = asked.length;
    await pass(MINUTE);
    assert.equal(asked.length, count);
  });

  for (const [name, answer] of [
    ['status 0', pending],
    ['status 1 as text', json({ status: '1' })],
    ['no status', json({})],
    ['a status nobody knows', json({ status: 5 })],
    ['retCode FAIL', json({ retCode: 'FAIL', retMsg: 'No such order', retData: { status: 2 } })],
    ['HTTP 500', json({ status: 2 }, 500)],
    ['HTTP 404', json({ status: 9 }, 404)],
    ['no JSON', json('<p>Please log in')],
    ['an array', json([{ status: 2 }])],
    ['no connection', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['no answer', () => new Promise<Response>(() => {})],
  ] as const) {
    it(`is not known by ${name}, and asked for again`, async () => {
      answers = [answer, json({ status: 2 })];
      const { state } = poll();
      await pass(30 * SECOND);
      assert.equal(asked.length, 2);
      assert.equal(state.outcome?.outcome, 'success');
    });
  }

  for (const [name, answer, received] of [
    ['404', json('Not found', 404), 'HTTP 404'],
    ['500', json({ status: 2 }, 500), 'HTTP 500'],
    ['no connection, or CORS', () => Promise.reject(new TypeError('Failed to fetch')), 'CORS'],
    ['a login page', json('<p>Please log in'), 'no JSON'],
    ['another order', json({ status: 2, mchOrderNo: 'B' }), 'another order'],
  ] as const) {
    it(`is warned of once where its route fails (${name}), with the address and without its query`, async () => {
      answers = [answer];
      const { state, warnings } = poll('A');
      await pass(30 * SECOND);
      assert.ok(asked.length > 2);
      assert.equal(state.over, false);
      assert.deepEqual(new Set(warnings).size, 1);
      assert.match(warnings[0] ?? '', /^order-status-endpoint https:\/\/shop\.example\/status: /);
      assert.ok(warnings[0]?.includes(received), warnings[0]);
    });
  }

  it('is not warned of where its route answers, or was given up', async () => {
    answers = [pending, () => new Promise<Response>(() => {})];
    const { run, warnings } = poll();
    await pass(5 * SECOND);
    run.abort();
    await pass(MINUTE);
    assert.deepEqual(warnings, []);
  });

  for (const [answer, outcome] of [
    [{ status: 2 }, 'success'],
    [{ status: '3' }, 'success'],
    [{ retCode: 'SUCCESS', retMsg: '', retData: { status: 2, mchOrderNo: 'M1' } }, 'success'],
    [{ status: 9, retMsg: 'Declined' }, 'fail'],
    [{ retCode: 'SUCCESS', retData: { status: '9' } }, 'fail'],
  ] as const) {
    it(`is known by ${JSON.stringify(answer)}: ${outcome}`, async () => {
      answers = [json(answer)];
      const { state } = poll();
      await pass(2 * SECOND);
      assert.equal(state.outcome?.outcome, outcome);
      assert.equal(state.outcome?.source, 'order-status');
      assert.equal(asked.length, 1);
    });
  }

  it('is not asked for while the page is hidden, and at once when it is shown', async () => {
    answers = [pending];
    const { state } = poll();
    await pass(20 * SECOND);
    page.hidden = true;
    await pass(6 * SECOND);
    const count = asked.length;
    await pass(30 * MINUTE);
    assert.equal(asked.length, count);
    assert.equal(state.over, false, 'hidden time does not count');
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(STEP_MS);
    assert.equal(asked.length, count + 1);
    // The shopper has just come back, perhaps from the bank: the pauses are short again.
    await pass(2 * SECOND);
    assert.ok(asked.length >= count + 3, `${asked.length - count} questions in two seconds`);
    await pass(5 * MINUTE);
    assert.equal(state.over, false, 'nor once the page was shown');
    assert.equal(getEventListeners(page, 'visibilitychange').length, 0);
  });

  it('is not asked for by an event of a page that stays hidden', async () => {
    answers = [pending];
    page.hidden = true;
    poll();
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(MINUTE);
    assert.equal(asked.length, 0);
  });

  it('is asked for again by a device that has slept for an hour, and not given up', async () => {
    answers = [pending];
    const { state } = poll();
    await pass(10 * SECOND);
    const count = asked.length;
    now += 60 * MINUTE;
    await pass(MINUTE);
    assert.equal(state.over, false);
    assert.ok(asked.length > count + 5);
  });

  it('is asked for at once when somebody calls load()', async () => {
    answers = [pending];
    const { hurry } = poll();
    await pass(30 * SECOND);
    const count = asked.length;
    hurry.dispatchEvent(new Event('hurry'));
    await pass(STEP_MS);
    assert.equal(asked.length, count + 1);
  });

  it('is asked for at once again when somebody calls load() while a question is on its way', async () => {
    answers = [pending];
    const { hurry } = poll();
    await pass(30 * SECOND);
    const count = asked.length;
    while (asked.length === count) {
      now += STEP_MS;
      mock.timers.tick(STEP_MS);
      await Promise.resolve();
    }
    hurry.dispatchEvent(new Event('hurry'));
    await pass(STEP_MS);
    assert.equal(asked.length, count + 2);
  });

  for (const [when, hidden, answer] of [
    ['in a pause', false, pending],
    ['with a question on its way', false, () => new Promise<Response>(() => {})],
    ['while the page is hidden', true, pending],
  ] as const) {
    it(`is given up at once when the run is over, ${when}: nothing is kept`, async () => {
      answers = [answer];
      page.hidden = hidden;
      const { run, state } = poll();
      await pass(SECOND);
      assert.equal(state.over, false);
      run.abort();
      await turn();
      assert.deepEqual(state, { outcome: undefined, over: true });
      assert.equal(getEventListeners(page, 'visibilitychange').length, 0);
    });
  }

  it('is not asked for any more once the run is over', async () => {
    answers = [pending];
    const { run, state } = poll();
    await pass(10 * SECOND);
    run.abort();
    const count = asked.length;
    await pass(MINUTE);
    assert.equal(asked.length, count);
    assert.equal(state.over, true);
  });
});
