import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { JsonObject } from '../gateway/envelope.js';
import { SCRIPT_PATH } from '../gateway/origins.js';
import { callApi, CALLS, type ApiContext } from './api.js';
import { controlApi } from './control-api.js';
import type { Controls } from './controls.js';
import type { Driver } from './driver.js';
import type { Faults } from './faults.js';
import { formPage } from './form-page.js';
import type { Session } from './gateway.js';
import { isCrossSite, isLoopbackOrigin, parseJson, readJson } from './http.js';
import { MODULES_PATH, readPageFiles, type PageFiles } from './page-files.js';
import { MESSAGE_MARK, type ScriptSettings } from './protocol.js';
import type { Quirks } from './quirks.js';

/** More than any request of the API has. */
const MAX_BODY_BYTES = 64 * 1024;

const SCRIPT_HEADERS = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

export interface AppOptions extends ApiContext {
  readonly faults: Faults;
  readonly driver: Driver;
  readonly driven: boolean;
  readonly controls: Controls;
  readonly quirks: () => Quirks;
  /** Writes down what is to survive a restart. */
  readonly keep: () => void;
  /** In milliseconds of the sandbox's time. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

interface Env {
  Bindings: HttpBindings;
}

/** The sandbox over HTTP. */
export function createApp(options: AppOptions): Hono<Env> {
  const { controls, quirks, log } = options;
  const app = new Hono<Env>();
  // Another Host means that a web page made its own name point here (DNS rebinding).
  app.use(async (context, next) => {
    const host = context.req.header('Host') ?? '';
    if (!isLoopbackOrigin(`http://${host}`)) {
      return context.text('The sandbox answers on loopback names only.\n', 403);
    }
    return next();
  });
  // Only what has a body is looked into: asking for that of an OPTIONS request fails in some of Node's adaptors.
  app.on(
    'POST',
    '*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.text('The body is too large.\n', 413),
    }),
  );
  // Before the answer leaves: what a merchant or a shopper was told survives a crash.
  app.on('POST', '*', async (_, next) => {
    await next();
    options.keep();
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    log(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return context.text('The sandbox failed; its log says how.\n', 500);
  });
  app.notFound((context) =>
    context.text(
      `The sandbox has nothing at ${context.req.method} ${context.req.path}. The API's calls are POST ${CALLS.map((name) => `/v3/${name}`).join(', ')}.\n`,
      404,
    ),
  );
  app.post('/v3/:call', (context) => answerCall(options, context, context.req.param('call')));
  const files = readPageFiles();
  pages(app, options, files);
  app.get(SCRIPT_PATH, (context) => context.body(clientScript(files, quirks()), 200, SCRIPT_HEADERS));
  formApi(app, options);
  app.route('/sandbox', controlApi(controls, quirks));
  return app;
}

/** The merchant's API. Its callers are servers, which send no Origin. */
async function answerCall(options: AppOptions, context: Context<Env>, call: string): Promise<Response> {
  const { faults, log } = options;
  const { path } = context.req;
  if (isCrossSite(context.req.raw)) {
    log(`${path}: refused, because it comes from a web page (Origin: ${context.req.header('Origin')}).`);
    return context.text('The API is for merchants’ servers: no web page may call it.\n', 403);
  }
  if (!CALLS.includes(call)) return context.notFound();
  const fault = faults.take(call);
  if (fault) log(`${path}: ${fault.kind}, as asked for.`);
  switch (fault?.kind) {
    case undefined:
      return work(options, context, call);
    case 'http-500':
      return context.text('Broken, as asked for.\n', 500);
    case 'nonsense':
      return context.html('<!doctype html><title>Maintenance</title>');
    case 'reset':
      context.env.outgoing.socket?.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    case 'lost-answer':
      await work(options, context, call);
      context.env.outgoing.socket?.destroy();
      return RESPONSE_ALREADY_SENT;
    case 'slow': {
      const answer = await work(options, context, call);
      await new Promise((resolve) => setTimeout(resolve, fault?.delayMs));
      return answer;
    }
  }
}

/** Does what a call asks for, and writes it down. */
async function work(options: AppOptions, context: Context<Env>, call: string): Promise<Response> {
  const { books, quirks, now, log } = options;
  const { path } = context.req;
  const at = now();
  const text = await context.req.text();
  const body = parseJson(text);
  const answer = await callApi(options, call, body);
  const { retCode, retMsg, retData } = answer;
  books.addRequest({ path, at, body: body ?? text, retCode, retMsg });
  log(`${path} ${retCode}${retMsg && ` (${retMsg})`}`);
  const fields = quirks().extraFields ? { retData, traceId: `trace-${at}`, retMsg, retCode } : answer;
  return context.json(fields, 200, { 'Content-Type': 'application/json;charset=UTF-8' });
}

/** The form, in a frame and alone, and its modules. */
function pages(app: Hono<Env>, options: AppOptions, files: PageFiles): void {
  const { gateway, wire, driver, driven } = options;
  const page = (context: Context<Env>, mode: 'Pay' | 'Add', parent: string | null): Response => {
    const { key: secureId = '', lang = '' } = context.req.query();
    const found = gateway.session(secureId);
    const session = found?.target.kind === (mode === 'Add' ? 'card' : 'order') ? found : undefined;
    const greeting = gateway.greet(session);
    return formPage({
      files,
      secureId,
      mode,
      parent,
      lang,
      unionPay: session?.channel === 'UPI_EX',
      open: !greeting || greeting.kind === 'poll',
      greeting: greeting ? wire.answer(greeting) : null,
      driven,
      drive: (session && driver.next(namesOf(session), session.channel === 'UPI_EX')) ?? null,
    });
  };
  app.get('/cc/frame', (context) => {
    const { mode, origin = '' } = context.req.query();
    if (!isLoopbackOrigin(origin)) {
      return context.text('The sandbox shows its form in pages on loopback only.\n', 403);
    }
    return page(context, mode === 'Add' ? 'Add' : 'Pay', new URL(origin).origin);
  });
  app.get('/cc/purchase', (context) => page(context, 'Pay', null));
  app.get('/cc/addcard', (context) => page(context, 'Add', null));
  app.get(`${MODULES_PATH}:name`, (context) => {
    const module = files.modules.get(context.req.param('name'));
    return module === undefined ? context.notFound() : context.body(module, 200, SCRIPT_HEADERS);
  });
}

/** IOTPay's script, simulated. */
function clientScript({ clientScript }: PageFiles, quirks: Quirks): string {
  const settings: ScriptSettings = {
    mark: MESSAGE_MARK,
    asyncMount: quirks.asyncMount,
    lateFrameMs: quirks.lateFrame,
    autoHeight: !quirks.noAutoHeight,
  };
  // A JSON text, as a JavaScript text.
  return clientScript.replace(`'SETTINGS'`, () => JSON.stringify(JSON.stringify(settings)));
}

/** What the form itself calls. */
function formApi(app: Hono<Env>, { gateway, wire, driver, log }: AppOptions): void {
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
    const names = session ? namesOf(session) : [];
    const scenario = driver.take(names, Number(body['drive']));
    const card = { number: text('number'), expiry: text('expiry'), holder: text('holder') };
    const answer = wire.answer(await gateway.attempt(text('key'), card, scenario));
    log(`${names.at(-1) ?? 'unknown secureId'}: ${answer.kind}`);
    if (answer.kind === 'broken') return context.text('Broken, as asked for.\n', 500);
    return context.json(answer);
  });
  app.post('/cc/queryorder', async (context) => {
    const { key } = await sent(context.req.raw);
    return context.json(wire.answer(gateway.query(String(key))));
  });
  app.get('/cc/drive', (context) => {
    const session = gateway.session(context.req.query('key') ?? '');
    const step = session && driver.next(namesOf(session), session.channel === 'UPI_EX');
    return context.json(step ?? null, 200, { 'Cache-Control': 'no-store' });
  });
}

/** What a session goes by: its secureId, and the merchant's own name for it. */
function namesOf({ secureId, target }: Session): readonly string[] {
  return [secureId, target.kind === 'order' ? target.order.mchOrderNo : target.card.cardId];
}
