import assert from 'node:assert/strict';
import { it } from 'node:test';
import { load } from './load.js';

it('under load, 64 at a time and a third of them repeats, nothing is lost and nothing handled twice', async () => {
  for (const { route, requests, distinct, handled, twice, lost } of await load(1500, 64)) {
    assert.deepEqual(
      { route, requests, handled, twice, lost },
      { route, requests: 1500, handled: distinct, twice: 0, lost: 0 },
    );
    assert.equal(distinct, 1000);
  }
});

it('the routes by hand, which ours are measured against, do the same work: one request at a time', async () => {
  for (const { route, requests, distinct, handled, twice, lost } of await load(300, 1, { byHand: true }))
    assert.deepEqual(
      { route, requests, handled, twice, lost },
      { route, requests: 300, handled: distinct, twice: 0, lost: 0 },
    );
});
