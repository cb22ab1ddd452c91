export {
  createIotpay,
  type AddCardRequest,
  type Card,
  type Iotpay,
  type IotpayClientOptions,
  type Notification,
  type Order,
  type OrderReference,
  type PurchaseRequest,
  type PurchaseWithTokenRequest,
  type PurchaseWithWalletRequest,
  type RefundRequest,
  type SessionAnswer,
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
export { sign, verify, type SignableParams } from './signature.js';
export { memoryStore, type Claim, type Store } from './store.js';
