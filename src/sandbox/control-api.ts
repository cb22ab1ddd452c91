import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { CardChoice } from './card-choice.js';
import type { Controls } from './controls.js';
import type { Fault } from './faults.js';
import { isCrossSite, isLoopbackOrigin, readJson } from './http.js';
import type { Quirks } from './quirks.js';
import { SCENARIOS } from './scenarios.js';

/** For browser tests, and for merchants whose backend isn't Node. */
export function controlApi(controls: Controls, quirks: () => Quirks): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const origin = context.req.header('Origin');
    // A page's image or script tag has no Origin; its other mark says where it comes from.
    const foreign = origin === undefined ? isCrossSite(context.req.raw) : !isLoopbackOrigin(origin);
    if (foreign) {
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
  reading(app, controls, quirks);
  commands(app, controls, quirks);
  shopping(app, controls);
  return app;
}

function reading(app: Hono, { ledger }: Controls, quirks: () => Quirks): void {
  app.get('/ledger', (context) =>
    context.json({
      orders: ledger.orders(),
      cards: ledger.cards(),
      charges: ledger.charges(),
      notifications: ledger.notifications(),
      requests: ledger.requests(),
    }),
  );
  app.get('/scenarios', (context) => context.json(SCENARIOS));
  app.get('/quirks', (context) => context.json(quirks()));
}

function commands(app: Hono, controls: Controls, quirks: () => Quirks): void {
  app.post('/quirks', async (context) => {
    controls.setQuirks(await readJson(context.req.raw, true));
    return context.json(quirks());
  });
  app.post('/force', async (context) => {
    const { scenario } = await readJson(context.req.raw);
    if (scenario !== undefined && scenario !== null && typeof scenario !== 'string') {
      throw new TypeError('force: expected {"scenario": id}, or null for none.');
    }
    controls.force(scenario ?? undefined);
    return context.json({ scenario: scenario ?? null });
  });
  app.post('/fault', async (context) => {
    const fault = await readJson(context.req.raw);
    controls.fault(fault['kind'] === null ? undefined : (fault as unknown as Fault));
    return context.json({});
  });
  app.post('/notifications', async (context) => {
    const { action, count = 1, milliseconds } = await readJson(context.req.raw);
    const { notifications } = controls;
    if (action === 'pause' || action === 'resume') notifications[action]();
    else if (action === 'drop' || action === 'double') notifications[action](Number(count));
    else if (action === 'delay') notifications.delay(Number(milliseconds), Number(count));
    else throw new TypeError('notifications: expected {"action": pause, resume, drop, double or delay}.');
    return context.json({});
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
}

function shopping(app: Hono, controls: Controls): void {
  app.post('/drive', async (context) => {
    const { session, ...instruction } = await readJson(context.req.raw);
    controls.drive(session as string, instruction);
    return context.json({ session });
  });
  app.post('/pay', async (context) => {
    const { mchOrderNo, ...card } = await readJson(context.req.raw);
    return context.json(await controls.pay(String(mchOrderNo), card as CardChoice));
  });
  app.post('/save-card', async (context) => {
    const { cardId, ...card } = await readJson(context.req.raw);
    return context.json(await controls.saveCard(String(cardId), card as CardChoice));
  });
}
