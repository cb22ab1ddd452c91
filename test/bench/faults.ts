import { Hono } from 'hono';
import { resolve } from 'node:path';
import type { Browser, HTTPRequest } from 'puppeteer-core';
import { launchChromium } from '../support/chromium.js';
import { bundle, installPeers } from './peers.js';
import { addBackend, serve } from './site.js';

interface Loader {
  readonly name: string;
  /** Address of the vendor's script, as a page's own tag would have it. */
  readonly address: string;
  /** A module with a function `load`, as a merchant would write it. */
  readonly module: string;
  /** What the vendor's script does, as far as the loader looks. */
  readonly script: string;
}

const LOADERS: readonly Loader[] = [
  {
    name: 'iotpay-checkout',
    address: 'https://ccapi.iotpaycloud.com/cc/iotpaycc.js',
    module: `import ${JSON.stringify(resolve('dist/index.js'))};
      export function load() {
        const element = document.createElement('iotpay-checkout');
        element.secureIdEndpoint = '/api/0';
        document.body.append(element);
        return element.load();
      }`,
    script: `window.Iotpay = () => ({ mount(selector) {
      const frame = document.createElement('iframe');
      frame.src = '/frame';
      document.querySelector(selector).append(frame);
    } });`,
  },
  {
    name: '@stripe/stripe-js',
    address: 'https://js.stripe.com/endive/stripe.js',
    module: `import { loadStripe } from '@stripe/stripe-js/pure'; export const load = () => loadStripe('pk_test_bench');`,
    script: 'window.Stripe = () => ({});',
  },
  {
    name: '@paypal/paypal-js v6',
    address: 'https://www.sandbox.paypal.com/web-sdk/v6/core',
    module: `import { loadCoreSdkScript } from '@paypal/paypal-js/sdk-v6';
      export const load = () => loadCoreSdkScript({ environment: 'sandbox' });`,
    script: 'window.paypal = {};',
  },
  {
    name: '@hcaptcha/loader',
    address: 'https://js.hcaptcha.com/1/api.js',
    module: `import { hCaptchaLoader } from '@hcaptcha/loader'; export const load = () => hCaptchaLoader({ sentry: false });`,
    script: 'window.hcaptcha = {}; window.hCaptchaOnLoad?.();',
  },
  {
    name: '@square/web-sdk',
    address: 'https://sandbox.web.squarecdn.com/v1/square.js',
    module: `import { payments } from '@square/web-sdk'; export const load = () => payments('sandbox-sq0idb-bench', 'L1');`,
    script: 'window.Square = { payments: () => ({}) };',
  },
  {
    name: '@googlemaps/js-api-loader',
    address: 'https://maps.googleapis.com/maps/api/js',
    module: `import { importLibrary, setOptions } from '@googlemaps/js-api-loader';
      setOptions({ key: 'bench' });
      export const load = () => importLibrary('core');`,
    script: 'google.maps.importLibrary = async () => ({}); google.maps.__ib__?.();',
  },
];

/** What becomes of the nth request for the script (from 1); `healed`: after the first call has settled. */
type Network = (nth: number, healed: boolean) => 'works' | 'stalls' | 'errors' | 'empty';

interface Case {
  readonly name: string;
  readonly network: Network;
  /** Only the last call's end is looked at. */
  readonly calls: 'one' | 'one, later another' | 'two at once';
  /** The page has a tag of its own that has failed. */
  readonly deadTag?: boolean;
  /** What a merchant hopes for. */
  readonly hope: 'works' | 'rejects';
}

const CASES: readonly Case[] = [
  { name: 'script works', network: () => 'works', calls: 'one', hope: 'works' },
  { name: 'script stalls', network: () => 'stalls', calls: 'one', hope: 'rejects' },
  {
    name: 'script stalls, once',
    network: (nth) => (nth === 1 ? 'stalls' : 'works'),
    calls: 'one',
    hope: 'works',
  },
  { name: 'script errors', network: () => 'errors', calls: 'one', hope: 'rejects' },
  {
    name: 'script errors, once',
    network: (nth) => (nth === 1 ? 'errors' : 'works'),
    calls: 'one',
    hope: 'works',
  },
  {
    name: 'dead tag on the page',
    network: (nth) => (nth === 1 ? 'errors' : 'works'),
    calls: 'one',
    deadTag: true,
    hope: 'works',
  },
  { name: 'loads without its global', network: () => 'empty', calls: 'one', hope: 'rejects' },
  {
    name: 'a later call after a failure',
    network: (_, healed) => (healed ? 'works' : 'errors'),
    calls: 'one, later another',
    hope: 'works',
  },
  { name: 'two calls at once', network: () => 'works', calls: 'two at once', hope: 'works' },
];

/** Seconds after which a call that has not settled counts as hanging. */
export const PATIENCE_S = 45;

export interface Ending {
  readonly loader: string;
  readonly fault: string;
  readonly ending: 'works' | 'rejects' | 'hangs';
  readonly asHoped: boolean;
  readonly seconds: number;
  /** Tags of the vendor's script in the document at the end, without the page's own. */
  readonly tags: number;
  readonly requests: number;
}

type InPage = { ending: Ending['ending']; seconds: number; tags: number };

/** In the page: makes the calls, and says how the last one ended. */
const TRIAL = async (calls: Case['calls'], address: string, deadTag: boolean, patience: number) => {
  const { load } = (await import(String(new URL('/loader.js', location.href)))) as {
    load: () => Promise<unknown>;
  };
  const { hostname } = new URL(address);
  const tags = () =>
    [...document.scripts].filter((tag) => URL.canParse(tag.src) && new URL(tag.src).hostname === hostname);
  if (deadTag) {
    await new Promise((resolve) => {
      const tag = document.createElement('script');
      tag.addEventListener('error', resolve);
      tag.src = address;
      document.head.append(tag);
    });
  }
  const own = new Set(tags());
  const settle = (promise: Promise<unknown>): Promise<Ending['ending']> =>
    Promise.race([
      promise.then(
        () => 'works' as const,
        () => 'rejects' as const,
      ),
      new Promise<'hangs'>((resolve) => setTimeout(() => resolve('hangs'), patience * 1000)),
    ]);
  if (calls === 'one, later another') {
    await settle(load());
    await (globalThis as unknown as { heal: () => Promise<void> }).heal();
  }
  const began = performance.now();
  const endings = await Promise.all(
    Array.from({ length: calls === 'two at once' ? 2 : 1 }, () => settle(load())),
  );
  const seconds = (performance.now() - began) / 1000;
  return {
    ending: endings.find((each) => each !== 'works') ?? 'works',
    seconds,
    tags: tags().filter((tag) => !own.has(tag)).length,
  } satisfies InPage;
};

async function trial(browser: Browser, loader: Loader, module: Uint8Array, fault: Case): Promise<Ending> {
  const app = new Hono();
  addBackend(app);
  app.get(
    '/loader.js',
    () => new Response(module as BodyInit, { headers: { 'Content-Type': 'text/javascript' } }),
  );
  app.get('/', ({ html }) => html('<!doctype html><meta charset="utf-8"><title>Shop</title><body>'));
  app.get('/frame', ({ html }) => html('<!doctype html><title>Form</title>'));
  const site = await serve(app);
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    let requests = 0;
    let healed = false;
    await page.exposeFunction('heal', () => void (healed = true));
    await page.setRequestInterception(true);
    const answer = async (request: HTTPRequest): Promise<void> => {
      if (request.url().startsWith(site.origin)) return request.continue();
      if (!request.url().startsWith(loader.address)) return request.abort();
      requests += 1;
      const what = fault.network(requests, healed);
      if (what === 'errors') return request.abort('connectionreset');
      if (what === 'stalls') return;
      return request.respond({
        contentType: 'text/javascript',
        // hCaptcha's tag asks for it.
        headers: { 'Access-Control-Allow-Origin': '*' },
        body: what === 'works' ? loader.script : '',
      });
    };
    page.on('request', (request) => void answer(request).catch(() => {}));
    // A helper that the TypeScript loader puts into functions, to keep their names.
    await page.evaluateOnNewDocument('globalThis.__name = (target) => target;');
    await page.goto(site.origin);
    const source = `(${TRIAL.toString()})(${JSON.stringify(fault.calls)}, ${JSON.stringify(loader.address)}, ${fault.deadTag === true}, ${PATIENCE_S})`;
    const end = (await page.evaluate(source)) as InPage;
    return {
      loader: loader.name,
      fault: fault.name,
      ...end,
      asHoped: end.ending === fault.hope,
      requests: requests - (fault.deadTag ? 1 : 0),
    };
  } finally {
    await context.close();
    site.close();
  }
}

/** Pages at a time: most of them only wait. */
const PAGES = 4;

/** Every loader through every fault, in the same browser. */
export async function faults(): Promise<Ending[]> {
  installPeers();
  const modules = new Map<Loader, Uint8Array>();
  for (const loader of LOADERS) modules.set(loader, await bundle(loader.module));
  const browser = await launchChromium();
  try {
    const trials = CASES.flatMap((fault) => LOADERS.map((loader) => ({ fault, loader })));
    const endings: Ending[] = [];
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < trials.length; i = next++) {
        const { loader, fault } = trials[i] as (typeof trials)[number];
        endings[i] = await trial(browser, loader, modules.get(loader) as Uint8Array, fault);
      }
    };
    await Promise.all(Array.from({ length: PAGES }, worker));
    return endings;
  } finally {
    await browser.close();
  }
}
