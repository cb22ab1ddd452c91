// What the starter leaves for the element: taken once, joined with its answer, given up with whoever has joined it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join, leaveStarted, takeStarted, type Started } from '../../src/checkout/started.js';

function begun() {
  const state = { aborted: 0 };
  const started: Started = {
    request: {
      url: 'https://shop.example/secure-id',
      body: '{"mode":"pay"}',
      headers: undefined,
      credentials: 'same-origin',
      key: 'early',
    },
    response: Promise.resolve(new Response('{"secureId":"a"}')),
    abort: () => void state.aborted++,
    at: 0,
    refused: false,
  };
  return { started, state };
}

describe('a request that left before the element was there', () => {
  it('is taken once: one order is never in two forms', () => {
    const tag = {} as Element;
    const { started } = begun();
    assert.equal(takeStarted(tag), undefined);
    leaveStarted(tag, started);
    assert.equal(takeStarted(tag), started);
    assert.equal(takeStarted(tag), undefined);
  });

  it('gives its answer to whoever joins it, and is given up with them', async () => {
    const { started, state } = begun();
    const step = new AbortController();
    const response = await join(started)(started.request.url, { signal: step.signal });
    assert.deepEqual(await response.json(), { secureId: 'a' });
    assert.equal(state.aborted, 0);
    step.abort();
    assert.equal(state.aborted, 1);
  });
});
