// What a developer on a loopback page reads in the console, whatever the page listens to.
import { expect, fixture, html } from '@open-wc/testing';
import type { IotpayCheckout } from '../../src/index.js';
import { frames, next, readyElement, report, servers, unique, until } from '../support/element.js';
import { afterTest, brokenEndpoint, freshPage } from '../support/page.js';

/** All that the console gets from now on. */
function listen(target: Console = console): string[] {
  const lines: string[] = [];
  for (const level of ['error', 'warn'] as const) {
    const before = target[level].bind(target);
    target[level] = (...args: unknown[]) => void lines.push(`${level}: ${args.join(' ')}`);
    afterTest(() => (target[level] = before));
  }
  return lines;
}

async function broken(settings: Record<string, unknown>): Promise<string[]> {
  const lines = listen();
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, { gatewayOrigin: servers.faults.gateways.ok, ...settings });
  await element.load().catch(() => {});
  expect(element.status).to.equal('error');
  return lines;
}

describe('the console', () => {
  it('says what is wrong with an attribute, though nobody listens', async () => {
    const lines = await broken({ secureIdEndpoint: '/pay', requestData: '{"orderId": 7' });
    expect(lines.length).to.equal(1);
    expect(lines[0]).to.match(/^error: <iotpay-checkout> config: request-data: expected a JSON object/);
  });

  it('names the backend’s address', async () => {
    const url = brokenEndpoint('500');
    const lines = await broken({ secureIdEndpoint: url });
    expect(lines.length).to.equal(1);
    expect(lines[0]).to.match(/^error: <iotpay-checkout> endpoint-http: /);
    expect(lines[0]).to.contain(url);
  });

  it('names the gateway’s address, and the sandbox that is not running', async () => {
    const { window, checkout } = await freshPage();
    const lines = listen((window as unknown as { console: Console }).console);
    const element = checkout({ secureId: unique('closed'), gatewayOrigin: servers.faults.closed });
    await next(element, 'iotpay-error', 15_000);
    expect(lines.length).to.equal(1);
    expect(lines[0]).to.match(/^error: <iotpay-checkout> script-network: .*npx iotpay-checkout sandbox/);
    expect(lines[0]).to.contain(servers.faults.closed);
  });

  it('warns once, with the address, of an order-status route that fails', async () => {
    const lines = listen();
    const orderStatusEndpoint = brokenEndpoint('500', { route: 'order-status' });
    const element = await readyElement({ orderStatusEndpoint });
    report({ result: 'FAIL', message: 'Timeout' });
    await until(() => lines.length > 0, 'a warning');
    expect(lines[0]).to.match(/^warn: <iotpay-checkout> order-status-endpoint /);
    expect(lines[0]).to.contain(orderStatusEndpoint.replace(/\?.*/, '')).and.contain('HTTP 500');
    const asked = next(element, 'never', 2500).catch(() => {});
    await asked;
    expect(lines.length).to.equal(1);
    expect(element.status).to.equal('unknown');
  });

  it('warns of it once also where a form was taken away and its order is watched', async () => {
    const lines = listen();
    const orderStatusEndpoint = brokenEndpoint('500', { route: 'order-status' });
    const element = await readyElement({ orderStatusEndpoint });
    let asked = 0;
    const real = window.fetch.bind(window);
    window.fetch = (...args) => {
      if (`${args[0] as string}`.endsWith(orderStatusEndpoint)) asked++;
      return real(...args);
    };
    afterTest(() => (window.fetch = real));
    frames()[0]?.remove();
    await next(element, 'iotpay-ready');
    expect(lines.length).to.equal(1);
    expect(lines[0]).to.match(/^warn: <iotpay-checkout> order-status-endpoint /);
    expect(lines[0]).to.contain(orderStatusEndpoint.replace(/\?.*/, '')).and.contain('HTTP 500');
    await until(() => asked > 2, 'it is asked again');
    report({ result: 'FAIL', message: 'Timeout' });
    await until(() => asked > 4, 'it is asked again');
    expect(lines.length).to.equal(1);
  });
});
