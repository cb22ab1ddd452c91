import { sign } from '../../server/signature.js';
import type { Form, Stage } from './stage.js';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a notification that says: this form was paid. */
export function paidFields(stage: Stage, form: Form, changes: Fields = {}): Fields {
  const { payOrderId, mchOrderNo, amount, currency, channel } = stage.ledgerOrder(form);
  const { mchId } = stage.sandbox.merchant;
  return {
    payOrderId,
    mchId,
    mchOrderNo,
    originalOrderId: '',
    currency,
    amount,
    payType: 'pay',
    refundable: amount,
    status: 2,
    paySuccTime: '2026-01-02 03:04:05',
    cardNum: '424242******4242',
    channel,
    ...changes,
  };
}

/** A notification with the gateway's signature, or with one made by another key. */
export function signedNotification(stage: Stage, fields: Fields, key?: string): string {
  return JSON.stringify({ ...fields, sign: sign(fields, key ?? stage.sandbox.merchant.merchantKey) });
}

/** Fields that decide nothing, as JSON has them and as they stand in the signed text (`''`: not at all). */
const ODD_FIELDS = [
  ['recurring', 'true', 'true'],
  ['installments', 'null', ''],
  ['fee', '15.50', '15.50'],
  ['limit', '1.0e+25', '1.0e+25'],
  ['traceNo', '9007199254740993', '9007199254740993'],
  ['note', '"Tea & Cake = 2"', 'Tea & Cake = 2'],
  ['shopper', '"奶茶 Thé"', '奶茶 Thé'],
] as const;

/** The same with fields that decide nothing, signed as IOTPay's page says. */
export function oddNotification(stage: Stage, fields: Fields): string {
  const texts = Object.fromEntries(ODD_FIELDS.map(([name, , text]) => [name, text]));
  const signature = sign({ ...fields, ...texts }, stage.sandbox.merchant.merchantKey);
  const odd = ODD_FIELDS.map(([name, json]) => `"${name}":${json}`).join(',');
  return JSON.stringify({ ...fields, sign: signature }).replace(/\}$/, () => `,${odd}}`);
}
