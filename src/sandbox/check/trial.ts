import type { Stage } from './stage.js';

/** What a trial needs that not every backend gives. */
export type Need = 'restart' | 'add';

/** One thing that a backend must get right. */
export interface Trial {
  readonly id: string;
  /** What is tried, in a few words. */
  readonly title: string;
  /** What a shopper or the merchant suffers where it goes wrong. */
  readonly harm: string;
  /** The section or rule of `src/server/WIRE.md` that asks for it. */
  readonly where: string;
  readonly needs?: Need;
  /** @throws Flaw for what the backend does wrong */
  run(stage: Stage): Promise<void>;
}
