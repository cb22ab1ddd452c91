/** Sets what runs later; called once it need not run any more. */
export type Cancel = () => void;

/** Longest delay that Node's timers take, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The sandbox's time: the machine's, until `advance` puts it ahead. */
export class Clock {
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tasks = new Set<{ readonly due: number; readonly run: () => void }>();
  readonly #ran: () => void;

  /** @param ran - told when something has run */
  constructor(ran: () => void = () => {}) {
    this.#ran = ran;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  /** Runs something in `delay` milliseconds of this clock. Never keeps the process alive. */
  schedule(delay: number, run: () => void): Cancel {
    const task = {
      due: this.now() + Math.max(0, delay),
      run: () => {
        run();
        this.#ran();
      },
    };
    this.#tasks.add(task);
    this.#arm();
    return () => {
      this.#tasks.delete(task);
    };
  }

  /** @returns after this many milliseconds of this clock; never, once the clock has been cleared */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.schedule(milliseconds, resolve));
  }

  /** Puts the time ahead, in milliseconds; what falls due runs before this returns, in its order. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0))
      throw new RangeError(`Expected milliseconds of 0 or more, got ${milliseconds}.`);
    const target = this.now() + milliseconds;
    for (let next = this.#next(); next && next.due <= target; next = this.#next()) {
      this.#offset += Math.max(0, next.due - this.now());
      this.#tasks.delete(next);
      next.run();
    }
    this.#offset += Math.max(0, target - this.now());
    this.#arm();
  }

  /** Forgets everything that was to run. */
  clear(): void {
    this.#tasks.clear();
    clearTimeout(this.#timer);
  }

  #next() {
    let first: { readonly due: number; readonly run: () => void } | undefined;
    for (const task of this.#tasks) if (!first || task.due < first.due) first = task;
    return first;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (!next) return;
    this.#timer = setTimeout(
      () => {
        const now = this.now();
        for (let task = this.#next(); task && task.due <= now; task = this.#next()) {
          this.#tasks.delete(task);
          task.run();
        }
        this.#arm();
      },
      Math.min(MAX_TIMER_MS, Math.max(0, next.due - this.now())),
    );
    this.#timer.unref();
  }
}
