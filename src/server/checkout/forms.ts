import { SECURE_ID_LIFETIME_MS } from '../../gateway/limits.js';
import type { Iotpay } from '../client.js';
import type { Attempts } from './attempts.js';
import { requireFewer } from './limit.js';
import { textsOf, type CheckedOrder } from './order.js';
import {
  attemptOf,
  changeAttempt,
  isWatched,
  nameOf,
  newNumber,
  verdictOf,
  withAttempt,
  type Attempt,
  type OrderRecord,
  type Payment,
  type Wanted,
} from './record.js';
import type { Records } from './records.js';

/**
 * How long an attempt may be without its secureId before others give it up, in milliseconds: its server is slow, or gone.
 * Counted from the attempt and not from each request that waits: where every one of those is cut off before its own eight
 * seconds are over, the order would never have a form again.
 */
const JOIN_MS = 8000;
/** How often it looks meanwhile, in milliseconds. */
const LOOK_MS = 50;
/** How often an attempt is made anew because others were faster. */
const ROUNDS = 10;

/** What a request for a form gets. */
export type FormAnswer =
  | { readonly is: 'paid'; readonly payment: Payment; readonly record: OrderRecord }
  | {
      readonly is: 'undecided';
      readonly mchOrderNo: string;
      readonly amount: number;
      readonly currency: string;
    }
  | { readonly is: 'form'; readonly attempt: FormAttempt; readonly expiresInMs: number };

type FormAttempt = Attempt & { readonly secureId: string };

export interface FormsOptions {
  readonly iotpay: Pick<Iotpay, 'purchase'>;
  readonly attempts: Attempts;
  readonly records: Records;
  readonly notifyUrl: string;
  readonly returnUrl: string;
  readonly now: () => number;
}

/** Makes the forms of orders: one attempt at a time, and none while an earlier one may have been paid. */
export class Forms {
  readonly #options: FormsOptions;

  constructor(options: FormsOptions) {
    this.#options = options;
  }

  /**
   * A form for an order.
   * @param failed - the attempt of which the browser heard a FAIL: a hint, the gateway is asked
   * @throws IotpayGatewayError where the gateway could not be asked, or refused
   */
  async open(order: CheckedOrder, failed: string | undefined): Promise<FormAnswer> {
    const { attempts, records, now } = this.#options;
    const name = nameOf(order.id);
    const wanted: Wanted = { ...order, failed };
    for (let round = 0; round < ROUNDS; round++) {
      const { record, failure } = await attempts.settle(name, await records.read(name));
      const verdict = verdictOf(record, wanted, now());
      if (verdict.do === 'tell-paid' && record) return { is: 'paid', payment: verdict.payment, record };
      if (verdict.do === 'wait') return { is: 'undecided', ...verdict.attempt };
      // What could not be asked about may have been paid: no form is given out over it.
      if (failure) throw failure;
      if (verdict.do === 'share') return this.#form(verdict.attempt);
      if (verdict.do === 'make') requireFewerOf(order.id, record, now());
      if (verdict.do === 'join') await this.#join(name, verdict.attempt);
      else {
        const made = await this.#make(name, order, record, wanted);
        if (made) return this.#form(made);
      }
    }
    throw new Error(
      `order ${order.id}: no form could be made in ${ROUNDS} tries, because others changed the order each time. Is a page asking for forms in a loop?`,
    );
  }

  #form(attempt: FormAttempt): FormAnswer {
    const ageMs = this.#options.now() - attempt.at;
    // Counted from before the gateway was asked, so that it is never too long.
    return { is: 'form', attempt, expiresInMs: Math.max(SECURE_ID_LIFETIME_MS - ageMs, 0) };
  }

  /**
   * Makes a new attempt: on record first, then at the gateway.
   * @param settled - the record that was decided on
   * @returns `undefined` where somebody else has changed the order meanwhile: to be decided anew
   */
  async #make(
    name: string,
    order: CheckedOrder,
    settled: OrderRecord | undefined,
    wanted: Wanted,
  ): Promise<FormAttempt | undefined> {
    const { iotpay, records, notifyUrl, returnUrl, now } = this.#options;
    const { amount, currency, channel } = order;
    const mchOrderNo = newNumber(order.id, name);
    const attempt: Attempt = { mchOrderNo, by: 'form', amount, currency, channel, at: now() };
    let put = false;
    const add = (found: OrderRecord | undefined) => {
      put = sameAttempts(found, settled) && verdictOf(found, wanted, now()).do === 'make';
      if (!put) return undefined;
      const hinted = wanted.failed
        ? changeAttempt(found, wanted.failed, (each) => ({ ...each, hinted: true }))
        : undefined;
      return withAttempt(hinted ?? found, order.id, attempt);
    };
    await records.change(name, add, { record: settled });
    if (!put) return undefined;
    try {
      const { secureId } = await iotpay.purchase({
        mchOrderNo,
        amount,
        currency: currency as 'CAD',
        channel,
        notifyUrl,
        returnUrl: order.returnUrl ?? returnUrl,
        ...textsOf(order),
      });
      const record = await records.change(name, (found) =>
        changeAttempt(found, mchOrderNo, (each) => (each.dead ? undefined : { ...each, secureId })),
      );
      // Given up by a request that waited too long for this one: then that one's attempt counts, and this secureId is
      // never handed out.
      const kept = attemptOf(record, mchOrderNo);
      return kept?.secureId === secureId ? { ...kept, secureId } : undefined;
    } catch (error) {
      // Without its secureId nobody can pay in it. If this cannot be written either, whoever comes next gives it up.
      await this.#giveUp(name, mchOrderNo).catch(() => {});
      throw error;
    }
  }

  /**
   * Waits for another request that makes an attempt. One that takes too long is given up: its secureId is not handed out. A
   * reading that fails meanwhile does not end the wait.
   */
  async #join(name: string, { mchOrderNo, at }: Attempt): Promise<void> {
    const { records, now } = this.#options;
    // Another server wrote down when it was made, and its clock may be ahead: nobody waits longer for that.
    const endMs = Date.now() + Math.min(JOIN_MS, at + JOIN_MS - now());
    while (Date.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const read = await records.read(name).then(
        (record) => ({ attempt: attemptOf(record, mchOrderNo) }),
        () => undefined, // Where the store goes on failing, giving up fails in its words.
      );
      if (read && (!read.attempt || read.attempt.secureId !== undefined || read.attempt.dead)) return;
    }
    await this.#giveUp(name, mchOrderNo);
  }

  async #giveUp(name: string, mchOrderNo: string): Promise<void> {
    await this.#options.records.change(name, (found) =>
      changeAttempt(found, mchOrderNo, (each) =>
        each.secureId !== undefined || each.dead ? undefined : { ...each, dead: true },
      ),
    );
  }
}

/** @throws RouteRefusal for one more attempt than anybody needs */
function requireFewerOf(id: string, record: OrderRecord | undefined, now: number): void {
  const watched = record?.attempts.filter((attempt) => isWatched(attempt, now)) ?? [];
  requireFewer(`order ${JSON.stringify(id)}`, watched.length);
}

/** Whether two records have the same attempts: what was settled is what is there. */
function sameAttempts(a: OrderRecord | undefined, b: OrderRecord | undefined): boolean {
  const numbers = (record: OrderRecord | undefined) =>
    (record?.attempts ?? []).map(({ mchOrderNo }) => mchOrderNo).join();
  return numbers(a) === numbers(b);
}
