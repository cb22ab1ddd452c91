import { asObject, asText, type JsonObject } from '../gateway/envelope.js';
import { isLoopback } from '../gateway/origins.js';
import { meansTimeout, readWhole, stateOf } from '../gateway/status.js';
import { readText } from './body.js';
import { IotpayGatewayError, type IotpayGatewayErrorCode, type IotpayGatewayErrorOptions } from './errors.js';
import { parsePlainly } from './exact-json.js';
import { CALLS, type CallName } from './requests.js';
import { maskText } from './secrets.js';
import { sign } from './signature.js';

/** Largest answer that is read, in bytes; IOTPay's have about a thousand. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** A merchant's way to one gateway. */
export interface Connection {
  readonly mchId: string;
  /** The one that signs. */
  readonly merchantKey: string;
  readonly loginName: string;
  readonly origin: string;
  readonly fetch: typeof globalThis.fetch;
  /** For one answer, body included. */
  readonly timeoutMs: number;
}

type Fail = (
  code: IotpayGatewayErrorCode,
  message: string,
  more?: Partial<IotpayGatewayErrorOptions>,
) => IotpayGatewayError;

/**
 * Makes one call of the v3 API with fields that have been checked.
 * @returns the answer's retData, with its retMsg
 * @throws IotpayGatewayError for every other answer than SUCCESS
 */
export async function callGateway(
  connection: Connection,
  name: CallName,
  fields: Readonly<Record<string, unknown>>,
): Promise<JsonObject> {
  const { mchId, loginName, merchantKey } = connection;
  const params = { mchId, ...fields, ...(CALLS[name].login && { loginName }) };
  const signed: JsonObject = { ...params, sign: sign(params, merchantKey) };
  try {
    return await send(connection, name, signed);
  } catch (error) {
    // A request whose signature the gateway did not accept has done nothing, so this may be tried again.
    const encoded = meansSignError(error) ? withEncodedTexts(signed) : undefined;
    if (!encoded) throw error;
    return send(connection, name, encoded);
  }
}

/**
 * Steps 7 and 8 of IOTPay's "Sign algorithm": after a sign error, texts that are not ASCII are sent URL-encoded, and
 * signed as they were.
 */
function withEncodedTexts(signed: JsonObject): JsonObject | undefined {
  const texts = Object.entries(signed).filter(
    ([name, value]) => (name === 'subject' || name === 'body') && /\P{ASCII}/u.test(String(value)),
  );
  if (texts.length === 0) return undefined;
  return {
    ...signed,
    ...Object.fromEntries(texts.map(([name, value]) => [name, encodeURIComponent(String(value))])),
  };
}

async function send(connection: Connection, name: CallName, signed: JsonObject): Promise<JsonObject> {
  const { movesMoney, path } = CALLS[name];
  const address = connection.origin + path;
  const fail: Fail = (code, message, more) =>
    new IotpayGatewayError(code, message, {
      call: name,
      address,
      outcomeUnknown: movesMoney, // A refusal says for itself what it leaves open.
      ...more,
    });
  const text = await exchange(connection, address, JSON.stringify(signed), fail);
  let answer: JsonObject;
  try {
    answer = asObject(parsePlainly(text));
  } catch (cause) {
    // What JSON.parse says quotes the answer, which may hold what no log should.
    throw fail('response', `the gateway answered what is no JSON (${(cause as Error).name}).`);
  }
  const { retCode, retMsg } = answer;
  const data = asObject(answer['retData']);
  const words = wordsOf(retMsg, [connection.merchantKey, signed['walletData'], data['secureId']]);
  if (retCode === 'FAIL') {
    // UnionPay's "Timeout", and an order that has not failed, are no refusals: the money may yet move.
    const state = stateOf(readWhole(data['status']));
    const isOpen = meansTimeout(words) || (state !== undefined && state !== 'failed');
    const reason = words
      ? `the gateway refused: ${sentence(words)}`
      : 'the gateway refused without giving a reason.';
    throw fail('refused', reason + likelyCause(words), {
      retMsg: words,
      outcomeUnknown: movesMoney && isOpen,
    });
  }
  if (retCode !== 'SUCCESS')
    throw fail('response', 'the gateway answered without a retCode of SUCCESS or FAIL.');
  const other = foreignField(signed, data);
  if (other)
    throw fail(
      'response',
      `the gateway answered about another order: its ${other} is not the one asked for.`,
    );
  return { ...data, retMsg: words ?? '' };
}

/** Sends the request and reads the whole answer, within the time and the size that are allowed. */
async function exchange(connection: Connection, address: string, body: string, fail: Fail): Promise<string> {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  // Not AbortSignal.timeout: its timer stays for the whole time after an answer that came at once.
  const timer = setTimeout(
    () => giveUp.abort(new DOMException('The time is over.', 'TimeoutError')),
    connection.timeoutMs,
  );
  let response: Response;
  let text: string | undefined;
  try {
    response = await connection.fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json;charset=UTF-8', Accept: 'application/json' },
      body,
      // Never followed: a signed order goes nowhere else. Not `error`, which Cloudflare's workers don't have.
      redirect: 'manual',
      signal,
    });
    text = response.ok ? await readText(response.body?.getReader(), MAX_ANSWER_BYTES) : '';
    if (!response.ok) await response.body?.cancel();
  } catch (cause) {
    throw signal.aborted
      ? fail('timeout', `the gateway gave no full answer within ${connection.timeoutMs} ms.`, { cause })
      : fail(
          'network',
          `the gateway could not be reached, or the connection broke${codeOf(cause)}.${isLoopback(new URL(address).hostname) ? ' Is the sandbox running there (npx iotpay-checkout sandbox)?' : ''}`,
          { cause },
        );
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) {
    const httpStatus = response.status;
    throw fail('http', `the gateway answered HTTP ${httpStatus}.`, { httpStatus });
  }
  if (text === undefined)
    throw fail('response', `expected an answer of at most ${MAX_ANSWER_BYTES} bytes, received more.`);
  return text;
}

/** A field of the answer that names another order, card or merchant than the request. */
function foreignField(signed: JsonObject, data: JsonObject): string | undefined {
  // A refund's answer has order numbers of its own.
  const names = 'mchRefundNo' in signed ? ['mchId'] : ['mchId', 'mchOrderNo', 'payOrderId', 'cardId'];
  return names.find(
    (name) =>
      signed[name] !== undefined && asText(data[name]) !== undefined && asText(data[name]) !== signed[name],
  );
}

/** The gateway's words without what they may repeat of secrets and of card numbers. */
function wordsOf(retMsg: unknown, secrets: readonly unknown[]): string | undefined {
  let text = asText(retMsg);
  for (const secret of secrets)
    if (typeof secret === 'string' && secret) text = text?.replaceAll(secret, '…');
  return text === undefined ? undefined : maskText(text);
}

/** Words with a full stop behind them, where they have none. */
const sentence = (words: string): string => (/[.!?…。！？]$/.test(words) ? words : `${words}.`);

const includesOneOf = (words: string, list: readonly string[]) =>
  list.some((each) => words.toLowerCase().includes(each));

const SIGN_ERRORS = ['sign error', 'signature error', 'invalid sign', '签名'];

function meansSignError(error: unknown): boolean {
  return (
    error instanceof IotpayGatewayError &&
    error.code === 'refused' &&
    !error.outcomeUnknown &&
    includesOneOf(error.retMsg ?? '', SIGN_ERRORS)
  );
}

/** Whether the gateway refuses who asks (the key, the mchId, the loginName), rather than what is asked. */
export function refusesMerchant({ code, outcomeUnknown, retMsg }: IotpayGatewayError): boolean {
  return code === 'refused' && !outcomeUnknown && likelyCause(retMsg) !== '';
}

/** What is to be looked at where the gateway refuses who asks, rather than what is asked. */
function likelyCause(words = ''): string {
  if (includesOneOf(words, SIGN_ERRORS))
    return ' Is the merchant key (IOTPAY_MERCHANT_KEY) the one that belongs to this mchId?';
  if (includesOneOf(words, ['mchid'])) return ' Is the mchId (IOTPAY_MCH_ID) the one that IOTPay gave you?';
  if (includesOneOf(words, ['loginname']))
    return ' Is the loginName (IOTPAY_LOGIN_NAME) the one that IOTPay gave you?';
  return '';
}

/** What the system says of a network failure, such as ECONNREFUSED: `fetch` hides it in the cause of its error. */
function codeOf(error: unknown): string {
  const { code, message } = asObject(asObject(error)['cause']);
  const words = asText(code) ?? asText(message);
  return words ? ` (${words})` : '';
}
