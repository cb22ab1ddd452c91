import { checkout } from '$lib/server/shop.js';

// One route for all three: /pay/secure-id, /pay/order-status, /pay/notify.
export const POST = (event) => checkout().handler(event.request, event);
