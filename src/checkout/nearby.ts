/**
 * Calls back once, when the element comes near what can be seen.
 * @returns what gives it up
 */
export function whenNear(
  host: HTMLElement & { readonly renderRoot: ParentNode; readonly updateComplete: Promise<unknown> },
  near: () => void,
): () => void {
  // An environment without layout (jsdom): nothing ever comes near, so nothing is far.
  if (typeof IntersectionObserver === 'undefined') {
    near();
    return () => {};
  }
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      near();
    },
    { rootMargin: '200px' },
  );
  let given = false;
  observer.observe(host);
  // With `display: contents` the element has no box of its own.
  void host.updateComplete.then(() => {
    const base = host.renderRoot.querySelector('[part=base]');
    if (base && !given) observer.observe(base);
  });
  return () => {
    given = true;
    observer.disconnect();
  };
}
