import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meansNotBound, meansNotFound } from '../../src/gateway/messages.js';

describe('the gateway’s words', () => {
  for (const text of [
    'Order not found',
    'order does not exist',
    'No such order',
    "order doesn't exist",
    '订单不存在',
  ]) {
    it(`"${text}" says that there is no such order`, () => assert.equal(meansNotFound(text), true));
  }
  // Everything else leaves the order unknown: a second one is not made over it.
  for (const text of [
    'sign error',
    'Timeout',
    'system busy',
    'mchId is wrong',
    'found',
    '',
    undefined,
    null,
    404,
  ]) {
    it(`${JSON.stringify(text)} does not`, () => assert.equal(meansNotFound(text), false));
  }
  for (const text of ['cardId is not binding', 'card is not bound', 'not yet bound']) {
    it(`"${text}" says that no card was saved`, () => assert.equal(meansNotBound(text), true));
  }
  for (const text of ['sign error', 'binding', '', undefined]) {
    it(`${JSON.stringify(text)} does not say so`, () => assert.equal(meansNotBound(text), false));
  }
});
