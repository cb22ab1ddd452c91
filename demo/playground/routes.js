import { namesOf, readManifest } from './manifest.js';
import { playgroundPage } from './page.js';
import { stagePage } from './stage.js';

/**
 * @param {import('hono').Hono<any>} app
 * @param {object} shop
 * @param {string} shop.gatewayOrigin
 * @param {(context: import('hono').Context, policy?: (nonce: string) => Readonly<Record<string, string>>) =>
 *   Promise<{page: import('../shop/pages.js').Page}>} shop.open a page's surroundings
 */
export function addPlayground(app, { gatewayOrigin, open }) {
  app.get('/playground', async (context) => {
    const { page } = await open(context, () => ({ 'frame-src': `'self' ${gatewayOrigin}` }));
    return context.html(playgroundPage(page, await readManifest()));
  });
  app.get('/playground/stage', async (context) => {
    const { search } = new URL(context.req.url);
    const names = namesOf(await readManifest());
    /** @type {ReturnType<typeof stagePage> | undefined} */
    let stage;
    await open(context, (nonce) => (stage = stagePage(search, { names, gatewayOrigin, nonce })).policy);
    return context.html(stage?.document ?? '');
  });
}
