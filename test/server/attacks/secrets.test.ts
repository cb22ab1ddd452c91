// Nothing that comes out of the checkout has a card verification value or a full card number in it: no answer to a
// browser, no record, no line of the log, nothing that the merchant's functions are told.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { memoryStore, type Store } from '../../../src/server/index.js';
import { withoutSecrets } from '../../../src/server/secrets.js';
import { post } from '../support.js';
import { openCounter, paidFields, signedJson } from './counter.js';

const PAN = '4242424242424242';
const CVV = '7531';

/** The library's own random numbers and its times may have these digits in them by chance: a value stands by itself. */
const leaks = (secret: string, out: string): boolean =>
  new RegExp(`(?<![0-9a-z])${secret}(?![0-9a-z])`, 'i').test(
    out.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID'),
  );

const WORDS = ['cvv', 'cvc', 'cvn', 'cvd', 'csc', 'cav', 'securityCode', 'cardCode', 'verification'];
/** A name that speaks of a verification value, in any spelling. */
const spelling = fc
  .tuple(
    fc.constantFrom(...WORDS),
    fc.constantFrom('', 'card', 'x_', 'the '),
    fc.constantFrom('', '2', 'Code', '_value', ' '),
    fc.constantFrom('', '_', '-', '.', ' '),
    fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  )
  .map(([word, before, after, between, upper]) => {
    const letters = [...word].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter.toLowerCase()));
    return before + letters.join(between) + after;
  });

const wrapped = (secret: unknown, depth: number): unknown =>
  depth === 0 ? secret : depth % 2 ? { more: wrapped(secret, depth - 1) } : [wrapped(secret, depth - 1)];

it('a verification value goes by its name, however that is spelled, whatever its value and its depth', () =>
  fc.assert(
    fc.property(
      spelling,
      fc.constantFrom<unknown>(CVV, Number(CVV), `${CVV}0`, `is ${CVV}`, [...CVV, CVV], { value: `x${CVV}` }),
      fc.nat(6),
      (name, value, depth) => {
        const given = { kept: 'yes', in: wrapped({ [name]: value }, depth), [`${name} `]: value };
        const text = JSON.stringify(withoutSecrets(given));
        assert.ok(text.includes('yes') && !text.includes(CVV), text);
      },
    ),
    { numRuns: 500 },
  ));

it('no way out of the checkout has a secret of the gateway’s answers in it', () =>
  fc.assert(
    fc.asyncProperty(
      spelling,
      fc.nat(4),
      fc.constantFrom(PAN, '4242 4242 4242 4242', '4242-4242-4242-4242'),
      async (name, depth, pan) => {
        const written: string[] = [];
        const real = memoryStore();
        const set: Store['set'] = (key, value, options) => {
          written.push(key, value);
          return real.set(key, value, options);
        };
        const secrets = {
          [name]: CVV,
          cvv: CVV,
          cardNum: pan,
          note: `card ${pan}, cvv ${CVV}`,
          more: wrapped({ [name]: CVV, number: pan }, depth),
        };
        const card = { cardId: undefined, expiryDate: '1234', holder: `A ${pan}` };
        const counter = openCounter({
          store: { ...real, set },
          order: ({ mode }) => ({ id: `order-${mode}`, amount: 1999 }),
          says: (path) => {
            if (path === 'cc_querycard') return { ...secrets, ...card };
            return { ...secrets, secureId: 'secret-1', status: 0, authNum: pan, invoiceNum: pan };
          },
        });
        const told: string[] = [];
        const tell = async (answer: Promise<Response>) => void told.push(await (await answer).text());
        await tell(counter.checkout.secureId(post({ mode: 'pay' })));
        await tell(counter.checkout.secureId(post({ mode: 'add' })));
        await tell(counter.checkout.orderStatus(post({ mode: 'pay' })));
        await tell(counter.checkout.orderStatus(post({ mode: 'add' })));
        // Only what the signed text is made of; the rest of it is dropped before anybody sees it.
        const [number] = counter.made;
        const fields = { ...paidFields(number), cvv: CVV, cardNum: pan, note: `${pan} cvv ${CVV}` };
        await counter.notify(signedJson({ ...fields, status: 1 }));
        await counter.notify(signedJson(fields));
        await tell(counter.checkout.orderStatus(post({ mode: 'pay' })));
        assert.equal(counter.paid.length, 1);
        assert.equal(counter.cards.length, 1);
        const out = JSON.stringify([told, written, counter.log, counter.paid, counter.cards]);
        for (const secret of [CVV, PAN, pan]) assert.ok(!leaks(secret, out), `${secret} in ${out}`);
      },
    ),
    { numRuns: 60 },
  ));
