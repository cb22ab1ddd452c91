import { isObject, type JsonObject } from '../gateway/envelope.js';
import { PRODUCTION_ORIGIN } from '../gateway/origins.js';
import type { IotpayOptions } from '../gateway/script-api.js';
import { configError } from './errors.js';
import type { IotpayMode } from './events.js';
import { requestJson, requestObject } from './request-data.js';

/** Milliseconds allowed for each step of the set-up where the page says nothing else. */
export const DEFAULT_SETUP_TIMEOUT_MS = 20_000;

/** What the page has set on the element, as it set it. */
export interface Settings {
  readonly secureId?: string | null | undefined;
  readonly secureIdEndpoint?: string | null | undefined;
  readonly mode?: string | null | undefined;
  readonly requestData?: unknown;
  readonly requestHeaders?: HeadersInit | null | undefined;
  readonly credentials?: string | null | undefined;
  readonly orderStatusEndpoint?: string | null | undefined;
  readonly options?: IotpayOptions | null | undefined;
  readonly gatewayOrigin?: string | null | undefined;
  readonly setupTimeout?: number | null | undefined;
  readonly loading?: string | null | undefined;
  readonly theme?: string | null | undefined;
  readonly colorScheme?: string | null | undefined;
}

/** The same, checked and complete. */
export interface Config {
  readonly secureId: string | undefined;
  readonly endpoint: string | undefined;
  readonly orderStatusEndpoint: string | undefined;
  readonly mode: IotpayMode;
  readonly requestData: JsonObject;
  readonly headers: HeadersInit | undefined;
  readonly credentials: RequestCredentials;
  readonly gatewayOrigin: string;
  /** Milliseconds. */
  readonly timeout: number;
}

const MODES = ['pay', 'add'] as const;
const CREDENTIALS = ['same-origin', 'include', 'omit'] as const;
const LOADING = ['eager', 'lazy', 'manual'] as const;
const THEMES = ['card'] as const;
const COLOR_SCHEMES = ['auto', 'light', 'dark'] as const;

/**
 * @param base - the address that relative ones are resolved against
 * @throws IotpayCheckoutError `config`, naming the attribute, what was expected and what was received
 */
export function readConfig(settings: Settings, base: string = document.baseURI): Config {
  const { requestData, requestHeaders, options, setupTimeout, theme } = settings;
  expect(!options || isObject(options), 'options', 'an object of IOTPay options', options);
  const timeout = setupTimeout ?? DEFAULT_SETUP_TIMEOUT_MS;
  expect(timeout > 0, 'setup-timeout', 'a number of milliseconds above 0', timeout);
  choice('loading', LOADING, settings.loading || 'eager');
  choice('color-scheme', COLOR_SCHEMES, settings.colorScheme || 'auto');
  if (theme) choice('theme', THEMES, theme);
  return {
    secureId: settings.secureId?.trim() || undefined,
    endpoint: address('secure-id-endpoint', settings.secureIdEndpoint, base),
    orderStatusEndpoint: address('order-status-endpoint', settings.orderStatusEndpoint, base),
    mode: choice('mode', MODES, modeOf(settings), settings.mode),
    requestData: requestObject(requestJson(requestData)),
    headers: requestHeaders ? headersOf(requestHeaders) : undefined,
    credentials: choice('credentials', CREDENTIALS, settings.credentials || 'same-origin'),
    gatewayOrigin: settings.gatewayOrigin || PRODUCTION_ORIGIN,
    timeout,
  };
}

/** @throws IotpayCheckoutError `config` where there is nothing to get a secureId from */
export function requireSource({ secureId, endpoint }: Config): void {
  if (secureId || endpoint) return;
  throw configError(
    'Nothing to load from: set secure-id-endpoint to the URL of your backend that answers with a secureId, or secure-id to a secureId that the page already has.',
  );
}

/** @throws IotpayCheckoutError `config` where page and backend mean two gateways: the form would know no such order */
export function requireGateway(page: string, backend: string | undefined): void {
  if (backend === undefined || backend === new URL(page).origin) return;
  throw configError(
    `gateway-origin: this page uses ${page}, and the backend made the order at ${backend}. Set gateway-origin="${backend}", or IOTPAY_GATEWAY_ORIGIN on the server.`,
  );
}

/** The extra headers; those without a value are left out. @throws IotpayCheckoutError `config` */
function headersOf(given: HeadersInit): Headers {
  try {
    // A list of pairs, a Map, Headers, or an object; JavaScript does not hold to the types.
    const all: Iterable<readonly string[]> = Symbol.iterator in given ? given : Object.entries(given);
    return new Headers([...all].filter(([, value]) => isThere(value)) as [string, string][]);
  } catch (cause) {
    throw configError(
      `requestHeaders: expected HTTP headers, received what is none: ${String(cause)}`,
      cause,
    );
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The value of an intent: equal texts, equal intents, whatever the order of the data's names. */
export function intentOf({ secureId, secureIdEndpoint, mode, requestData }: Settings): string {
  const rest = [secureId || '', secureIdEndpoint || '', modeOf({ mode })];
  try {
    return JSON.stringify([...rest, requestObject(requestJson(requestData))], (_, value: unknown) =>
      isObject(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch (error) {
    return JSON.stringify([...rest, '', String(error)]); // readConfig says so to the page.
  }
}

function modeOf({ mode }: Pick<Settings, 'mode'>): string {
  return mode?.trim().toLowerCase() || 'pay';
}

/** The value if it is one of the choices. */
function choice<const T extends string>(
  name: string,
  choices: readonly T[],
  value: string,
  received: unknown = value,
): T {
  const found = choices.find((each) => each === value);
  expect(found !== undefined, name, choices.map((each) => `"${each}"`).join(' or '), received);
  return found;
}

function address(name: string, value: string | null | undefined, base: string): string | undefined {
  if (!value?.trim()) return undefined;
  const url = URL.canParse(value, base) ? new URL(value, base) : undefined;
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  expect(web, name, 'the URL of your backend (http or https)', value);
  return url?.href;
}

function expect(holds: boolean, name: string, expected: string, received: unknown): asserts holds {
  if (holds) return;
  const shown =
    typeof received === 'string'
      ? `"${received.slice(0, 80)}"`
      : Array.isArray(received)
        ? 'an array'
        : String(received);
  throw configError(`${name}: expected ${expected}, received ${shown}.`);
}
