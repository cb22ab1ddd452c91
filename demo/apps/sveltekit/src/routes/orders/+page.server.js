import { orders } from '$lib/server/orders.js';

export const load = () => ({ orders: [...orders.values()] });
