import type { Quirks } from './quirks.js';

/** What the script does with the page's callback. */
export interface ScriptReport {
  /** The callback's arguments, one call after the other. */
  readonly calls: readonly unknown[];
  /** All of it twice. */
  readonly repeat: boolean;
  /** Milliseconds to hold it back. */
  readonly late: number;
  /** Where the hosted page goes. */
  readonly next: string | undefined;
}

/** As documented: no `detail`, the order must be queried. */
export const TIMEOUT_EVENT: Readonly<Record<string, unknown>> = { result: 'FAIL', message: 'Timeout' };

/** Fields as the gateway sends them: with the quirks in them that concern fields. */
export function apiFields(
  fields: Readonly<Record<string, unknown>>,
  quirks: Quirks,
): Record<string, unknown> {
  let entries = Object.entries(fields);
  if (quirks.extraFields) entries = [...entries, ['sandboxVersion', 1], ['remark', 'undocumented']];
  if (quirks.extraFields) entries.reverse();
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      quirks.statusAsString && typeof value === 'number' ? String(value) : value,
    ]),
  );
}

/**
 * A documented event in the shape that the quirks give it.
 * @param clear - nothing gets lost without `detail`
 */
export function callbacksFor(
  event: Readonly<Record<string, unknown>>,
  quirks: Quirks,
  clear: boolean,
): readonly unknown[] {
  const { result, message, detail } = event;
  if (quirks.oldCallbackShape) {
    return [detail ?? { retCode: result, retMsg: message ?? '', retData: {} }];
  }
  if (quirks.noDetail && clear) return [message === undefined ? { result } : { result, message }];
  return [event];
}
