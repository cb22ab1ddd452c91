import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Gateway, KeptSession } from './gateway.js';
import type { Books, KeptBooks, Order } from './ledger.js';
import type { SandboxMerchant } from './wire.js';

/** What a sandbox keeps in its file. */
export interface Kept extends KeptBooks {
  /** Of this layout; another one is not read. */
  readonly version: 1;
  readonly merchant: SandboxMerchant;
  /** Where it listened: a page that is open goes on. */
  readonly port: number;
  readonly sessions: readonly KeptSession[];
}

/**
 * Reads what the sandbox before this one has left.
 * @returns `undefined` where there is no such file
 * @throws TypeError where the file is something else
 */
export function readKept(file: string): Kept | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    kept = undefined;
  }
  if ((kept as Partial<Kept> | undefined)?.version === 1) return kept as Kept;
  throw new TypeError(
    `file: expected what a sandbox has written, received something else in ${file}. Remove it, or name another file.`,
  );
}

/** What is to be kept, as it is now. */
export function keptOf(merchant: SandboxMerchant, port: number, books: Books, gateway: Gateway): Kept {
  return { version: 1, merchant, port, ...books.kept(), sessions: gateway.kept() };
}

/**
 * Puts what was kept back into the books.
 * @returns the orders whose notification nobody has acknowledged
 */
export function refill(
  books: Books,
  gateway: Gateway,
  { orders, cards, charges, sessions, unheard }: Kept,
): readonly Order[] {
  for (const order of orders) books.addOrder({ ...order });
  for (const card of cards) books.addCard({ ...card });
  for (const charge of charges) books.addCharge(charge);
  gateway.goOn(sessions);
  return unheard.flatMap((mchOrderNo) => books.orderByNo(mchOrderNo) ?? []);
}

/**
 * Writes a sandbox's file anew whenever something has changed. At once and whole: a process that is killed leaves the file
 * as it was, or as it is.
 * @returns to be called after everything that may have changed something
 */
export function keeper(file: string, look: () => Kept): () => void {
  let last = '';
  return () => {
    const text = JSON.stringify(look());
    if (text === last) return;
    last = text;
    const draft = `${file}.new`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, file);
  };
}
