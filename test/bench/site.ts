import { createAdaptorServer } from '@hono/node-server';
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';

export const CDN_FILE = 'dist/cdn/iotpay-checkout.js';
export const EXTRAS = 'dist/cdn/iotpay-checkout-extras.js';
export const STARTER = 'dist/cdn/iotpay-checkout-start.js';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Serves an app on a loopback port of its own. */
export async function serve(app: Hono): Promise<{ origin: string; close: () => void }> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}

/** The CDN file, answered after so many milliseconds, and its second file at once; neither from a cache. */
export function addElement(app: Hono): void {
  const file = readFileSync(CDN_FILE, 'utf8');
  app.get('/iotpay-checkout.js', async ({ req, body }) => {
    await pause(Number(req.query('after') ?? 0));
    return body(file, 200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' });
  });
  const extras = readFileSync(EXTRAS, 'utf8');
  app.get('/iotpay-checkout-extras.js', ({ body }) =>
    body(extras, 200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' }),
  );
  app.get('/favicon.ico', ({ body }) => body(null, 204));
}

/** A merchant's backend: `POST /api/200` answers with a secureId after 200 ms. */
export function addBackend(app: Hono): void {
  let orders = 0;
  app.post('/api/:delay', async ({ req, json }) => {
    await pause(Number(req.param('delay')));
    orders += 1;
    return json({ retCode: 'SUCCESS', retMsg: '', retData: { secureId: `S${orders}` } });
  });
}

/** A gateway whose script comes after so many milliseconds. */
export function gateway(script: string, delay = 0): Hono {
  const app = new Hono();
  app.get('/cc/iotpaycc.js', async ({ body }) => {
    await pause(delay);
    return body(script, 200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' });
  });
  app.get('/frame', ({ html }) => html('<!doctype html><title>Form</title><p>Form'));
  return app;
}
