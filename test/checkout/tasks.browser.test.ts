// The order of tasks, which belongs to the browser: WebKit delivers messages of two channels in either order.
import { expect } from '@open-wc/testing';
import { nextTask } from '../../src/checkout/wait.js';

describe('tasks', () => {
  it('come in the order in which they were asked for, each once and by itself', async () => {
    for (let round = 0; round < 200; round++) {
      const order: number[] = [];
      await new Promise<void>((resolve) => {
        for (let i = 0; i < 5; i++) {
          nextTask(() => {
            order.push(i);
            if (order.length === 5) resolve();
          });
        }
      });
      expect(order).to.deep.equal([0, 1, 2, 3, 4]);
    }
  });
});
