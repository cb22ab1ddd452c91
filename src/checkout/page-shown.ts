import { listen, watchAttributes } from './shared.js';
import { nextTask, pause } from './wait.js';

/** Turbo shows a page from its cache with this attribute on `<html>`, until the page itself has come. */
const TURBO_PREVIEW = 'data-turbo-preview';
/** How long Turbo may take from there until the page has come, in milliseconds: it waits for style sheets. */
const RENDER_MS = 2000;

/**
 * Waits until somebody looks at the page: a page that is prerendered may never be shown, and a preview of Turbo's is
 * thrown away.
 * @param signal - ends the waiting
 * @returns `undefined` where the page is shown already
 */
export function untilShown(page: Document, signal?: AbortSignal): Promise<void> | undefined {
  const root = page.documentElement;
  // Nothing but `true`: an image or a form of that name would be there for ever.
  const unseen = () =>
    (page as { prerendering?: boolean }).prerendering === true || root.hasAttribute(TURBO_PREVIEW);
  if (!unseen()) return undefined;
  const previewed = root.hasAttribute(TURBO_PREVIEW);
  return new Promise((resolve) => {
    const over = new AbortController();
    const end = () => unseen() || over.abort();
    // Turbo takes its mark away before it takes the preview away.
    const look = () => (previewed && !unseen() ? void pause(RENDER_MS, over.signal).then(end) : end());
    // In a task of its own: until then whatever was in the preview has been taken down.
    if (previewed) listen(page, 'turbo:render', () => nextTask(end), over.signal);
    watchAttributes(root, { attributeFilter: [TURBO_PREVIEW] }, look, over.signal);
    listen(page, 'prerenderingchange', look, over.signal);
    signal?.addEventListener('abort', () => over.abort(), { signal: over.signal });
    over.signal.addEventListener('abort', () => resolve());
  });
}
