import { memoryStore } from 'iotpay-checkout/server';

/**
 * Stands for your database: `orders` for your tables, `store` for `sqlStore(…)` or `redisStore(…)`. It is global because
 * this file is loaded again after each change while you develop.
 */
globalThis.database ??= {
  orders: new Map(['1', '2'].map((id) => [id, { id, cents: 1999, paid: false }])),
  store: memoryStore(),
};
export const { orders, store } = globalThis.database;
