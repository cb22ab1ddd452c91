// What assistive technology finds in each state, as text that a person reads when it changes: trees.txt.
import { expect } from '@open-wc/testing';
import '../../src/index.js';
import { accessibleTree } from './accessible-tree.js';
import { EVERY_STATE } from './every-state.js';

describe('the accessibility tree', () => {
  let trees: Map<string, string>;

  before(async () => {
    const text = await (await fetch('/test/ui/trees.txt')).text();
    const parts = text.split(/^# (.*)\n/m).slice(1);
    trees = new Map(
      parts.flatMap((name, i) => (i % 2 ? [] : [[name, (parts[i + 1] ?? '').trim()] as const])),
    );
  });

  for (const { name, reach } of EVERY_STATE) {
    it(`of ${name} is the one that was read last`, async () => {
      const element = await reach();
      // The clock is told in its own test.
      const tree = accessibleTree(element).replace(/^ *paragraph\n *"Last checked: .*"\n?/m, '');
      expect(tree.trim(), 'see test/ui/trees.txt').to.equal(trees.get(name));
    });
  }

  it('has one for each state in the file, and no other', () => {
    expect([...trees.keys()]).to.deep.equal(EVERY_STATE.map(({ name }) => name));
  });
});
