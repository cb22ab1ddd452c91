/** One source of news with all who want them. */
class Hub extends EventTarget {
  count = 0;
  close: () => void = () => {};

  tell(news: unknown): void {
    this.dispatchEvent(new CustomEvent('news', { detail: news }));
  }
}

const hubs = new WeakMap<object, Map<string, Hub>>();

/**
 * Gives news of one source to as many as ask for them: a page with a hundred elements has one listener or observer of
 * each kind, and none when the last of them has gone.
 * @param owner - what the news are about
 * @param kind - which of its news
 * @param open - opens the source; returns what closes it
 * @param signal - ends it for this one
 */
function share<News>(
  owner: object,
  kind: string,
  open: (tell: (news: News) => void) => () => void,
  told: (news: News) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  const kinds = hubs.get(owner) ?? new Map<string, Hub>();
  hubs.set(owner, kinds);
  const hub = kinds.get(kind) ?? new Hub();
  kinds.set(kind, hub);
  // Each is told as by the target itself: one that throws keeps nobody else from it.
  hub.addEventListener('news', (event) => told((event as CustomEvent<News>).detail), { signal });
  if (hub.count++ === 0) hub.close = open((news) => hub.tell(news));
  signal.addEventListener('abort', () => {
    if (--hub.count > 0) return;
    kinds.delete(kind);
    hub.close();
  });
}

/** `addEventListener` for what a window or a document tells, shared by all elements. */
export function listen<E extends Event>(
  target: EventTarget,
  type: string,
  told: (event: E) => void,
  signal: AbortSignal,
): void {
  const open = (tell: (event: E) => void) => {
    const listener = (event: Event) => tell(event as E);
    target.addEventListener(type, listener);
    return () => target.removeEventListener(type, listener);
  };
  share(target, type, open, told, signal);
}

/** Tells of every change of these attributes of a node, or with `subtree` of any below it. */
export function watchAttributes(
  node: Node,
  options: { readonly attributeFilter: string[]; readonly subtree?: boolean },
  changed: () => void,
  signal: AbortSignal,
): void {
  const open = (tell: (news: undefined) => void) => {
    const observer = new MutationObserver(() => tell(undefined));
    observer.observe(node, options);
    return () => observer.disconnect();
  };
  share(node, options.attributeFilter.join(), open, changed, signal);
}
