// Two calls at the same moment on two servers, their steps in every order in which one is interrupted by the other up to twice,
// and each held back once for as long as the other takes. Whatever the order, the order is paid once, and the shop told once.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { World, type Answer, type Server } from './world.js';

/** How often one call interrupts the other. */
const INTERRUPTIONS = 2;

type Call = (world: World, server: Server) => Promise<unknown>;

/** A form, in which the shopper pays as soon as it is there. */
const formAndPay =
  (body?: (world: World) => object): Call =>
  async (world, server) => {
    const answer = await world.form(server, body?.(world));
    if (answer?.['secureId']) world.pay(answer['secureId']);
  };
const charge: Call = (world, server) => world.charge(server);
const chargeAfterForm: Call = (world, server) => world.charge(server, true);
const reconcile: Call = (world, server) => world.reconcile(server);
const notify: Call = (world, server) => world.notify(server, world.paid[0]);
const orderStatus: Call = (world, server) => world.orderStatus(server, world.paid[0]);
const orderStatusOfForm: Call = (world, server) => world.orderStatus(server, formOf(world)['mchOrderNo']);
const cardStatus: Call = (world, server) => world.cardStatus(server);
const part = (amount: number, refundId?: string): Call => {
  const choice = { amount, ...(refundId === undefined ? {} : { refundId }) };
  return (world, server) => world.refund(server, choice);
};
const rest: Call = (world, server) => world.refund(server);

interface Before {
  readonly prepare: (world: World) => Promise<void>;
  readonly pairs: Readonly<Record<string, readonly [Call, Call]>>;
  readonly judge: (world: World) => void | Promise<void>;
}

const first = (world: World): Server => world.servers[0] as Server;

async function paid(world: World): Promise<void> {
  assert.ok(world.pay(await openForm(world)));
}

function paidOnce({ paid, told, toldTwice }: World): void {
  assert.deepEqual([paid.length, told, toldTwice], [1, paid, []]);
}

/** The form that a world has had before. */
const forms = new WeakMap<World, Answer>();
const formOf = (world: World): Answer => forms.get(world) as Answer;
const afterDecline = formAndPay((world) => ({ failed: formOf(world)['mchOrderNo'] }));

async function openForm(world: World): Promise<unknown> {
  const answer = await world.until(world.form(first(world)));
  assert.ok(answer);
  forms.set(world, answer);
  return answer['secureId'];
}

const BEFORE: Readonly<Record<string, Before>> = {
  'an order that is new': {
    prepare: async () => {},
    pairs: {
      'form and form': [formAndPay(), formAndPay()],
      'form and charge': [formAndPay(), charge],
      'charge and charge': [charge, charge],
    },
    judge: paidOnce,
  },
  'an order whose card was declined': {
    async prepare(world) {
      world.decline(await openForm(world));
    },
    pairs: {
      'form and form': [afterDecline, afterDecline],
      'form and a form that knows nothing of it': [afterDecline, formAndPay()],
      'form and charge': [afterDecline, charge],
    },
    judge: paidOnce,
  },
  'an order of which IOTPay does not know whether it is paid': {
    prepare: async (world) => world.submit(await openForm(world)),
    pairs: {
      'form and form': [formAndPay(), formAndPay()],
      'form and charge': [formAndPay(), charge],
      'form and charge, the page having taken its form away': [formAndPay(), chargeAfterForm],
      'charge and charge, the page having taken its form away': [chargeAfterForm, chargeAfterForm],
      'status and charge, the page having taken its form away': [orderStatusOfForm, chargeAfterForm],
    },
    async judge(world) {
      assert.deepEqual(world.paid, [], 'paid in another way, and not known whether twice');
      world.decide(formOf(world)['secureId'], 2);
      await world.until(world.reconcile(first(world)));
      paidOnce(world);
    },
  },
  'an order that is paid, of which nobody has told': {
    prepare: paid,
    pairs: {
      'notification and notification': [notify, notify],
      'notification and status': [notify, orderStatus],
      'notification and reconcile': [notify, reconcile],
      'status and status': [orderStatus, orderStatus],
      'form and status': [formAndPay(), orderStatus],
      'form and charge': [formAndPay(), charge],
      'charge and notification': [charge, notify],
      'reconcile and reconcile': [reconcile, reconcile],
    },
    judge: paidOnce,
  },
  'an order that is paid, and 1999 cents': {
    async prepare(world) {
      await paid(world);
      await world.until(world.form(first(world)));
    },
    pairs: {
      'a part under one number, twice': [part(500, 'return-1'), part(500, 'return-1')],
      'two parts that are more than all': [part(1200), part(1300)],
      'a part and the rest': [part(500), rest],
      'all and all': [rest, rest],
      'all and the same as a part': [rest, part(1999)],
    },
    async judge(world) {
      paidOnce(world);
      const givenBack = () => [...world.givenBack.values()].reduce((sum, cents) => sum + cents, 0);
      const before = givenBack();
      assert.ok(before <= 1999, `${before} cents were given back`);
      // What failed, since its step was held back for too long, is neither lost nor done behind anybody's back.
      await world.until(world.refund(first(world)));
      assert.equal(givenBack(), 1999);
    },
  },
  'a card that is saved': {
    async prepare(world) {
      const answer = await world.until(world.form(first(world), { mode: 'add' }));
      assert.ok(world.save(answer?.['secureId']));
    },
    pairs: {
      'status and status': [cardStatus, cardStatus],
      'status and reconcile': [cardStatus, reconcile],
      'reconcile and reconcile': [reconcile, reconcile],
    },
    judge: ({ savedCards, toldCards }) => assert.deepEqual(toldCards, savedCards),
  },
};

/** Where one call is interrupted: before the step of this number. */
type Interruptions = readonly number[];

/**
 * Runs both calls.
 * @param isHeld - whether time passes for the other one while a call is interrupted; else it goes on as soon as the other waits
 * @returns before which steps the other call could have been gone on with
 */
async function run(
  test: TestContext,
  { prepare, judge }: Before,
  calls: readonly Call[],
  interruptions: Interruptions,
  isHeld: boolean,
): Promise<readonly number[]> {
  const world = new World(test);
  await prepare(world);
  const choices: number[] = [];
  let steps = 0;
  let present = first(world).name;
  let running = world.servers.map(({ name }) => name);
  world.choose = (waiting) => {
    const names = new Set(waiting.map(({ server }) => server));
    if (names.size === 2) choices.push(steps);
    if (interruptions.includes(steps) && names.size === 2) present = present === 'A' ? 'B' : 'A';
    if (!running.includes(present)) present = running[0] ?? present;
    if (!names.has(present) && isHeld && running.length === 2) return undefined;
    const step = waiting.find(({ server }) => server === present) ?? waiting[0];
    steps += 1;
    return step && { step };
  };
  try {
    const both = world.servers.map((server, i) =>
      (calls[i] as Call)(world, server).finally(() => {
        running = running.filter((name) => name !== server.name);
      }),
    );
    await world.until(Promise.all(both));
    world.choose = ([step]) => step && { step };
    for (const later of [35_000, 130 * 60_000]) {
      await world.pass(later);
      await world.until(world.reconcile(first(world)));
    }
    await judge(world);
  } catch (error) {
    throw new Error(
      `interrupted before ${interruptions.join(' and ')}: ${(error as Error).message}\n${world.trace.join('\n')}`,
      { cause: error },
    );
  }
  return choices;
}

/** Every order of the steps with up to so many interruptions. @returns how many there were */
async function everyOrder(
  test: TestContext,
  before: Before,
  calls: readonly Call[],
  most: number,
  isHeld: boolean,
): Promise<number> {
  let orders = 0;
  const failures: string[] = [];
  const explore = async (interruptions: Interruptions): Promise<void> => {
    orders += 1;
    const choices = await run(test, before, calls, interruptions, isHeld).catch((error: unknown) => {
      failures.push((error as Error).message);
      return [];
    });
    if (interruptions.length === most) return;
    for (const at of choices) if (at > (interruptions.at(-1) ?? -1)) await explore([...interruptions, at]);
  };
  await explore([]);
  assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${orders} orders`);
  return orders;
}

for (const [name, before] of Object.entries(BEFORE))
  describe(name, () => {
    for (const [pair, [one, other]] of Object.entries(before.pairs))
      it(`${pair}, in every order`, async (test) => {
        test.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
        for (const calls of one === other
          ? [[one, other]]
          : [
              [one, other],
              [other, one],
            ]) {
          assert.ok((await everyOrder(test, before, calls, INTERRUPTIONS, false)) > 10);
          assert.ok((await everyOrder(test, before, calls, 1, true)) > 3);
        }
      });
  });
