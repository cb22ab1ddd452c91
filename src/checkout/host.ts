import type { ReactiveControllerHost } from 'lit';
import type { IotpayOptions } from '../gateway/script-api.js';
import type { Claimant } from './claims.js';
import type { Settings } from './config.js';
import type { Debuggable } from './developer.js';

/** The element, as the controller sees it. */
export interface CheckoutHost extends ReactiveControllerHost, Claimant, Settings, Debuggable {
  readonly renderRoot: ParentNode;
  readonly loading: string;
  readonly noRedirect: boolean;
  /** The options for IOTPay's form, read when it mounts. */
  iotpayOptions(): IotpayOptions;
}
