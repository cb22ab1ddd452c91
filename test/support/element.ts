import { fixture, html, oneEvent } from '@open-wc/testing';
import '../../src/index.js';
import type { IotpayCheckout, IotpayOutcome } from '../../src/index.js';
import type { FaultyMount } from './fault-server.js';
import type { MerchantOrder, SeenRequest } from './merchant-backend.js';
import type { TestServers } from './servers.js';

/** The servers around this test. */
export const servers = (globalThis as unknown as { testServers: TestServers }).testServers;

/** What the plain fake gateway has mounted, oldest first. */
export function mounts(): readonly FaultyMount[] {
  return (globalThis as { faultyMounts?: FaultyMount[] }).faultyMounts ?? [];
}

/** The newest form's callback, as IOTPay's script would call it. */
export function report(event: unknown, mount = mounts().at(-1)): void {
  if (!mount) throw new Error('Nothing is mounted.');
  mount.callback(event);
}

let count = 0;
/** A text that no other test has. */
export function unique(prefix: string): string {
  return `${prefix}-${Date.now().toString(36)}-${count++}`;
}

export interface Setting {
  [name: string]: unknown;
}

/** An element on the plain fake gateway, ready, with a secureId of its own. */
export async function readyElement(settings: Setting = {}): Promise<IotpayCheckout> {
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, {
    secureId: unique('secure'),
    gatewayOrigin: servers.faults.gateways.ok,
    ...settings,
  });
  await element.load();
  return element;
}

/** An element on the plain fake gateway that gets its secureId from the backend. It is in no page yet. */
export function backendElement(tag: string, settings: Setting = {}): IotpayCheckout {
  return Object.assign(document.createElement('iotpay-checkout'), {
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    gatewayOrigin: servers.faults.gateways.ok,
    requestData: { tag },
    ...settings,
  });
}

/** The same in a page, ready. */
export async function fetchedElement(tag: string, settings: Setting = {}): Promise<IotpayCheckout> {
  const place = await fixture(html`<div></div>`);
  const element = backendElement(tag, settings);
  place.append(element);
  await next(element, 'iotpay-ready');
  return element;
}

/** All events of an element, in order: type and, for outcomes, what they say. */
export function record(target: EventTarget): string[] {
  const log: string[] = [];
  for (const type of ['ready', 'success', 'fail', 'timeout', 'error']) {
    target.addEventListener(`iotpay-${type}`, (event) => {
      const detail = (event as CustomEvent<IotpayOutcome | null>).detail;
      log.push(detail?.source === 'order-status' ? `${type} (order)` : type);
    });
  }
  return log;
}

/** The next event of a type, or a clear failure after some seconds. */
export async function next(
  target: EventTarget,
  type: string,
  ms = 10_000,
): Promise<CustomEvent<IotpayOutcome>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No ${type} within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race<CustomEvent<IotpayOutcome>>([oneEvent(target, type), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = 10_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the merchant's backend saw of one test. */
export async function seen(tag: string): Promise<SeenRequest[]> {
  return (await fetch(`${servers.backend}/requests?tag=${tag}`)).json() as Promise<SeenRequest[]>;
}

export async function orders(tag: string): Promise<MerchantOrder[]> {
  return (await fetch(`${servers.backend}/orders?tag=${tag}`)).json() as Promise<MerchantOrder[]>;
}

export const frames = (): HTMLIFrameElement[] => [...document.querySelectorAll('iframe')];
