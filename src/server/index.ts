export type { Card, Order, SessionAnswer } from './answers.js';
export {
  createIotpay,
  type AddCardRequest,
  type Iotpay,
  type IotpayClientOptions,
  type OrderReference,
  type PurchaseRequest,
  type PurchaseWithTokenRequest,
  type PurchaseWithWalletRequest,
  type RefundRequest,
  type VoidRequest,
} from './client.js';
export {
  IotpayGatewayError,
  type IotpayGatewayErrorCode,
  type IotpayGatewayErrorOptions,
  type Violation,
} from './errors.js';
export {
  notificationHandler,
  orderStatusHandler,
  secureIdHandler,
  type Handler,
  type NotificationHandlerOptions,
  type OrderStatusHandlerOptions,
  type SecureIdHandlerOptions,
  type TriedOrder,
} from './handlers.js';
export { toCents } from './money.js';
export type { Notification } from './notification.js';
export { sign, verify, type SignableParams } from './signature.js';
export { memoryStore, type Claim, type Store } from './store.js';
export { redisStore, type RedisCommand, type RedisStoreOptions } from './stores/redis.js';
export { sqlStoreSchema, type SqlDialect } from './stores/sql-dialects.js';
export { sqlStore, type SqlQuery, type SqlStoreOptions } from './stores/sql.js';
