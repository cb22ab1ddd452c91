// Cards that are saved: none is lost while nobody can be asked, and each is told of once.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { memoryStore, type CheckoutOptions, type Store } from '../../../src/server/index.js';
import { openCounter } from '../attacks/counter.js';

const HOUR_MS = 3_600_000;
const CARD = { cardNum: '432567******2266' };

/** A shop where cards are saved, at a gateway that says of each what the test says: saved, or the words of a refusal. */
function shopFor(test: TestContext, options: Partial<CheckoutOptions> = {}) {
  test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const asked: string[] = [];
  const state: { of: (nth: number) => string | Promise<string> } = { of: () => 'saved' };
  const counter = openCounter({
    says: (path, { cardId }) => (path === 'cc_querycard' ? { cardId, ...CARD } : undefined),
    refuses: async (path, { cardId }) => {
      if (path !== 'cc_querycard') return undefined;
      asked.push(String(cardId));
      const word = await state.of(asked.length);
      return word === 'saved' ? undefined : word;
    },
    ...options,
  });
  const settle = () => counter.checkout.cards('order-1');
  const later = (ms: number) => test.mock.timers.tick(ms);
  return { ...counter, open: () => counter.form({ mode: 'add' }), settle, state, asked, later };
}

it('a card that is saved a while after the page has asked for it is told of', async (test) => {
  const shop = shopFor(test);
  await shop.open();
  shop.state.of = () => 'Card not bound';
  assert.deepEqual(await shop.settle(), []);
  shop.later(HOUR_MS);
  shop.state.of = () => 'saved';
  assert.equal((await shop.settle()).length, 1);
  assert.equal(shop.cards.length, 1);
});

it('a form in which nobody saved a card is asked about once after its time, and then no more', async (test) => {
  const shop = shopFor(test);
  await shop.open();
  shop.state.of = () => 'Card not bound';
  shop.later(3 * HOUR_MS);
  await shop.settle();
  await shop.settle();
  assert.equal(shop.asked.length, 1);
});

it('a gateway that says nothing of a card for hours loses none', async (test) => {
  const shop = shopFor(test);
  await shop.open();
  shop.state.of = () => 'System busy';
  for (const hours of [0, 3, 48]) {
    shop.later(hours * HOUR_MS);
    assert.deepEqual(await shop.settle(), []);
  }
  shop.state.of = () => 'saved';
  await shop.settle();
  assert.equal(shop.cards.length, 1);
});

it('a card that can’t be asked about keeps nobody from hearing of the next one', async (test) => {
  const shop = shopFor(test);
  await shop.open();
  await shop.open();
  shop.state.of = (nth) => (nth === 1 ? 'System busy' : 'saved');
  assert.equal((await shop.settle()).length, 1);
  assert.equal(shop.cards.length, 1);
  assert.match(shop.log.join('\n'), /^the gateway could not be asked about a card of order-1\. /m);
  await shop.settle();
  assert.equal(new Set(shop.cards.map(({ cardId }) => cardId)).size, 2);
});

it('a card is told of once, also where a slow server hears of it when another one has told', async (test) => {
  const shop = shopFor(test);
  await shop.open();
  let answer: (word: string) => void = () => {};
  const slow = new Promise<string>((resolve) => (answer = resolve));
  shop.state.of = (nth) => (nth === 1 ? slow : 'saved');
  const first = shop.settle();
  while (!shop.asked.length) await new Promise(setImmediate);
  assert.equal((await shop.settle()).length, 1);
  shop.later(60_000); // The lease of the other one is over.
  answer('saved');
  assert.deepEqual(await first, []);
  assert.equal(shop.cards.length, 1);
});

it('a card that no function wants to hear of is found again for some hours, and then no more', async (test) => {
  const shop = shopFor(test, { onCardSaved: undefined });
  await shop.open();
  for (const hours of [0, 1, 2]) {
    shop.later(hours * HOUR_MS);
    assert.equal((await shop.settle()).length, 1);
  }
  shop.later(2 * HOUR_MS);
  await shop.settle();
  assert.deepEqual(await shop.settle(), []);
});

describe('a page that asks whether its card is saved', () => {
  const status = async (shop: ReturnType<typeof shopFor>) =>
    (await shop.orderStatus({ mode: 'add' }))['status'];

  it('hears it again where the first answer was lost, and the shop is told once', async (test) => {
    const shop = shopFor(test);
    await shop.open();
    assert.deepEqual([await status(shop), await status(shop)], [2, 2]);
    assert.equal(shop.cards.length, 1);
  });

  it('hears it where reconcile has told the shop before', async (test) => {
    const shop = shopFor(test);
    await shop.open();
    assert.equal((await shop.checkout.reconcile()).cards, 1);
    assert.equal(await status(shop), 2);
  });

  for (const onCardSaved of [() => {}, undefined])
    it(`hears nothing of a card that was saved before ${onCardSaved ? 'and told of' : 'in a shop that wants to be told of none'}`, async (test) => {
      const shop = shopFor(test, { onCardSaved });
      await shop.open();
      assert.equal(await status(shop), 2);
      await shop.open();
      shop.state.of = (nth) => (nth === 2 && !onCardSaved ? 'saved' : 'Card not bound');
      assert.equal(await status(shop), 0);
      shop.state.of = () => 'saved';
      assert.equal(await status(shop), 2);
    });

  it('is forgotten two hours later, and the gateway is not asked about what was told', async (test) => {
    const keys: string[] = [];
    const real = memoryStore();
    const store = {
      ...real,
      set: (...args: Parameters<Store['set']>) => {
        if (args[0].startsWith('cards:')) keys.push(args[1]);
        return real.set(...args);
      },
    };
    const shop = shopFor(test, { store });
    await shop.open();
    await status(shop);
    shop.later(3 * HOUR_MS);
    await shop.settle();
    assert.match(keys.at(-1) ?? '', /"forms":\[\]/);
    assert.equal(shop.asked.length, 1);
  });
});

it('a shop is told of a card once, though the connection to the store breaks when that is written down', async (test) => {
  const real = memoryStore();
  let failures = 0;
  const shop = shopFor(test, {
    store: {
      ...real,
      async set(key, value, options) {
        if (value.includes('"told":true') && failures++ < 2) throw new Error('connection lost');
        return real.set(key, value, options);
      },
    },
  });
  await shop.open();
  await shop.settle();
  await shop.settle();
  assert.deepEqual([shop.cards.length, failures], [1, 3]);
});
