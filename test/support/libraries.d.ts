/** What the tests use of libraries that come without types. */
declare module '@hotwired/turbo' {
  export function renderStreamMessage(message: string): void;
}
declare module 'alpinejs' {
  const Alpine: {
    plugin(plugin: unknown): void;
    morph(from: Element, to: string, options: object): void;
    initTree(root: Element): void;
    nextTick(): Promise<void>;
    $data(element: Element): object;
  };
  export default Alpine;
}
declare module '@alpinejs/morph' {
  const plugin: unknown;
  export default plugin;
}
declare module 'htmx.org/dist/htmx.esm.js' {
  const htmx: { swap(context: object): Promise<void> };
  export default htmx;
}
declare module 'vue/dist/vue.runtime.esm-browser.prod.js' {
  export { createApp, h, KeepAlive, nextTick, ref, Teleport } from 'vue';
}
