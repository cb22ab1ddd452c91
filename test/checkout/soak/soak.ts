import { resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { build, type Plugin } from 'esbuild';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { TRANSITIONS, type IotpayStatus } from '../../../src/checkout/status.js';
import { startSandbox } from '../../../src/sandbox/index.js';
import { createIotpay } from '../../../src/server/index.js';
import { launchChromium } from '../../support/chromium.js';
import type { Habit, ShopperReport } from './page.js';

/**
 * Rules that can be switched off, to see the soak fail without them: each has a module in `mutants/` that takes the
 * place of one of the element's and replaces what it exports. Where few of the usual shoppers come to where nothing but the
 * rule protects them, `habit` is that of those who do.
 */
export const MUTATIONS: Readonly<Record<Mutation, { readonly file: string; readonly habit?: Habit }>> = {
  'idempotency-key': { file: 'src/checkout/session.ts' },
  'superseded-run': { file: 'src/checkout/run.ts' },
  // A form that was moved comes back when its order has been asked for. Another order is another form at once.
  'late-success': { file: 'src/checkout/status.ts', habit: 'hesitates' },
};

export type Mutation = 'idempotency-key' | 'superseded-run' | 'late-success';

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  /** Shoppers at a time. */
  readonly concurrency?: number;
  readonly mutation?: Mutation | undefined;
  /** Default: the mutation's, else the usual ones. */
  readonly habit?: Habit | undefined;
}

export interface SoakResult {
  readonly runs: number;
  /** One line each: whose order, and what must never be. */
  readonly violations: readonly string[];
  readonly charges: number;
  readonly unknowns: number;
  readonly counts: Readonly<Record<string, number>>;
}

const change = (from: IotpayStatus, to: IotpayStatus) => `${from} > ${to}`;

/** What random shoppers seldom or never cause: it takes a new intent, or an answer that this shop does not give. */
const NOT_HERE: ReadonlySet<string> = new Set([
  change('idle', 'unknown'),
  change('idle', 'succeeded'),
  change('loading', 'failed'),
  change('error', 'unknown'),
  change('error', 'succeeded'),
  change('failed', 'idle'),
  change('failed', 'unknown'),
  change('failed', 'succeeded'),
  change('unknown', 'loading'),
  change('succeeded', 'loading'),
]);

/** The changes of status that random shoppers must come through: one that never happens is not tested. */
export const EXPECTED = (Object.keys(TRANSITIONS) as IotpayStatus[])
  .flatMap((from) => TRANSITIONS[from].map((to) => change(from, to)))
  .filter((each) => !NOT_HERE.has(each));

async function bundle(mutation: Mutation | undefined): Promise<string> {
  const replaced = mutation && resolve(MUTATIONS[mutation].file);
  let applied = false;
  const mutate: Plugin = {
    name: 'mutation',
    setup(builder) {
      if (!replaced) return;
      builder.onResolve({ filter: /^\./ }, ({ path, resolveDir, importer }) => {
        const wanted = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
        if (wanted !== replaced || importer.includes('mutants')) return undefined;
        applied = true;
        return { path: resolve(`test/checkout/soak/mutants/${mutation}.ts`) };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: ['test/checkout/soak/page.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [mutate],
  });
  if (mutation && !applied) throw new Error(`Nothing imports ${MUTATIONS[mutation].file} any more.`);
  return outputFiles[0]?.text ?? '';
}

/** Lets random shoppers loose on one page, and looks at the gateway's books afterwards. */
export async function soak({
  runs,
  seed,
  concurrency = 6,
  mutation,
  habit = mutation && MUTATIONS[mutation].habit,
}: SoakOptions): Promise<SoakResult> {
  const script = await bundle(mutation);
  const sandbox = await startSandbox({ drive: true, unionPay: { tries: 5, interval: 10 } });
  const iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
  const violations: string[] = [];
  /** The key of a request whose answer was lost, by order and body. */
  const lost = new Map<string, string>();
  let serial = 0;
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A merchant who trusts the element alone: each request without a known key is a new order at the gateway.
  const made = new Map<string, Promise<{ secureId: string; mchOrderNo: string }>>();
  const secureId = async (request: Request): Promise<Response> => {
    const key = request.headers.get('Idempotency-Key') ?? '';
    const { order } = (await request.json()) as { order: unknown };
    const mchOrderNo = `${String(order)}-${(serial += 1)}`;
    const answer = made.get(key) ?? purchase(mchOrderNo);
    made.set(key, answer);
    return Response.json(await answer);
  };
  const purchase = async (mchOrderNo: string) => {
    const { secureId } = await iotpay.purchase({
      mchOrderNo,
      amount: 1500,
      currency: 'CAD',
      channel: 'PF_CC',
      notifyUrl: `${origin()}/api/notify`,
      returnUrl: `${origin()}/`,
    });
    return { secureId, mchOrderNo };
  };
  const orderStatus = async (request: Request): Promise<Response> => {
    const { mchOrderNo } = (await request.json()) as { mchOrderNo: string };
    const { status } = await iotpay.queryOrder({ mchOrderNo });
    return Response.json({ status, mchOrderNo });
  };

  const app = new Hono();
  app.get('/', (context) =>
    context.html(
      `<!doctype html><meta charset="utf-8"><title>Soak</title><script src="${sandbox.origin}/cc/iotpaycc.js"></script><script type="module" src="/soak.js"></script>`,
    ),
  );
  app.get('/soak.js', (context) => context.body(script, 200, { 'Content-Type': 'text/javascript' }));
  app.post('/api/secure-id', async (context) => {
    const body = await context.req.raw.clone().text();
    const key = context.req.header('Idempotency-Key') ?? '';
    const before = lost.get(body);
    if (before !== undefined && before !== key) {
      violations.push(`${body}: no answer to key ${before}, then another key ${key}: two orders for one`);
    }
    lost.delete(body);
    const fault = context.req.header('X-Fault');
    if (fault === '500') return context.text('Broken.', 500);
    if (fault === 'html') return context.html('<p>Please log in.');
    // The order is made, and nobody hears of it. Noted at once: a repeat that comes meanwhile is answered.
    if (fault === 'lost') lost.set(body, key);
    const answer = await secureId(context.req.raw);
    return fault === 'lost' ? RESPONSE_ALREADY_SENT : answer;
  });
  app.post('/api/order-status', (context) => orderStatus(context.req.raw));
  app.post('/api/notify', (context) => context.text('SUCCESS'));
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const browser = await launchChromium();
  const reports: ShopperReport[] = [];
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => violations.push(`uncaught: ${String(error)}`));
    await page.goto(origin());
    await page.waitForFunction(() => 'shopper' in globalThis && 'Iotpay' in globalThis);
    await page.evaluate(() => (globalThis as unknown as { holdCallbacks(): void }).holdCallbacks());
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < runs; i = next++) {
        const one = page.evaluate(
          (number, gateway, wont) =>
            (
              globalThis as unknown as {
                shopper(seed: number, gateway: string, habit?: Habit): Promise<ShopperReport>;
              }
            ).shopper(number, gateway, wont),
          seed + i,
          sandbox.origin,
          habit,
        );
        reports.push(await one);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  } finally {
    await browser.close();
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }

  const charges = sandbox.ledger.charges();
  const counts: Record<string, number> = {};
  for (const report of reports) {
    const { order } = report;
    const own = charges.filter(({ mchOrderNo }) => mchOrderNo.startsWith(`${order}-`));
    const told = (what: string) =>
      violations.push(`${order}: ${what} (paid in: ${report.paidIn.join(', ')})`);
    report.violations.forEach(told);
    if (own.length > 1) told(`${own.length} charges for one order`);
    if (own.length === 0 && report.successes > 0) told('a success without a charge');
    if (report.successes > 1) told(`${report.successes} successes told`);
    if (report.ended !== 'succeeded') told(`still ${report.ended} at the end`);
    for (const { mchOrderNo } of own) {
      const { status } = await iotpay.queryOrder({ mchOrderNo });
      if (report.successes === 0 && status !== 2 && status !== 3) told('a charge that nobody could see');
    }
    if (own.length > 0 && report.successes === 0) told('a charge that no listener heard of');
    for (const [name, count] of Object.entries(report.counts)) counts[name] = (counts[name] ?? 0) + count;
  }
  await sandbox.close();
  return {
    runs: reports.length,
    violations,
    charges: charges.length,
    unknowns: reports.reduce((sum, { unknowns }) => sum + unknowns, 0),
    counts,
  };
}
