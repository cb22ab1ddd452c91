import { checkout } from '../../../lib/shop';

// One route for all three: /pay/secure-id, /pay/order-status, /pay/notify.
export const POST = (request: Request) => checkout().handler(request);
