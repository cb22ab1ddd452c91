import { asObject, asText, isObject } from '../gateway/envelope.js';
import { isPaid, meansTimeout, readWhole, stateOf } from '../gateway/status.js';
import type { IotpayMode, IotpayOutcome } from './events.js';
import { safeRedirect } from './redirect.js';

type Verdict = Pick<IotpayOutcome, 'outcome' | 'reason'>;

const SUCCESS: Verdict = { outcome: 'success', reason: undefined };
const FAIL: Verdict = { outcome: 'fail', reason: undefined };
const unknown = (reason: IotpayOutcome['reason']): Verdict => ({ outcome: 'unknown', reason });

/**
 * Reads what IOTPay's script handed to the callback. Both published shapes are understood,
 * `{result, message, detail: {retCode, retMsg, retData}}` and the oldest, `{retCode, retMsg, retData}`; nothing in them
 * is taken for granted.
 * @returns `undefined` for an event with neither `result` nor `retCode`
 */
export function readOutcome(event: unknown, mode: IotpayMode): IotpayOutcome | undefined {
  const top = asObject(event);
  const detail = asObject(top['detail']);
  const codes = [top['result'], top['retCode'], detail['retCode']].filter(
    (code) => code !== undefined && code !== null && code !== '',
  );
  if (!codes.length) return undefined;
  const retMsg = asText(detail['retMsg']) ?? asText(top['retMsg']);
  const message = asText(top['message']) ?? asText(detail['message']) ?? retMsg ?? '';
  const retData = isObject(detail['retData']) ? detail['retData'] : asObject(top['retData']);
  const status = readWhole(retData['status'] ?? detail['status'] ?? top['status']);
  return outcomeOf({
    verdict: judge(
      codes.map((code) => (typeof code === 'string' ? code.trim().toUpperCase() : '')),
      meansTimeout(top['message'], top['retMsg'], detail['message'], detail['retMsg']),
      mode === 'pay' ? status : undefined,
    ),
    mode,
    message,
    retCode: asText(detail['retCode']) ?? asText(top['retCode']),
    retMsg,
    retData,
    status,
    source: 'gateway',
    raw: event,
  });
}

/** SUCCESS and FAIL are believed only where nothing beside them says otherwise; "Timeout" is never a failure. */
function judge(codes: string[], timeout: boolean, status: number | undefined): Verdict {
  const only = (code: string) => codes.every((other) => other === code);
  if (only('SUCCESS')) {
    if (isPaid(status)) return SUCCESS;
    if (status !== undefined) return unknown('unknown-status');
    return timeout ? unknown('contradiction') : SUCCESS;
  }
  if (only('FAIL')) {
    if (timeout) return unknown('gateway-timeout');
    const state = stateOf(status);
    if (state === undefined || state === 'failed') return FAIL;
    return unknown(state === 'strange' ? 'unknown-status' : 'contradiction');
  }
  return unknown(
    codes.every((code) => code === 'SUCCESS' || code === 'FAIL') ? 'contradiction' : 'unknown-status',
  );
}

/**
 * Reads the state of an order as the merchant's backend tells it: the gateway's envelope, or `{status, redirectUrl?}`.
 * Everything but a status of 2, 3 or 9 is not yet known.
 * @param followRedirect - false where the answer's redirectUrl may be the hosted form of a new payment
 */
export function readOrder(answer: unknown, mode: IotpayMode, followRedirect = true): IotpayOutcome {
  const top = asObject(answer);
  const retData = 'retCode' in top ? asObject(top['retData']) : top;
  const refused = 'retCode' in top && top['retCode'] !== 'SUCCESS';
  const status = refused ? undefined : readWhole(retData['status']);
  const retMsg = asText(top['retMsg']) ?? asText(retData['retMsg']);
  return outcomeOf({
    verdict: isPaid(status) ? SUCCESS : stateOf(status) === 'failed' ? FAIL : unknown('unknown-status'),
    mode,
    message: retMsg ?? '',
    retCode: asText(top['retCode']),
    retMsg,
    retData: followRedirect ? retData : { ...retData, redirectUrl: undefined },
    status,
    source: 'order-status',
    raw: answer,
  });
}

function outcomeOf({
  verdict,
  ...fields
}: { verdict: Verdict } & Pick<
  IotpayOutcome,
  'mode' | 'message' | 'retCode' | 'retMsg' | 'retData' | 'status' | 'source' | 'raw'
>): IotpayOutcome {
  const wanted = fields.retData['redirectUrl'];
  const redirectUrl = safeRedirect(wanted);
  const redirectBlocked = !redirectUrl && isGiven(wanted);
  return {
    ...verdict,
    ...fields,
    retData: withoutUnsafe(fields.retData),
    raw: rawOf(fields.raw),
    mchOrderNo: asText(fields.retData['mchOrderNo']),
    redirectUrl,
    redirectBlocked,
  };
}

/**
 * Holds an outcome against the order that was asked for: what is said of another order decides nothing.
 * @param mchOrderNo - the order's number, where it is known
 * @returns the outcome, under the number that is known
 */
export function aboutOrder(outcome: IotpayOutcome, mchOrderNo: string | undefined): IotpayOutcome {
  const other = outcome.mchOrderNo;
  if (mchOrderNo === undefined || other === undefined || other === mchOrderNo)
    return { ...outcome, mchOrderNo: other ?? mchOrderNo };
  return { ...outcome, ...unknown('contradiction'), mchOrderNo };
}

/** How deep an event may be nested. Deeper, or in a circle, nothing is passed on: nobody has looked at what is there. */
const MAX_DEPTH = 50;

/** The same, without a redirectUrl that is not safe to follow, at any depth: a listener might follow it. */
function withoutUnsafe<T>(value: T, depth = 0, seen = new Map<unknown, unknown>()): T {
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value) || depth > MAX_DEPTH) return seen.get(value) as T;
  seen.set(value, undefined);
  const all: [string, unknown][] = Object.entries(value);
  const safe = all
    .filter(([key, each]) => key !== 'redirectUrl' || !isGiven(each) || safeRedirect(each))
    .map(([key, each]): [string, unknown] => [key, withoutUnsafe(each, depth + 1, seen)]);
  const same = safe.length === all.length && safe.every(([, each], i) => Object.is(each, all[i]?.[1]));
  const copy = Array.isArray(value) ? safe.map(([, each]) => each) : Object.fromEntries(safe);
  seen.set(value, same ? value : copy);
  return seen.get(value) as T;
}

/** The event as it came, or what may be passed on of it. */
function rawOf(event: unknown): unknown {
  if (!(event instanceof Event)) return withoutUnsafe(event);
  const { detail } = event as CustomEvent<unknown>;
  return withoutUnsafe(detail) === detail ? event : { detail: withoutUnsafe(detail) };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
