import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { isObject, type JsonObject } from '../gateway/envelope.js';
import { isLoopback, SCRIPT_PATH } from '../gateway/origins.js';
import { callApi, hasCall } from './api.js';
import { clientScript } from './client-script.js';
import type { DriveInstruction, Driver } from './driver.js';
import { formPage } from './form-page.js';
import type { Gateway, Session } from './gateway.js';
import type { Ledger } from './ledger.js';
import type { Quirks } from './quirks.js';
import { SCENARIOS } from './scenarios.js';

/** More than any request of the API has, in bytes. */
const MAX_BODY_BYTES = 64 * 1024;

/** What the control API and the public object both do. */
export interface Controls {
  readonly ledger: Ledger;
  readonly quirks: () => Quirks;
  setQuirks(quirks: unknown): void;
  force(scenario: string | undefined): void;
  drive(session: string, instruction: DriveInstruction): void;
  advance(milliseconds: number): void;
  reset(): void;
}

export interface AppOptions {
  readonly gateway: Gateway;
  readonly driver: Driver;
  readonly driven: boolean;
  readonly controls: Controls;
  readonly log: (line: string) => void;
}

/** The sandbox over HTTP. */
export function createApp(options: AppOptions): { fetch(request: Request): Response | Promise<Response> } {
  const { gateway, driver, driven, controls, log } = options;
  const app = new Hono();

  // Another Host means that a web page made its own name point here (DNS rebinding).
  app.use(async (context, next) => {
    const host = context.req.header('Host') ?? '';
    if (!isLoopbackOrigin(`http://${host}`)) {
      return context.text('The sandbox answers on loopback names only.\n', 403);
    }
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.text('The body is too large.\n', 413),
    }),
  );
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    log(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return context.text('The sandbox failed; its log says how.\n', 500);
  });

  app.post('/v3/:call', async (context) => {
    const call = context.req.param('call');
    if (!hasCall(call)) return context.notFound();
    const at = gateway.options.clock.now();
    const text = await context.req.text();
    const body = parse(text);
    const answer = await callApi(gateway, call, body);
    const { retCode, retMsg } = answer;
    gateway.books.requests.push({ path: context.req.path, at, body: body ?? text, retCode, retMsg });
    log(`${context.req.path} ${retCode}${retMsg && ` (${retMsg})`}`);
    const fields = gateway.options.quirks().extraFields
      ? { retData: answer.retData, traceId: `trace-${at}`, retMsg, retCode }
      : answer;
    return context.json(fields, 200, { 'Content-Type': 'application/json;charset=UTF-8' });
  });

  app.get(SCRIPT_PATH, (context) =>
    context.body(clientScript(controls.quirks()), 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    }),
  );

  const page = (secureId: string, mode: 'Pay' | 'Add', parent: string | null): Response => {
    const found = gateway.session(secureId);
    const session = found && (mode === 'Add') === (found.card !== undefined) ? found : undefined;
    const greeting = gateway.greet(session);
    return formPage({
      secureId,
      mode,
      parent,
      session,
      greeting,
      open: !greeting || greeting.kind === 'poll',
      driven,
      drive: session && driver.next(namesOf(session), session.channel === 'UPI_EX'),
    });
  };
  app.get('/cc/frame', (context) => {
    const { key = '', mode, origin = '' } = context.req.query();
    if (!isLoopbackOrigin(origin)) {
      return context.text('The sandbox shows its form in pages on loopback only.\n', 403);
    }
    return page(key, mode === 'Add' ? 'Add' : 'Pay', new URL(origin).origin);
  });
  app.get('/cc/purchase', (context) => page(context.req.query('key') ?? '', 'Pay', null));
  app.get('/cc/addcard', (context) => page(context.req.query('key') ?? '', 'Add', null));

  const sent = async (request: Request): Promise<JsonObject> => {
    const origin = request.headers.get('Origin');
    if (origin !== null && origin !== `http://${request.headers.get('Host')}`) {
      throw new HTTPException(403, { message: 'Only the form itself may call this.' });
    }
    return readJson(request);
  };
  app.post('/cc/pay', async (context) => {
    const body = await sent(context.req.raw);
    const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
    const session = gateway.session(text('key'));
    const scenario = session && driver.take(namesOf(session), Number(body['drive']));
    const input = { number: text('number'), expiry: text('expiry'), holder: text('holder') };
    const answer = await gateway.attempt(text('key'), input, scenario);
    log(`${session?.order?.mchOrderNo ?? session?.card?.cardId ?? 'unknown secureId'}: ${answer.kind}`);
    if (answer.kind === 'broken') return context.text('Broken, as asked for.\n', 500);
    return context.json(answer);
  });
  app.post('/cc/query', async (context) => {
    const { key } = await sent(context.req.raw);
    return context.json(gateway.query(String(key)));
  });
  app.get('/cc/drive', (context) => {
    const session = gateway.session(context.req.query('key') ?? '');
    const step = session && driver.next(namesOf(session), session.channel === 'UPI_EX');
    return context.json(step ?? null, 200, { 'Cache-Control': 'no-store' });
  });

  app.route('/sandbox', controlApi(controls));
  return app;
}

/** For browser tests, and for merchants whose backend isn't Node. */
function controlApi(controls: Controls): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const origin = context.req.header('Origin');
    if (origin !== undefined && !isLoopbackOrigin(origin)) {
      return context.json({ error: 'Only pages on loopback may control the sandbox.' }, 403);
    }
    if (origin !== undefined) {
      context.header('Access-Control-Allow-Origin', origin);
      context.header('Vary', 'Origin');
    }
    if (context.req.method === 'OPTIONS') {
      context.header('Access-Control-Allow-Methods', 'GET, POST');
      context.header('Access-Control-Allow-Headers', 'Content-Type');
      return context.body(null, 204);
    }
    context.header('Cache-Control', 'no-store');
    return next();
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    if (error instanceof TypeError || error instanceof RangeError) {
      return context.json({ error: error.message }, 400);
    }
    throw error;
  });
  app.get('/ledger', (context) => {
    const { ledger } = controls;
    return context.json({
      orders: ledger.orders(),
      cards: ledger.cards(),
      charges: ledger.charges(),
      notifications: ledger.notifications(),
      requests: ledger.requests(),
    });
  });
  app.get('/scenarios', (context) => context.json(SCENARIOS));
  app.get('/quirks', (context) => context.json(controls.quirks()));
  app.post('/quirks', async (context) => {
    controls.setQuirks(await readJson(context.req.raw, true));
    return context.json(controls.quirks());
  });
  app.post('/force', async (context) => {
    const { scenario } = await readJson(context.req.raw);
    if (scenario !== undefined && scenario !== null && typeof scenario !== 'string') {
      throw new TypeError('force: expected {"scenario": id}, or null for none.');
    }
    controls.force(scenario ?? undefined);
    return context.json({ scenario: scenario ?? null });
  });
  app.post('/drive', async (context) => {
    const { session, ...instruction } = await readJson(context.req.raw);
    controls.drive(session as string, instruction);
    return context.json({ session });
  });
  app.post('/advance', async (context) => {
    const { milliseconds } = await readJson(context.req.raw);
    controls.advance(Number(milliseconds));
    return context.json({ milliseconds });
  });
  app.post('/reset', (context) => {
    controls.reset();
    return context.json({});
  });
  return app;
}

/** What a session goes by. */
function namesOf(session: Session): readonly (string | undefined)[] {
  return [session.secureId, session.order?.mchOrderNo, session.card?.cardId];
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readJson(request: Request, booleans = false): Promise<JsonObject> {
  const body = parse(await request.text());
  if (isObject(body) || (booleans && typeof body === 'boolean')) return body as JsonObject;
  throw new HTTPException(400, { message: 'The body is not a JSON object.' });
}
