import type { HTMLAttributes, ReactNode } from 'react';
import type { IotpayCheckout } from '../index.js';
import { EVENTS, type Handlers } from './listeners.js';

/** The element's properties that a page may set. */
export const SETTINGS = [
  'secureIdEndpoint',
  'secureId',
  'mode',
  'requestData',
  'requestHeaders',
  'credentials',
  'orderStatusEndpoint',
  'loading',
  'theme',
  'colorScheme',
  'buttonText',
  'options',
  'noRedirect',
  'setupTimeout',
  'gatewayOrigin',
  'strings',
  'debug',
] as const satisfies readonly (keyof IotpayCheckout)[];

type Setting = (typeof SETTINGS)[number];

/** The element's settings, as its properties of the same names; `undefined` means the default. */
export type Settings = { readonly [Name in Setting]?: IotpayCheckout[Name] | undefined };

type Attributes = Omit<
  HTMLAttributes<IotpayCheckout>,
  Setting | keyof Handlers | 'children' | 'dangerouslySetInnerHTML' | `suppress${string}`
>;

/** Props of `<IotpayCheckout>`: the element's settings, its events, and the attributes of any HTML element. */
export interface IotpayCheckoutProps extends Settings, Handlers, Attributes {
  /** Shown until the frame is ready, in place of the element's own skeleton; may hold elements with a `slot`. */
  readonly children?: ReactNode | undefined;
}

/** Attributes whose presence alone counts. React 18 writes `false` as a text on custom elements. */
const FLAGS = new Set(['hidden', 'inert', 'autoFocus', 'itemScope']);

/** Sorts the props by where they go: to the element's properties, its listeners, its markup. */
export function splitProps({ children, className, ...props }: IotpayCheckoutProps): {
  settings: Settings;
  handlers: Handlers;
  attributes: Record<string, unknown>;
  children: ReactNode;
} {
  const settings: Record<string, unknown> = { loading: 'eager' };
  const handlers: Record<string, unknown> = {};
  // React 18 writes `className` as it is on custom elements; `class` is understood by both.
  const attributes: Record<string, unknown> = { class: className };
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if ((SETTINGS as readonly string[]).includes(name)) settings[name] = value;
    else if (name in EVENTS) handlers[name] = value;
    else if (value !== false || !FLAGS.has(name)) attributes[name] = value as unknown;
  }
  return { settings, handlers, attributes, children };
}
