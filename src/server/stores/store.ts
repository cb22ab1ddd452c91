/** One text, and the version that its last write gave it. */
export interface StoredValue {
  readonly value: string;
  /**
   * Names one write, and no other: every successful `set` gives the key a version that it never had before, also when the
   * value is the same, and also after the key has expired or was written anew. (A counter that starts again at 1 would
   * let an old reader overwrite what it has never seen.) Opaque: compared, never read.
   */
  readonly version: string;
}

export interface StoreWriteOptions {
  /** The version that was read. `undefined`: the key was not there. */
  readonly version: string | undefined;
  /** After so many milliseconds from this write the key is as if it were not there. A whole number above 0. */
  readonly ttlMs: number;
}

/**
 * Keeps texts under keys, and compares before it writes. All that the checkout needs to pay an order at most once (attempts,
 * leases, "done") is built on these two functions, so a store of your own is as short as this interface. Run `testStore`
 * (from `iotpay-checkout/sandbox`) on it: a store that breaks one of these rules can lead to a second charge.
 *
 * - **One order of events for everybody.** Whatever `set` has written, every later `get` of every server sees: no cache,
 *   no read replica, no "eventually". Of several writers who hold the same version exactly one gets `true`.
 * - **`false` means: not written.** Where the answer was lost (a broken connection, a deadline) nobody knows whether it was
 *   written: `get` and `set` throw (reject) then, and never answer `undefined` or `false`.
 * - **Expired is gone.** `get` does not return what has expired, `set` with `version: undefined` writes over it, and `set`
 *   with its old version is refused. Never before `ttlMs`, and within a quarter of a second after it.
 * - **Keys** are 1 to 300 characters of printable ASCII (0x20 to 0x7E). Case and spaces, trailing ones too, count.
 * - **Values** are any well-formed Unicode without NUL, up to `MAX_VALUE_BYTES` of UTF-8; they come back as they were.
 * - **Nothing is lost** before its time: not by a restart, not because memory runs short.
 */
export interface Store {
  /**
   * @returns what is there, or `undefined` where nothing is (any more)
   * @throws where the store cannot be asked
   */
  get(key: string): Promise<StoredValue | undefined>;
  /**
   * Writes only where the version is still this one (`undefined`: where there is none).
   * @returns `true`: written. `false`: somebody else was faster, nothing was written
   * @throws where it is not known whether it was written
   */
  set(key: string, value: string, options: StoreWriteOptions): Promise<boolean>;
  /**
   * The keys that begin with this prefix, at most `limit` of them, each once, in no certain order. A key that is there from
   * the beginning of the listing to its end is in it, where the limit has room; a key that comes or goes meanwhile may be.
   * `reconcile` needs it.
   */
  keys?(prefix: string, limit: number): AsyncIterable<string>;
}

/** The longest key, in characters. */
export const MAX_KEY_LENGTH = 300;

/** The longest value, in bytes of UTF-8: 1 MiB. */
export const MAX_VALUE_BYTES = 1_048_576;

/** The longest life of a key: a hundred years. */
export const MAX_TTL_MS = 100 * 365.25 * 24 * 3_600_000;
