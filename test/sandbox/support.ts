import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';

/** The gateway's answer. */
export interface Answer {
  readonly retCode: string;
  readonly retMsg: string;
  readonly retData: Readonly<Record<string, unknown>>;
}

/** IOTPay's signature, written once more: the sandbox's must not be its own measure. */
export function signature(fields: Readonly<Record<string, unknown>>, key: string): string {
  const text = Object.entries(fields)
    .filter(([name, value]) => name !== 'sign' && value !== '' && value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value as string | number}`)
    .join('&');
  return createHash('md5').update(`${text}&key=${key}`, 'utf8').digest('hex').toUpperCase();
}

/** A sandbox that ends with its test. */
export async function sandboxFor(test: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  test.after(() => sandbox.close());
  return sandbox;
}

/** Calls the API with mchId and a signature added. */
export async function call(sandbox: Sandbox, name: string, fields: Record<string, unknown>): Promise<Answer> {
  const body: Record<string, unknown> = { mchId: sandbox.merchant.mchId, ...fields };
  body['sign'] ??= signature(body, sandbox.merchant.merchantKey);
  const response = await fetch(`${sandbox.origin}/v3/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${name}: HTTP ${response.status}`);
  return (await response.json()) as Answer;
}

let serial = 0;

/** A name that no other order or card of this test run has. */
export const fresh = (prefix: string): string => `${prefix}-${process.pid}-${++serial}`;

export const purchaseFields = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  mchOrderNo: fresh('order'),
  amount: 1500,
  currency: 'CAD',
  loginName: 'sandbox',
  channel: 'PF_CC',
  notifyUrl: 'http://localhost:9/notify',
  returnUrl: 'https://shop.example/return?cart=7',
  ...more,
});

export const addCardFields = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  cardId: fresh('card'),
  loginName: 'sandbox',
  channel: 'PF_CC',
  returnUrl: 'https://shop.example/return',
  ...more,
});

/** What the form sends, without a browser. */
export async function sendCard(sandbox: Sandbox, secureId: unknown, number: string): Promise<FormReply> {
  const response = await fetch(`${sandbox.origin}/cc/pay`, {
    method: 'POST',
    body: JSON.stringify({ key: secureId, number, expiry: '1234', holder: 'Test Shopper' }),
  });
  if (!response.ok) return { kind: `HTTP ${response.status}` };
  return (await response.json()) as FormReply;
}

export interface FormReply {
  readonly kind: string;
  readonly text?: string;
  readonly report?: { readonly calls: readonly unknown[] };
}

/** The first event that the page's callback would get. */
export const firstEvent = (reply: FormReply): unknown => reply.report?.calls[0];

/** Pays a new order with a card. */
export async function pay(sandbox: Sandbox, scenario: string, fields: Record<string, unknown> = {}) {
  const found = sandbox.scenarios.find(({ id }) => id === scenario);
  if (!found) throw new Error(`No scenario ${scenario}.`);
  const sent = purchaseFields(fields);
  const { retData } = await call(sandbox, 'cc_purchase', sent);
  const reply = await sendCard(sandbox, retData['secureId'], found.number);
  return { mchOrderNo: sent['mchOrderNo'] as string, secureId: retData['secureId'] as string, reply };
}

/** Waits until something holds; fails with its description after ten seconds, or `ms` milliseconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 10_000,
): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(10)) {
    if (await holds()) return;
  }
  throw new Error(`Waited in vain until ${what}.`);
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface Received {
  readonly contentType: string | undefined;
  readonly url: string;
  /** The body as it was sent. */
  readonly text: string;
  /** The body's fields, where it is JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A merchant that gets notifications and answers as it is told, one answer after the other; the last one stays. */
export async function receiverFor(test: TestContext, answers: readonly (string | number)[] = ['SUCCESS']) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({
        contentType: request.headers['content-type'],
        url: request.url ?? '',
        text: body,
        fields: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {},
      });
      if (typeof answer === 'number') response.writeHead(answer).end('SUCCESS');
      else response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/notify`, received };
}
