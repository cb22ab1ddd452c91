/** One piece of asynchronous work, and what its failure means. */
export interface Job {
  readonly work: (signal: AbortSignal) => Promise<void>;
  /**
   * Told of the failure, unless a newer run has begun meanwhile.
   * @returns what the promises of this run reject with; nothing where they resolve all the same
   */
  readonly failed: (cause: unknown) => Error | undefined;
}

/** One job at a time: a newer one aborts the older one, and whoever waited for the older one waits for the newer. */
export class Runs {
  readonly #ended: () => void;
  #current: AbortController | undefined;
  #waiting: Resolvers | undefined;

  /** @param ended - told whenever nothing runs any more */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  /** The run under way. Compare it with an earlier one to see whether a newer run has begun since. */
  get current(): object | undefined {
    return this.#current;
  }

  /** Settles with the newest run; resolved where nothing runs. Never reported as an unhandled rejection. */
  get settled(): Promise<void> {
    return this.#waiting?.promise ?? Promise.resolve();
  }

  begin({ work, failed }: Job): void {
    this.#current?.abort(superseded());
    const run = (this.#current = new AbortController());
    this.#waiting ??= resolvers();
    work(run.signal).then(
      () => this.end(run),
      (cause: unknown) => {
        if (this.#current === run) this.end(run, failed(cause));
      },
    );
  }

  /** Ends a run, if it is still the one under way, and answers whoever waits for it. */
  end(run: object | undefined, reason?: Error): void {
    if (!this.#current || this.#current !== run) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#current.abort(superseded());
    this.#current = undefined;
    if (reason) waiting?.reject(reason);
    else waiting?.resolve();
    this.#ended();
  }
}

/** The reason of a run that was given up. */
export function superseded(): DOMException {
  return new DOMException(
    '<iotpay-checkout> was removed, or started over, before this was done.',
    'AbortError',
  );
}

/** The same promise, never reported as an unhandled rejection. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

interface Resolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

function resolvers(): Resolvers {
  let resolve!: () => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise: quiet(promise), resolve, reject };
}
