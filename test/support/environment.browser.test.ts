import { expect } from '@open-wc/testing';
import { orders, seen, servers, unique, until } from './element.js';
import type { GatewayFault } from './fault-server.js';
import type { BackendFault } from './merchant-backend.js';
import { brokenEndpoint, charges, drive, freshPage, type FreshPage } from './page.js';

/** What the other tests rely on: in this browser, the servers do what their names say. */
describe('the test environment', () => {
  const post = (address: string, signal: AbortSignal | null = null, data: object = {}): Promise<Response> =>
    fetch(address, {
      method: 'POST',
      body: JSON.stringify({ mode: 'pay', ...data }),
      headers: { 'Content-Type': 'application/json' },
      signal,
    });

  /** Status and media type; `stalls` or `fails` where there is no answer, or no whole one. */
  async function outcome(fault: BackendFault): Promise<string> {
    // Engines disagree on what a read that is aborted is called.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), fault === 'slow' ? 8000 : 1000);
    let answer: Response | undefined;
    try {
      answer = await post(brokenEndpoint(fault), limit.signal);
      await answer.text();
      return `${answer.status} ${answer.headers.get('Content-Type')?.split(';')[0] ?? 'nothing'}`;
    } catch {
      const how = limit.signal.aborted ? 'stalls' : 'fails';
      return answer ? `${answer.status}, then ${how}` : how;
    } finally {
      clearTimeout(timer);
    }
  }

  const BACKEND: Record<BackendFault, string> = {
    html200: '200 text/html',
    '204': '204 nothing',
    '302': '200 text/html',
    '401': '401 text/html',
    '404': '404 text/html',
    '404json': '404 application/json',
    '500': '500 text/html',
    '500json': '500 application/json',
    stall: 'stalls',
    'stall-body': '200, then stalls',
    cut: '200, then fails',
    reset: 'fails',
    'bad-json': '200 application/json',
    array: '200 application/json',
    'no-secure-id': '200 application/json',
    'empty-secure-id': '200 application/json',
    'number-secure-id': '200 application/json',
    'ret-fail': '200 application/json',
    slow: '200 application/json',
  };
  for (const [fault, expected] of Object.entries(BACKEND) as [BackendFault, string][]) {
    it(`breaks the merchant's backend: ${fault}`, async () => {
      expect(await outcome(fault)).to.equal(expected);
    });
  }

  it('breaks a route a given number of times, and shows the requests of one test', async () => {
    const tag = unique('times');
    const endpoint = brokenEndpoint('500', { times: 1, tag });
    expect((await post(endpoint)).status).to.equal(500);
    expect((await post(endpoint)).status).to.equal(200);
    expect(await seen(tag)).to.have.length(2);
  });

  /** What became of a script's tag, and the type of `Iotpay` right after it. */
  function loadScript(page: FreshPage, origin: string, query = ''): Promise<string> {
    const tag = page.document.createElement('script');
    tag.src = `${origin}/cc/iotpaycc.js${query}`;
    const end = new Promise<string>((resolve) => {
      tag.onload = () => resolve('loads');
      tag.onerror = () => resolve('fails');
      setTimeout(() => resolve('stalls'), 3000);
    });
    page.document.head.append(tag);
    return end.then((how) => `${how}, ${typeof (page.window as unknown as { Iotpay: unknown }).Iotpay}`);
  }

  const SCRIPT: Partial<Record<GatewayFault, string>> = {
    stall: 'stalls, undefined',
    'stall-body': 'stalls, undefined',
    '404': 'fails, undefined',
    '500': 'fails, undefined',
    reset: 'fails, undefined',
    cut: 'fails, undefined',
    'no-global': 'loads, undefined',
    'late-global': 'loads, undefined',
    'not-a-function': 'loads, object',
    'stall-once': 'stalls, undefined',
    '404-once': 'fails, undefined',
    'reset-once': 'fails, undefined',
    'no-global-once': 'loads, undefined',
  };
  for (const [fault, origin] of Object.entries(servers.faults.gateways) as [GatewayFault, string][]) {
    // Whether a page of HTML is a broken script or a refused one is the browser's choice.
    if (fault === 'html') continue;
    it(`has a gateway whose script is ${fault}`, async () => {
      const page = await freshPage({ element: 'no' });
      expect(await loadScript(page, origin)).to.equal(SCRIPT[fault] ?? 'loads, function');
      if (fault.endsWith('-once')) {
        expect(await loadScript(page, origin, '?retry=1')).to.equal('loads, function');
      }
    });
  }

  it('has a sandbox whose form is paid in, and a merchant who hears of it by a signed notification', async () => {
    const tag = unique('sandbox');
    const answer = await post(`${servers.backend}/api/secure-id?tag=${tag}`, null, { tag });
    const { secureId, mchOrderNo } = (await answer.json()) as { secureId: string; mchOrderNo: string };
    const page = await freshPage({ element: 'no' });
    expect(await loadScript(page, servers.sandbox)).to.equal('loads, function');
    const container = page.document.createElement('div');
    container.id = 'card-form';
    page.document.body.append(container);
    const reported = new Promise<Record<string, unknown>>((resolve) => {
      const { Iotpay } = page.window as unknown as {
        Iotpay: (...values: unknown[]) => { mount: (selector: string, callback: typeof resolve) => void };
      };
      Iotpay(secureId, 'Pay').mount('#card-form', resolve);
    });
    await drive(secureId);
    const event = await reported;
    expect(event['result'] ?? event['retCode']).to.equal('SUCCESS');
    expect(await charges(mchOrderNo)).to.have.length(1);
    await until(async () => (await orders(tag)).some(({ paid }) => paid), 'the order is paid');
  });

  it('makes pages with a policy that the browser enforces', async () => {
    const page = await freshPage({ csp: `script-src 'nonce-{nonce}'`, element: 'no' });
    expect(await loadScript(page, servers.faults.gateways.ok)).to.equal('fails, undefined');
    expect(page.violations.map(({ effectiveDirective }) => effectiveDirective)).to.deep.equal([
      'script-src-elem',
    ]);
  });
});
