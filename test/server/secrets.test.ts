// No card verification value and no full card number leaves the client, whatever the gateway calls it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createIotpay } from '../../src/server/index.js';
import { withoutSecrets } from '../../src/server/secrets.js';
import { gatewaySaying, MERCHANT, notificationOf } from './support.js';

const CARD = '4242424242424242';

describe('withoutSecrets', () => {
  const names = [
    'cvv',
    'CVV2',
    'cvvCode',
    'card_cvc',
    'securityCode',
    'security-code',
    'cvn',
    'cid',
    'verificationValue',
    'csc',
    'x',
    'pass',
    'constructor',
    '__proto__',
  ];
  for (const name of names) {
    it(`three or four digits under the name ${name} go, at any depth`, () => {
      for (const value of ['123', 1234, ' 123 ', '0000'])
        for (const wrap of [
          (data: object) => data,
          (data: object) => ({ card: data }),
          (data: object) => ({ cards: [[{ more: data }]] }),
        ]) {
          const given = wrap(
            Object.fromEntries([
              [name, value],
              ['kept', 'yes'],
            ]),
          ) as Record<string, unknown>;
          const text = JSON.stringify(withoutSecrets(given));
          assert.ok(!text.includes(String(value)), text);
          assert.ok(text.includes('yes'));
        }
    });
  }

  it('in a list, and in words', () => {
    const text = JSON.stringify(
      withoutSecrets({ list: ['999', 999, 'ok'], note: 'cvv: 999, security code=999' }),
    );
    assert.ok(!text.includes('999'), text);
    assert.ok(text.includes('ok'));
  });

  it('card numbers go: in words, spaced, as numbers, in a field of their own', () => {
    const spaced = CARD.replace(/(.{4})(?=.)/g, '$1 ');
    for (const value of [
      CARD,
      Number(CARD),
      `card ${CARD}!`,
      spaced,
      spaced.replaceAll(' ', '-'),
      `x${CARD}y`,
      { a: [CARD] },
    ])
      for (const name of ['cardNum', 'pan', 'retMsg', 'holder', 'redirectUrl']) {
        const text = JSON.stringify(withoutSecrets({ [name]: value }));
        assert.ok(!text.replace(/[ -]/g, '').includes(CARD), text);
      }
    assert.equal(withoutSecrets({ cardNum: CARD })['cardNum'], '424242******4242');
  });

  it('what is documented stays as it is', () => {
    const order = {
      ...{
        payOrderId: 'PC20240101005605740403580191',
        mchId: '10000701',
        mchOrderNo: CARD,
        originalOrderId: '',
      },
      ...{
        amount: 100,
        currency: 'CAD',
        payType: 'pay',
        refundable: 1000,
        status: 2,
        invoiceNum: '832828793487',
      },
      ...{ paySuccTime: 1461762364000, cardNum: '432567******2266', cardType: 'V', expiryDate: '0725' },
      ...{
        authNum: '1234',
        transNum: '000108583539',
        channel: 'PF_CC',
        capture: 'Y',
        secureId: '4'.repeat(64),
      },
      ...{ holder: 'Ann Lee', redirectUrl: 'https://shop.example/?status=2', recurring: true, nothing: null },
    };
    assert.deepEqual(withoutSecrets(order), order);
    const longMask = { cardNum: '424242XXXXXX4242' };
    assert.deepEqual(withoutSecrets(longMask), longMask);
  });

  it('whatever surrounds it: a card number in an unknown field is never passed on', () => {
    const around = fc.string({ maxLength: 8 }).filter((text) => !/\d/.test(text));
    fc.assert(
      fc.property(around, around, fc.jsonValue({ maxDepth: 1 }), (before, after, beside) => {
        const given = { note: { deep: [`${before}${CARD}${after}`, beside] } };
        assert.ok(!JSON.stringify(withoutSecrets(given)).includes(CARD));
      }),
    );
  });
});

describe('every answer of the client', () => {
  it('queries, sessions and notifications have none', async (test) => {
    const secret = { cvvCode: '987', nested: { pin: 9876 }, extra: CARD, kept: 'yes' };
    const { origin } = await gatewaySaying(test, {
      retCode: 'SUCCESS',
      retMsg: `card ${CARD}`,
      retData: { secureId: 's1', cardNum: CARD, holder: `Ann ${CARD}`, ...secret },
    });
    const iotpay = createIotpay({ ...MERCHANT, gatewayOrigin: origin });
    const returnUrl = 'https://shop.example/';
    const answers = [
      await iotpay.queryCard({ cardId: 'c' }),
      await iotpay.queryOrder({ mchOrderNo: 'o' }),
      await iotpay.addCard({ cardId: 'c', channel: 'PF_CC', returnUrl }),
      iotpay.verifyNotification(
        notificationOf({ cvvCode: '987', extra: CARD, pin: 9876, kept: 'yes', cardNum: CARD }),
      ),
    ];
    for (const answer of answers) {
      const text = JSON.stringify(answer);
      assert.doesNotMatch(text, /987|4242424242424242/);
      assert.equal(answer['kept'], 'yes');
    }
  });
});
