import { isLoopback } from '../gateway/origins.js';

/** Checked as text first: the URL parser forgives tabs, line breaks, back slashes and an empty user info. */
// eslint-disable-next-line no-control-regex -- these are the characters to refuse
const PLAIN_ADDRESS = /^https?:\/\/[^/?#@][^/?#@\\\0-\x1f\x7f]*(?:[/?#][^\\\0-\x1f\x7f]*)?$/i;

/**
 * The address to follow, or `undefined` where following it could do harm: only absolute `https` addresses without user
 * info (`http` only from a loopback page to loopback), however the text is spelled.
 * @param page - the page's own address
 */
export function safeRedirect(value: unknown, page: string = location.href): string | undefined {
  if (typeof value !== 'string' || !PLAIN_ADDRESS.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const allowed =
    url.protocol === 'https:' || (isLoopback(url.hostname) && isLoopback(new URL(page).hostname));
  return allowed ? url.href : undefined;
}
