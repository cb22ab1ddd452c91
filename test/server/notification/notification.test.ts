// Notifications: which are verified, and that nobody can cut a signed text into other fields.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/gateway/envelope.js';
import { checkNotification, parseNotification, type Notification } from '../../../src/server/notification.js';
import { writings } from '../../../src/server/signature.js';

const KEY = 'sandbox-merchant-key';
const KEYS = { mchId: '10000701', merchantKeys: [KEY] };

/** The signature of a text that is written down here, so that our own joining is not its own measure. */
const md5 = (text: string) =>
  createHash('md5').update(`${text}&key=${KEY}`, 'utf8').digest('hex').toUpperCase();

const check = (fields: JsonObject | undefined, keys = KEYS) => {
  assert.ok(fields, 'nothing was read');
  return checkNotification(fields, keys);
};

function verified(fields: JsonObject | undefined): Notification {
  const result = check(fields);
  assert.ok(result.verified, result.verified ? '' : result.reason);
  return result.notification;
}

function refused(fields: JsonObject | undefined, says: RegExp, keys = KEYS): void {
  const result = check(fields, keys);
  assert.ok(!result.verified, 'it was verified');
  assert.match(result.reason, says);
}

const fromJson = (text: string, type: string | null = 'application/json') =>
  parseNotification(text, type, '');

/** The pieces of a genuine notification's text, in order. */
const PAID = [
  'amount=1500',
  'cardNum=432567******2266',
  'channel=PF_CC',
  'currency=CAD',
  'invoiceNum=832828793487',
  'mchId=10000701',
  'mchOrderNo=1234567890abc',
  'payOrderId=PC20240101005605740403580191',
  'paySuccTime=2021-04-07 19:44:51',
  'payType=pay',
  'refundable=1500',
  'status=2',
];

/** Fields that are signed as the given text is, however they are cut. */
function fieldsOf(pieces: readonly string[]): Record<string, unknown> {
  const entries = pieces.map((piece) => {
    const at = piece.indexOf('=');
    return [piece.slice(0, at), piece.slice(at + 1)] as const;
  });
  return { ...Object.fromEntries(entries), sign: md5(pieces.join('&')) };
}

const replaced = (more: Readonly<Record<string, string | undefined>>) =>
  PAID.flatMap((piece) => {
    const name = piece.split('=')[0] ?? '';
    if (!Object.hasOwn(more, name)) return [piece];
    return more[name] === undefined ? [] : [`${name}=${more[name]}`];
  });

interface PhpSigned {
  readonly name: string;
  readonly signed: string;
  readonly body: string;
}
const phpSigned = JSON.parse(
  readFileSync(new URL('php-signed.json', import.meta.url), 'utf8'),
) as readonly PhpSigned[];

describe('notifications that IOTPay’s PHP SDK signed', () => {
  for (const { name, signed, body } of phpSigned) {
    it(name, () => {
      const fields = fromJson(body);
      assert.ok(fields);
      const texts = [...writings(fields)].map((parts) => parts.map((part) => part.join('=')).join('&'));
      assert.ok(texts.includes(signed), texts.join('\n'));
      const notification = verified(fields);
      const expected = JSON.parse(body) as Record<string, unknown>;
      for (const field of ['amount', 'status', 'currency', 'payOrderId'])
        assert.equal(notification[field], expected[field], field);
      assert.equal(notification.mchOrderNo, String(expected['mchOrderNo']));
      assert.equal(notification.kind, expected['payType'] === 'refund' ? 'refund' : 'payment');
      assert.ok(!('sign' in notification));
    });

    it(`${name}, with one letter of a deciding value changed`, () => {
      const fields = { ...fromJson(body) };
      fields['mchOrderNo'] = '1234567890abd';
      refused(fields, /signature/);
    });
  }
});

describe('what is verified, and decides nothing', () => {
  const cases: readonly [what: string, pieces: readonly string[]][] = [
    ['a status that nobody knows', replaced({ status: '77' })],
    ['another currency', replaced({ currency: 'USD' })],
    [
      'odd text in fields that decide nothing',
      replaced({ cardNum: '?? & ??', channel: 'a b', paySuccTime: 'soon' }),
    ],
    ['no payType', replaced({ payType: undefined })],
    ['Tea & Cake', [...PAID, 'subject=Tea & Cake = nice']],
    ['& before what is no deciding field', [...PAID, 'subject=Tea &topping=Cream']],
    ['a query that repeats what stands before', replaced({ refundable: '1500&amount=1&mchOrderNo=x' })],
  ];
  for (const [what, pieces] of cases) it(what, () => void verified(fieldsOf(pieces)));

  it('a refund, by payType and by originalOrderId alone; another payType', () => {
    assert.equal(verified(fieldsOf(replaced({ payType: 'refund', amount: '0' }))).kind, 'refund');
    const pieces = replaced({ payType: undefined });
    pieces.splice(7, 0, 'originalOrderId=PC1');
    assert.equal(verified(fieldsOf(pieces)).kind, 'refund');
    assert.equal(verified(fieldsOf(replaced({ payType: 'gift' }))).kind, 'other');
  });

  it('mchId as text and as number are the same', () => {
    const asNumber = verified({ ...fieldsOf(PAID), mchId: 10000701, amount: 1500, status: 2 });
    assert.deepEqual(asNumber, verified(fieldsOf(PAID)));
  });

  it('a list’s contents, which are not signed, are not passed on', () => {
    const text = [...PAID.slice(0, 5), 'items=Array', ...PAID.slice(5)].join('&');
    const fields = { ...fieldsOf(PAID), items: [{ price: 1 }], sign: md5(text) };
    assert.ok(!('items' in verified(fields)));
  });

  it('every key of a list, and a sign in small letters', () => {
    const fields = fieldsOf(PAID);
    const keys = { ...KEYS, merchantKeys: ['new-key', KEY] };
    assert.ok(check({ ...fields, sign: String(fields['sign']).toLowerCase() }, keys).verified);
    refused(fields, /IOTPAY_MERCHANT_KEY/, { ...KEYS, merchantKeys: ['new-key', 'newer-key'] });
  });
});

describe('what is refused', () => {
  const cases: readonly [what: string, fields: Record<string, unknown>, says: RegExp][] = [
    ['another merchant’s', fieldsOf(replaced({ mchId: '10000702' })), /IOTPAY_MCH_ID/],
    ['no sign', { ...fieldsOf(PAID), sign: undefined }, /sign/],
    [
      'an inherited sign',
      Object.assign(Object.create(fieldsOf(PAID)) as object, {}) as Record<string, unknown>,
      /sign/,
    ],
    ['a sign that is a list', { ...fieldsOf(PAID), sign: [fieldsOf(PAID)['sign']] }, /sign/],
    ['a sign that is empty', { ...fieldsOf(PAID), sign: '' }, /sign/],
    ['no amount', fieldsOf(replaced({ amount: undefined })), /amount/],
    ['an amount with a fraction', fieldsOf(replaced({ amount: '15.00' })), /amount/],
    ['an amount below zero', fieldsOf(replaced({ amount: '-1500' })), /amount/],
    ['an amount in other digits', fieldsOf(replaced({ amount: '١٥٠٠' })), /amount/],
    ['an order number with white space', fieldsOf(replaced({ mchOrderNo: ' 12' })), /mchOrderNo/],
    ['no status', fieldsOf(replaced({ status: undefined })), /status/],
    ['half of an emoji', { ...fieldsOf(PAID), note: '\ud83e' }, /signature/],
  ];
  for (const [what, fields, says] of cases) it(what, () => refused(fields, says));

  it('says which order it claims to be about, if that can be one', () => {
    const result = check({ ...fieldsOf(PAID), amount: '1' });
    assert.ok(!result.verified);
    assert.deepEqual(
      [result.mchOrderNo, result.payOrderId],
      ['1234567890abc', 'PC20240101005605740403580191'],
    );
    const odd = check({ mchOrderNo: ['x'], payOrderId: 'x y' });
    assert.ok(!odd.verified);
    assert.deepEqual([odd.mchOrderNo, odd.payOrderId], [undefined, undefined]);
  });
});

describe('a signed text that is cut in another way', () => {
  const refund = replaced({ payType: 'refund' });
  const cases: readonly [what: string, pieces: readonly string[], fields: Record<string, unknown>][] = [
    [
      'payType hidden where it could not stand',
      ['a=x&payType=refund', ...replaced({ payType: undefined })],
      { a: 'x&payType=refund' },
    ],
    [
      'payType hidden in the field before it',
      refund,
      { paySuccTime: '2021-04-07 19:44:51&payType=refund', payType: undefined },
    ],
    [
      'payType hidden in a field’s name',
      refund,
      { paySuccTime: undefined, payType: undefined, 'paySuccTime=2021-04-07 19:44:51&payType': 'refund' },
    ],
    [
      'originalOrderId hidden in a new field before it',
      [...refund.slice(0, 7), 'note=x', 'originalOrderId=PC1', ...replaced({ payType: undefined }).slice(7)],
      { originalOrderId: undefined, note: 'x&originalOrderId=PC1' },
    ],
    [
      'a status out of the subject’s words',
      [...replaced({ status: '1' }), 'subject=x&status=2'],
      { refundable: '1500&status=1&subject=x', status: '2', subject: undefined },
    ],
    [
      'the same subject, cut as it was meant',
      [...replaced({ status: '1' }), 'subject=x&status=2'],
      { subject: 'x&status=2' },
    ],
  ];
  for (const [what, pieces, more] of cases) {
    it(what, () => {
      const fields: Record<string, unknown> = { ...fieldsOf(pieces), ...more };
      for (const [name, value] of Object.entries(fields)) if (value === undefined) delete fields[name];
      refused(fields, /read in two ways/);
    });
  }

  // A signed text, in which shoppers chose some of the words, cut at random into ascending fields.
  const word = fc.constantFrom(
    'x',
    ...PAID,
    'status=1',
    'payType=refund',
    'originalOrderId=PC1',
    'amount=1',
    'a=b',
    'zz=',
  );
  const words = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.array(word, { maxLength: 3 }).map((list) => list.join('&')),
  );
  const DECIDING = ['mchOrderNo', 'payOrderId', 'amount', 'currency', 'status', 'kind'];

  it('never says another thing than the one that was signed', () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.record({
          AA: words,
          body: words,
          note: words,
          originalOrderId: fc.constantFrom('', 'PC1'),
          subject: words,
        }),
        fc.constantFrom('pay', 'refund', ''),
        fc.constantFrom('0', '2'),
        fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }),
        (more, payType, status, cuts) => {
          const genuine: Record<string, string> = { ...more, status, payType };
          for (const piece of PAID)
            genuine[piece.split('=')[0] ?? ''] ??= piece.slice(piece.indexOf('=') + 1);
          const text = [...writings(genuine)][0]?.map((part) => part.join('=')).join('&') ?? '';
          // Most cuts are where they may be, so that many of the forgeries are near to the truth.
          const forged: string[] = [];
          let last = '';
          for (const [at, piece] of text.split('&').entries()) {
            const name = piece.split('=')[0] ?? '';
            const mayBegin = piece.includes('=') && name > last;
            if (forged.length === 0 || (mayBegin && cuts[at] !== 0)) {
              forged.push(piece);
              last = name;
            } else forged.push(`${forged.pop()}&${piece}`);
          }
          const result = check({ ...fieldsOf(forged), sign: md5(text) });
          if (!result.verified) return;
          read += 1;
          const told = { ...result.notification } as Record<string, unknown>;
          const meant: Record<string, unknown> = {
            ...genuine,
            amount: Number(genuine['amount']),
            status: Number(status),
            kind: payType === 'refund' || genuine['originalOrderId'] ? 'refund' : 'payment',
          };
          // A shopper's words may hold back their own order, no more.
          if (told['kind'] === 'refund') meant['kind'] = 'refund';
          for (const field of DECIDING) assert.equal(told[field], meant[field], field);
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(read > 30, `only ${read} were verified: the test shows nothing`);
  });
});

describe('the forms a notification may have', () => {
  const fields = fieldsOf(PAID);
  const json = JSON.stringify(fields);
  const form = String(new URLSearchParams(fields as Record<string, string>));
  const cases: readonly [what: string, body: string, type: string | null, search: string][] = [
    ['JSON', json, 'application/json;charset=UTF-8', ''],
    ['JSON as text', json, 'text/plain', ''],
    ['JSON as a form', json, 'application/x-www-form-urlencoded', ''],
    ['JSON of no type', json, null, ''],
    ['JSON with a byte order mark', `\uFEFF${json}`, null, ''],
    ['JSON within white space', `\r\n ${json}\n`, null, ''],
    ['JSON encoded twice', JSON.stringify(json), 'application/json', ''],
    ['a form', form, 'application/x-www-form-urlencoded', ''],
    ['a form of no type', form, null, ''],
    ['params=<json>', `params=${encodeURIComponent(json)}`, 'application/x-www-form-urlencoded', ''],
    ['another field with JSON', `a=b&data=${encodeURIComponent(json)}`, null, ''],
    ['JSON as a form’s only name', encodeURIComponent(json), 'application/x-www-form-urlencoded', ''],
    ['the query', '', null, `?${form}`],
    ['params in the query', '', null, `?params=${encodeURIComponent(json)}`],
    ['the body before the query', json, null, '?mchOrderNo=other&sign=x'],
  ];
  for (const [what, body, type, search] of cases)
    it(what, () => assert.equal(verified(parseNotification(body, type, search)).mchOrderNo, '1234567890abc'));

  for (const [what, body, type] of [
    ['nothing', '', null],
    ['words', 'hello', 'text/plain'],
    ['a list', '[1]', 'application/json'],
    ['a number', '1.0', 'application/json'],
    ['null', 'null', null],
    ['half of a JSON', '{"sign":"', 'application/json'],
    ['a very long body', `{"sign":"${'x'.repeat(300_000)}"}`, 'application/json'],
  ] as const)
    it(`${what} is none`, () => assert.equal(parseNotification(body, type, ''), undefined));

  it('any text at all is read without throwing, and never verified', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json({ maxDepth: 2 }),
      fc.constant(`sign=${'A'.repeat(32)}&mchOrderNo=1`),
    );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(null, 'application/json', 'text/plain'),
        text,
        (body, type, search) => {
          const read = parseNotification(body, type, search);
          if (read) assert.equal(checkNotification(read, KEYS).verified, false);
        },
      ),
    );
  });

  it('a name that occurs twice counts once, the last time', () => {
    assert.equal(verified(fromJson(json.replace('{', '{"amount":"1",'))).amount, 1500);
    refused(fromJson(json.replace(/\}$/, ',"amount":"1"}')), /signature/);
    refused(parseNotification(`${form}&amount=1`, null, ''), /signature/);
  });

  it('names of the prototype’s are names like any other', () => {
    const text = ['__proto__=p', ...PAID.slice(0, 4), 'constructor=c', ...PAID.slice(4)];
    text.sort();
    const fields = fromJson(
      JSON.stringify({ ...fieldsOf(PAID), sign: md5(text.join('&')) }).replace(
        '{',
        '{"__proto__":"p","constructor":"c",',
      ),
    );
    const notification = verified(fields);
    assert.ok(Object.hasOwn(notification, '__proto__'));
    assert.equal(Object.getPrototypeOf(notification), Object.prototype);
  });
});
