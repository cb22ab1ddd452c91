import { checkout } from '../../lib/shop.js';

// One route for all three: /pay/secure-id, /pay/order-status, /pay/notify.
export const POST = (context) => checkout.handler(context.request, context);
