import { asObject, asText, isObject, type JsonObject } from '../../gateway/envelope.js';
import { isPaid, readWhole } from '../../gateway/status.js';
import type { Received } from '../outgoing.js';

/** Longest part of an answer that a finding quotes, in characters. */
const QUOTED = 300;

/** A route's answer, read as the element reads it. */
export interface Answer extends Received {
  /** The JSON object, where it is one. */
  readonly json: JsonObject | undefined;
  /** Of a 2xx answer that is no refusal: plain, or in IOTPay's envelope. */
  readonly secureId: string | undefined;
  readonly status: number | undefined;
  /** For a finding: without the secureId. */
  readonly words: string;
}

export function readAnswer({ http, headers, text }: Received): Answer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A page, or nothing: `json` says so.
  }
  const object = isObject(json) ? json : undefined;
  const refused = http < 200 || http > 299 || object?.['retCode'] === 'FAIL';
  const data = { ...object, ...asObject(object?.['retData']) };
  const secureId = refused ? undefined : asText(data['secureId']);
  const quoted = secureId ? text.replaceAll(secureId, '…') : text;
  return {
    http,
    headers,
    text,
    json: object,
    secureId,
    status: refused ? undefined : readWhole(data['status']),
    words: `HTTP ${http} ${quoted.slice(0, QUOTED)}`.trim(),
  };
}

export const saysPaid = ({ status }: Answer): boolean => isPaid(status);
