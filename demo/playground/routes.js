import { namesOf, readManifest } from './manifest.js';
import { playgroundPage } from './page.js';
import { stagePage, stagePolicy } from './stage.js';

/**
 * @param {import('hono').Hono<any>} app
 * @param {object} shop
 * @param {string} shop.gatewayOrigin
 * @param {(context: import('hono').Context, policy?: (nonce: string) => Readonly<Record<string, string>>) =>
 *   {page: import('../shop/pages.js').Page}} shop.open a page's surroundings
 */
export function addPlayground(app, { gatewayOrigin, open }) {
  app.get('/playground', async (context) => {
    const { page } = open(context, () => ({ 'frame-src': `'self' ${gatewayOrigin}` }));
    return context.html(playgroundPage(page, await readManifest()));
  });
  app.get('/playground/stage', async (context) => {
    const { search } = new URL(context.req.url);
    const { page } = open(context, (nonce) => stagePolicy(search, nonce, gatewayOrigin));
    const names = namesOf(await readManifest());
    return context.html(stagePage(search, { names, gatewayOrigin, nonce: page.nonce }));
  });
}
