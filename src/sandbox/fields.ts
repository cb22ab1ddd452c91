import { asText, type JsonObject } from '../gateway/envelope.js';
import {
  CHANNELS,
  CURRENCIES,
  FIELD_LIMITS,
  MAX_AMOUNT_CENTS,
  WALLET_TYPES,
  type Channel,
  type WalletType,
} from '../gateway/limits.js';
import { verify } from '../server/signature.js';
import type { SandboxMerchant } from './wire.js';

/** A request that the gateway answers with FAIL. */
export class Refusal extends Error {
  readonly retData: JsonObject;

  constructor(retMsg: string, retData: JsonObject = {}) {
    super(retMsg);
    this.retData = retData;
  }
}

/** @throws Refusal for another merchant, or another signature than the merchant's */
export function checkSignature(body: JsonObject, { mchId, merchantKey }: SandboxMerchant): void {
  if (body['mchId'] === undefined || body['mchId'] === '') throw new Refusal('mchId is missing');
  if (asText(body['mchId']) !== mchId) throw new Refusal('mchId not found');
  // Steps 7 and 8 of IOTPay's signing page: these two may be sent URL-encoded, signed as they were before. PHP's
  // `urlencode` writes a space as `+`, its `rawurlencode` as `%20`.
  const readings = [body, decoded(body, decodePercent), decoded(body, decodePlus)];
  if (!readings.some((reading) => verify(reading, merchantKey))) throw new Refusal('sign error');
}

function decoded(body: JsonObject, decode: (text: string) => string): JsonObject {
  const changed: Record<string, unknown> = { ...body };
  for (const name of ['subject', 'body']) {
    const value = body[name];
    if (typeof value === 'string') changed[name] = decode(value);
  }
  return changed;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // It was not encoded.
    return text;
  }
}

function decodePlus(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}

/** A request's fields, each checked as it is read. */
export class Fields {
  readonly #body: JsonObject;

  constructor(body: JsonObject) {
    this.#body = body;
  }

  /** A text that may be left out. */
  optional(name: string): string | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw new Refusal(`${name} is not a text`);
    const text = String(value);
    const limit = (FIELD_LIMITS as Readonly<Record<string, number>>)[name];
    if (limit !== undefined && [...text].length > limit) {
      throw new Refusal(`${name} is longer than ${limit} characters`);
    }
    return text;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new Refusal(`${name} is missing`);
    return value;
  }

  /** Cents. */
  amount(name: string): number {
    const text = this.text(name);
    if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > MAX_AMOUNT_CENTS) {
      throw new Refusal(`${name} is not a whole number of cents`);
    }
    return Number(text);
  }

  currency(): string {
    const currency = this.text('currency');
    if (!CURRENCIES.some((known) => known === currency)) throw new Refusal('currency is not supported');
    return currency;
  }

  channel(): Channel {
    const text = this.text('channel');
    const channel = CHANNELS.find((known) => known === text);
    if (!channel) throw new Refusal('channel is not supported');
    return channel;
  }

  walletType(): WalletType {
    const text = this.text('walletType');
    const walletType = WALLET_TYPES.find((known) => known === text);
    if (!walletType) throw new Refusal('walletType is not supported');
    return walletType;
  }

  base64(name: string): string {
    const text = this.text(name);
    // With or without its padding: nobody documents it.
    const isWhole = text.includes('=') ? text.length % 4 === 0 : text.length % 4 !== 1;
    if (!isWhole || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
      throw new Refusal(`${name} is not base64`);
    }
    return text;
  }

  url(name: string): string {
    const value = this.optionalUrl(name);
    if (value === undefined) throw new Refusal(`${name} is missing`);
    return value;
  }

  optionalUrl(name: string): string | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      throw new Refusal(`${name} is not an absolute http(s) address`);
    }
    return value;
  }

  loginName({ loginName }: SandboxMerchant): void {
    if (this.text('loginName') !== loginName) throw new Refusal('loginName not found');
  }
}
