import { createHash } from 'node:crypto';
import { SCRIPT_PATH } from '../../gateway/origins.js';
import { kindOf } from './kind.js';

/** The starter's text. The build puts it here; where the sources run as they are, there is none. */
declare const IOTPAY_CHECKOUT_STARTER: string | undefined;

/** What `checkout.head()` is to write. Every address may be relative to the page. */
export interface HeadOptions {
  /**
   * Address of `iotpay-checkout.js`, for its `<script type="module">`. Default: no tag, for a page that has the element
   * in its own bundle.
   */
  readonly element?: string | undefined;
  /** Hash of that file for subresource integrity, such as `sha384-…`. Default: none. */
  readonly integrity?: string | undefined;
  /**
   * `inline`; or the address of `iotpay-checkout-start.js`, which is then pinned by its hash; or `false` for no starter.
   * Default: `inline`.
   */
  readonly starter?: string | false | undefined;
  /** The nonce of the page's Content Security Policy, for every tag. Default: none. */
  readonly nonce?: string | undefined;
  /** Addresses of modules to fetch ahead, such as the bundle that has the element. Default: none. */
  readonly modulepreload?: readonly string[] | undefined;
  /** Origins to connect to ahead, such as that of a backend on another host. Default: none. */
  readonly preconnect?: readonly string[] | undefined;
}

/** What each option must be. */
const RULES: Readonly<
  Record<keyof HeadOptions, readonly [expected: string, holds: (value: unknown) => boolean]>
> = {
  element: ['an address', isAddress],
  integrity: ['a hash such as sha384-…', (value) => matches(value, /^sha(?:256|384|512)-[\w+/-]+={0,2}$/)],
  starter: ['"inline", an address or false', (value) => value === false || isAddress(value)],
  nonce: ['a nonce of letters, digits and + / - _ =', (value) => matches(value, /^[\w+/-]+={0,2}$/)],
  modulepreload: ['a list of addresses', isAddresses],
  preconnect: ['a list of origins', isAddresses],
};

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isAddress(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    URL.canParse(value, 'https://page.example/') &&
    /^(?!\s*(?:javascript|data):)/i.test(value) &&
    value.trim() !== ''
  );
}

function isAddresses(value: unknown): boolean {
  return Array.isArray(value) && value.every(isAddress);
}

/** @throws TypeError that names the option, what was expected and what was received */
function check(options: unknown): asserts options is HeadOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`head: expected an object of options, received ${kindOf(options)}.`);
  for (const [name, value] of Object.entries(options)) {
    const rule = (RULES as Readonly<Record<string, (typeof RULES)[keyof HeadOptions]>>)[name];
    if (!rule)
      throw new TypeError(`head: no such option: ${name}. There are: ${Object.keys(RULES).join(', ')}.`);
    const [expected, holds] = rule;
    if (value !== undefined && !holds(value))
      throw new TypeError(
        `head: ${name}: expected ${expected}, received ${typeof value === 'string' ? JSON.stringify(value) : kindOf(value)}.`,
      );
  }
}

/** The starter as it was built. @throws Error where nothing was */
export function builtStarter(): string {
  if (typeof IOTPAY_CHECKOUT_STARTER === 'string') return IOTPAY_CHECKOUT_STARTER;
  throw new Error(
    'head: the starter is part of the built package only. Build it first (npm run build), or give { starter: false }.',
  );
}

/**
 * The tags for the head of a page with a form.
 * @param gatewayOrigin - where the page's forms get IOTPay's script from
 * @param textOf - gives the starter's text
 * @throws TypeError for an option that is wrong
 */
export function headTags(
  gatewayOrigin: string | undefined,
  options: HeadOptions | undefined = {},
  textOf: () => string = builtStarter,
): string {
  check(options);
  const { element, integrity, starter = 'inline', nonce, modulepreload = [], preconnect = [] } = options;
  const tags = [
    ...preconnect.map((href) => tag('link', { rel: 'preconnect', href })),
    ...(gatewayOrigin
      ? [tag('link', { rel: 'preload', as: 'script', href: gatewayOrigin + SCRIPT_PATH, nonce })]
      : []),
    ...modulepreload.map((href) => tag('link', { rel: 'modulepreload', href, nonce })),
  ];
  if (starter === 'inline') tags.push(`${tag('script', { nonce })}${textOf()}</script>`);
  else if (starter !== false) {
    const hash = hashOf(textOf());
    tags.push(
      `${tag('script', { src: starter, integrity: hash, crossorigin: 'anonymous', nonce })}</script>`,
    );
  }
  if (element !== undefined) {
    const pinned = integrity === undefined ? {} : { integrity, crossorigin: 'anonymous' };
    tags.push(`${tag('script', { type: 'module', src: element, ...pinned, nonce })}</script>`);
  }
  return tags.join('\n');
}

let hashed: { readonly text: string; readonly hash: string } | undefined;

/** Its hash for subresource integrity. A process has one starter, whose hash is computed once. */
function hashOf(text: string): string {
  if (hashed?.text !== text) {
    hashed = { text, hash: `sha384-${createHash('sha384').update(text).digest('base64')}` };
  }
  return hashed.hash;
}

function tag(name: string, attributes: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escape(value)}"`,
  );
  return `<${name}${written.join('')}>`;
}

/** A text as it stands between double quotes. */
function escape(text: string): string {
  return text.replace(/[&"<>]/g, (each) => `&#${each.charCodeAt(0)};`);
}
