import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Sandbox } from '../../src/sandbox/index.js';
import { createIotpay, sign, type Iotpay } from '../../src/server/index.js';

export const MERCHANT = {
  mchId: '10000701',
  merchantKey: 'sandbox-key-that-nobody-may-see',
  loginName: 'sandbox',
};

export const clientOf = ({ merchant, origin }: Sandbox): Iotpay =>
  createIotpay({ ...merchant, gatewayOrigin: origin });

/** A gateway that does what the test says, on a real socket; gives its origin and what it was sent. */
export async function gatewayFor(
  test: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      bodies.push(body === '' ? {} : (JSON.parse(body) as Record<string, unknown>));
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

/** A gateway that answers with this JSON. */
export const gatewaySaying = (test: TestContext, answer: unknown, status = 200) =>
  gatewayFor(test, (_request, response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer)),
  );

/** A notification as the gateway sends it, signed. */
export function notificationOf(more: Record<string, unknown> = {}): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    mchId: MERCHANT.mchId,
    mchOrderNo: 'order-1',
    payOrderId: 'P1',
    amount: 1999,
    currency: 'CAD',
    status: 2,
    payType: 'pay',
    paySuccTime: '2021-04-07 19:44:51',
    cardNum: '432567******2266',
    channel: 'PF_CC',
    ...more,
  };
  for (const [name, value] of Object.entries(fields)) if (value === undefined) delete fields[name];
  return { ...fields, sign: sign(fields, MERCHANT.merchantKey) };
}

export const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('https://shop.example/route', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
