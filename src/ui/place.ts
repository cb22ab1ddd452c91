import { hasOwnHeight } from './frame.js';
import { heightFor, rememberHeight } from './heights.js';

/** The place of one element's form: as high before the form is there, and for a moment after it, as with it. */
export class Place {
  #reserved = false;
  #watched: HTMLIFrameElement | undefined;
  #sizes: ResizeObserver | undefined;

  /**
   * Before a form: as high as the last one of this width was. The browser tells when it has laid out the page and before
   * anybody sees it: asked at once, it would have to do so while the requests wait.
   */
  reserve(base: HTMLElement, mode: string): void {
    // An environment without layout (jsdom) keeps no place free.
    if (this.#reserved || typeof ResizeObserver === 'undefined') return;
    this.#reserved = true;
    const sizes = (this.#sizes = new ResizeObserver(() => {
      sizes.disconnect();
      const height = heightFor(mode, base.clientWidth);
      if (height) base.style.setProperty('--_height', `${height}px`);
      else base.style.removeProperty('--_height');
    }));
    sizes.observe(base);
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
