/** A bounded number of tries within a time, with growing pauses. */
export class Tries {
  readonly #pausesMs: readonly number[];
  readonly #windowMs: number;
  readonly #now: () => number;
  #made: number[] = [];

  /**
   * @param pausesMs - the pause before each try, in milliseconds: as many tries as there are pauses
   * @param windowMs - how long a try counts, in milliseconds
   */
  constructor(pausesMs: readonly number[], windowMs: number, now: () => number = Date.now) {
    this.#pausesMs = pausesMs;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** @returns the pause before the next try, in milliseconds; `undefined` where there have been too many */
  next(): number | undefined {
    const now = this.#now();
    this.#made = this.#made.filter((at) => now - at < this.#windowMs);
    const pauseMs = this.#pausesMs[this.#made.length];
    if (pauseMs !== undefined) this.#made.push(now);
    return pauseMs;
  }

  /** All tries are to be had again. */
  clear(): void {
    this.#made = [];
  }
}
