// The gateway hears SUCCESS when the merchant knows of the payment, and not before: after that it notifies no more.
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { memoryStore } from '../../../src/server/index.js';
import { openCounter, paidFields, signedJson } from '../attacks/counter.js';

/** Two servers of a shop whose clock the test moves, and what ends each run of `onPaid`. */
function twoServers(test: TestContext) {
  test.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
  const runs: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const onPaid = () => new Promise<void>((resolve, reject) => void runs.push({ resolve, reject }));
  const log: string[] = [];
  const options = { store: memoryStore(), onPaid, log: (line: string) => void log.push(line) };
  const later = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 100) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      test.mock.timers.tick(100);
    }
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  };
  return { one: openCounter(options), other: openCounter(options), runs, log, later };
}

/** What a notification was answered; `undefined` while it waits. */
function answerTo(work: Promise<string>): { readonly now: () => string | undefined } {
  let answer: string | undefined;
  void work.then((text) => (answer = text));
  return { now: () => answer };
}

it('a repeated notification waits for the server that is telling, and tells itself where that one fails', async (test) => {
  const { one, other, runs, later } = twoServers(test);
  const notification = signedJson(paidFields((await one.form())['mchOrderNo']));
  const first = answerTo(one.notify(notification));
  await later(100);
  const second = answerTo(other.notify(notification));
  await later(1000);
  assert.deepEqual([runs.length, first.now(), second.now()], [1, undefined, undefined]);
  runs[0]?.reject(new Error('The database is locked.'));
  await later(1000);
  assert.deepEqual([runs.length, first.now(), second.now()], [2, '500 FAIL', undefined]);
  runs[1]?.resolve();
  await later(1000);
  assert.equal(second.now(), '200 SUCCESS');
});

it('a repeated notification is acknowledged as soon as the first one has told', async (test) => {
  const { one, other, runs, later } = twoServers(test);
  const notification = signedJson(paidFields((await one.form())['mchOrderNo']));
  const first = answerTo(one.notify(notification));
  await later(100);
  const second = answerTo(other.notify(notification));
  await later(1000);
  runs[0]?.resolve();
  await later(500);
  assert.deepEqual([runs.length, first.now(), second.now()], [1, '200 SUCCESS', '200 SUCCESS']);
});

it('an onPaid that takes longer than the gateway waits is not acknowledged, is not run twice, and ends as it may', async (test) => {
  const { one, other, runs, log, later } = twoServers(test);
  const notification = signedJson(paidFields((await one.form())['mchOrderNo']));
  const first = answerTo(one.notify(notification));
  await later(100);
  const second = answerTo(other.notify(notification));
  await later(7000);
  assert.equal(second.now(), undefined);
  await later(2000);
  assert.equal(second.now(), '503 FAIL');
  assert.equal(first.now(), undefined);
  await later(12_000);
  assert.equal(first.now(), '503 FAIL');
  assert.match(log.join('\n'), /notify: HTTP 503: onPaid is still at work for order order-1\./);
  // What becomes of it afterwards is in the log, and the next notification tells anew.
  runs[0]?.reject(new Error('The warehouse is closed.'));
  await later(100);
  assert.match(log.at(-1) ?? '', /^onPaid: order order-1 is paid, .*The warehouse is closed\./);
  const third = answerTo(one.notify(notification));
  await later(100);
  runs[1]?.resolve();
  await later(100);
  assert.deepEqual([runs.length, third.now()], [2, '200 SUCCESS']);
});
