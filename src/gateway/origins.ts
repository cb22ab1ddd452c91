/** The origin of IOTPay's production API and script. */
export const PRODUCTION_ORIGIN = 'https://ccapi.iotpaycloud.com';

/** The origin that IOTPay's own SDKs use in development builds, with the same paths. */
export const DEVELOPMENT_ORIGIN = 'https://ccdev.iotpaycloud.com';

/**
 * Path of IOTPay's script. PCI: it is loaded from exactly `https://ccapi.iotpaycloud.com/cc/iotpaycc.js`, never
 * bundled, never self-hosted (source: IOTPay, "Embedded Integration").
 */
export const SCRIPT_PATH = '/cc/iotpaycc.js';

/**
 * The closed list of gateways: IOTPay's two origins, and where `loopback` is true any http(s) origin on this machine (the
 * sandbox).
 * @returns the origin as `URL` normalizes it, or `undefined` for everything that is not on the list, addresses with a
 *   path, query or user info included
 */
export function listedOrigin(wanted: string, loopback: boolean): string | undefined {
  if (!URL.canParse(wanted)) return undefined;
  const { origin, href, hostname, protocol } = new URL(wanted);
  if (href !== `${origin}/`) return undefined;
  if (origin === PRODUCTION_ORIGIN || origin === DEVELOPMENT_ORIGIN) return origin;
  const local = loopback && (protocol === 'http:' || protocol === 'https:') && isLoopback(hostname);
  return local ? origin : undefined;
}

/** Whether a host name, as `URL` normalizes it, is the visitor's own machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|(?:.+\.)localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
