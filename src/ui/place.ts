import { hasOwnHeight } from './frame.js';
import { areAtHand, heightFor, rememberHeight } from './heights.js';

/** The place of one element's form: as high before the form is there, and for a moment after it, as with it. */
export class Place {
  #reserved = false;
  #watched: HTMLIFrameElement | undefined;
  #sizes: ResizeObserver | undefined;

  /**
   * Before a form: as high as the last one of this width was. The first time on a page that is known right before the
   * browser draws it: the requests would wait for the page's storage, and for a layout.
   */
  reserve(base: HTMLElement, mode: string): void {
    if (this.#reserved) return;
    this.#reserved = true;
    const fit = () => {
      if (!this.#reserved) return;
      const height = heightFor(mode, () => base.clientWidth);
      if (height) base.style.setProperty('--_height', `${height}px`);
      else base.style.removeProperty('--_height');
    };
    // An environment without layout (jsdom) draws nothing.
    if (areAtHand() || typeof requestAnimationFrame === 'undefined') fit();
    else requestAnimationFrame(fit);
  }

  /** With the form: remembers the height that IOTPay gives it. */
  watch(base: HTMLElement, frame: HTMLIFrameElement, mode: string): void {
    if (this.#watched === frame || !hasOwnHeight(frame)) return;
    this.release();
    this.#watched = frame;
    this.#sizes = new ResizeObserver(() => rememberHeight(mode, base.clientWidth, frame.offsetHeight));
    this.#sizes.observe(frame);
  }

  /** After the form: a success fills its place before it grows small. */
  keep(base: HTMLElement): void {
    base.style.setProperty('--_kept', `${base.offsetHeight}px`);
  }

  /** The form is no longer what is shown. */
  release(): void {
    this.#reserved = false;
    this.#sizes?.disconnect();
    this.#sizes = this.#watched = undefined;
  }
}
