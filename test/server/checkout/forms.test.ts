// A server that died in the middle of making a form keeps nobody waiting for long, however often the waiting are cut off.
// What others write while a form is made decides anew what becomes of it.
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { Attempts } from '../../../src/server/checkout/attempts.js';
import { Forms, type FormsOptions } from '../../../src/server/checkout/forms.js';
import { guardStore } from '../../../src/server/checkout/guard.js';
import { loggerOf } from '../../../src/server/checkout/log.js';
import { checkOrder } from '../../../src/server/checkout/order.js';
import {
  changeAttempt,
  nameOf,
  newNumber,
  withAttempt,
  writeRecord,
  type Attempt,
  type OrderRecord,
} from '../../../src/server/checkout/record.js';
import { Records } from '../../../src/server/checkout/records.js';
import { memoryStore, type Iotpay } from '../../../src/server/index.js';

/** What a server leaves behind that died between the gateway's answer and its own record, so many milliseconds ago. */
const leftBehind = (mchOrderNo: string, ageMs: number): OrderRecord => ({
  id: 'order-1',
  attempts: [
    { mchOrderNo, by: 'form', amount: 1999, currency: 'CAD', channel: 'PF_CC', at: Date.now() - ageMs },
  ],
});

/** The forms of a shop whose gateway does what the test says. */
function formsOn(
  records: Records,
  { purchase, queryOrder }: FormsOptions['iotpay'] & Pick<Iotpay, 'queryOrder'>,
  now: () => number,
): Forms {
  return new Forms({
    iotpay: { purchase },
    attempts: new Attempts({ queryOrder }, records, now, loggerOf(assert.fail)),
    records,
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/',
    now,
  });
}

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
  const forms = formsOn(records, { purchase, queryOrder }, now);
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

/** An order at which others write, each at a moment that the test chooses. */
function busyShop() {
  const real = memoryStore();
  const hooks = {
    /** Runs once, just before a new attempt is written. */
    beforeAttempt: undefined as (() => Promise<unknown>) | undefined,
    /** Runs once, just before an attempt is given up. */
    beforeGivenUp: undefined as (() => Promise<unknown>) | undefined,
    purchase: (mchOrderNo: string): Promise<string> => Promise.resolve(`secret of ${mchOrderNo}`),
    status: ((mchOrderNo) => ({ mchOrderNo, status: 0 })) as (mchOrderNo: string) => object,
    isBroken: false,
  };
  const made: string[] = [];
  const now = () => Date.now();
  const attemptsIn = (text: string | undefined) => (text?.match(/"by":/g) ?? []).length;
  const store = guardStore({
    ...real,
    async set(key, value, options) {
      if (hooks.isBroken) throw new Error('The connection broke.');
      const { beforeAttempt } = hooks;
      if (beforeAttempt && attemptsIn(value) > attemptsIn((await real.get(key))?.value)) {
        hooks.beforeAttempt = undefined;
        await beforeAttempt();
      }
      const { beforeGivenUp } = hooks;
      if (beforeGivenUp && value.includes('"dead":true')) {
        hooks.beforeGivenUp = undefined;
        await beforeGivenUp();
      }
      return real.set(key, value, options);
    },
  });
  const records = new Records(store, now);
  const others = new Records(guardStore(real), now);
  const name = nameOf('order-1');
  const queryOrder = ({ mchOrderNo = '' }: { mchOrderNo?: string | undefined }) =>
    Promise.resolve({ mchOrderNo, retMsg: '', payOrderId: 'PC1', ...hooks.status(mchOrderNo) } as never);
  const purchase = async ({ mchOrderNo }: { mchOrderNo: string }) => {
    made.push(mchOrderNo);
    return { mchOrderNo, secureId: await hooks.purchase(mchOrderNo), raw: {} } as never;
  };
  const forms = formsOn(records, { purchase, queryOrder }, now);
  const open = (amount = 1999, failed?: string) => forms.open(checkOrder({ id: 'order-1', amount }), failed);
  const attempts = async () => (await others.read(name))?.attempts ?? [];
  const change = (mchOrderNo: string, more: Partial<Attempt>) =>
    others.change(name, (record) => changeAttempt(record, mchOrderNo, (each) => ({ ...each, ...more })));
  return { hooks, made, others, name, open, attempts, change };
}

const PAID = { amount: 1999, currency: 'CAD', status: 2 };

it('no form is made beside one that another server has made a moment ago and that the gateway was not asked about', async () => {
  const { hooks, made, others, name, open } = busyShop();
  await open();
  const other = newNumber('order-1');
  hooks.beforeAttempt = () =>
    others.change(name, (record) =>
      withAttempt(record, 'order-1', {
        ...{ mchOrderNo: other, by: 'form', amount: 1999, currency: 'CAD', channel: 'PF_CC' },
        ...{ at: Date.now(), secureId: 'of the other server' },
      }),
    );
  hooks.status = (mchOrderNo) => (mchOrderNo === other ? PAID : { status: 0 });
  const answer = await open(2999);
  assert.equal(answer.is === 'paid' && answer.payment.mchOrderNo, other);
  assert.equal(made.length, 1);
});

it('no form is made of an order of which somebody tells a moment before that it was submitted', async () => {
  const { hooks, made, open, change } = busyShop();
  await open();
  const [first = ''] = made;
  hooks.beforeAttempt = () => change(first, { told: true });
  const answer = await open(2999);
  assert.equal(answer.is === 'undecided' && answer.mchOrderNo, first);
  assert.equal(made.length, 1);
});

it('a form whose secureId came after others gave it up is never handed out', async () => {
  const { hooks, made, open, attempts, change } = busyShop();
  hooks.purchase = async (mchOrderNo) => {
    if (made.length === 1) await change(mchOrderNo, { dead: true });
    return `secret of ${mchOrderNo}`;
  };
  const answer = await open();
  assert.equal(answer.is === 'form' && answer.attempt.mchOrderNo, made[1]);
  const [given, kept] = await attempts();
  assert.deepEqual([given?.dead, given?.secureId], [true, undefined], 'nobody asks about it');
  assert.equal(kept?.secureId, `secret of ${made[1]}`);
});

it('a form that the gateway refuses to make keeps nobody waiting', async () => {
  const { hooks, open, attempts } = busyShop();
  hooks.purchase = () => Promise.reject(new Error('The gateway refuses.'));
  await assert.rejects(open(), /The gateway refuses/);
  assert.deepEqual(
    (await attempts()).map(({ dead }) => dead),
    [true],
  );
});

it('a form that the gateway refuses to make is refused in its words, though the store fails as well', async () => {
  const { hooks, open } = busyShop();
  hooks.purchase = () => {
    hooks.isBroken = true;
    return Promise.reject(new Error('The gateway refuses.'));
  };
  await assert.rejects(open(), /The gateway refuses/);
});

it('a form of which a page has heard that it failed is not handed out again, though no other could be made at once', async () => {
  const { hooks, made, open } = busyShop();
  await open();
  const { purchase } = hooks;
  hooks.purchase = () => Promise.reject(new Error('The gateway refuses.'));
  await assert.rejects(open(1999, made[0]), /The gateway refuses/);
  hooks.purchase = purchase;
  const reloaded = await open();
  assert.equal(reloaded.is === 'form' && reloaded.attempt.mchOrderNo, made[2]);
});

for (const [what, more] of [
  ['has made it', { secureId: 'of the other server' }],
  ['could not make it', { dead: true }],
] as const)
  it(`who waits for a form of another server goes on as soon as that one ${what}`, async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
    const { made, others, name, open, change } = busyShop();
    const mchOrderNo = newNumber('order-1');
    await others.change(name, () => leftBehind(mchOrderNo, 0));
    setTimeout(() => void change(mchOrderNo, more), 1000);
    const { value, ms } = await timed(test, open());
    assert.equal(value.is === 'form' && value.attempt.mchOrderNo, 'dead' in more ? made[0] : mchOrderNo);
    assert.ok(ms >= 1000 && ms < 2000, `${ms}`);
  });

it('a form that gets its secureId at the moment when others give it up is the one that all get', async () => {
  const { hooks, made, others, name, open, attempts, change } = busyShop();
  const mchOrderNo = newNumber('order-1');
  await others.change(name, () => leftBehind(mchOrderNo, HOUR_MS / 2));
  hooks.beforeGivenUp = () => change(mchOrderNo, { secureId: 'just now' });
  const answer = await open();
  assert.equal(answer.is === 'form' && answer.attempt.secureId, 'just now');
  assert.deepEqual([made.length, (await attempts())[0]?.dead], [0, undefined]);
});

it('a form that is shared says how long it really lives', async (test) => {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const { open } = busyShop();
  const left = async () => {
    const answer = await open();
    return answer.is === 'form' ? answer.expiresInMs : undefined;
  };
  assert.equal(await left(), HOUR_MS);
  test.mock.timers.tick(600_000);
  assert.equal(await left(), HOUR_MS - 600_000);
});
