import type Axe from 'axe-core';

/** Brings axe-core into the page. */
export async function loadAxe(): Promise<void> {
  const script = document.createElement('script');
  script.src = '/node_modules/axe-core/axe.min.js';
  const loaded = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
  });
  document.head.append(script);
  await loaded;
}

/** Everything that axe-core finds in an element; what is in the frame is the gateway's own. */
export async function findings(element: Element): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: typeof Axe };
  const { violations } = await axe.run(
    { include: [element], exclude: ['iframe'] } as Axe.ElementContext,
    // A fixture is no whole page: what only a page can have is not asked of it.
    { iframes: false, rules: { 'target-size': { enabled: true }, region: { enabled: false } } },
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}
