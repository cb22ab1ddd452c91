import assert from 'node:assert/strict';
import { it } from 'node:test';
import { repetition } from './repetition.js';

it('after a payment and a removal nothing of the element is left in the page, however often', async () => {
  const rows = await repetition(20);
  for (const { elements, windowListeners, documentListeners, frames, timers } of rows) {
    assert.deepEqual(
      { elements, windowListeners, documentListeners, frames, timers },
      // The one frame is the page itself.
      { elements: 0, windowListeners: 0, documentListeners: 0, frames: 1, timers: 0 },
    );
  }
  assert.equal(rows[1]?.detachedNodes, rows[0]?.detachedNodes);
});
