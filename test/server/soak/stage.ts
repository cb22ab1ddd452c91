import type { Sandbox } from '../../../src/sandbox/index.js';
import type { Backend } from './backend.js';
import type { DeliveredAt } from './judge.js';
import type { Random } from './random.js';
import type { Servers } from './servers.js';

/** Everything that runs. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly backend: Backend;
  readonly servers: Servers;
  readonly deliveries: DeliveredAt[];
  readonly random: Random;
  readonly tally: Tally;
  /** Rejects where something of the soak itself has broken. */
  readonly broken: Promise<never>;
  /** Breaks the soak off. */
  readonly fail: (reason: unknown) => void;
}

export interface Tally {
  /** Nothing goes wrong any more. */
  calm: boolean;
  /** Shoppers that have left. */
  gone: number;
  cuts: number;
  killsInOnPaid: number;
  /** Shoppers of whom nothing was heard any more. */
  readonly stuck: string[];
  /** Orders whose money was asked back in vain. */
  readonly refused: string[];
  readonly counts: Record<string, number>;
}
