import assert from 'node:assert/strict';
import { it } from 'node:test';
import { STORES } from './backend.js';
import type { Conditions } from './conditions.js';
import { soak } from './soak.js';

const SHOPPERS = { memory: 30, sqlite: 12, postgres: 12, redis: 12 };
/** These have clocks of their own: half a minute would be spent on a lease of a process that was killed. */
const SPARING: Conditions = { sparesOnPaid: true };

// The whole of it is `npm run soak`.
for (const store of STORES) {
  it(`servers on ${store} are killed and cut off at random, and no order is charged twice, lost, or told twice`, async () => {
    const conditions = store === 'postgres' || store === 'redis' ? SPARING : undefined;
    const result = await soak({ servers: 2, store, shoppers: SHOPPERS[store], seed: 7, conditions });
    assert.deepEqual(result.violations, []);
    assert.ok(result.charges > 0, 'nobody paid');
    assert.ok(result.kills > 0, 'no server was killed');
  });
}
