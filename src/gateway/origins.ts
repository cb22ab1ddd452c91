/** The origin of IOTPay's production API and script. */
export const PRODUCTION_ORIGIN = 'https://ccapi.iotpaycloud.com';

/** The origin that IOTPay's own SDKs use in development builds, with the same paths. */
export const DEVELOPMENT_ORIGIN = 'https://ccdev.iotpaycloud.com';

/**
 * Path of IOTPay's script. PCI: it is loaded from exactly `https://ccapi.iotpaycloud.com/cc/iotpaycc.js`, never
 * bundled, never self-hosted (source: IOTPay, "Embedded Integration").
 */
export const SCRIPT_PATH = '/cc/iotpaycc.js';

/** Whether a host name, as `URL` normalizes it, is the visitor's own machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|(?:.+\.)localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
