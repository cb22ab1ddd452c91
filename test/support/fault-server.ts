import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from './browsers.js';

/**
 * Gateways that are broken, one origin for each way to break: the element knows a gateway by its origin only. Real
 * sockets, so the browser sees what it would see of a real failure.
 *
 * `-once` modes fail for the documented address and work for a retry (`?retry=n`).
 */
export const GATEWAY_FAULTS = [
  /** Nothing is wrong: a frame that loads at once. */
  'ok',
  /** The script's request gets no answer at all. */
  'stall',
  /** Headers come, the body never does. */
  'stall-body',
  '404',
  '500',
  /** The connection is reset. */
  'reset',
  /** The body ends before its length is reached. */
  'cut',
  /** 200 with a page of HTML: a captive portal. */
  'html',
  'no-global',
  /** `Iotpay` is there 500 ms after the script has loaded. */
  'late-global',
  /** `Iotpay` is there, and is no function. */
  'not-a-function',
  'stall-once',
  '404-once',
  'reset-once',
  'no-global-once',
  'iotpay-throws',
  'iotpay-returns-nothing',
  'mount-throws',
  'mount-rejects',
  'no-frame',
  /** The frame is put in after 1 s. */
  'late-frame',
  /** The frame is put in after 10 s. */
  'very-late-frame',
  'frame-never-loads',
] as const;

export type GatewayFault = (typeof GATEWAY_FAULTS)[number];

/** What the script puts into the page, for the tests to look at: `globalThis.faultyMounts`. */
export interface FaultyMount {
  readonly secureId: string;
  readonly mode: string;
  readonly options: unknown;
  readonly selector: string;
  /** Reports an outcome to the page, as IOTPay's script would. */
  readonly callback: (event: unknown) => void;
}

/** The body of `mount`, in the browser; `frame(delay)` puts a frame in. */
const MOUNT: Partial<Record<GatewayFault, string>> = {
  'mount-throws': `throw new Error('mount is broken');`,
  'mount-rejects': `return Promise.reject(new Error('mount is broken'));`,
  'no-frame': ``,
  'late-frame': `frame(1000);`,
  'very-late-frame': `frame(10000);`,
};

function script(fault: GatewayFault): string {
  if (fault === 'no-global') return `globalThis.somethingElse = 1;`;
  if (fault === 'not-a-function') return `globalThis.Iotpay = { mount: 'no function' };`;
  if (fault === 'iotpay-throws')
    return `globalThis.Iotpay = function Iotpay() { throw new Error('Iotpay is broken'); };`;
  if (fault === 'iotpay-returns-nothing') return `globalThis.Iotpay = function Iotpay() {};`;
  const define = `
    const origin = new URL(document.currentScript.src).origin;
    globalThis.faultyMounts ??= [];
    const define = () => {
      globalThis.Iotpay = function Iotpay(secureId, mode, options) {
        return {
          mount(selector, callback) {
            globalThis.faultyMounts.push({ secureId, mode, options, selector, callback });
            const frame = (delay) => setTimeout(() => {
              const iframe = document.createElement('iframe');
              iframe.src = origin + '/frame';
              document.querySelector(selector)?.append(iframe);
            }, delay);
            ${MOUNT[fault] ?? `frame(0);`}
          },
        };
      };
    };
    ${fault === 'late-global' ? 'setTimeout(define, 500);' : 'define();'}
  `;
  return `(() => {${define}})();`;
}

/** Longest that a stalled answer is kept open, in milliseconds: browsers share six connections to an origin. */
const STALL_LIMIT_MS = 60_000;

function stall(response: ServerResponse): void {
  const timer = setTimeout(() => response.destroy(), STALL_LIMIT_MS);
  response.once('close', () => clearTimeout(timer));
}

/** Breaks an answer in one of the ways that need the socket; `false` where the fault is none of them. */
export function breakAnswer(fault: string, response: ServerResponse, type: string): boolean {
  switch (fault) {
    case 'stall':
      stall(response);
      return true;
    case 'stall-body':
      response.writeHead(200, { 'Content-Type': type, 'Content-Length': '1000' });
      response.write(type.includes('json') ? '{"retCode":"SUCC' : '/*');
      stall(response);
      return true;
    case 'cut':
      response.writeHead(200, { 'Content-Type': type, 'Content-Length': '1000' });
      response.write(type.includes('json') ? '{"retCode":"SUCC' : '/*', () => response.destroy());
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    default:
      return false;
  }
}

function answerScript(fault: GatewayFault, retried: boolean, response: ServerResponse): void {
  const once = fault.endsWith('-once');
  const now = once ? ((retried ? 'ok' : fault.slice(0, -'-once'.length)) as GatewayFault) : fault;
  const type = 'text/javascript; charset=utf-8';
  if (breakAnswer(now, response, type)) return;
  if (now === '404' || now === '500') {
    response.writeHead(Number(now), { 'Content-Type': 'text/plain' }).end('No script here.');
  } else if (now === 'html') {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!doctype html><title>Please log in</title>');
  } else {
    response.writeHead(200, { 'Content-Type': type }).end(script(now));
  }
}

function answer(fault: GatewayFault, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/cc/iotpaycc.js') {
    answerScript(fault, url.searchParams.has('retry'), response);
  } else if (url.pathname === '/frame') {
    if (fault === 'frame-never-loads') stall(response);
    else {
      response
        .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        .end('<!doctype html><html lang="en"><title>Card form</title><input aria-label="Card number">');
    }
  } else {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end();
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

export interface FaultOrigins {
  /** Broken gateways. */
  readonly gateways: Readonly<Record<GatewayFault, string>>;
  /** A server that answers, and lets no other origin read its answers. */
  readonly withoutCors: string;
  /** An origin where nobody listens. */
  readonly closed: string;
}

export async function startFaultServers(): Promise<{ origins: FaultOrigins; close: () => void }> {
  const servers: Server[] = [];
  const start = (handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
    const server = createServer(handler);
    servers.push(server);
    return listen(server);
  };
  const gateways = Object.fromEntries(
    await Promise.all(
      GATEWAY_FAULTS.map(
        async (fault) =>
          [fault, await start((request, response) => answer(fault, request, response))] as const,
      ),
    ),
  ) as Record<GatewayFault, string>;
  const withoutCors = await start((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"secureId":"unreadable"}');
  });
  return {
    origins: { gateways, withoutCors, closed: `http://127.0.0.1:${await freePort()}` },
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
