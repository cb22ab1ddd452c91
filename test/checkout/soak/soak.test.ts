import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { soak } from './soak.js';

/** How many shoppers; `npm run soak:element` sends a thousand. */
const RUNS = Number(process.env['SOAK_RUNS'] ?? 40);
/** Of these one in four is charged twice without the rule. */
const HESITANT = Math.ceil(RUNS / 2);
const SEED = Number(process.env['SOAK_SEED'] ?? 1);

describe('shoppers at random', () => {
  it(`${RUNS} of them are charged once each, and told so`, async () => {
    const { runs, violations, charges, counts } = await soak({ runs: RUNS, seed: SEED });
    assert.deepEqual(violations, []);
    assert.equal(runs, RUNS);
    assert.equal(charges, RUNS);
    // A soak in which nothing happens shows nothing.
    for (const name of [
      'loading > ready',
      'loading > error',
      'error > loading',
      'ready > succeeded',
      'move',
    ]) {
      assert.ok(counts[name], `${name} never happened`);
    }
  });

  it('are charged once each also where they hesitate', async () => {
    const { violations } = await soak({ runs: HESITANT, seed: SEED, habit: 'hesitates' });
    assert.deepEqual(violations, []);
  });

  it('are charged twice without the rule of late successes: the soak notices', async () => {
    const { violations } = await soak({ runs: HESITANT, seed: SEED, mutation: 'late-success' });
    assert.ok(
      violations.some((each) => each.includes('charges for one order')),
      'nothing was noticed',
    );
  });
});
