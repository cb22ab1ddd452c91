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
  const places = { script: '/vendor/iotpay-checkout.js', themes: '/themes', gatewayOrigin, nonce };
  return html`<!doctype html>
    <html lang="en" dir="${page === 'rtl' ? 'rtl' : 'ltr'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The element, in a page of its own</title>
        <link rel="stylesheet" href="/assets/stage.css" />
        <script nonce="${nonce}" src="/assets/report.js"></script>
      </head>
      <body class="page-${page || 'auto'}">
        ${raw(snippet(state, places))}
      </body>
    </html>`;
}

/**
 * The stage's policy: the shop's, in a frame of the shop's own; without IOTPay's script where that is to be tried.
 * @param {string} query
 * @param {string} nonce
 * @param {string} gatewayOrigin
 */
export function stagePolicy(query, nonce, gatewayOrigin) {
  const blocked = new URLSearchParams(query).get('world') === 'blocked';
  return {
    'frame-ancestors': `'self'`,
    'style-src': `'self' 'nonce-${nonce}'`,
    'script-src': blocked ? `'nonce-${nonce}'` : `'nonce-${nonce}' ${gatewayOrigin}`,
  };
}

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
