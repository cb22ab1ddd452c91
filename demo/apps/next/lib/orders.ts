import { memoryStore, type Store } from 'iotpay-checkout/server';

export interface Order {
  readonly id: string;
  readonly cents: number;
  paid: boolean;
}

interface Database {
  readonly orders: Map<string, Order>;
  readonly store: Store;
}

/**
 * Stands for your database: `orders` for your tables, `store` for `sqlStore(…)` or `redisStore(…)`. It is global because
 * Next loads this file more than once, for pages and for routes, and again after each change while you develop.
 */
const shop = globalThis as { database?: Database };
export const { orders, store } = (shop.database ??= {
  orders: new Map(['1', '2'].map((id): [string, Order] => [id, { id, cents: 1999, paid: false }])),
  store: memoryStore(),
});
