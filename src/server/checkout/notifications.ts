import { asText, type JsonObject } from '../../gateway/envelope.js';
import { stateOf, type OrderState } from '../../gateway/status.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';
import { parseNotification, type Notification } from '../notification.js';
import { readBody, requirePost, RouteRefusal, type Route } from '../route.js';
import { fits } from './attempts.js';
import { inTime } from './guard.js';
import { wordsOf } from './log.js';
import { attemptOf, nameIn, paymentOf, undelivered, type Attempt, type OrderRecord } from './record.js';
import { requireWebRequest, type Parts } from './routes.js';

/** How long the gateway waits for `onPaid`, in milliseconds; then it is asked to send again, and `onPaid` goes on. */
const ON_PAID_WAIT_MS = 20_000;
/** How long a repeated notification waits for the first one, in milliseconds. */
const REPEAT_WAIT_MS = 8000;
/** How often it looks meanwhile, in milliseconds. */
const LOOK_MS = 100;
/** The gateway is asked about a notification that can't be verified no more often than this, for one order, in milliseconds. */
const UNVERIFIED_AGAIN_MS = 3000;

/** An answer to the gateway: `SUCCESS` ends its notifications, everything else means: send again later. */
function say(text: 'SUCCESS' | 'FAIL', httpStatus = 200, headers: Readonly<Record<string, string>> = {}) {
  return new Response(text, {
    status: httpStatus,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  });
}

/** `POST …/notify`, for the gateway. */
export function notificationRoute<Context>(
  iotpay: Pick<Iotpay, 'verifyNotification'>,
  parts: Parts<Context>,
): Route<Context> {
  const { log } = parts;
  return async (request) => {
    requireWebRequest(request);
    try {
      requirePost(request);
      return await hear(iotpay, parts, await readFields(request));
    } catch (error) {
      if (!(error instanceof RouteRefusal)) {
        log.error(`notify: HTTP 500: ${wordsOf(error)} The gateway will notify again.`, error);
        return say('FAIL', 500);
      }
      log.warn(`notify: HTTP ${error.httpStatus}: ${error.message} ${error.advice}`.trim());
      return say('FAIL', error.httpStatus, error.headers);
    }
  };
}

async function readFields(request: Request): Promise<JsonObject> {
  const text = await readBody(request);
  const fields = parseNotification(
    text,
    request.headers.get('Content-Type'),
    text.trim() ? '' : new URL(request.url).search,
  );
  if (fields) return fields;
  throw new RouteRefusal(
    400,
    'A notification could not be read.',
    text === ''
      ? 'Its body is empty. Does a body parser in front of this route read it first? Use toNodeHandler, which understands it.'
      : 'Expected JSON or form fields.',
  );
}

async function hear<Context>(
  iotpay: Pick<Iotpay, 'verifyNotification'>,
  parts: Parts<Context>,
  fields: JsonObject,
): Promise<Response> {
  let notification: Notification;
  try {
    notification = iotpay.verifyNotification(fields);
  } catch (error) {
    if (error instanceof IotpayGatewayError && error.code === 'signature')
      return hearUnverified(parts, asText(fields['mchOrderNo']), error);
    throw error;
  }
  // Refunds and voids are notified too: nothing is shipped for them.
  if (notification.kind === 'refund') return say('SUCCESS');
  const found = await find(parts, notification.mchOrderNo);
  // What a payType says that nobody documents is for the gateway to decide.
  const state = notification.kind === 'payment' ? stateOf(notification.status) : 'strange';
  if (!found) {
    if (state !== 'paid') return say('SUCCESS');
    throw new RouteRefusal(
      404,
      `The gateway says that ${notification.mchOrderNo} is paid, and no attempt at an order has this number.`,
      'Was it made by another program with the same merchant id, or has the store lost its data? Look at it in IOTPay’s portal.',
    );
  }
  return hearOf(parts, found, notification, state);
}

interface Found {
  readonly name: string;
  readonly record: OrderRecord;
  readonly attempt: Attempt;
}

async function find<Context>(
  { records }: Parts<Context>,
  mchOrderNo: string | undefined,
): Promise<Found | undefined> {
  const name = nameIn(mchOrderNo);
  const record = name === undefined ? undefined : await records.read(name);
  const attempt = attemptOf(record, mchOrderNo);
  return name !== undefined && record && attempt ? { name, record, attempt } : undefined;
}

/** A verified notification about an attempt on record. */
async function hearOf<Context>(
  parts: Parts<Context>,
  { name, record, attempt }: Found,
  notification: Notification,
  state: OrderState | undefined,
): Promise<Response> {
  const { attempts } = parts;
  switch (state) {
    case 'paid':
      if (!fits(notification, attempt)) {
        await attempts.put(name, attempt, notification);
        throw new RouteRefusal(
          409,
          `The gateway says that ${notification.amount} ${notification.currency} were paid for ${attempt.mchOrderNo}; expected ${attempt.amount} ${attempt.currency}.`,
          'Nothing was shipped. Look at it in IOTPay’s portal.',
        );
      }
      return shipped(parts, name, await attempts.put(name, attempt, notification, record));
    case 'failed':
      await attempts.put(name, attempt, notification);
      return say('SUCCESS');
    case 'open':
      await attempts.tell(name, attempt.mchOrderNo);
      return say('SUCCESS');
    default: {
      // A status that nobody knows: the gateway's answer to a question decides. Acknowledged, or it would come back for ever.
      const settled = await attempts.settle(name, record);
      if (settled.failure !== undefined) attempts.warn(settled.failure);
      return paymentOf(settled.record) ? shipped(parts, name, settled.record) : say('SUCCESS');
    }
  }
}

/** A notification that can't be verified: it proves nothing, but where it names an attempt, the gateway is asked. */
async function hearUnverified<Context>(
  parts: Parts<Context>,
  mchOrderNo: string | undefined,
  error: IotpayGatewayError,
): Promise<Response> {
  const { store, attempts } = parts;
  const found = await find(parts, mchOrderNo);
  if (!found)
    throw new RouteRefusal(
      400,
      `A notification could not be verified (${error.message}) and names no attempt on record.`,
      'Somebody else’s, or a wrong merchant key.',
    );
  const { name, record, attempt } = found;
  if (attempt.payment) return shipped(parts, name, record);
  const key = `unverified:${name}`;
  if (!(await store.set(key, '1', { version: undefined, ttlMs: UNVERIFIED_AGAIN_MS })))
    throw new RouteRefusal(
      503,
      `A notification about ${attempt.mchOrderNo} could not be verified, and the gateway was asked a moment ago.`,
      error.message,
    );
  const settled = await attempts.settle(name, record);
  if (attemptOf(settled.record, attempt.mchOrderNo)?.payment) return shipped(parts, name, settled.record);
  if (settled.failure !== undefined) attempts.warn(settled.failure);
  throw new RouteRefusal(
    400,
    `A notification about ${attempt.mchOrderNo} could not be verified (${error.message}), and the gateway does not say that it is paid.`,
    'Is the merchant key the right one?',
  );
}

/** Answers SUCCESS when the merchant has been told of the payment, and not before. */
async function shipped<Context>(
  { delivery, records }: Parts<Context>,
  name: string,
  record: OrderRecord | undefined,
): Promise<Response> {
  const endMs = Date.now() + REPEAT_WAIT_MS;
  for (let now = record; ; now = await records.read(name)) {
    if (!now || undelivered(now).length === 0) return say('SUCCESS');
    const { id } = now;
    const told = await inTime(delivery.deliver(name, now), ON_PAID_WAIT_MS, (error) =>
      delivery.failed(id, error),
    );
    if (told?.value) return say('SUCCESS');
    if (told === undefined || Date.now() >= endMs)
      throw new RouteRefusal(
        503,
        `onPaid is still at work for order ${id}.`,
        'The gateway will notify again.',
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
