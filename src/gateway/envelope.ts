/** An object from JSON whose members nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** IOTPay's answer to every API call. It may gain fields at any time: never treat it as closed. */
export interface Envelope {
  readonly retCode: 'SUCCESS' | 'FAIL';
  readonly retMsg: string;
  /** What the call is about; an empty object where the gateway sent none. */
  readonly retData: JsonObject;
}

/** Whether a value is a plain object (not `null`, not an array), as JSON has them. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one: for reading members of foreign data without a crash. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value if it is a text or a number written as text, else `undefined`; an empty text counts as missing. */
export function asText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? `${value}` : value;
  return typeof text === 'string' && text.trim() ? text.trim() : undefined;
}
