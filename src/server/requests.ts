import { FIELD_LIMITS, type Channel, type WalletType } from '../gateway/limits.js';
import { checkFields, type FieldTable } from './fields.js';
import { IotpayGatewayError } from './errors.js';

/** Cents: a whole number, a bigint, or a text of digits as SQL drivers give it. Above 0, at most 2147483647. */
export type Cents = number | bigint | string;

/** What every order has. */
interface OrderRequest {
  /** The merchant's order number, unique for each order; at most 30 characters. */
  readonly mchOrderNo: string;
  readonly amount: Cents;
  readonly currency: 'CAD';
  /** At most 64 characters. */
  readonly subject?: string | undefined;
  /** At most 250 characters. */
  readonly body?: string | undefined;
}

/** A purchase whose form the browser mounts. */
export interface PurchaseRequest extends OrderRequest {
  readonly channel: Channel;
  /** Where the gateway posts the signed notification; at most 200 characters, with any query. */
  readonly notifyUrl: string;
  /** Where the shopper goes afterwards; at most 200 characters, with any query. */
  readonly returnUrl: string;
  /** At most 30 characters. */
  readonly mchUserId?: string | undefined;
}

/** A card to tokenize. */
export interface AddCardRequest {
  /** The merchant's own, unique: binds exactly one card; at most 30 characters. */
  readonly cardId: string;
  readonly channel: Channel;
  readonly returnUrl: string;
}

export interface PurchaseWithTokenRequest extends OrderRequest {
  readonly cardId: string;
  /** The saved card's, where it is known. Not sent: with `UPI_EX` it makes `notifyUrl` required, as IOTPay does. */
  readonly channel?: Channel | undefined;
  /** Required for UnionPay cards. */
  readonly notifyUrl?: string | undefined;
  /** At most 30 characters. */
  readonly mchUserId?: string | undefined;
  /** The shopper's address; at most 50 characters. */
  readonly clientIp?: string | undefined;
}

export interface PurchaseWithWalletRequest extends OrderRequest {
  readonly walletType: WalletType;
  /** The wallet's payment token, in base64. */
  readonly walletData: string;
  /** IOTPay's page has none; its PHP SDK sends one. */
  readonly cardId?: string | undefined;
}

/** An order by one of its numbers. */
export type OrderReference =
  | { readonly mchOrderNo: string; readonly payOrderId?: undefined }
  | { readonly payOrderId: string; readonly mchOrderNo?: undefined };

export interface VoidRequest {
  readonly mchRefundNo: string;
  readonly payOrderId: string;
  readonly notifyUrl?: string | undefined;
}

export interface RefundRequest extends VoidRequest {
  /** All or part of what is settled. */
  readonly refundAmount: Cents;
}

/** How one call of the v3 API is made. */
export interface Call {
  readonly path: string;
  readonly fields: FieldTable;
  /** Whether the merchant's loginName goes along. */
  readonly login: boolean;
  /** Whether money may have moved where no clear answer came. Purchase and add card only make a form. */
  readonly movesMoney: boolean;
}

const ORDER = {
  mchOrderNo: 'id',
  amount: 'cents',
  currency: 'currency',
  subject: 'text?',
  body: 'text?',
} as const;
const REVERSAL = { mchRefundNo: 'id', payOrderId: 'id', notifyUrl: 'url?' } as const;

/** Every call of the v3 API (source: IOTPay, credit card v3; `mchUserId`, `clientIp`: its PHP SDK). */
export const CALLS = {
  purchase: {
    path: '/v3/cc_purchase',
    fields: { ...ORDER, channel: 'channel', notifyUrl: 'url', returnUrl: 'url', mchUserId: 'text?' },
    login: true,
    movesMoney: false,
  },
  addCard: {
    path: '/v3/cc_addCard',
    fields: { cardId: 'id', channel: 'channel', returnUrl: 'url' },
    login: true,
    movesMoney: false,
  },
  queryCard: { path: '/v3/cc_querycard', fields: { cardId: 'id' }, login: false, movesMoney: false },
  purchaseWithToken: {
    path: '/v3/cc_purchasewithtoken',
    fields: { ...ORDER, cardId: 'id', notifyUrl: 'url?', mchUserId: 'text?', clientIp: 'text?' },
    login: true,
    movesMoney: true,
  },
  purchaseWithWallet: {
    path: '/v3/cc_purchasewithwallet',
    fields: { ...ORDER, walletType: 'walletType', walletData: 'base64', cardId: 'id?' },
    login: true,
    movesMoney: true,
  },
  queryOrder: {
    path: '/v3/cc_query',
    fields: { mchOrderNo: 'id?', payOrderId: 'id?' },
    login: false,
    movesMoney: false,
  },
  voidOrder: { path: '/v3/cc_void', fields: REVERSAL, login: true, movesMoney: true },
  refund: {
    path: '/v3/cc_refund',
    fields: { ...REVERSAL, refundAmount: 'cents' },
    login: true,
    movesMoney: true,
  },
} as const satisfies Readonly<Record<string, Call>>;

export type CallName = keyof typeof CALLS;

/**
 * The fields of a call as they are sent, without mchId, loginName and sign.
 * @throws IotpayGatewayError `request`
 */
export function checkRequest(name: CallName, request: object): Record<string, unknown> {
  let fields: FieldTable = CALLS[name].fields;
  if (name === 'purchaseWithToken') {
    const isUnionPay = (request as PurchaseWithTokenRequest | undefined)?.channel === 'UPI_EX';
    fields = { ...fields, channel: 'channel?', ...(isUnionPay && { notifyUrl: 'url' }) };
  }
  const { channel, ...sent } = checkFields(name, fields, request);
  if (name === 'queryOrder' && Object.keys(sent).length !== 1) {
    const violation = {
      field: 'mchOrderNo',
      limit: `either mchOrderNo or payOrderId, a text of 1 to ${FIELD_LIMITS.mchOrderNo} characters`,
      received: Object.keys(sent).length === 0 ? 'neither' : 'both',
    };
    throw new IotpayGatewayError(
      'request',
      `nothing was sent; expected ${violation.limit}, received ${violation.received}.`,
      { call: name, violations: [violation] },
    );
  }
  return name === 'purchaseWithToken' || channel === undefined ? sent : { ...sent, channel };
}
