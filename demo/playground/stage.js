import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { html, raw } from 'hono/html';
import { html as snippet } from './assets/snippets.js';
import { PAGES, readState } from './assets/state.js';

/** How long the slow backend takes, in milliseconds: longer than the element stays silent. */
const SLOW_MS = 7000;
/** How long a request is left without an answer, in milliseconds, where nobody gives it up before. */
const STALL_MS = 120_000;

/**
 * The page in which the playground shows the element: the code to copy, as it is, in a document of its own. Only the
 * addresses of script, themes and sandbox are this shop's, and one script of ours reports what happens.
 * @param {string} query
 * @param {{names: readonly string[], gatewayOrigin: string, nonce: string}} about
 */
export function stagePage(query, { names, gatewayOrigin, nonce }) {
  const state = readState(query, names);
  const page = Object.hasOwn(PAGES, state['page'] ?? '') ? (state['page'] ?? '') : '';
  const places = {
    script: '/vendor/iotpay-checkout.js',
    themes: '/themes',
    gatewayOrigin,
    // The element hands its own nonce to IOTPay's script, which would then be allowed after all.
    ...(state['world'] === 'blocked' ? {} : { nonce }),
  };
  const code = snippet(state, places);
  const document = html`<!doctype html>
    <html lang="en" dir="${page === 'rtl' ? 'rtl' : 'ltr'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The element, in a page of its own</title>
        <link rel="stylesheet" href="/assets/stage.css" />
        <script src="/assets/report.js"></script>
      </head>
      <body class="page-${page || 'auto'}">
        ${raw(code)}
      </body>
    </html>`;
  return { document, policy: stagePolicy(code, state['world'], nonce, gatewayOrigin) };
}

/**
 * The stage's policy: the shop's, in a frame of the shop's own; without IOTPay's script where that is to be tried.
 * @param {string} code
 * @param {string | undefined} world
 * @param {string} nonce
 * @param {string} gatewayOrigin
 */
function stagePolicy(code, world, nonce, gatewayOrigin) {
  const framed = { 'frame-ancestors': `'self'` };
  if (world !== 'blocked') {
    return {
      ...framed,
      'style-src': `'self' 'nonce-${nonce}'`,
      'script-src': `'self' 'nonce-${nonce}' ${gatewayOrigin}`,
    };
  }
  return {
    ...framed,
    'style-src': `'self' ${hashes(code, 'style')}`,
    'script-src': `'self' ${hashes(code, 'script')}`,
  };
}

/** What allows the inline parts of a page, and nothing else. @param {string} code @param {'script' | 'style'} tag */
const hashes = (code, tag) =>
  [...code.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, 'g'))]
    .flatMap(([, text]) => (text ? [text] : []))
    .map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');

/** What a request of the stage is to meet: its own address says so. @param {string | undefined} referer */
function worldOf(referer) {
  if (!referer || !URL.canParse(referer)) return undefined;
  const { pathname, searchParams } = new URL(referer);
  return pathname === '/playground/stage' ? searchParams.get('world') : undefined;
}

/**
 * Makes the shop's real routes slow, silent or unreachable for the stage, and for nobody else.
 * @type {import('hono').MiddlewareHandler<{Bindings: import('@hono/node-server').HttpBindings}>}
 */
export async function throughTheWorld(context, next) {
  const world = worldOf(context.req.header('Referer'));
  const { socket } = context.env.incoming;
  const left = new AbortController();
  socket.once('close', () => left.abort());
  try {
    if (world === 'slow') await wait(SLOW_MS, undefined, { signal: left.signal });
    if (world === 'stalled') await wait(STALL_MS, undefined, { signal: left.signal });
  } catch (error) {
    // The browser has given the request up: nobody is left to answer.
    if (/** @type {Error} */ (error).name !== 'AbortError') throw error;
    return context.body(null, 499);
  }
  if (world === 'offline') {
    socket.destroy();
    return context.body(null, 499);
  }
  return next();
}
