// One route for all three: /pay/secure-id, /pay/order-status, /pay/notify.
export default defineEventHandler((event) => checkout.handler(toWebRequest(event), event));
