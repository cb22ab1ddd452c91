import { randomBytes, randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { hexDigest } from '../../src/server/digest.js';
import type { Store } from '../../src/server/index.js';
import type { LoadedParts, LoadedRoutes } from './load.js';
import { MERCHANT } from './support.js';

/*
 * Both routes as somebody writes them who trusts everybody: the same trips to the store and to the gateway, and nothing is
 * checked but the signature. No deadline but the gateway's, no answer of a store looked at, no race, no refusal, no log. What a
 * route of this kind costs at least.
 */

const TTL_MS = 3_600_000;

const signatureOf = (fields: Record<string, unknown>): string => {
  const text = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${String(fields[name])}`)
    .join('&');
  return hexDigest('md5', `${text}&key=${MERCHANT.merchantKey}`).toUpperCase();
};

interface Attempt {
  readonly mchOrderNo: string;
  secureId?: string;
  payment?: unknown;
  delivered?: boolean;
}

/** A record of an order, and the version it was read with. */
async function read(store: Store, key: string) {
  const stored = await store.get(key);
  const attempt = stored && (JSON.parse(stored.value) as Attempt);
  return { attempt, version: stored?.version };
}

async function ask(fetch: LoadedParts['fetch'], path: string, fields: Record<string, unknown>) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), 15_000);
  const response = await fetch(`http://localhost:9${path}`, {
    method: 'POST',
    body: JSON.stringify({ ...fields, sign: signatureOf(fields) }),
    signal: giveUp.signal,
  });
  const { retData } = (await response.json()) as { retData: { secureId: string } };
  clearTimeout(timer);
  return retData;
}

async function makeForm({ store, fetch, name }: LoadedParts, context: Context): Promise<Response> {
  const { mchId, loginName } = MERCHANT;
  const text = await context.req.text();
  const body = hexDigest('sha256', text);
  const known = `key:${hexDigest('sha256', context.req.header('Idempotency-Key') ?? '')}`;
  if (!(await store.set(known, body, { version: undefined, ttlMs: TTL_MS }))) await store.get(known);
  const { n } = JSON.parse(text) as { n: number };
  const order = hexDigest('sha256', `${name}-${n}`).slice(0, 16);
  const key = `order:${order}`;
  const answer = ({ mchOrderNo, secureId }: Attempt) =>
    context.json({ secureId, mchOrderNo, amount: 1999, currency: 'CAD', expiresIn: 3600 }, 200, {
      'Cache-Control': 'no-store',
    });
  const { attempt: found } = await read(store, key);
  if (found) {
    await ask(fetch, '/v3/cc_query', { mchId, mchOrderNo: found.mchOrderNo });
    return answer(found);
  }
  const mchOrderNo = order + randomBytes(5).toString('hex');
  await store.set(`watch:${order}`, '1', { version: undefined, ttlMs: TTL_MS });
  await store.set(key, JSON.stringify({ mchOrderNo }), { version: undefined, ttlMs: TTL_MS });
  const { secureId } = await ask(fetch, '/v3/cc_purchase', {
    ...{ mchId, loginName, mchOrderNo, amount: 1999, currency: 'CAD', channel: 'PF_CC' },
    ...{ notifyUrl: 'https://shop.example/notify', returnUrl: 'https://shop.example/thanks' },
  });
  const { version } = await read(store, key);
  const made = { mchOrderNo, secureId };
  await store.set(key, JSON.stringify(made), { version, ttlMs: TTL_MS });
  return answer(made);
}

async function hear({ store, onPaid }: LoadedParts, context: Context): Promise<Response> {
  const success = () => context.text('SUCCESS', 200, { 'Cache-Control': 'no-store' });
  const { sign, ...fields } = await context.req.json<Record<string, string>>();
  const mchOrderNo = fields['mchOrderNo'] ?? '';
  if (signatureOf(fields) !== sign) return context.text('FAIL', 400);
  const key = `order:${mchOrderNo.slice(0, 16)}`;
  const { attempt, version } = await read(store, key);
  if (!attempt || attempt.delivered) return success();
  const paid = JSON.stringify({ ...attempt, payment: fields });
  await store.set(key, paid, { version, ttlMs: TTL_MS });
  await store.set(`lease:${mchOrderNo}`, randomUUID(), { version: undefined, ttlMs: TTL_MS });
  const leased = await read(store, key);
  onPaid(mchOrderNo);
  const told = JSON.stringify({ ...leased.attempt, delivered: true });
  await store.set(key, told, { version: leased.version, ttlMs: TTL_MS });
  return success();
}

/** Only without two requests about one order at a time do they do what is asked. */
export function routesByHand(parts: LoadedParts): LoadedRoutes {
  const [forms, notifications] = [new Hono(), new Hono()];
  forms.post('*', (context) => makeForm(parts, context));
  notifications.post('*', (context) => hear(parts, context));
  return {
    secureId: async (request) => forms.fetch(request),
    notification: async (request) => notifications.fetch(request),
  };
}
