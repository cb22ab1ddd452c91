import { isPaid, type OrderStatus } from '../gateway/status.js';
import type { Result, Session } from './gateway.js';
import type { Card, Order } from './ledger.js';
import type { FormAnswer, ScriptReport } from './protocol.js';
import type { Quirks } from './quirks.js';
import type { Plan } from './scenarios.js';

/** The merchant that the sandbox knows; all three as IOTPay assigns them. */
export interface SandboxMerchant {
  readonly mchId: string;
  /** Begins with `sandbox`, so that nobody takes it for a real one. */
  readonly merchantKey: string;
  readonly loginName: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** As documented: no `detail`, the order must be queried. */
const TIMEOUT_EVENT: Fields = { result: 'FAIL', message: 'Timeout' };

export interface WireOptions {
  readonly origin: () => string;
  readonly merchant: SandboxMerchant;
  readonly quirks: () => Quirks;
  readonly unionPay: { readonly tries: number; readonly intervalMs: number };
}

/** What a report is about. */
interface About {
  readonly status: OrderStatus;
  readonly message: string;
  readonly as: NonNullable<Plan['report']> | 'refusal';
}

/** How IOTPay words things: the fields of an order and of a card, and what the script reports. */
export class Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** Fields as the gateway sends them: with the quirks in them that concern fields. */
  fields(fields: Fields): Record<string, unknown> {
    const quirks = this.#options.quirks();
    let entries = Object.entries(fields);
    if (quirks.extraFields) {
      entries = [...entries, ['sandboxVersion', 1], ['remark', 'undocumented']];
      entries.reverse();
    }
    const written = (value: unknown) =>
      quirks.statusAsString && typeof value === 'number' ? String(value) : value;
    return Object.fromEntries(entries.map(([name, value]) => [name, written(value)]));
  }

  /** An order as the API's answers, the callback and notifications have it. */
  order(order: Order): Record<string, unknown> {
    const { paidAt } = order;
    const digits = order.payOrderId.slice(-6);
    const numbered = (letter: string) => (paidAt === undefined ? '' : `${letter}${digits}`);
    return this.fields({
      payOrderId: order.payOrderId,
      mchId: this.#options.merchant.mchId,
      mchOrderNo: order.mchOrderNo,
      originalOrderId: order.originalOrderId ?? '',
      currency: order.currency,
      amount: order.amount,
      payType: order.payType,
      refundable: order.refundable,
      status: order.status,
      paySuccTime: paidAt === undefined ? '' : new Date(paidAt).toISOString().slice(0, 19).replace('T', ' '),
      cardNum: order.cardNum ?? '',
      cardType: order.cardType ?? '',
      expiryDate: order.expiryDate ?? '',
      invoiceNum: numbered('I'),
      authNum: numbered('A'),
      transNum: numbered('T'),
      channel: order.channel,
      ...(order.channel === 'CC_CA' || order.channel === 'CC_CG' ? { capture: 'Y' } : {}),
    });
  }

  /** @param more - what is sent with it */
  card({ cardId, cardNum, expiryDate, holder }: Card, more: Fields): Record<string, unknown> {
    return this.fields({ cardId, cardNum, expiryDate, holder, ...more });
  }

  /** What purchase and add card answer with. */
  opened(page: 'purchase' | 'addcard', { secureId, channel }: Session): Record<string, unknown> {
    const redirectUrl = `${this.#options.origin()}/cc/${page}?key=${secureId}`;
    return this.fields(page === 'purchase' ? { redirectUrl, secureId } : { redirectUrl, secureId, channel });
  }

  /** What the form is told. */
  answer(result: Result): FormAnswer {
    switch (result.kind) {
      case 'decided':
        return this.#decided(result.session, result.plan);
      case 'poll':
        return this.#poll(result.session, result.plan);
      case 'closed':
        return this.#closed(result.session, result.text);
      case 'wrong-card':
        return { kind: 'refused', text: result.text };
      case 'pending':
      case 'broken':
        return { kind: result.kind };
    }
  }

  #decided(session: Session, plan: Plan): FormAnswer {
    if (plan.report === 'never') return { kind: 'silent' };
    const status = statusOf(session);
    const message = plan.message ?? 'Failed';
    return {
      kind: 'report',
      paid: isPaid(status),
      over: status !== 9 || this.#options.quirks().spentByFail,
      text: status === 9 ? message : '',
      report: this.#report(session, { status, message, as: plan.report ?? 'plain' }),
    };
  }

  #closed(session: Session | undefined, text: string): FormAnswer {
    const status = session?.target.kind === 'order' ? session.target.order.status : 9;
    return {
      kind: 'report',
      paid: session !== undefined && isPaid(statusOf(session)),
      over: true,
      text,
      report: this.#report(session, { status, message: text, as: 'refusal' }),
    };
  }

  #poll(session: Session, plan: Plan): FormAnswer {
    const { tries, intervalMs } = this.#options.unionPay;
    return {
      kind: 'poll',
      tries,
      intervalMs,
      keepsAsking: plan.keepsAsking ?? false,
      timeout: {
        calls: this.#shaped(TIMEOUT_EVENT, false),
        ...this.#manner(),
        next: returnTo(session, 'FAIL', 'Timeout'),
      },
    };
  }

  #report(session: Session | undefined, about: About): ScriptReport {
    const { status, message, as } = about;
    const failed = as === 'refusal' || status === 9;
    const next = session && returnTo(session, failed ? 'FAIL' : 'SUCCESS', failed ? message : '');
    const event = this.#event(session, failed, about, next);
    const clear = as === 'plain' && (failed || session?.target.kind !== 'order' || isPaid(status));
    // The odd reports say what they say in one shape only.
    const odd = as === 'strange' || as === 'contradiction' || as === 'no-detail';
    return {
      calls: [
        ...(as === 'nonsense-first' ? [undefined, null, 'done', {}] : []),
        ...(odd ? [event] : this.#shaped(event, clear)),
      ],
      ...this.#manner(),
      next,
    };
  }

  /** The event as it is documented, but for what the scenario asks for. */
  #event(
    session: Session | undefined,
    failed: boolean,
    { message, as }: About,
    next: string | undefined,
  ): Fields {
    const word = failed ? 'FAIL' : 'SUCCESS';
    const retData = this.#retData(session);
    if (as === 'redirect') retData['redirectUrl'] = next;
    if (as === 'unsafe-redirect') retData['redirectUrl'] = 'javascript:alert(document.domain)';
    const retCode = as === 'contradiction' ? 'FAIL' : word;
    return {
      result: as === 'strange' ? 'PROCESSED' : word,
      ...(failed ? { message } : {}),
      ...(as === 'no-detail' ? {} : { detail: { retCode, retMsg: failed ? message : '', retData } }),
    };
  }

  #retData(session: Session | undefined): Record<string, unknown> {
    if (!session) return {};
    const { target } = session;
    if (target.kind === 'order') return this.order(target.order);
    return this.card(target.card, { channel: target.card.channel });
  }

  /**
   * A documented event in the shape that the quirks give it.
   * @param clear - nothing gets lost without `detail`
   */
  #shaped(event: Fields, clear: boolean): readonly unknown[] {
    const { result, message, detail } = event;
    const quirks = this.#options.quirks();
    if (quirks.oldCallbackShape) {
      return [detail ?? { retCode: result, retMsg: message ?? '', retData: {} }];
    }
    if (quirks.noDetail && clear) return [message === undefined ? { result } : { result, message }];
    return [event];
  }

  #manner(): { repeat: boolean; lateMs: number } {
    const { repeatedCallbacks, lateCallback } = this.#options.quirks();
    return { repeat: repeatedCallbacks, lateMs: lateCallback };
  }
}

/** A card has no status: saved is like paid, and not saved is like failed. */
function statusOf({ target }: Session): OrderStatus {
  if (target.kind === 'order') return target.order.status;
  return target.card.saved ? 2 : 9;
}

/**
 * Where the hosted page sends the shopper. The merchant's own query and fragment stay as they are written; what the
 * gateway adds stands behind the query.
 */
function returnTo(session: Session, retCode: string, retMsg: string): string | undefined {
  if (!session.returnUrl) return undefined;
  const { target } = session;
  const added = new URLSearchParams(target.kind === 'order' ? { mchOrderNo: target.order.mchOrderNo } : {});
  added.set('retCode', retCode);
  added.set('retMsg', retMsg);
  if (target.kind === 'order') added.set('status', String(target.order.status));
  const [address = '', ...fragment] = session.returnUrl.split('#');
  const hash = fragment.length > 0 ? `#${fragment.join('#')}` : '';
  return `${address}${address.includes('?') ? '&' : '?'}${added}${hash}`;
}
