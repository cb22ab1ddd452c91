import { listen, watchAttributes } from './shared.js';

/** Turbo shows a page from its cache with this attribute on `<html>`, until the page itself has come. */
const TURBO_PREVIEW = 'data-turbo-preview';

/**
 * Waits until somebody looks at the page: a page that is prerendered may never be shown, and a preview of Turbo's is
 * thrown away.
 * @param signal - ends the waiting
 * @returns `undefined` where the page is shown already
 */
export function untilShown(page: Document, signal?: AbortSignal): Promise<void> | undefined {
  const root = page.documentElement;
  const unseen = () => (page as { prerendering?: boolean }).prerendering || root.hasAttribute(TURBO_PREVIEW);
  if (!unseen()) return undefined;
  return new Promise((resolve) => {
    const over = new AbortController();
    const look = () => unseen() || over.abort();
    watchAttributes(root, { attributeFilter: [TURBO_PREVIEW] }, look, over.signal);
    listen(page, 'prerenderingchange', look, over.signal);
    signal?.addEventListener('abort', () => over.abort(), { signal: over.signal });
    over.signal.addEventListener('abort', () => resolve());
  });
}
