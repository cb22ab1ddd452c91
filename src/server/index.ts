export type { Card, Order, SessionAnswer } from './answers.js';
export { createIotpay, type Iotpay, type IotpayClientOptions } from './client.js';
export {
  IotpayGatewayError,
  type IotpayGatewayErrorCode,
  type IotpayGatewayErrorOptions,
  type Violation,
} from './errors.js';
export { toCents } from './money.js';
export type { Notification } from './notification.js';
export type {
  AddCardRequest,
  Cents,
  OrderReference,
  PurchaseRequest,
  PurchaseWithTokenRequest,
  PurchaseWithWalletRequest,
  RefundRequest,
  VoidRequest,
} from './requests.js';
export { sign, verify, type SignableParams } from './signature.js';
export { redisStore, type RedisCommand, type RedisStoreOptions } from './stores/redis.js';
export { sqlStoreSchema, type SqlDialect } from './stores/sql-dialects.js';
export { sqlStore, type SqlQuery, type SqlStoreOptions } from './stores/sql.js';
export { memoryStore } from './stores/memory.js';
export type { Store, StoredValue, StoreWriteOptions } from './stores/store.js';
export {
  createCheckout,
  type ChargeOptions,
  type Checkout,
  type CheckoutOptions,
  type OrderStanding,
  type RefundOptions,
} from './checkout/checkout.js';
export type { SavedCard } from './checkout/cards.js';
export type { OrderPaidTwice, PaidOrder } from './checkout/delivery.js';
export type { HeadOptions } from './checkout/head.js';
export type { Log, LogLevel } from './checkout/log.js';
export { toNodeHandler, type NodeRequest, type NodeResponse } from './checkout/node.js';
export type { CardRequest, OrderFunction, OrderQuestion, PayableOrder } from './checkout/order.js';
export type { CheckoutState, Payment, Refund } from './checkout/record.js';
export type { Reconciled } from './checkout/reconcile.js';
export type { RefundChoice } from './checkout/refunds.js';
export type { Route } from './route.js';
