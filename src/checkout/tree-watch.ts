import { hostsOf, MARK, OWN_SLOT } from './mount-point.js';
import { nextTask } from './wait.js';

/** How long after a look the next one counts as part of a quarrel, in milliseconds. */
const QUARREL_MS = 1000;
/** How many looks in a row may follow each other at once. */
const AT_ONCE = 20;

/**
 * Notices other hands in the trees that hold something of ours: the element's own children and `status`, the children of
 * every host on the way out, the slots there and in our own shadow root, and the container with IOTPay's frame. What is
 * outside our shadow root cannot be defended, only noticed and put right.
 */
export class TreeWatch {
  readonly #noticed: () => void;
  /** Made when it is needed: an element that a server renders is in no page, and has no such thing. */
  #observer: MutationObserver | undefined;
  #scheduled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Looks in a row, and when the last one was, in milliseconds. */
  #row = 0;
  #last = 0;

  /** @param noticed - called in a later task than the change; at most once a second where somebody quarrels with us */
  constructor(noticed: () => void) {
    this.#noticed = noticed;
  }

  /**
   * @param element - the element that is in a page
   * @param container - the form's container, where there is one
   */
  watch(element: HTMLElement, container: HTMLElement | undefined): void {
    const observer = (this.#observer ??= new MutationObserver(() => this.#schedule()));
    if (observer.takeRecords().length) this.#schedule();
    observer.disconnect();
    const attributeFilter = ['id', 'name', 'slot', 'inert', MARK];
    for (const host of hostsOf(element)) {
      observer.observe(host, { childList: true });
      // Our slots, in the trees of the hosts further out.
      for (const child of host.children) {
        if (child.hasAttribute(MARK)) observer.observe(child, { attributeFilter });
      }
    }
    observer.observe(element, { childList: true, attributeFilter: ['status'] });
    const { shadowRoot } = element;
    const slot = shadowRoot?.querySelector(OWN_SLOT);
    if (slot) observer.observe(slot, { attributeFilter });
    for (let node = slot?.parentNode ?? shadowRoot; node; node = node.parentNode)
      observer.observe(node, { childList: true });
    if (container) observer.observe(container, { childList: true, subtree: true, attributeFilter });
  }

  stop(): void {
    this.#observer?.disconnect();
    clearTimeout(this.#timer);
    this.#scheduled = false;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const look = () => {
      if (!this.#scheduled) return;
      this.#scheduled = false;
      this.#last = Date.now();
      this.#noticed();
    };
    this.#row = Date.now() - this.#last < QUARREL_MS ? this.#row + 1 : 0;
    // Whoever undoes what we put right, each time and at once, would otherwise keep the page busy for ever.
    if (this.#row < AT_ONCE) nextTask(look);
    else this.#timer = setTimeout(look, QUARREL_MS - 1);
  }
}
