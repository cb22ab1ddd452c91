// A merchant's site for the doctor: right in every respect, but for what a test changes.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Report } from '../../../src/sandbox/doctor/doctor.js';
import type { Finding } from '../../../src/sandbox/doctor/finding.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { createCheckout, createIotpay, memoryStore, toNodeHandler } from '../../../src/server/index.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that ends with its test. */
export async function serve(test: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with this, whatever is asked. */
export const always =
  (status: number, headers: Record<string, string> = {}, body = ''): Handler =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

/** An address on loopback where nobody listens. */
export async function nobodyAt(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** What a test changes of a page that is right. */
export interface PageChange {
  status?: number;
  /** Set besides those of the good page; `undefined` takes one away. */
  headers?: Record<string, string | undefined>;
  /** Of the policy: `undefined` takes a directive away. `{origin}` and `{nonce}` are filled in. */
  directives?: Record<string, string | undefined>;
  /** Attributes of the tag, instead of the good ones. */
  tag?: string;
  /** More in the head. */
  head?: string;
  nonce?: () => string;
  /** The whole page. */
  html?: string;
}

/** The policy that SECURITY.md prints. */
const [, POLICY = ''] = /<!-- csp -->\s*```\s*([^]*?)```/.exec(readFileSync('SECURITY.md', 'utf8')) ?? [];

const TAG = 'secure-id-endpoint="/pay/secure-id" order-status-endpoint="/pay/order-status"';

export interface Site {
  readonly origin: string;
  readonly page: string;
  readonly notifyUrl: string;
  /** What is sent from now on. */
  change(changes: PageChange): void;
  /** Who asked, and with which cookie. */
  readonly asked: { readonly host: string | undefined; readonly cookie: string | undefined }[];
  /** The element's file from now on. */
  script: string;
}

/** A shop with the library's own backend and a page under SECURITY.md's policy. */
export async function siteFor(test: TestContext, sandbox: Sandbox): Promise<Site> {
  let changes: PageChange = {};
  const checkout = createCheckout({
    iotpay: createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin }),
    store: memoryStore(),
    notifyUrl: 'https://shop.example/pay/notify',
    returnUrl: 'https://shop.example/thanks',
    order: () => new Response(null, { status: 404 }),
    onPaid: () => {},
    log: () => {},
  });
  const pay = toNodeHandler(checkout);
  const origin = await serve(test, (request, response) => {
    const path = request.url ?? '';
    const { host, cookie } = request.headers;
    site.asked.push({ host, cookie });
    if (path.startsWith('/pay/')) return pay(request, response);
    if (path === '/iotpay-checkout.js' || path === '/other.js')
      return void response
        .setHeader('Content-Type', 'text/javascript')
        .end(path === '/other.js' ? 'other()' : site.script);
    if (path !== '/checkout') return void response.writeHead(404).end();
    return sendPage(response, changes, sandbox.origin, origin);
  });
  const site: Site = {
    origin,
    page: `${origin}/checkout`,
    notifyUrl: `${origin}/pay/notify`,
    change: (wanted) => (changes = wanted),
    asked: [],
    script: 'the element',
  };
  return site;
}

function sendPage(response: ServerResponse, changes: PageChange, gateway: string, origin: string): void {
  const nonce = (changes.nonce ?? (() => randomBytes(16).toString('base64')))();
  const fill = (text: string) =>
    text
      .replaceAll('{nonce}', nonce)
      .replaceAll('{origin}', origin)
      .replaceAll('{gateway}', gateway)
      .replaceAll('https://ccapi.iotpaycloud.com', gateway);
  const headers: Record<string, string | undefined> = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policyWith(changes.directives ?? {}),
    ...changes.headers,
  };
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, fill(value));
  response.statusCode = changes.status ?? 200;
  response.end(
    fill(
      changes.html ??
        `<!doctype html><html lang="en"><head><title>Pay</title>
<script type="module" nonce="{nonce}" src="/iotpay-checkout.js"></script>
<script type="application/json">{"at": ${Date.now()}}</script>${changes.head ?? ''}</head>
<body><iotpay-checkout ${changes.tag ?? TAG}></iotpay-checkout></body></html>`,
    ),
  );
}

function policyWith(directives: NonNullable<PageChange['directives']>): string {
  const given = Object.fromEntries(
    POLICY.split(';').map((part) => {
      const [name = '', ...values] = part.trim().split(/\s+/);
      return [name, values.join(' ')];
    }),
  );
  return Object.entries({ ...given, ...directives })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join('; ');
}

/** What is found under one heading. */
export function under(report: Report, title: string): readonly Finding[] {
  const section = report.sections.find((each) => each.title === title);
  if (!section) throw new Error(`The report has no ${title}.`);
  return section.findings;
}

/** Everything that is not as it should be, in a line each. */
export const troubles = ({ sections }: Report): string[] =>
  sections.flatMap(({ title, findings }) =>
    findings.filter(({ level }) => level !== 'ok').map(({ level, seen }) => `${title}: ${level}: ${seen}`),
  );
