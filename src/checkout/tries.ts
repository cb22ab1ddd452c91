/** Counts what happens again and again, and forgets it after a while. */
export class Tries {
  readonly #most: number;
  readonly #memoryMs: number;
  readonly #now: () => number;
  #times: number[] = [];

  /**
   * @param most - how many there may be within the memory
   * @param memoryMs - how long one is remembered, in milliseconds
   */
  constructor(most: number, memoryMs: number, now: () => number = Date.now) {
    this.#most = most;
    this.#memoryMs = memoryMs;
    this.#now = now;
  }

  /** How many are remembered. */
  get count(): number {
    const since = this.#now() - this.#memoryMs;
    this.#times = this.#times.filter((time) => time > since);
    return this.#times.length;
  }

  /** Counts one more. @returns whether it is still within what there may be */
  take(): boolean {
    const { count } = this;
    this.#times.push(this.#now());
    return count < this.#most;
  }
}
