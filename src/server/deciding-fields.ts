import { compareNatural } from './natural-order.js';
import { compareAscii, type SignedPart } from './signature.js';

/**
 * The fields of a notification that decide something, and the form of each as it is written in the signed text. None of
 * them may hold `&` or `=`. Source: IOTPay, "Query order" and "Purchase" (lengths), and the PHP SDK (an empty
 * `originalOrderId` or `payType` is signed as such where it was null).
 */
const FORMS = {
  mchId: /^[^\s&=]{1,30}$/,
  mchOrderNo: /^[^\s&=\p{C}]{1,30}$/u,
  payOrderId: /^[^\s&=\p{C}]{1,30}$/u,
  amount: /^\d{1,15}$/,
  currency: /^[A-Z]{3}$/,
  // A status that nobody knows is asked about, not refused: the notification would come back for ever.
  status: /^[^&=\p{C}]{1,20}$/u,
  payType: /^[A-Za-z]{0,20}$/,
  originalOrderId: /^[^\s&=\p{C}]{0,30}$/u,
} as const;

export type DecidingField = keyof typeof FORMS;

const OPTIONAL: ReadonlySet<string> = new Set<DecidingField>(['payType', 'originalOrderId']);
const NAMES = Object.keys(FORMS) as DecidingField[];
const REQUIRED = NAMES.filter((name) => !OPTIONAL.has(name));

/** Most pieces `name=value` that a signed text is looked at with; IOTPay's have about twenty. */
const MAX_PIECES = 200;

const isDeciding = (name: string): name is DecidingField => Object.hasOwn(FORMS, name);

/** The deciding fields that are missing, or not of their form, among those that were signed. */
export function malformed(signed: ReadonlyMap<string, string>): string[] {
  return NAMES.filter((name) => {
    const value = signed.get(name);
    return value === undefined ? !OPTIONAL.has(name) : !FORMS[name].test(value);
  });
}

/** A place in the signed text where a field may begin. */
interface Piece {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  /** Whether one of the fields as received begins here. */
  readonly own: boolean;
}

/**
 * The signed text has no escaping: `subject = 'x&payType=refund'` is written as the two fields would be. Who holds the
 * gateway's signature of one notification could cut its text into other fields. So every way of cutting is looked at in
 * which the names ascend, the required fields are there and each deciding field has its form; where a deciding field
 * could begin at another place than the received one, nobody can tell which of the two was meant.
 *
 * Addresses with a query and "Tea & Cake" pass: what looks like a field in them is out of order, or is followed by what
 * can't follow it.
 * @returns the name of a deciding field that can be read in two ways, `undefined` where there is none
 */
export function ambiguousField(parts: readonly SignedPart[]): string | undefined {
  // Nearly always there is nothing to cut at.
  if (parts.length <= MAX_PIECES && parts.every(isWhole)) return undefined;
  const { text, pieces } = piecesOf(parts);
  if (pieces.length > MAX_PIECES) return 'more pieces than can be told apart';
  if (pieces.every(({ own }) => own)) return undefined;
  // A refund is told by these two alone: where they are missing, a text that has one anywhere is not believed.
  const names = new Set(parts.map(([name]) => name));
  const hidden = pieces.find(({ own, name }) => !own && OPTIONAL.has(name) && !names.has(name));
  if (hidden) return hidden.name;
  const starts = reach(pieces, text);
  return pieces.find((piece, at) => !piece.own && isDeciding(piece.name) && starts[at])?.name;
}

/** Whether a part can't be cut: each `&` of the text is one that joins two parts. */
const isWhole = ([name, value]: SignedPart) => !/[&=]/.test(name) && !value.includes('&');

function piecesOf(parts: readonly SignedPart[]): { text: string; pieces: Piece[] } {
  const ownStarts = new Set<number>();
  let length = 0;
  for (const [name, value] of parts) {
    // A name with & or = is no field of IOTPay's: what it hides is looked at like any other text.
    if (!/[&=]/.test(name)) ownStarts.add(length);
    length += name.length + value.length + 2;
  }
  const text = parts.map(([name, value]) => `${name}=${value}`).join('&');
  const pieces: Piece[] = [];
  let start = 0;
  for (const piece of text.split('&')) {
    const equals = piece.indexOf('=');
    if (equals > 0)
      pieces.push({
        name: piece.slice(0, equals),
        start,
        valueStart: start + equals + 1,
        own: ownStarts.has(start),
      });
    start += piece.length + 1;
  }
  return { text, pieces };
}

/** For each piece whether a field may begin there in some way of cutting the whole text. */
function reach(pieces: readonly Piece[], text: string): boolean[] {
  const end = pieces.length;
  const followers = pieces.map((_, from) => {
    const list: number[] = [];
    for (let to = from + 1; to <= end; to += 1) if (mayFollow(pieces, text, from, to)) list.push(to);
    return list;
  });
  const fromStart = new Array<boolean>(end + 1).fill(false);
  fromStart[0] = pieces[0]?.start === 0 && !skips(undefined, pieces[0].name);
  for (let from = 0; from < end; from += 1)
    if (fromStart[from]) for (const to of followers[from] ?? []) fromStart[to] = true;
  const toEnd = new Array<boolean>(end + 1).fill(false);
  toEnd[end] = true;
  for (let from = end - 1; from >= 0; from -= 1)
    toEnd[from] = (followers[from] ?? []).some((to) => toEnd[to]);
  return pieces.map((_, at) => Boolean(fromStart[at] && toEnd[at]));
}

/** Whether a field that begins at one piece may end where another begins (or at the text's end). */
function mayFollow(pieces: readonly Piece[], text: string, from: number, to: number): boolean {
  const piece = pieces[from];
  if (!piece) return false;
  const next = pieces[to];
  const value = text.slice(piece.valueStart, next ? next.start - 1 : text.length);
  if (isDeciding(piece.name) && !FORMS[piece.name].test(value)) return false;
  return (!next || ascends(piece.name, next.name)) && !skips(piece.name, next?.name);
}

/** In one of the two orders at least: nobody documents which one the gateway signs in. */
const ascends = (a: string, b: string) => a !== b && (compareAscii(a, b) < 0 || compareNatural(a, b) <= 0);

/** Whether a required field would have its place between these two names, in both orders. */
function skips(after: string | undefined, before: string | undefined): boolean {
  return REQUIRED.some((name) =>
    [compareAscii, compareNatural].every(
      (compare) =>
        (after === undefined || compare(after, name) < 0) &&
        (before === undefined || compare(name, before) < 0),
    ),
  );
}
