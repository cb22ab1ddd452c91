/** The build of React for script tags: each version puts itself into the page. */
export interface ReactGlobals {
  readonly React: { createElement(type: string, props: object, ...children: unknown[]): unknown };
  readonly ReactDOM: {
    createRoot(place: Element): { render(node: unknown): void; unmount(): void };
    createPortal(node: unknown, place: Element): unknown;
    flushSync(act: () => void): void;
  };
}

/** React 18, the last version that has such a build. */
export async function loadReact(): Promise<ReactGlobals> {
  for (const name of ['react', 'react-dom']) {
    await import(
      new URL(`../../node_modules/${name}-18/umd/${name}.production.min.js`, import.meta.url).href
    );
  }
  return globalThis as unknown as ReactGlobals;
}
