import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getRequestListener } from '@hono/node-server';
import type { TestRunnerConfig, TestRunnerPlugin } from '@web/test-runner';
import { Hono } from 'hono';
import { startSandbox } from '../../src/sandbox/index.js';
import { builtFile, extrasServer } from './extras-server.js';
import { startFaultServers, type FaultOrigins } from './fault-server.js';
import { merchantBackend, type Bindings } from './merchant-backend.js';

export const GROUPS = ['plain', 'quirks'] as const;
export type Group = (typeof GROUPS)[number];

/** What a page under test knows of the servers around it: `globalThis.testServers`. */
export interface TestServers {
  readonly group: Group;
  /** Origin of the group's sandbox. */
  readonly sandbox: string;
  /** Path of the group's merchant, on the page's own origin. */
  readonly backend: string;
  readonly faults: FaultOrigins;
}

type Middleware = NonNullable<TestRunnerConfig['middleware']>[number];

interface Running {
  readonly pages: Readonly<Record<Group, TestServers>>;
  readonly handle: ReturnType<typeof getRequestListener>;
  readonly close: () => Promise<void>;
}

const NONCE = 'test-nonce';
const SOURCE = '/src/index.ts';
/** What `npm run build` has made: run it before. */
const BUILT = '/dist/cdn/iotpay-checkout.js';
const ELEMENT: Readonly<Record<string, readonly string[]>> = {
  no: [],
  cdn: [BUILT],
  both: [BUILT, SOURCE],
};

/** Where a page's copies of the element come from. */
function elements({ element = '', extras }: Readonly<Record<string, string>>, { backend }: TestServers) {
  if (extras) return [`${backend}/cdn/${extras}/iotpay-checkout.js`];
  return ELEMENT[element] ?? [SOURCE];
}

const STARTER = 'dist/cdn/iotpay-checkout-start.js';

/** The starter as a page may have it, and what the page's policy says to let it run. */
function starter(how: string | undefined): { tag: string; source: string } {
  if (!how) return { tag: '', source: '' };
  const text = readFileSync(STARTER, 'utf8');
  const hash = `sha384-${createHash('sha384').update(text).digest('base64')}`;
  const attributes = how === 'file' ? ` nonce="${NONCE}" src="/${STARTER}"` : '';
  return { tag: `<script${attributes}>${attributes ? '' : text}</script>`, source: `'${hash}'` };
}

/**
 * A page of its own for one test, made to order: `?csp=…` is its Content-Security-Policy (`{nonce}` becomes the nonce of
 * its scripts), `?isolated` makes it cross-origin isolated (its value is the embedder policy), `?element=no` leaves our
 * element out, `?element=cdn` takes it from the built file, `?element=both` from there and from the source,
 * `?extras=FAULT/TAG` from there with a second file that has a fault, `?starter=inline` or `file` has the starter in its head (`{starter}` in the policy becomes its hash), `?head=…` what
 * stands before that, and `?body=…` is the page's body.
 */
function freshPage(query: Readonly<Record<string, string>>, page: TestServers): Response {
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  const { tag, source } = starter(query.starter);
  const csp = query.csp?.replaceAll('{nonce}', NONCE).replaceAll('{starter}', source);
  if (csp) headers.set('Content-Security-Policy', csp);
  if (query.isolated !== undefined) {
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Embedder-Policy', query.isolated || 'require-corp');
  }
  const html = `<!doctype html>
<html lang="${/^[\w-]+$/.test(query.lang ?? '') ? query.lang : 'en'}">
<meta charset="utf-8">
<title>A page for one test</title>
<script nonce="${NONCE}">
  globalThis.testServers = ${JSON.stringify(page)};
  globalThis.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => violations.push(event));
</script>
${query.head ?? ''}${tag}
${elements(query, page)
  .map((src) => `<script type="module" nonce="${NONCE}" src="${src}"></script>`)
  .join('\n')}
<body>${query.body ?? ''}</body>
</html>`;
  return new Response(html, { headers });
}

async function start(port: number): Promise<Running> {
  const app = new Hono<{ Bindings: Bindings }>();
  const faults = await startFaultServers();
  const closers: (() => void | Promise<void>)[] = [faults.close];
  const pages: Partial<Record<Group, TestServers>> = {};
  // As they were built: the hash of the one is in the other.
  app.get('/dist/cdn/:name', ({ req }) => builtFile(req.param('name')));
  for (const group of GROUPS) {
    const sandbox = await startSandbox({
      drive: true,
      quirks: group === 'quirks',
      // 30 tries as documented, in one second and not in many.
      unionPay: { interval: 35 },
    });
    closers.push(() => sandbox.close());
    const page = { group, sandbox: sandbox.origin, backend: `/${group}`, faults: faults.origins };
    pages[group] = page;
    const environment = { ...sandbox.merchant, gatewayOrigin: sandbox.origin };
    app.route(`/${group}`, merchantBackend(environment, `http://localhost:${port}/${group}`));
    app.route(`/${group}/cdn`, extrasServer());
    app.get(`/${group}/fresh`, (context) => freshPage(context.req.query(), page));
  }
  return {
    pages: pages as Record<Group, TestServers>,
    handle: getRequestListener(app.fetch, { overrideGlobalObjects: false }),
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** The servers around the tests, started and stopped with the test runner. */
export function testServers(): {
  plugin: TestRunnerPlugin;
  middleware: Middleware;
  html: (group: Group) => TestRunnerConfig['testRunnerHtml'];
} {
  let running: Running | undefined;
  const servers = (): Running => {
    if (!running) throw new Error('The servers of the tests are not running.');
    return running;
  };
  return {
    plugin: {
      name: 'test-servers',
      serverStart: async ({ config }) => {
        if (config.port === undefined) throw new Error('The test runner has no port.');
        running = await start(config.port);
      },
      serverStop: async () => {
        await running?.close();
        running = undefined;
      },
    },
    // In front of the test runner's own server, which would rewrite our pages and answers.
    middleware: async (context, next) => {
      const ours = [...GROUPS, 'dist/cdn'].some((folder) => context.path.startsWith(`/${folder}/`));
      if (!ours) {
        await next();
        return;
      }
      context.respond = false;
      // Koa's 404 would be reported as a missing file of the tests.
      context.status = 200;
      await servers().handle(context.req, context.res);
    },
    html: (group) => (testFramework) =>
      `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tests</title>
<script>globalThis.testServers = ${JSON.stringify(servers().pages[group])};</script>
<script type="module" src="${testFramework}"></script>
</head>
<body></body>
</html>`,
  };
}
