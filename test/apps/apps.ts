import { CHECKS, type Check } from './checks.js';
import { SHOP_CHECKS } from './shop-checks.js';

export interface App {
  readonly name: string;
  /** Folder of what its build makes, where that is served as files. */
  readonly files?: string;
  /** What starts its own server, where it renders on one. */
  readonly server?: readonly string[];
  /** What starts its dev server, where its tool has one. */
  readonly dev?: readonly string[];
  /** Where it lists its orders, if it is a whole shop: it has the merchant's half as well. */
  readonly home?: string;
  /** Checks that have a meaning for it. */
  readonly checks: readonly Check[];
  readonly mutations: readonly Mutation[];
}

/** Takes something away that a check has to notice. */
export interface Mutation {
  readonly what: string;
  readonly check: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const named = (...names: string[]) => CHECKS.filter(({ name }) => names.includes(name));
const PAYMENT = named('payment');
const COMPONENT = named('payment', 'object properties', 're-render', 'reorder', 'unmount in mid-load');

const unbind = (
  file: string,
  from = 'iotpay-success',
  to = 'iotpay-nothing',
  check = 'payment',
): Mutation => ({ what: 'event', check, file, from, to });
const unkey = (file: string, from: string, to: string): Mutation => ({
  what: 'key',
  check: 'reorder',
  file,
  from,
  to,
});
const unpaid = (file: string): Mutation => ({
  what: 'onPaid',
  check: 'paid by notification',
  file,
  from: 'paid = true',
  to: 'paid = false',
});

/** The framework's own guard would refuse a notification that is written as a form. */
const guard = (file: string, from: string, to: string): Mutation => ({
  what: 'exemption from the guard against forms',
  check: 'paid by notification',
  file,
  from,
  to,
});

const VITE = ['vite', '--host', '127.0.0.1', '--port', 'PORT', '--strictPort'];

export const APPS: readonly App[] = [
  { name: 'html', files: '.', checks: PAYMENT, mutations: [unbind('index.html')] },
  {
    name: 'vue',
    files: 'dist',
    dev: VITE,
    checks: COMPONENT,
    mutations: [unbind('src/App.vue'), unkey('src/App.vue', ':key="item" ', '')],
  },
  {
    name: 'react',
    files: 'dist',
    dev: VITE,
    checks: COMPONENT,
    mutations: [unbind('src/App.jsx'), unkey('src/App.jsx', 'key={item}', 'key={items.indexOf(item)}')],
  },
  {
    name: 'svelte',
    files: 'dist',
    dev: VITE,
    checks: COMPONENT,
    mutations: [unbind('src/App.svelte'), unkey('src/App.svelte', 'as item (item)', 'as item')],
  },
  {
    name: 'angular',
    files: 'dist/browser',
    dev: ['ng', 'serve', '--host', '127.0.0.1', '--port', 'PORT'],
    checks: COMPONENT,
    mutations: [
      // Its templates are type-checked: an event of another name does not build. The whole binding goes.
      unbind('src/main.ts', '(iotpay-success)="paid(item, $event)"', ''),
      unkey('src/main.ts', 'track item', 'track $index'),
    ],
  },
  {
    name: 'sveltekit',
    server: ['node', 'build/index.js'],
    dev: VITE,
    home: '/orders',
    checks: [...CHECKS, ...SHOP_CHECKS],
    mutations: [
      unbind('src/routes/+page.svelte'),
      unkey('src/routes/+page.svelte', 'as item (item)', 'as item'),
      unpaid('src/lib/server/shop.js'),
      guard('svelte.config.js', "trustedOrigins: ['*']", 'trustedOrigins: []'),
    ],
  },
  {
    name: 'next',
    server: ['next', 'start', '--hostname', '127.0.0.1', '--port', 'PORT'],
    dev: ['next', 'dev', '--hostname', '127.0.0.1', '--port', 'PORT'],
    home: '/',
    checks: SHOP_CHECKS,
    mutations: [
      unbind('app/checkout/[id]/payment.tsx', 'onSuccess=', 'onFail=', 'own route'),
      unpaid('lib/shop.ts'),
    ],
  },
  {
    name: 'nuxt',
    server: ['node', '.output/server/index.mjs'],
    dev: ['nuxt', 'dev', '--host', '127.0.0.1', '--port', 'PORT'],
    home: '/',
    checks: SHOP_CHECKS,
    mutations: [
      unbind('app/pages/checkout/[id].vue', undefined, undefined, 'own route'),
      unpaid('server/utils/shop.js'),
    ],
  },
  {
    name: 'astro',
    server: ['node', 'dist/server/entry.mjs'],
    dev: ['astro', 'dev', '--host', '127.0.0.1', '--port', 'PORT'],
    home: '/',
    checks: SHOP_CHECKS,
    mutations: [
      unbind('src/pages/checkout/[id].astro', undefined, undefined, 'own route'),
      unpaid('src/lib/shop.js'),
      guard('astro.config.mjs', 'checkOrigin: false', 'checkOrigin: true'),
    ],
  },
];
