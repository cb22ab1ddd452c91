// Node alone, without any DOM: importing is enough.
const { IotpayCheckout } = await import('iotpay-checkout');
await import('iotpay-checkout/element.js');
await import('iotpay-checkout/sandbox/unit');
IotpayCheckout.preload();
console.log(typeof IotpayCheckout);
