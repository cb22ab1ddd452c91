/** In the stage's page, before everything else: tells the playground around it what happens. Changes nothing. */
(() => {
  const EVENTS = ['iotpay-ready', 'iotpay-success', 'iotpay-fail', 'iotpay-timeout', 'iotpay-error'];
  const tell = (message) => parent.postMessage({ from: 'stage', ...message }, location.origin);
  const checkout = () => document.querySelector('iotpay-checkout');
  const parse = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return text.slice(0, 400);
    }
  };

  /* The one thing that a page can't make true: that the browser knows it is offline. */
  const offline = () => new URLSearchParams(location.search).get('world') === 'offline';
  Object.defineProperty(navigator, 'onLine', { get: () => !offline() });

  /** What may be shown of an event: `raw` is what IOTPay sent, as it came. */
  function detailOf({ detail }) {
    if (!detail || typeof detail !== 'object') return undefined;
    if (detail instanceof Error) {
      const { code, message, retryable } = detail;
      return { code, message, retryable };
    }
    const rest = { ...detail };
    delete rest.raw;
    return JSON.parse(JSON.stringify(rest));
  }
  for (const name of EVENTS) {
    addEventListener(name, (event) => tell({ kind: 'event', name, detail: detailOf(event) }));
  }

  /* The page's own requests. The secureId stays here: it is what the sandbox is driven by. */
  let session;
  const realFetch = fetch.bind(globalThis);
  globalThis.fetch = async (resource, init = {}) => {
    const url = new URL(resource instanceof Request ? resource.url : resource, location.href);
    const began = performance.now();
    const request = {
      headers: Object.fromEntries(new Headers(init.headers)),
      body: parse(String(init.body ?? '')),
    };
    const said = (note, good, answer) =>
      tell({
        kind: 'request',
        name: `${init.method ?? 'GET'} ${url.pathname}`,
        note: `${note} · ${Math.round(performance.now() - began)} ms`,
        good,
        detail: { request, answer },
      });
    try {
      const response = await realFetch(resource, init);
      const answer = parse(await response.clone().text());
      if (answer?.secureId) {
        session = answer.secureId;
        answer.secureId = `${session.slice(0, 6)}…`;
      }
      said(String(response.status), response.ok, answer);
      return response;
    } catch (error) {
      said(error.name === 'AbortError' ? 'given up' : 'no answer', false);
      throw error;
    }
  };

  /** Fills IOTPay's simulated form in and sends it. */
  async function drive(scenario) {
    const response = await realFetch(`${checkout().gatewayOrigin}/sandbox/drive`, {
      method: 'POST',
      // As plain text: no question before it.
      body: JSON.stringify({ session, scenario }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
  }
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || origin !== location.origin || data.to !== 'stage') return;
    if (data.drive) drive(data.drive).catch((error) => tell({ kind: 'trouble', note: error.message }));
    if (data.removeFrame) checkout().querySelector('iframe')?.remove();
  });

  /* Status and height. */
  addEventListener('DOMContentLoaded', () => {
    const status = () => tell({ kind: 'status', status: checkout()?.getAttribute('status') ?? 'idle' });
    new MutationObserver(status).observe(document.body, { subtree: true, attributeFilter: ['status'] });
    new ResizeObserver(() => tell({ kind: 'height', height: document.body.offsetHeight })).observe(
      document.body,
    );
    status();
    tell({ kind: 'loaded' });
  });
})();
