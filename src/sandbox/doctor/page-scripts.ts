import { createHash } from 'node:crypto';
import { addressIn, type Page, type PageElement } from './page.js';
import { allows, sourcesFor, type Policy } from './policy.js';

/** A script of the page, as the page has it. */
export interface PageScript {
  readonly kind: 'external' | 'inline' | 'handler';
  /** Of an external one. */
  readonly address?: string;
  readonly integrity?: string | undefined;
  readonly nonce?: string | undefined;
  /** Of the others: `sha256-…` of what is written, as a policy names it. */
  readonly hash?: string;
  /** What it is, in a few words: the first of an inline script's text, the name of a handler. */
  readonly excerpt?: string;
}

/** Types that a browser runs, or that decide what it runs. What has another type is data. */
const RUNS = /^(?:|module|importmap|speculationrules|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/;
/** How much of an inline script is shown, in characters. */
const EXCERPT = 60;

/** Every script that the page's own HTML has: external, inline, and in attributes such as `onclick`. */
export function scriptsOf(page: Page): PageScript[] {
  return page.elements.flatMap((element) => [...scriptIn(page, element), ...handlersIn(element)]);
}

function scriptIn(page: Page, { name, attributes, text }: PageElement): PageScript[] {
  if (name !== 'script' || !RUNS.test((attributes.get('type') ?? '').trim().toLowerCase())) return [];
  const nonce = attributes.get('nonce');
  const address = addressIn(page, attributes.get('src') ?? attributes.get('href'));
  if (address !== undefined)
    return [{ kind: 'external', address, integrity: attributes.get('integrity'), nonce }];
  return [{ kind: 'inline', hash: sha256(text), nonce, excerpt: excerptOf(text) }];
}

function handlersIn({ name, attributes }: PageElement): PageScript[] {
  return [...attributes].flatMap(([attribute, text]): PageScript[] => {
    const isHandler = /^on[a-z]/.test(attribute) && !name.includes('-');
    if (!isHandler && !/^\s*javascript:/i.test(text)) return [];
    return [{ kind: 'handler', hash: sha256(text), excerpt: `<${name} ${attribute}="${excerptOf(text)}">` }];
  });
}

const excerptOf = (text: string): string => text.trim().replace(/\s+/g, ' ').slice(0, EXCERPT);

const sha256 = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const NONCE = /^'nonce-(.+)'$/;

/** The nonces that a policy names for scripts. */
export function noncesOf(policy: Policy): string[] {
  const sources = sourcesFor(policy, 'script-src-elem')?.sources ?? [];
  return sources.flatMap((source) => NONCE.exec(source)?.[1] ?? []);
}

/** Whether a policy lets a script of the page's own HTML run. */
export function letsRun(policy: Policy, script: PageScript, pageUrl: string): boolean {
  const sources = sourcesFor(policy, 'script-src-elem')?.sources;
  if (!sources || script.kind === 'handler') return true;
  if (script.nonce !== undefined && noncesOf(policy).includes(script.nonce)) return true;
  const hashes = script.kind === 'inline' ? [script.hash] : (script.integrity?.split(/\s+/) ?? []);
  if (hashes.some((hash) => hash && sources.includes(`'${hash}'`))) return true;
  const strict = sources.some((source) => /^'(?:nonce-|sha(?:256|384|512)-|strict-dynamic')/i.test(source));
  if (script.kind === 'inline') return !strict && sources.some((each) => /^'unsafe-inline'$/i.test(each));
  if (sources.some((each) => /^'strict-dynamic'$/i.test(each))) return false;
  return script.address !== undefined && allows(sources, script.address, pageUrl);
}
