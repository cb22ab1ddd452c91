import { named, type Page } from './page.js';

/** One Content Security Policy: its directives with their values, names in lower case. */
export interface Policy {
  readonly from: 'header' | 'meta';
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

/** Every policy that a browser enforces on the page: each one must allow. */
export function policiesOf(page: Page): Policy[] {
  const header = page.headers.get('Content-Security-Policy') ?? '';
  const metas = named(page, 'meta')
    .filter(({ attributes }) => attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy')
    .map(({ attributes }) => attributes.get('content') ?? '');
  return [
    ...header.split(',').map((text) => readPolicy(text, 'header')),
    ...metas.map((text) => readPolicy(text, 'meta')),
  ].filter(({ directives }) => directives.size > 0);
}

function readPolicy(text: string, from: Policy['from']): Policy {
  const directives = new Map<string, readonly string[]>();
  for (const part of text.split(';')) {
    const [name, ...values] = part.trim().split(/\s+/);
    const key = name?.toLowerCase();
    // A browser counts the first of two.
    if (key && !directives.has(key)) directives.set(key, values);
  }
  return { from, directives };
}

/** What stands in for a directive that is missing. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'frame-src': ['frame-src', 'child-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
};

/** The directive that decides, and what it allows; `undefined`: everything. */
export function sourcesFor(
  { directives }: Policy,
  name: keyof typeof FALLBACKS,
): { readonly directive: string; readonly sources: readonly string[] } | undefined {
  const directive = FALLBACKS[name]?.find((each) => directives.has(each));
  return directive === undefined ? undefined : { directive, sources: directives.get(directive) ?? [] };
}

/** Whether one of these sources stands for an address. */
export function allows(sources: readonly string[], address: string, pageUrl: string): boolean {
  return sources.some((source) => matches(source, new URL(address), new URL(pageUrl)));
}

function matches(source: string, address: URL, page: URL): boolean {
  if (source === '*')
    return /^(?:https?|wss?):$/.test(address.protocol) || address.protocol === page.protocol;
  if (source.toLowerCase() === "'self'") return address.origin === page.origin;
  if (source.startsWith("'")) return false;
  const scheme = /^([a-z][a-z\d+.-]*):$/i.exec(source)?.[1]?.toLowerCase();
  if (scheme !== undefined) return isScheme(scheme, address.protocol);
  const [, protocol, host = '', port, path] =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?(\[[^\]]*\]|[^:/]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source) ?? [];
  return (
    isScheme(protocol?.toLowerCase() ?? page.protocol.slice(0, -1), address.protocol) &&
    isHost(host.toLowerCase(), address.hostname) &&
    isPort(port, address) &&
    isPath(path, address.pathname)
  );
}

/** `http` in a policy stands for `https` too, as the specification has it. */
const isScheme = (wanted: string, protocol: string): boolean =>
  `${wanted}:` === protocol || (wanted === 'http' && protocol === 'https:');

const isHost = (wanted: string, host: string): boolean =>
  wanted === '*' || (wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted);

function isPort(wanted: string | undefined, { port, protocol }: URL): boolean {
  if (wanted === '*') return true;
  return (wanted ?? '') === port || (port === '' && wanted === (protocol === 'https:' ? '443' : '80'));
}

/** A path that ends with `/` stands for everything below it. */
function isPath(wanted: string | undefined, path: string): boolean {
  if (wanted === undefined || wanted === '/') return true;
  return wanted.endsWith('/') ? path.startsWith(wanted) : path === wanted;
}
