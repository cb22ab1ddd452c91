// Whatever a merchant's functions and store answer or throw: no second order, no order without a check, and a line that
// says why.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createIotpay, memoryStore, type Store } from '../../../src/server/index.js';
import { MERCHANT, post } from '../support.js';
import { openCounter, paidFields, signedJson, type Counter } from './counter.js';

/** Everything that JavaScript has: objects without a prototype, too. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withBoxedValues: true,
  maxDepth: 2,
});

/** Near misses: what looks like an amount, or like a store's answer. */
const almost = fc.oneof(
  fc.double({ min: 0.01, max: 2 ** 31, noNaN: true }),
  fc.double(),
  fc.bigInt(),
  fc.stringMatching(/^[ +-]?(?:0x)?\d{1,14}(?:[.,e]\d{1,2})?[ \n]?$/),
  fc.constantFrom(
    '１９９９',
    '1_999',
    'Infinity',
    '',
    ' ',
    true,
    new Number(1999),
    new String('1999'),
    [1999],
  ),
  fc.record({ value: fc.string(), version: anything }),
  fc.record({ value: anything, version: fc.string() }),
  fc.constantFrom('OK', 1, 0, null, [{ changes: 1 }], { rowCount: 1 }, [1]),
);

const isWholeText = (value: unknown) => typeof value === 'string' && /^\d{1,12}$/.test(value);
/** What is an amount, as the documentation says it. */
function isAmount(value: unknown): boolean {
  const cents = typeof value === 'bigint' || isWholeText(value) ? Number(value) : value;
  return typeof cents === 'number' && Number.isInteger(cents) && cents >= 1 && cents <= 2 ** 31 - 1;
}
const isId = (value: unknown) =>
  typeof value === 'bigint' ||
  Number.isSafeInteger(value) ||
  (typeof value === 'string' && value.trim() !== '');

function raise(error: unknown): never {
  throw error;
}

async function refusedInWords(counter: Counter): Promise<void> {
  const told = await counter.form();
  assert.equal(told.httpStatus, 500);
  assert.equal(told['secureId'], undefined);
  assert.equal(counter.made.length, 0);
  assert.equal(counter.log.length, 1, counter.log.join('\n'));
  assert.match(counter.log[0] ?? '', /^secure-id: HTTP 500: order.*: expected .*received /s);
}

describe('an answer of `order`', () => {
  it('of any kind that is no order is refused in words', () =>
    fc.assert(
      fc.asyncProperty(anything, (answer) => refusedInWords(openCounter({ order: () => answer as never }))),
      { numRuns: 300 },
    ));

  for (const [field, isRight] of [
    ['amount', isAmount],
    ['id', isId],
    ['currency', (value: unknown) => value === undefined || value === null || value === 'CAD'],
    ['channel', (value: unknown) => value === undefined || value === null],
    ['paid', (value: unknown) => value === undefined || value === null || value === 0 || value === 1],
    ['subject', (value: unknown) => value === undefined || value === null || value === ''],
    ['returnUrl', (value: unknown) => value === undefined || value === null || value === ''],
  ] as const) {
    const wrong = fc
      .oneof(anything, almost)
      .filter((value) => !isRight(value) && typeof value !== (field === 'paid' ? 'boolean' : 'undefined'));
    it(`whose ${field} is of any other kind is refused in words`, () =>
      fc.assert(
        fc.asyncProperty(
          // A text may be a subject or an address: what is none is refused by the client, with its field's name.
          wrong.filter((value) => typeof value !== 'string' || !['subject', 'returnUrl'].includes(field)),
          (value) => {
            const order = { id: 'order-1', amount: 1999, [field]: value };
            return refusedInWords(openCounter({ order: () => order }));
          },
        ),
        { numRuns: 200 },
      ));
  }

  it('whose amount is written as any driver writes it is the same order, and its payment is paid once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.shuffledSubarray([Number, String, BigInt], { minLength: 3 }),
        async (cents, writings) => {
          let write: (cents: number) => number | string | bigint = Number;
          const counter = openCounter({ order: () => ({ id: 'order-1', amount: write(cents) }) });
          for (write of writings) assert.equal((await counter.form()).httpStatus, 200);
          assert.equal(counter.made.length, 1, 'one order of the gateway’s');
          const fields = { ...paidFields(counter.made[0]), amount: cents };
          for (const amount of [cents, `${cents}`])
            assert.equal(await counter.notify(signedJson({ ...fields, amount })), '200 SUCCESS');
          assert.deepEqual(
            counter.paid.map(({ payment }) => payment.amount),
            [cents],
          );
        },
      ),
      { numRuns: 50 },
    ));

  it('has an id of its own for each order: two ids never share a form', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 }),
        async (some) => {
          const ids = new Set(some.flatMap((id) => [id, id.toUpperCase(), `${id} `, ` ${id}`, `${id}0`]));
          const counter = openCounter({ order: ({ data }) => ({ id: String(data['id']), amount: 1999 }) });
          const named = [...ids].filter((id) => id.trim() !== '');
          const numbers = new Set<unknown>();
          for (const id of named) numbers.add((await counter.form({ id }))['mchOrderNo']);
          assert.equal(numbers.size, named.length);
        },
      ),
      { numRuns: 100 },
    ));
});

describe('what a merchant’s function throws, of any kind,', () => {
  const thrown = fc.oneof(
    anything,
    fc.constant(Symbol('no')),
    // Errors of libraries that took liberties.
    anything.map((message) => Object.assign(new Error('x'), { message })),
    // What the drivers throw where a server is reached at no address: no words of its own, in Node 20.
    fc.constant(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')])),
  );
  const rows: [string, (error: unknown) => Counter, (counter: Counter) => Promise<number>][] = [
    [
      'order',
      (error) => openCounter({ order: async () => raise(error) }),
      async (counter) => (await counter.form()).httpStatus,
    ],
    [
      'store.get',
      (error) => openCounter({ store: { ...memoryStore(), get: async () => raise(error) } }),
      async (counter) => (await counter.form()).httpStatus,
    ],
    [
      'onPaid',
      (error) => openCounter({ onPaid: async () => raise(error) }),
      async (counter) => {
        await counter.form();
        return Number((await counter.notify(signedJson(paidFields(counter.made[0])))).slice(0, 3));
      },
    ],
  ];
  for (const [what, open, run] of rows) {
    it(`is a 500 with a line in the log: ${what}`, () =>
      fc.assert(
        fc.asyncProperty(thrown, async (error) => {
          const counter = open(error);
          assert.equal(await run(counter), 500);
          assert.equal(counter.log.length, 1, counter.log.join('\n'));
          assert.match(counter.log[0] ?? '', /^(?:secure-id|notify): HTTP 500: \S+/);
          if (error instanceof AggregateError) assert.match(counter.log[0] ?? '', /ECONNREFUSED ::1:5432/);
        }),
        { numRuns: 100 },
      ));
  }
});

describe('a store that answers anything at all', () => {
  const PREFIXES = ['order:', 'watch:', 'key:', 'lease:', 'asked:', 'unverified:'];

  /** Answers wrong under keys that begin so; what it does in truth is right, or nothing. */
  function lying(real: Store, call: 'get' | 'set', prefix: string, answer: unknown, works: boolean) {
    let lies = 0;
    const store = {
      ...real,
      async [call](key: string, ...rest: never[]) {
        // That the merchant was told is tried again for long; test/server/checkout/delivery.test.ts has it.
        const mark = typeof rest[0] === 'string' && String(rest[0]).includes('"delivered":true');
        const lie = key.startsWith(prefix) && !mark;
        if (lie) lies += 1;
        const done: unknown =
          works || !lie ? await (real[call] as (...args: unknown[]) => unknown)(key, ...rest) : undefined;
        return lie ? answer : done;
      },
    };
    return { store, lies: () => lies };
  }

  const isEntry = (value: unknown) =>
    typeof (value as { value?: unknown } | null)?.value === 'string' &&
    typeof (value as { version?: unknown }).version === 'string';

  for (const [call, wrong] of [
    ['get', fc.oneof(anything, almost).filter((value) => value !== undefined && !isEntry(value))],
    ['set', fc.oneof(anything, almost).filter((value) => typeof value !== 'boolean')],
  ] as const) {
    it(`to ${call}: every answer of ours that is none says why, nothing is ordered or shipped twice`, () =>
      fc.assert(
        fc.asyncProperty(fc.constantFrom(...PREFIXES), wrong, fc.boolean(), async (prefix, answer, works) => {
          const real = memoryStore();
          const honest = openCounter({ store: real });
          const before = await honest.form();
          const number = String(before['mchOrderNo']);
          const { store, lies } = lying(real, call, prefix, answer, works);
          const counter = openCounter({
            store,
            says: (path) => (path === 'cc_query' ? { status: 2, amount: 1999, currency: 'CAD' } : undefined),
          });
          const forged = JSON.stringify({ ...paidFields(number), sign: 'x' });
          for (const ask of [
            () => counter.checkout.secureId(post({ mode: 'pay' }, { 'Idempotency-Key': 'k' })),
            () => counter.checkout.orderStatus(post({ mode: 'pay', mchOrderNo: number })),
            () => counter.checkout.notification(post(forged)),
            () => counter.checkout.notification(post(signedJson(paidFields(number)))),
          ]) {
            const [lines, before] = [counter.log.length, lies()];
            const { status } = await ask();
            if (status < 400 && lies() === before) continue;
            const said = counter.log.slice(lines).join('\n');
            assert.match(said, new RegExp(`store\\.${call}: expected .*received `, 's'));
          }
          assert.equal(counter.made.length, 0, 'no second order of the gateway’s');
          assert.ok(counter.paid.length <= 1, `${counter.paid.length} shipped`);
          // With a store that is right again, nothing is lost.
          const again = openCounter({ store: real });
          await again.notify(signedJson(paidFields(number)));
          const told = [...counter.paid, ...again.paid].map(({ orderId }) => orderId);
          assert.ok(told.length >= 1 || prefix === 'lease:', 'lost');
        }),
        { numRuns: 150 },
      ));
  }

  it('to keys: reconcile says why, and passes over no order in silence', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anything.filter((value) => !Array.isArray(value) || value.length > 0),
          // A promise of a list; keys as a driver with a prefix of its own gives them, or as bytes.
          fc.constantFrom(
            Promise.resolve(['watch:1']),
            ['shop:watch:1'],
            [Buffer.from('watch:1')],
            ['watch:1', 7],
          ),
        ),
        async (answer) => {
          const isIterable = typeof answer === 'object' && answer !== null && Symbol.iterator in answer;
          fc.pre(!isIterable || [...(answer as Iterable<unknown>)].length > 0);
          const counter = openCounter({ store: { ...memoryStore(), keys: () => answer as never } });
          await assert.rejects(counter.checkout.reconcile(), {
            name: 'TypeError',
            message: /^store\.keys: expected an async iterable of the keys that begin with watch:, received /,
          });
        },
      ),
      { numRuns: 200 },
    ));
});

describe('two shops that share one store', () => {
  for (const [what, of] of [
    ['of two merchant ids', { mchId: '20000702', gatewayOrigin: 'http://127.0.0.1:9' }],
    ['of a sandbox and IOTPay', { merchantKey: 'k', gatewayOrigin: 'https://ccapi.iotpaycloud.com' }],
  ] as const)
    it(`${what}, with the same order ids: neither is told that the other one’s is paid, and the log says why`, async () => {
      const store = memoryStore();
      const first = openCounter({ store });
      const { mchOrderNo } = await first.form();
      await first.notify(signedJson(paidFields(mchOrderNo)));
      assert.equal(first.paid.length, 1);
      const iotpay = createIotpay({ ...MERCHANT, ...of });
      const second = openCounter({ store, iotpay });
      assert.equal((await second.form()).httpStatus, 500);
      assert.deepEqual(second.paid, []);
      await assert.rejects(second.checkout.status('order-1'), /Two shops, .* share one store/);
      assert.match(
        second.log.join('\n'),
        /^secure-id: HTTP 500: store: order "order-1" is on record for merchant 10000701 at a sandbox, and this checkout is merchant /,
      );
      // The same shop on another port of its sandbox, and after another key, is the same shop.
      const again = openCounter({
        store,
        iotpay: createIotpay({ ...MERCHANT, merchantKey: 'sandbox-2', gatewayOrigin: 'http://localhost:8' }),
      });
      assert.equal((await again.form())['status'], 2);
    });
});

describe('an order of an ORM', () => {
  it('that throws where a column was not loaded is named in the log', async () => {
    const row = {
      id: 'order-1',
      get amount(): number {
        throw new Error('The column "amount" was not loaded.');
      },
    };
    const counter = openCounter({ order: () => row });
    assert.equal((await counter.form()).httpStatus, 500);
    assert.deepEqual(counter.log, ['secure-id: HTTP 500: order: The column "amount" was not loaded.']);
  });

  it('is read once: what changes meanwhile changes nothing', async () => {
    let reads = 0;
    const row = {
      id: 'order-1',
      get amount(): number {
        return ++reads === 1 ? 1999 : 1;
      },
    };
    const counter = openCounter({ order: () => row });
    assert.equal((await counter.form())['amount'], 1999);
    assert.equal(reads, 1);
  });
});

describe('a page that asks for one form after the other', () => {
  it('gets fifty within two hours, so that the gateway is not asked about hundreds with each request', async () => {
    const counter = openCounter();
    let answer = await counter.form();
    for (let i = 1; i < 50; i++) answer = await counter.form({ failed: answer['mchOrderNo'] });
    assert.deepEqual([counter.made.length, answer.httpStatus], [50, 200]);
    const refused = await counter.form({ failed: answer['mchOrderNo'] });
    assert.deepEqual([counter.made.length, refused.httpStatus], [50, 429]);
    assert.match(
      counter.log.join('\n'),
      /^secure-id: HTTP 429: .*order "order-1": 50 forms within two hours\./,
    );
    // The form that is open is still handed out, and can be paid in.
    assert.equal((await counter.form())['mchOrderNo'], answer['mchOrderNo']);
    await counter.notify(signedJson(paidFields(answer['mchOrderNo'])));
    assert.equal(counter.paid.length, 1);
  });

  it('gets fifty for cards, too; the same Idempotency-Key gets its own again, and others have theirs', async () => {
    let given = 0;
    const counter = openCounter({
      order: ({ data }) => ({ id: (data['customer'] as string | undefined) ?? 'customer-1' }),
      says: () => ({ secureId: `secret-${++given}` }),
    });
    const open = (key: string, customer?: string) =>
      counter.checkout
        .secureId(post({ mode: 'add', customer }, { 'Idempotency-Key': key }))
        .then(async (answer) => `${answer.status} ${(await answer.text()).slice(0, 40)}`);
    const first = await open('key-1');
    for (let i = 2; i <= 50; i++) assert.match(await open(`key-${i}`), /^200 /);
    assert.match(await open('key-51'), /^429 /);
    assert.match(
      counter.log.join('\n'),
      /^secure-id: HTTP 429: .*the cards of "customer-1": 50 forms within two hours\./,
    );
    assert.equal(await open('key-1'), first);
    assert.match(await open('key-52', 'customer-2'), /^200 /);
  });
});

describe('reconcile, while onPaid is at work', () => {
  it('says in the log why an order counts as a failure', async () => {
    let end = (): void => undefined;
    const counter = openCounter({ onPaid: () => new Promise<void>((resolve) => (end = resolve)) });
    const { mchOrderNo } = await counter.form();
    const told = counter.notify(signedJson(paidFields(mchOrderNo)));
    while (!(await counter.checkout.status('order-1')).payment);
    const { paid, failures } = await counter.checkout.reconcile();
    assert.deepEqual([paid, failures], [0, 1]);
    assert.match(
      counter.log.join('\n'),
      /^reconcile: order order-1 is paid, and another server is telling the shop/,
    );
    end();
    assert.equal(await told, '200 SUCCESS');
  });
});
