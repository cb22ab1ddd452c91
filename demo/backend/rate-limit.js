/**
 * Counts within a sliding window, in memory. An open secureId route is a tool for testing stolen cards: this keeps it
 * from being one. (A shop on several machines counts in its database instead.)
 */
export class RateLimit {
  /** @type {Map<string, number[]>} */
  #hits = new Map();
  #limit;
  #windowMs;

  /**
   * @param {number} limit how many within the window
   * @param {number} windowMs
   */
  constructor(limit, windowMs) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * Counts one more.
   * @param {string} key
   * @returns {number} seconds to wait; 0: go on
   */
  hit(key, now = Date.now()) {
    const recent = (this.#hits.get(key) ?? []).filter((at) => now - at < this.#windowMs);
    const [oldest = now] = recent;
    const wait = recent.length < this.#limit ? 0 : Math.ceil((this.#windowMs - (now - oldest)) / 1000);
    if (wait === 0) recent.push(now);
    this.#hits.set(key, recent);
    if (this.#hits.size > 10_000) this.#sweep(now);
    return wait;
  }

  /** @param {number} now */
  #sweep(now) {
    for (const [key, hits] of this.#hits) {
      if (hits.every((at) => now - at >= this.#windowMs)) this.#hits.delete(key);
    }
  }
}
