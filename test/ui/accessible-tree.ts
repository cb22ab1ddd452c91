/** What assistive technology finds of one node, one line for each thing that has a role or a text. */
interface Line {
  readonly depth: number;
  readonly text: string;
}

const ROLES: Readonly<Record<string, string>> = {
  BUTTON: 'button',
  IFRAME: 'frame',
  LI: 'listitem',
  P: 'paragraph',
};

/** The name that a node of its own is read by. */
function nameOf(element: Element): string {
  const own = element.getAttribute('aria-label') ?? element.getAttribute('title');
  return own ?? (element.localName === 'button' ? textOf(element) : '');
}

function textOf(node: Node): string {
  return (node.textContent ?? '').replace(/\s+/g, ' ').trim();
}

function childrenOf(element: Element): Node[] {
  if (element.shadowRoot) return [...element.shadowRoot.childNodes];
  if (element instanceof HTMLSlotElement) {
    const assigned = element.assignedNodes();
    return assigned.length > 0 ? assigned : [...element.childNodes];
  }
  return [...element.childNodes];
}

function collect(node: Node, depth: number, lines: Line[]): void {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = textOf(node);
    if (text) lines.push({ depth, text: `"${text}"` });
    return;
  }
  if (!(node instanceof Element) || node.getAttribute('aria-hidden') === 'true') return;
  const seen = node.localName === 'slot' || node.checkVisibility({ visibilityProperty: true });
  if (!seen) return;
  const role = node.getAttribute('role') ?? ROLES[node.tagName];
  const marks = ['lang', 'aria-busy', 'aria-current']
    .filter((name) => node.hasAttribute(name) && node.getAttribute(name) !== 'false')
    .map((name) => ` [${name}=${node.getAttribute(name)}]`)
    .join('');
  const name = nameOf(node);
  if (role || marks) lines.push({ depth, text: `${role ?? 'group'}${name ? ` "${name}"` : ''}${marks}` });
  if (role === 'button' || role === 'frame') return;
  for (const child of childrenOf(node)) collect(child, role || marks ? depth + 1 : depth, lines);
}

/**
 * The accessibility tree of an element as text: roles, names, languages and texts in the order in which they are read. The
 * same in every engine, and meant to be read by a person when it changes.
 */
export function accessibleTree(element: Element): string {
  const lines: Line[] = [];
  for (const child of childrenOf(element)) collect(child, 0, lines);
  return lines.map(({ depth, text }) => `${'  '.repeat(depth)}${text}`).join('\n');
}
