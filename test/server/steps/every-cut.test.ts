// Every step of the shop's, cut in every way: its server dies before or after it, it fails, its answer is lost, it is done
// long after; and two of them, at random. Whatever is cut, the order is paid once, and the shop is told of it.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { randomFrom } from '../soak/random.js';
import { CUTS, World, type Answer, type Cut, type Server } from './world.js';

/** How often somebody asks who gets no answer; a second passes between two tries. */
const TRIES = 400;

/** Asks one server after the other until one gives the answer that is wanted. */
async function persist<T>(
  world: World,
  ask: (server: Server) => Promise<T | undefined>,
  isWanted: (answer: T) => boolean = () => true,
): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = world.servers[tries % world.servers.length];
    const answer = server && (await world.until(ask(server)));
    if (answer !== undefined && isWanted(answer)) return answer;
    await world.pass(1000);
  }
  throw new Error(`Nobody answers what is wanted, after:\n${world.trace.slice(-200).join('\n')}`);
}

const form = (world: World, body?: object) =>
  persist(
    world,
    (server) => world.form(server, body),
    ({ httpStatus }) => httpStatus === 200,
  );

/** A form, in which the shopper pays. */
async function paid(world: World): Promise<unknown> {
  const { secureId, mchOrderNo } = await form(world);
  assert.ok(world.pay(secureId), 'the form could not be paid in');
  return mchOrderNo;
}

const statusIs =
  (wanted: number) =>
  ({ status }: Answer) =>
    status === wanted;

/** A form that is paid in, and the page knows. */
async function paidAndTold(world: World): Promise<void> {
  await paid(world);
  await persist(world, (server) => world.form(server), statusIs(2));
}

/** What people do with cards that are saved. */
const CARD_STORIES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'a card that is saved, and the browser asks'(world) {
    await saved(world);
    await persist(world, (server) => world.cardStatus(server), statusIs(2));
  },
  async 'a card that is saved, and nobody tells'(world) {
    await saved(world);
  },
};

/** A form in which the shopper saves a card. */
async function saved(world: World): Promise<void> {
  const { secureId } = await form(world, { mode: 'add' });
  assert.ok(world.save(secureId), 'no card could be saved in the form');
}

/** A form that was submitted; the page has asked what became of it, and is loaded again: nobody gets a second form. */
async function timedOut(world: World): Promise<unknown> {
  const { secureId, mchOrderNo } = await form(world);
  world.submit(secureId);
  await persist(world, (server) => world.orderStatus(server, mchOrderNo), statusIs(1));
  assert.equal((await form(world))['secureId'], undefined, 'a form was given out over a Timeout');
  return secureId;
}

/** What people do, and what IOTPay does. */
const STORIES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'a form that is paid in, and the browser asks'(world) {
    const mchOrderNo = await paid(world);
    await persist(world, (server) => world.orderStatus(server, mchOrderNo), statusIs(2));
  },
  async 'a form that is paid in, and IOTPay notifies'(world) {
    const mchOrderNo = await paid(world);
    await persist(
      world,
      (server) => world.notify(server, mchOrderNo),
      (isAcknowledged) => isAcknowledged,
    );
    assert.equal(world.told.length > 0, true, 'acknowledged, and the shop was not told');
  },
  async 'a form that is paid in, and the page is loaded again'(world) {
    await paid(world);
    assert.equal((await form(world))['status'], 2);
  },
  async 'a form that is paid in, and nobody tells'(world) {
    await paid(world);
  },
  async 'a form in two tabs, paid in the first one'(world) {
    const tabs = world.servers.map((server) => world.form(server));
    const answers = await world.until(Promise.all(tabs));
    for (const answer of answers) if (answer?.['secureId']) world.pay(answer['secureId']);
    if (world.paid.length === 0) await paid(world);
  },
  async 'a Timeout that becomes a payment, and the page is loaded again meanwhile'(world) {
    const secureId = await timedOut(world);
    world.decide(secureId, 2);
    await persist(world, (server) => world.form(server), statusIs(2));
  },
  async 'a Timeout that becomes a failure, and a form that is paid in after it'(world) {
    const secureId = await timedOut(world);
    world.decide(secureId, 9);
    const next = await persist(
      world,
      (server) => world.form(server),
      (answer) => answer['secureId'] !== undefined,
    );
    assert.ok(world.pay(next['secureId']), 'the form could not be paid in');
  },
  async 'a Timeout that nobody tells of, and the page is loaded again before it becomes a payment'(world) {
    const { secureId } = await form(world);
    world.submit(secureId);
    const again = await form(world);
    assert.ok(!world.pay(again['secureId']), 'a second form could be paid in');
    world.decide(secureId, 2);
  },
  async 'a card that is declined, and a form that is paid in after it'(world) {
    const first = await form(world);
    world.decline(first['secureId']);
    const second = await form(world, { failed: first['mchOrderNo'] });
    assert.ok(world.pay(second['secureId']), 'the second form could not be paid in');
  },
  async 'a saved card that is charged'(world) {
    await persist(
      world,
      (server) => world.charge(server),
      (state) => state === 'paid',
    );
  },
  async 'a saved card, and a form where its charge gets no answer'(world) {
    const [A] = world.servers;
    const state = A && (await world.until(world.charge(A)));
    if (state === 'paid') return;
    const answer = await persist(
      world,
      (server) => world.form(server),
      ({ status, secureId }: Answer) => status === 2 || secureId !== undefined,
    );
    if (answer['secureId']) assert.ok(world.pay(answer['secureId']), 'the form could not be paid in');
  },
  async 'a part that is given back'(world) {
    await paidAndTold(world);
    await persist(world, (server) => world.refund(server, { amount: 500 }));
    // What was done when its server died is done again under no number: nothing tells the two apart.
    const isExcused = world.servers.some(({ isDead }) => isDead);
    assert.deepEqual([...new Set(world.givenBack.values())], [500]);
    assert.ok(world.givenBack.size === 1 || isExcused, 'given back more than once');
  },
  async 'a part that is given back under a number of its own'(world) {
    await paidAndTold(world);
    await persist(world, (server) => world.refund(server, { amount: 500, refundId: 'return-1' }));
    assert.deepEqual([...world.givenBack.values()], [500]);
  },
  async 'all that is given back, asked for twice'(world) {
    await paidAndTold(world);
    await persist(world, (server) => world.refund(server));
    await persist(world, (server) => world.refund(server));
    assert.deepEqual([...world.givenBack.values()], [1999]);
  },
  async 'a payment that is cancelled, asked for twice'(world) {
    await paidAndTold(world);
    await persist(world, (server) => world.void(server));
    await persist(world, (server) => world.void(server));
    assert.deepEqual([...world.givenBack.values()], [1999]);
  },
};

/** What people do who pay in the form of before a FAIL, too, which they have kept open. */
const STORIES_OF_TWO: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'two forms that are paid in, and nobody tells'(world) {
    await paidTwice(world);
  },
  async 'two forms that are paid in, and IOTPay notifies'(world) {
    for (const mchOrderNo of await paidTwice(world))
      await persist(
        world,
        (server) => world.notify(server, mchOrderNo),
        (isAcknowledged) => isAcknowledged,
      );
    assert.deepEqual(
      [world.told.length > 0, world.toldTwice.length > 0],
      [true, true],
      'acknowledged, and not told',
    );
  },
};

async function paidTwice(world: World): Promise<readonly unknown[]> {
  const first = await form(world);
  const second = await form(world, { failed: first['mchOrderNo'] });
  assert.ok(world.pay(first['secureId']) && world.pay(second['secureId']), 'one could not be paid in');
  return [first['mchOrderNo'], second['mchOrderNo']];
}

/** What holds in the end, of an order that was paid twice in the story. */
async function judgeTwo(world: World, again: number): Promise<void> {
  const { status, secureId } = await form(world);
  assert.deepEqual([world.paid.length, status, secureId], [2, 2, undefined]);
  const told = new Set(world.told);
  const twice = new Set(world.toldTwice);
  assert.deepEqual([told.size, twice.size, new Set([...told, ...twice])], [1, 1, new Set(world.paid)]);
  const times = world.told.length + world.toldTwice.length;
  assert.ok(times <= 2 + again, `told ${times} times`);
}

/** What holds in the end, of an order that was paid in the story. */
async function judgeOrder(world: World, again: number): Promise<void> {
  const { status, secureId } = await form(world);
  assert.deepEqual([world.paid.length, status, secureId], [1, 2, undefined]);
  assert.deepEqual(new Set(world.told), new Set(world.paid), 'what the shop was told is not what was paid');
  assert.ok(world.told.length <= 1 + again, 'told more than once');
  assert.deepEqual(world.toldTwice, []);
}

/** What holds in the end, of a card that was saved in the story. */
async function judgeCard(world: World, again: number): Promise<void> {
  assert.equal(world.savedCards.length, 1);
  assert.deepEqual(new Set(world.toldCards), new Set(world.savedCards), 'the shop was not told of the card');
  assert.ok(world.toldCards.length <= 1 + again, 'told more than once');
}

interface Trial {
  readonly story: (world: World) => Promise<void>;
  /** @param again - how often the shop may be told once more: what tells it was cut */
  readonly judge: (world: World, again: number) => Promise<void>;
  readonly knowsUnpaid: boolean;
}

/** Which steps are cut, by their numbers, and how. */
type Cuts = ReadonlyMap<number, Cut>;

/** Tells a story, with some steps cut. @returns how many steps there were */
async function tell(test: TestContext, trial: Trial, cuts: Cuts): Promise<number> {
  const { knowsUnpaid, story, judge } = trial;
  // One more than can die.
  const world = new World(test, {
    servers: ['A', 'B', 'C'].slice(0, Math.max(cuts.size + 1, 2)),
    knowsUnpaid,
  });
  let steps = 0;
  let again = 0;
  world.choose = ([step]) => {
    assert.ok(step);
    const cut = cuts.get(steps++);
    // Who dies between shipping and writing it down, or says that shipping has failed, is told again.
    if (cut?.startsWith('dies') || (cut && step.name.startsWith('on'))) again += 1;
    return { step, cut };
  };
  try {
    await story(world);
    // Who dies while it tells the shop keeps the others from telling for half a minute.
    for (const later of [35_000, 130 * 60_000, 35_000]) {
      await world.pass(later);
      await persist(world, (server) => world.reconcile(server));
    }
    await judge(world, again);
  } catch (error) {
    throw new Error(
      `${[...cuts].join(' and ')}: ${(error as Error).message}\n${world.trace.slice(-150).join('\n')}`,
      { cause: error },
    );
  }
  return steps;
}

/** Every cut of one step, and so many of two at random. */
function* allCuts(steps: number, pairs: number): Generator<Cuts> {
  for (const cut of CUTS) for (let at = 0; at < steps; at++) yield new Map([[at, cut]]);
  const random = randomFrom(steps);
  for (let pair = 0; pair < pairs; pair++) {
    const first = random.between(0, steps);
    yield new Map([
      [first, random.pick(CUTS)],
      [first + 1 + random.between(0, 12), random.pick(CUTS)],
    ]);
  }
}

/** How many pairs are tried. */
const PAIRS = 25;

function everyCut(name: string, trial: Omit<Trial, 'knowsUnpaid'>): void {
  describe(name, () => {
    for (const knowsUnpaid of [true, false]) {
      const gateway = knowsUnpaid ? 'knows' : 'does not know';
      it(`at a gateway that ${gateway} an order in which nobody has paid: whatever is cut`, async (test) => {
        test.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
        const steps = await tell(test, { ...trial, knowsUnpaid }, new Map());
        assert.ok(steps > 10, `only ${steps} steps`);
        const failures: string[] = [];
        for (const cuts of allCuts(steps, PAIRS))
          await tell(test, { ...trial, knowsUnpaid }, cuts).catch((error: unknown) =>
            failures.push((error as Error).message),
          );
        assert.deepEqual(failures.slice(0, 3), [], `${failures.length} failures`);
      });
    }
  });
}

for (const [name, story] of Object.entries(STORIES)) everyCut(name, { story, judge: judgeOrder });
for (const [name, story] of Object.entries(STORIES_OF_TWO)) everyCut(name, { story, judge: judgeTwo });
for (const [name, story] of Object.entries(CARD_STORIES)) everyCut(name, { story, judge: judgeCard });
