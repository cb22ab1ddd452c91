import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PRODUCTS, totalsOf } from '../../demo/backend/catalogue.js';

const [product] = PRODUCTS;

describe('what an order of the demo shop comes to', () => {
  it('has the 15 % of New Brunswick, where the parcels go, also on the postage', () => {
    assert.deepEqual(totalsOf([{ product: { ...product!, price: 3800 }, quantity: 1 }]), {
      subtotal: 3800,
      shipping: 1200,
      tax: 750,
      total: 5750,
    });
  });

  it('is rounded to the cent once, and has no postage from $150 on', () => {
    assert.deepEqual(totalsOf([{ product: { ...product!, price: 5001 }, quantity: 3 }]), {
      subtotal: 15003,
      shipping: 0,
      tax: 2250,
      total: 17253,
    });
  });

  it('is nothing for an empty cart', () => {
    assert.deepEqual(totalsOf([]), { subtotal: 0, shipping: 0, tax: 0, total: 0 });
  });
});
