import { isObject, type JsonObject } from '../gateway/envelope.js';

/** Deepest nesting that is kept; what lies deeper is read as `null`. Nothing that decides a payment is nested. */
const MAX_DEPTH = 16;

/** A number of a JSON text whose written form JavaScript does not keep: `15.50`, `1.0E+25`, `9007199254740993`. */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  /** As a number where that says the same; a whole number too large to be exact stays a text. */
  toJSON(): number | string {
    const number = Number(this.text);
    const exact = Number.isSafeInteger(number) || !Number.isInteger(number);
    return exact && Number.isFinite(number) ? number : this.text;
  }
}

/**
 * Found in every JSON text that has a number whose written form JavaScript may not keep: one with a point or an exponent, of
 * sixteen digits or more, or -0. Texts inside of strings may look like one, which costs time and nothing else.
 */
const MAYBE_INEXACT = /(?:^|[:,[\s])(?:-0|-?(?:\d{16}|\d+[.eE]))/;

/** Whether a JSON text has no such number and no nesting that would be cut off: `JSON.parse` reads it exactly. */
function isPlain(text: string): boolean {
  if (MAYBE_INEXACT.test(text)) return false;
  let depth = 0;
  for (let at = -1; (at = text.indexOf('{', at + 1)) !== -1;) depth += 1;
  for (let at = -1; (at = text.indexOf('[', at + 1)) !== -1;) depth += 1;
  return depth <= MAX_DEPTH;
}

/** A string with what is between its quotes, or a number: outside strings, digits occur in numbers only. */
const STRING_OR_NUMBER = /"([^"\\]*(?:\\.[^"\\]*)*)"|-?\d[\d.eE+-]*/g;

/**
 * `JSON.parse`, but a number that JavaScript would write in another way than the text does becomes a `WrittenNumber`:
 * a signature is made over what was written. (Node 20 gives a reviver no access to the source text.)
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  const read: unknown = JSON.parse(text);
  return isPlain(text) ? read : withWrittenNumbers(text);
}

function withWrittenNumbers(text: string): unknown {
  // The text is JSON from here on. Strings are marked with s, numbers become strings marked with n.
  const marked = text.replace(STRING_OR_NUMBER, (token, inner: string | undefined) =>
    inner === undefined ? `"n${token}"` : `"s${inner}"`,
  );
  return unmark(JSON.parse(marked), 0);
}

function unmark(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.startsWith('s') ? value.slice(1) : numberOf(value.slice(1));
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((each) => unmark(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name.slice(1), unmark(each, depth + 1)]),
  );
}

function numberOf(text: string): number | WrittenNumber {
  const number = Number(text);
  return String(number) === text ? number : new WrittenNumber(text);
}

/**
 * `JSON.parse` for reading: numbers are numbers, but a whole number too large to be exact is the text of its digits.
 * @throws SyntaxError
 */
export function parsePlainly(text: string): unknown {
  const read: unknown = JSON.parse(text);
  return isPlain(text) ? read : plain(withWrittenNumbers(text));
}

/** Without `WrittenNumber`s, at any depth that `parseExactly` keeps. */
function plain(value: unknown): unknown {
  if (value instanceof WrittenNumber) return value.toJSON();
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** The text's JSON object, also where it was encoded twice; `undefined` where it is none. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseExactly(text);
    const inner = typeof value === 'string' ? parseExactly(value) : value;
    return isObject(inner) && !(inner instanceof WrittenNumber) ? inner : undefined;
  } catch {
    return undefined;
  }
}
