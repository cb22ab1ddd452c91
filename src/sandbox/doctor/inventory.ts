import { createHash } from 'node:crypto';
import { SCRIPT_PATH } from '../../gateway/origins.js';
import type { Page } from './page.js';
import { scriptsOf, type PageScript } from './page-scripts.js';
import { visit, wordsOf } from './visit.js';

/** One script of the payment page, as PCI DSS 6.4.3 asks for it. */
export interface InventoryEntry {
  readonly kind: PageScript['kind'];
  /** An external one's address. */
  readonly address?: string;
  /** The hash that its tag demands of it. */
  readonly integrity?: string;
  /**
   * What it is now: `sha384-…` of the file, `sha256-…` of inline text. Absent where it is another with each answer, or
   * could not be had (`failure`).
   */
  readonly hash?: string;
  /** Why it could not be had. */
  readonly failure?: string;
  /** An inline script that is another with each answer: what is in it cannot be watched. */
  readonly varies?: true;
  /** The beginning of an inline script; the attribute that a handler is in. */
  readonly excerpt?: string;
  /** Why it is on the page. Ours to say for two of them, the merchant's for the rest. */
  readonly why: string;
}

const WHY_GATEWAY = 'IOTPay’s card form; IOTPay asks that it is loaded from this address';
const WHY_ELEMENT = 'requests the session, mounts IOTPay’s form, reports the outcome';

export interface InventoryOptions {
  readonly gatewayOrigin: string;
  readonly timeoutMs: number;
  /** Sent for scripts of the page's own origin. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined;
}

/**
 * Every script in the page's HTML, and IOTPay's, which the element adds.
 * @param again - the same page a moment later: an inline script that is not in it is another with each answer
 */
export async function takeInventory(
  page: Page,
  again: Page | undefined,
  options: InventoryOptions,
): Promise<InventoryEntry[]> {
  const scripts = scriptsOf(page);
  const later = new Set(again ? scriptsOf(again).map(({ hash }) => hash) : scripts.map(({ hash }) => hash));
  const gateway = options.gatewayOrigin + SCRIPT_PATH;
  const added: PageScript[] = scripts.some(({ address }) => address === gateway)
    ? []
    : [{ kind: 'external', address: gateway }];
  const entries: InventoryEntry[] = [];
  for (const script of [...scripts, ...added])
    entries.push(script.address === undefined ? written(script, later) : await loaded(script, page, options));
  return entries;
}

function written(script: PageScript, later: ReadonlySet<string | undefined>): InventoryEntry {
  const { kind, hash, excerpt = '' } = script;
  return { kind, excerpt, why: '', ...(later.has(hash) ? { hash: hash ?? '' } : { varies: true as const }) };
}

async function loaded(
  { address = '', integrity }: PageScript,
  page: Page,
  { gatewayOrigin, timeoutMs, ownHeaders }: InventoryOptions,
): Promise<InventoryEntry> {
  const entry = {
    kind: 'external' as const,
    address,
    ...(integrity === undefined ? {} : { integrity }),
    why: whyOf(address, gatewayOrigin),
  };
  try {
    const own = new URL(address).origin === new URL(page.url).origin ? ownHeaders : undefined;
    const answer = await visit(address, { timeoutMs, follow: true, ownHeaders: own });
    if (answer.status !== 200) return { ...entry, failure: `HTTP ${answer.status}` };
    return { ...entry, hash: digest('sha384', answer.body), ...mismatch(integrity, answer.body) };
  } catch (error) {
    return { ...entry, failure: wordsOf(error) };
  }
}

function whyOf(address: string, gatewayOrigin: string): string {
  if (address === gatewayOrigin + SCRIPT_PATH) return WHY_GATEWAY;
  return /\/iotpay-checkout\.js$/.test(new URL(address).pathname) ? WHY_ELEMENT : '';
}

/** What a browser does with `integrity`: the strongest kind counts, and one of its hashes must be right. */
function mismatch(integrity: string | undefined, body: Uint8Array): { failure?: string } {
  const given = [...(integrity ?? '').matchAll(/(sha(?:256|384|512))-([A-Za-z\d+/_-]+=*)/g)];
  const strongest = given
    .map(([, kind = '']) => kind)
    .sort()
    .at(-1);
  if (strongest === undefined) return {};
  const now = digest(strongest, body);
  const right = given.some(([hash]) => hash === now);
  return right ? {} : { failure: 'its integrity hash is of another file: browsers refuse it' };
}

const digest = (kind: string, body: Uint8Array): string =>
  `${kind}-${createHash(kind).update(body).digest('base64')}`;

/** The headers of a page that decide what runs in it and who may look into it (PCI DSS 11.6.1). */
const WATCHED = [
  'content-security-policy',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'document-isolation-policy',
  'integrity-policy',
  'permissions-policy',
  'referrer-policy',
  'reporting-endpoints',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
];

/** Those of them that the page has; a nonce, which is new for each answer, is left out. */
export function watchedHeaders({ headers }: Page): Record<string, string> {
  return Object.fromEntries(
    WATCHED.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value.replace(/'nonce-[^']*'/g, "'nonce-…'")]];
    }),
  );
}

/** The policies in the page's HTML, which decide the same. */
export function watchedMetas({ elements }: Page): Record<string, string> {
  const metas = elements.filter(({ name, attributes }) => name === 'meta' && attributes.has('http-equiv'));
  return Object.fromEntries(
    metas.map(({ attributes }, index) => [
      `<meta ${attributes.get('http-equiv')?.toLowerCase() ?? ''}> ${index + 1}`,
      (attributes.get('content') ?? '').replace(/'nonce-[^']*'/g, "'nonce-…'"),
    ]),
  );
}
