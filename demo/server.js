/**
 * The demo: a small pottery shop that takes payments with `iotpay-checkout`, on a simulated gateway unless IOTPay's
 * three credentials are in the environment. `npm start`, or after a build `node demo/server.js`.
 */
import { createAdaptorServer } from '@hono/node-server';
import { createShop } from './backend/app.js';
import { readSettings } from './backend/settings.js';
import { SettingsError } from './backend/settings-error.js';

/** How often the shop asks about what nobody has told it of, in milliseconds. */
const TIDY_MS = 60_000;
/** How many ports are tried when the first is taken. */
const PORT_TRIES = 20;

try {
  const settings = await readSettings(process.env);
  /** @type {import('hono').Hono | undefined} */
  let app;
  const server = createAdaptorServer({
    fetch: (request, env) => app?.fetch(request, env) ?? new Response('Starting.', { status: 503 }),
  });
  const port = await listen(server, settings.port);
  const address = `http://127.0.0.1:${port}`;
  const shop = createShop({ ...settings, address });
  app = shop.app;
  const tidy = () => shop.tidy().catch((error) => console.error(error));
  // Once now: a payment may have been made while the shop was away.
  void tidy();
  const tidying = setInterval(tidy, TIDY_MS);
  console.log(`\n  Brindle Cove, a demo shop with iotpay-checkout`);
  console.log(`\n    Shop        ${address}`);
  console.log(`    Playground  ${address}/playground`);
  console.log(
    settings.sandbox
      ? `    Gateway     ${settings.gatewayOrigin} (simulated: no money moves)\n`
      : `    Gateway     ${settings.gatewayOrigin} (IOTPay's own: REAL payments)\n`,
  );
  if (!settings.sandbox && !settings.publicUrl) {
    console.log(
      '    IOTPAY_NOTIFY_URL is not set: IOTPay cannot reach this machine, so orders are confirmed by',
    );
    console.log('    asking for them. Set it to the https address of a tunnel to this shop.\n');
  }
  const stop = () => {
    clearInterval(tidying);
    server.close(() => void settings.database.close());
    void settings.sandbox?.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/**
 * Listens on loopback, on the next free port where the wanted one is taken.
 * @param {import('@hono/node-server').ServerType} server
 * @param {number} wanted 0: any
 * @returns {Promise<number>} the port
 */
async function listen(server, wanted) {
  for (let port = wanted; ; port++) {
    try {
      return await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
        });
      });
    } catch (error) {
      const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (taken && wanted !== 0 && port < Math.min(wanted + PORT_TRIES, 65535)) continue;
      throw new SettingsError(
        `The shop can't listen on 127.0.0.1:${port}: ${/** @type {Error} */ (error).message}. Set PORT to a free one.`,
      );
    }
  }
}
