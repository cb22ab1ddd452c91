import assert from 'node:assert/strict';
import { it } from 'node:test';
import { soak } from './soak.js';

// The whole of it is `npm run soak`.
for (const store of ['memory', 'sqlite'] as const) {
  it(`servers on ${store} are killed and cut off at random, and no order is charged twice, lost, or told twice`, async () => {
    const result = await soak({ servers: 2, store, shoppers: store === 'memory' ? 30 : 12, seed: 7 });
    assert.deepEqual(result.violations, []);
    assert.ok(result.charges > 0, 'nobody paid');
    assert.ok(result.kills > 0, 'no server was killed');
  });
}
