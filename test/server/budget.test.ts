// What a request costs that no fast machine makes cheaper: calls of the store and of the gateway, each a trip of the network.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCheckout, createIotpay, memoryStore, type Store } from '../../src/server/index.js';
import { MERCHANT, notificationOf, post } from './support.js';

/** A checkout that counts. */
function shop() {
  const calls: string[] = [];
  const real = memoryStore();
  const store: Store = {
    get: async (key) => (calls.push(`get ${key.split(':')[0]}`), real.get(key)),
    set: async (key, ...rest) => (calls.push(`set ${key.split(':')[0]}`), real.set(key, ...rest)),
  };
  const gateway = (async (url: string, { body }: { body: string }) => {
    calls.push(url.slice(url.lastIndexOf('/') + 1));
    const { mchOrderNo } = JSON.parse(body) as { mchOrderNo: string };
    return Response.json({ retCode: 'SUCCESS', retData: { secureId: 'S1', mchOrderNo, status: 0 } });
  }) as unknown as typeof fetch;
  const checkout = createCheckout({
    iotpay: createIotpay({ ...MERCHANT, gatewayOrigin: 'http://localhost:9', fetch: gateway }),
    store,
    notifyUrl: 'https://shop.example/notify',
    returnUrl: 'https://shop.example/thanks',
    order: () => ({ id: 'order-1', amount: 1999 }),
    onPaid: () => void calls.push('onPaid'),
  });
  const made = async (response: Promise<Response>) => {
    calls.length = 0;
    const answer = await response;
    assert.equal(answer.status, 200);
    return { answer, calls: [...calls] };
  };
  return { checkout, made };
}

const ask = () => post({ mode: 'pay' }, { 'Idempotency-Key': 'key-1' });

it('a form costs six calls of the store and one of the gateway; the same form again five and one', async () => {
  const { checkout, made } = shop();
  const first = await made(checkout.secureId(ask()));
  assert.deepEqual(first.calls, [
    'set key',
    'get order',
    // On record, and found by reconcile, before the gateway hears of it.
    'set watch',
    'set order',
    'cc_purchase',
    'get order',
    'set order',
  ]);
  const again = await made(checkout.secureId(ask()));
  // The last one puts on record what the gateway said.
  assert.deepEqual(again.calls, ['set key', 'get key', 'get order', 'cc_query', 'get order', 'set order']);
});

it('a payment costs five calls of the store, and its second notification one', async () => {
  const { checkout, made } = shop();
  const { answer } = await made(checkout.secureId(ask()));
  const { mchOrderNo } = (await answer.json()) as { mchOrderNo: string };
  const notify = () => checkout.notification(post(notificationOf({ mchOrderNo })));
  const first = await made(notify());
  assert.deepEqual(first.calls, [
    'get order',
    'set order',
    'set lease',
    // Read again under the lease.
    'get order',
    'onPaid',
    'set order',
  ]);
  const again = await made(notify());
  assert.deepEqual(again.calls, ['get order']);
});
