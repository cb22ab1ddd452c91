import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PLAYGROUND_FILES } from '../playground/files.js';
import { addPlayground } from '../playground/routes.js';
import { throughTheWorld } from '../playground/stage.js';
import { artwork } from '../shop/art.js';
import { SHOP_FILES } from '../shop/files.js';
import * as pages from '../shop/pages.js';
import { LANGUAGES, languageOf, translator } from '../shop/strings/index.js';
import { findProduct, MAX_QUANTITY } from './catalogue.js';
import { OrderError, Orders } from './orders.js';
import { createPayments } from './payments.js';
import { contentSecurityPolicy } from './policy.js';
import { RateLimit } from './rate-limit.js';
import { Visitors } from './visitors.js';

const WINDOW_MS = 10 * 60 * 1000;
/** Forms that one visitor may ask for within ten minutes. */
const FORMS_PER_VISITOR = 60;
/** Forms that one address may ask for within ten minutes: several visitors may share it. */
const FORMS_PER_ADDRESS = 180;
const MAX_FORM_BYTES = 16 * 1024;

/** What browsers may fetch besides pages, and where it is. */
const FILES = [
  ...SHOP_FILES,
  ...PLAYGROUND_FILES,
  // What `npm run build` makes; a shop of your own takes it from its node_modules, or from a CDN.
  {
    path: '/vendor/iotpay-checkout.js',
    file: new URL('../../dist/cdn/iotpay-checkout.js', import.meta.url),
    type: 'text/javascript',
  },
  {
    path: '/vendor/iotpay-checkout-extras.js',
    file: new URL('../../dist/cdn/iotpay-checkout-extras.js', import.meta.url),
    type: 'text/javascript',
  },
];

/**
 * The whole shop over Web-standard requests.
 * @param {import('./settings.js').Settings & {address: string}} settings `address`: where it listens
 */
export function createShop({ merchant, gatewayOrigin, sandbox, publicUrl, database, address }) {
  const visitors = new Visitors(database);
  const orders = new Orders(database);
  const perVisitor = new RateLimit(FORMS_PER_VISITOR, WINDOW_MS);
  const perAddress = new RateLimit(FORMS_PER_ADDRESS, WINDOW_MS);
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const port = new URL(address).port;
  const ownHosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, publicHost];

  /** @param {Request} request */
  const originOf = (request) => {
    const { host } = new URL(request.url);
    return publicUrl !== undefined && host === publicHost ? new URL(publicUrl).origin : `http://${host}`;
  };
  const payments = createPayments({
    merchant,
    gatewayOrigin,
    notifyUrl: `${publicUrl ?? address}/api/iotpay/notify`,
    returnUrl: `${publicUrl ?? address}/`,
    orders,
    visitors,
    database,
    originOf,
  });

  /** @type {Hono<{Bindings: import('@hono/node-server').HttpBindings}>} */
  const app = new Hono();

  // Another host means that somebody's web page made its own name point here (DNS rebinding).
  app.use(async (context, next) => {
    if (!ownHosts.includes(new URL(context.req.url).host)) return context.text('Not this shop.\n', 421);
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'same-origin');
  });

  /* The one mount point that a merchant needs: three routes behind it. The playground's stage can make them slow or silent
     for itself. */

  app.use('/api/iotpay/*', throughTheWorld);

  app.use('/api/iotpay/secure-id', async (context, next) => {
    if (context.req.method !== 'POST') return next();
    const visitor = await visitors.of(context.req.raw);
    const from = getConnInfo(context).remote.address ?? 'unknown';
    const wait = Math.max(perAddress.hit(from), visitor ? perVisitor.hit(visitor.id) : 0);
    if (wait === 0) return next();
    return context.json(
      { retCode: 'FAIL', retMsg: 'Too many payments were started here. Please wait a few minutes.' },
      429,
      { 'Retry-After': `${wait}`, 'Cache-Control': 'no-store' },
    );
  });
  app.all('/api/iotpay/*', ({ req }) => payments.handler(req.raw));

  /* What the shop's own pages ask. */

  app.get('/api/orders/:id', async (context) => {
    context.header('Cache-Control', 'no-store');
    const visitor = await visitors.of(context.req.raw);
    const order = await orders.of(visitor, context.req.param('id'));
    if (!order) return context.json({ message: 'You have no such order.' }, 404);
    const standing = await payments.look(order, { waiting: context.req.query('waiting') !== undefined });
    const { id, state, totals, currency, payment } = (await orders.of(visitor, order.id)) ?? order;
    return context.json({
      id,
      state,
      amount: totals.total,
      currency,
      paidAt: payment?.at,
      failed: standing === 'failed',
    });
  });
  app.get('/api/strings/:lang', (context) => {
    const table = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (context.req.param('lang'))];
    return table ? context.json(table.strings) : context.json({ message: 'No such language.' }, 404);
  });

  /* Files. */

  app.get('/art/:name', (context) => {
    const svg = artwork(context.req.param('name').replace(/\.svg$/, ''));
    if (!svg) return context.notFound();
    context.header('Cache-Control', 'max-age=300');
    return context.body(svg, 200, { 'Content-Type': 'image/svg+xml' });
  });
  for (const { path, file, type } of FILES) {
    app.get(path, async (context) => {
      try {
        const text = await readFile(file, 'utf8');
        return context.body(text, 200, {
          'Content-Type': `${type}; charset=utf-8`,
          'Cache-Control': 'no-cache',
        });
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
        return context.text(`${path} is not built yet: npm run build\n`, 404);
      }
    });
  }
  app.get('/favicon.ico', (context) => context.redirect('/art/mark.svg', 301));

  /* Pages and their forms. */

  /**
   * The visitor, by the cookie; a new one gets one.
   * @param {import('hono').Context} context
   */
  const visitorOf = async (context) => {
    const visitor = (await visitors.of(context.req.raw)) ?? (await visitors.open());
    context.header('Set-Cookie', visitors.cookie(visitor, originOf(context.req.raw).startsWith('https:')));
    return visitor;
  };
  /**
   * A page's surroundings: the visitor, their language, the policy.
   * @param {import('hono').Context} context
   * @param {(nonce: string) => Readonly<Record<string, string>>} [policy] what is different on this page
   */
  const open = async (context, policy = () => ({})) => {
    const visitor = await visitorOf(context);
    const nonce = randomBytes(18).toString('base64');
    const lang = languageOf(context.req.header('Cookie'), context.req.header('Accept-Language'));
    context.header('Content-Security-Policy', contentSecurityPolicy(nonce, gatewayOrigin, policy(nonce)));
    context.header('Cache-Control', 'no-store');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
    const { pathname, search } = new URL(context.req.url);
    const count = piecesIn(await visitors.cart(visitor));
    /** @type {import('../shop/pages.js').Page} */
    const page = {
      ...translator(lang),
      nonce,
      count,
      path: pathname + search,
      gatewayOrigin,
      scenarios: sandbox?.scenarios,
    };
    return { visitor, page };
  };

  // Forms come from the shop's own pages only.
  app.on('POST', ['/cart', '/checkout', '/checkout/*', '/language', '/cards/*'], async (context, next) => {
    const site = context.req.header('Sec-Fetch-Site');
    const origin = context.req.header('Origin');
    const foreign = site
      ? site !== 'same-origin'
      : origin !== undefined && origin !== originOf(context.req.raw);
    if (foreign) return context.text('Forms come from the shop’s own pages only.\n', 403);
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_FORM_BYTES,
      onError: (context) => context.text('The form is too large.\n', 413),
    }),
  );

  app.get('/', async (context) => {
    const { page } = await open(context);
    return context.html(pages.home(page));
  });
  app.get('/products/:slug', async (context) => {
    const product = findProduct(context.req.param('slug'));
    const { page } = await open(context);
    return product ? context.html(pages.product(page, product)) : context.html(pages.missing(page), 404);
  });

  app.get('/cart', async (context) => {
    const { visitor, page } = await open(context);
    return context.html(pages.cart(page, await visitors.cart(visitor)));
  });
  app.post('/cart', async (context) => {
    const form = await context.req.parseBody();
    const product = findProduct(form['product']);
    if (!product) return context.text('Unknown product.\n', 400);
    const quantity = Number(form['quantity'] ?? 1);
    if (!Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY) {
      return context.text(`quantity: expected a whole number from 0 to ${MAX_QUANTITY}.\n`, 400);
    }
    const visitor = await visitorOf(context);
    if (form['set'] === undefined) await visitors.addToCart(visitor, product.slug, quantity);
    else await visitors.setInCart(visitor, product.slug, quantity);
    return context.redirect('/cart', 303);
  });

  app.post('/checkout', async (context) => {
    const visitor = await visitors.of(context.req.raw);
    const cart = visitor ? await visitors.cart(visitor) : [];
    if (!visitor || cart.length === 0) return context.redirect('/cart', 303);
    // The same cart is the same order: going back and on again starts no second one.
    const latest = await orders.latestFromCart(visitor);
    const same = latest?.state === 'open' && contents(latest.lines) === contents(cart);
    const wanted = cart.map(({ product, quantity }) => ({ slug: product.slug, quantity }));
    const order = same ? latest : await orders.place(visitor, wanted, { fromCart: true });
    return context.redirect(`/checkout/${order.id}`, 303);
  });
  app.get('/checkout/:id', async (context) => {
    const { visitor, page } = await open(context);
    const order = await orders.of(visitor, context.req.param('id'));
    if (!order) return context.html(pages.missing(page), 404);
    if (order.state === 'paid') return context.redirect(`/orders/${order.id}`, 303);
    // Money may have moved: the order's own page waits for the outcome, and offers no second payment.
    const standing = await payments.standing(order);
    if (standing === 'paid' || standing === 'unknown')
      return context.redirect(`/orders/${order.id}?waiting=long`, 303);
    const cards = await payments.cards(visitor);
    return context.html(
      pages.checkout(page, order, { cards, declined: context.req.query('declined') !== undefined }),
    );
  });
  app.post('/checkout/:id/saved-card', async (context) => {
    const visitor = await visitors.of(context.req.raw);
    const order = await orders.of(visitor, context.req.param('id'));
    if (!visitor || !order) return context.text('You have no such order.\n', 404);
    const form = await context.req.parseBody();
    const card = (await visitors.cards(visitor)).find(({ cardId }) => cardId === form['card']);
    if (!card) return context.text('You have no such card.\n', 400);
    const outcome = await payments.chargeCard(order, card, context.req.raw);
    if (outcome === 'failed') return context.redirect(`/checkout/${order.id}?declined`, 303);
    return context.redirect(`/orders/${order.id}?waiting`, 303);
  });

  app.get('/orders/:id', async (context) => {
    // The playground's stage may be redirected here.
    const { visitor, page } = await open(context, () => ({ 'frame-ancestors': `'self'` }));
    const before = await orders.of(visitor, context.req.param('id'));
    if (!before) return context.html(pages.missing(page), 404);
    // IOTPay's redirect says how it went; that is a hint for the page, the truth is asked for.
    const returned = context.req.query('retCode') !== undefined;
    const waiting = returned || context.req.query('waiting') !== undefined;
    const standing = await payments.look(before, { waiting });
    const order = (await orders.of(visitor, before.id)) ?? before;
    if (order.state === 'paid' && (await orders.leavesCart(order))) {
      // Once; what was added since stays.
      for (const { product, quantity } of order.lines)
        await visitors.addToCart(visitor, product.slug, -quantity);
      page.count = piecesIn(await visitors.cart(visitor));
    }
    const confirming = standing === 'unknown' || (waiting && standing === 'open');
    const unpaid = standing === 'failed' ? 'failed' : 'open';
    const state = order.state === 'paid' ? 'paid' : confirming ? 'confirming' : unpaid;
    return context.html(pages.order(page, order, state));
  });

  app.get('/cards', async (context) => {
    const { visitor, page } = await open(context);
    return context.html(pages.cards(page, await payments.cards(visitor)));
  });
  app.post('/cards/forget', async (context) => {
    const visitor = await visitors.of(context.req.raw);
    const { card } = await context.req.parseBody();
    if (visitor && typeof card === 'string') await visitors.forgetCard(visitor, card);
    return context.redirect('/cards?removed', 303);
  });

  app.post('/language', async (context) => {
    const { lang, back } = await context.req.parseBody();
    if (typeof lang !== 'string' || !Object.hasOwn(LANGUAGES, lang))
      return context.text('No such language.\n', 400);
    context.header('Set-Cookie', `brindle_lang=${lang}; Path=/; Max-Age=31536000; SameSite=Lax`);
    // A path of this shop, and nothing that a browser could read as another host.
    const safe = typeof back === 'string' && /^\/(?![/\\])[\w\-./?=&%]*$/.test(back) ? back : '/';
    return context.redirect(safe, 303);
  });

  addPlayground(app, { gatewayOrigin, open });

  /* What is left. */

  const known = new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ path }) => path));
  for (const path of known) {
    const allow = [...new Set(app.routes.filter((route) => route.path === path).map(({ method }) => method))]
      .filter((method) => method !== 'ALL')
      .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
      .join(', ');
    app.all(path, (context) =>
      context.text(`Method not allowed. Allowed: ${allow}.\n`, 405, { Allow: allow }),
    );
  }
  app.notFound(async (context) => {
    if (context.req.path.startsWith('/api/')) return context.json({ message: 'No such route.' }, 404);
    const { page } = await open(context);
    return context.html(pages.missing(page), 404);
  });
  app.onError((error, context) => {
    if (error instanceof OrderError) return context.text(`${error.message}\n`, 400);
    if ('getResponse' in error) return error.getResponse();
    console.error(error);
    return context.text('Something broke in the shop. Its log says what.\n', 500);
  });
  return {
    app,
    /** For a timer: settles what neither a browser nor a notification has told, and forgets who is long gone. */
    async tidy() {
      await payments.reconcile();
      await visitors.sweep();
    },
  };
}

/** @param {readonly import('./catalogue.js').Line[]} lines */
const piecesIn = (lines) => lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** @param {readonly import('./catalogue.js').Line[]} lines */
const contents = (lines) =>
  lines
    .map(({ product, quantity }) => `${product.slug} ${quantity}`)
    .sort()
    .join();
