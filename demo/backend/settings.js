import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from 'iotpay-checkout/sandbox';
import { openDatabase } from './database.js';
import { SettingsError } from './settings-error.js';

const CREDENTIALS = ['IOTPAY_MCH_ID', 'IOTPAY_MERCHANT_KEY', 'IOTPAY_LOGIN_NAME'];
const PRODUCTION_ORIGIN = 'https://ccapi.iotpaycloud.com';
const DEFAULT_PORT = 3000;
/** Git ignores it. */
const DATA_DIR = fileURLToPath(new URL('../../.cache/demo', import.meta.url));

/**
 * @typedef {object} Settings
 * @property {number} port where to listen; 0: any free one
 * @property {{mchId: string, merchantKey: string, loginName: string}} merchant
 * @property {string} gatewayOrigin
 * @property {import('iotpay-checkout/sandbox').Sandbox} [sandbox] there unless the gateway is IOTPay's own
 * @property {import('./database.js').Database} database
 * @property {string} [publicUrl] where IOTPay reaches this shop, without a slash at its end
 */

/**
 * Reads the environment; starts the simulated gateway where it names no merchant.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<Settings>}
 */
export async function readSettings(env) {
  const port = env.PORT ? Number(env.PORT) : DEFAULT_PORT;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new SettingsError(`PORT: expected a whole number from 0 to 65535, got "${env.PORT}".`);
  }
  const publicUrl = readPublicUrl(env.IOTPAY_NOTIFY_URL);
  const folder = env.DATA_DIR || DATA_DIR;
  const open = () => openDatabase({ url: env.DATABASE_URL || undefined, folder });
  const missing = CREDENTIALS.filter((name) => !env[name]);
  if (missing.length === CREDENTIALS.length) {
    if (env.IOTPAY_GATEWAY_ORIGIN) {
      throw new SettingsError(
        `IOTPAY_GATEWAY_ORIGIN is set, but none of ${CREDENTIALS.join(', ')}. Set them too, or none for the sandbox.`,
      );
    }
    const database = await open();
    mkdirSync(folder, { recursive: true });
    // What the shop has on record the gateway has, too: also after a restart, at the same address, with the same key.
    const sandbox = await startSandbox({ file: join(folder, 'sandbox.json'), drive: true });
    return {
      port,
      merchant: sandbox.merchant,
      gatewayOrigin: sandbox.origin,
      sandbox,
      database,
      ...publicUrl,
    };
  }
  if (missing.length > 0) {
    throw new SettingsError(
      `Missing in the environment: ${missing.join(', ')}. For IOTPay's own gateway all of ${CREDENTIALS.join(', ')} ` +
        'must be set; for the simulated one, none.',
    );
  }
  const [mchId = '', merchantKey = '', loginName = ''] = CREDENTIALS.map((name) => env[name]);
  const gatewayOrigin = env.IOTPAY_GATEWAY_ORIGIN || PRODUCTION_ORIGIN;
  if (!URL.canParse(gatewayOrigin) || new URL(gatewayOrigin).origin !== gatewayOrigin) {
    throw new SettingsError(
      `IOTPAY_GATEWAY_ORIGIN: expected an origin such as ${PRODUCTION_ORIGIN}, got "${gatewayOrigin}".`,
    );
  }
  return {
    port,
    merchant: { mchId, merchantKey, loginName },
    gatewayOrigin,
    database: await open(),
    ...publicUrl,
  };
}

/**
 * @param {string | undefined} value
 * @returns {{publicUrl?: string}}
 */
function readPublicUrl(value) {
  if (!value) return {};
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol) || new URL(value).search) {
    throw new SettingsError(
      `IOTPAY_NOTIFY_URL: expected the address of this shop as IOTPay reaches it, such as https://shop.example, got "${value}".`,
    );
  }
  return { publicUrl: value.replace(/\/+$/, '') };
}
