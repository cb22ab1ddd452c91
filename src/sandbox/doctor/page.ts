import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from 'parse5';
import { visit } from './visit.js';

/** Some servers send a browser another page than a program. */
const AS_A_BROWSER = { Accept: 'text/html,application/xhtml+xml', 'Accept-Language': 'en' };

/** An element of the page. */
export interface PageElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The text inside. */
  readonly text: string;
}

/** A page as a browser gets it: nothing in it has run. */
export interface Page {
  /** Where the redirects ended. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly elements: readonly PageElement[];
  /** Relative addresses of the page begin here: its `<base>`, or its own address. */
  readonly base: string;
}

/**
 * Gets a page.
 * @param ownHeaders - sent to the page's own origin only
 * @throws Error in words
 */
export async function visitPage(
  address: string,
  timeoutMs: number,
  ownHeaders?: Readonly<Record<string, string>>,
): Promise<Page> {
  const answer = await visit(address, { timeoutMs, headers: AS_A_BROWSER, ownHeaders, follow: true });
  const { url, status, headers, text } = answer;
  return { url, status, headers, ...read(text, url) };
}

function read(html: string, url: string): Pick<Page, 'elements' | 'base'> {
  const elements = elementsIn(parse(html));
  const given = elements.find(({ name, attributes }) => name === 'base' && attributes.has('href'));
  const href = given?.attributes.get('href') ?? '';
  return { elements, base: URL.canParse(href, url) ? new URL(href, url).href : url };
}

/** Every element, in the order of the document. What is in a template is not part of the page. */
function elementsIn(node: DefaultTreeAdapterTypes.ParentNode): PageElement[] {
  return node.childNodes.flatMap((child) => {
    if (!defaultTreeAdapter.isElementNode(child)) return [];
    const text = child.childNodes
      .map((each) => (defaultTreeAdapter.isTextNode(each) ? each.value : ''))
      .join('');
    const attributes = new Map(child.attrs.map(({ name, value }) => [name, value]));
    return [{ name: child.tagName, attributes, text }, ...elementsIn(child)];
  });
}

/** The elements with this name. */
export const named = ({ elements }: Pick<Page, 'elements'>, name: string): readonly PageElement[] =>
  elements.filter((each) => each.name === name);

/** An address that is written in the page, in full; `undefined` where it is none. */
export function addressIn({ base }: Page, written: string | undefined): string | undefined {
  return written !== undefined && URL.canParse(written, base) ? new URL(written, base).href : undefined;
}
