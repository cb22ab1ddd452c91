import { fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { servers, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';

export const gatewayOrigin = servers.faults.gateways.ok;

/** What IOTPay's script reports. */
export const FAIL = { result: 'FAIL', message: 'Insufficient funds' };
export const TIMEOUT = { result: 'FAIL', message: 'Timeout' };
export const PAID = { result: 'SUCCESS', detail: { retData: { status: 2 } } };

/** An element that has not been told to load, and whose backend would give no answer. */
export async function idleElement(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, { secureIdEndpoint: brokenEndpoint('stall'), gatewayOrigin, ...settings });
  await element.updateComplete;
  return element;
}

/** An element whose backend gives no answer. */
export async function loadingElement(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await idleElement(settings);
  void element.load();
  await element.updateComplete;
  return element;
}

/** An element whose backend is broken. */
export async function brokenElement(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await loadingElement({ secureIdEndpoint: brokenEndpoint('500'), ...settings });
  await until(() => element.status === 'error', 'error');
  await element.updateComplete;
  return element;
}
