// What must not compile: every line below a directive is a mistake that the types have to catch.
import { IotpayCheckout } from 'iotpay-checkout';
import { IotpayCheckout as FromCdn } from 'iotpay-checkout/cdn/iotpay-checkout.js';
import { IotpayCheckout as Bare } from 'iotpay-checkout/element.js';
// @ts-expect-error a type is imported as a type: `verbatimModuleSyntax`
import { IotpayCheckoutProps } from 'iotpay-checkout/react';
import { startSandbox } from 'iotpay-checkout/sandbox';
import { createCheckout, createIotpay, memoryStore } from 'iotpay-checkout/server';
// @ts-expect-error so is the store
import { Store } from 'iotpay-checkout/server';

// @ts-expect-error no such mode in React either
export const props: IotpayCheckoutProps = { mode: 'sub' };
// @ts-expect-error the store has a way to write
export const store: Store = { get: () => Promise.resolve(undefined) };
// @ts-expect-error the class alone has the same private state
export const bare = new Bare().checkout;
// @ts-expect-error the CDN file's class takes an origin, not a number
void FromCdn.preload(7);
// @ts-expect-error a port is a number
void startSandbox({ port: '3000' });

const element = document.createElement('iotpay-checkout');
// @ts-expect-error the status is output only
element.status = 'ready';
// @ts-expect-error so is the result
element.result = undefined;
// @ts-expect-error JSON text belongs in the attribute; the property takes the object
element.requestData = '{"orderId":"A-1"}';
// @ts-expect-error no such option of IOTPay's button
element.options = { button: { colour: 'red' } };
// @ts-expect-error no such mode
element.mode = 'sub';
// @ts-expect-error no such loading
element.loading = 'late';
// @ts-expect-error no such credentials
element.credentials = 'always';
// @ts-expect-error no such theme
element.theme = 'dark';
// @ts-expect-error no such colour scheme
element.colorScheme = 'blue';
// @ts-expect-error no such status
export const paid = element.status === 'paid';
element.addEventListener('iotpay-success', (event) => {
  // @ts-expect-error an outcome has no such code
  return event.detail.code;
});
// @ts-expect-error private state stays private
export const checkout = new IotpayCheckout().checkout;

// @ts-expect-error a merchant has a key
createIotpay({ mchId: '10000701', loginName: 'jack123' });
const iotpay = createIotpay({ mchId: '10000701', merchantKey: 'key', loginName: 'jack123' });
const urls = { notifyUrl: 'https://shop.example/pay/notify', returnUrl: 'https://shop.example/return' };
// @ts-expect-error the store is always given explicitly
createCheckout({ iotpay, ...urls, order: () => ({ id: '7', amount: 1500 }), onPaid: () => {} });
// @ts-expect-error an order has an id
createCheckout({ iotpay, store: memoryStore(), ...urls, order: () => ({ amount: 1500 }), onPaid: () => {} });
