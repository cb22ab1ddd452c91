// A small backend over IOTPay's calls, right but for what a test breaks in it. It keeps the rules of WIRE.md in memory, in
// one process, and is for these tests only.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createIotpay, IotpayGatewayError, type Iotpay } from '../../src/server/index.js';
import { parseNotification } from '../../src/server/notification.js';
import type { Sandbox } from '../../src/sandbox/index.js';

/** Each of these breaks one thing. */
export type Fault =
  | 'sends-dollars'
  | 'status-2-only'
  | 'numbers-only'
  | 'forgets-keys'
  | 'key-alone'
  | 'no-lock'
  | 'always-new'
  | 'frame-removed-blocks'
  | 'never-asks'
  | 'needs-number'
  | 'any-number'
  | 'browser-price'
  | 'timeout-is-failure'
  | 'timeout-for-ever'
  | 'believes-failed'
  | 'same-form-after-decline'
  | 'newest-only'
  | 'never-acknowledges'
  | 'ships-again'
  | 'page-way-only'
  | 'json-only'
  | 'refuses-unverified'
  | 'no-signature'
  | 'any-amount'
  | 'any-currency'
  | 'reopens-odd-payment'
  | 'any-merchant'
  | 'refund-is-payment'
  | 'any-status'
  | 'cross-site'
  | 'any-method'
  | 'any-type'
  | 'crashes-on-json'
  | 'any-mode'
  | 'any-size'
  | 'cached'
  | 'empty-form'
  | 'dead-after-failure'
  | 'same-number'
  | 'form-over-silence'
  | 'forgets'
  | 'add-charges'
  | 'leaks-key';

interface Attempt {
  readonly no: string;
  readonly order: string;
  readonly secureId: string;
  status: number;
  told: boolean;
}

interface Answer {
  readonly http: number;
  readonly body: object | string;
}

class Refused extends Error {
  readonly http: number;
  constructor(http: number, message: string) {
    super(message);
    this.http = http;
  }
}

const LIMIT = 64 * 1024;
const PRICE = 1999;
const isPaid = (status: unknown) => Number(status) === 2 || Number(status) === 3;
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

export class PlainShop {
  readonly shipped = new Map<string, number>();
  readonly #fault: Fault | undefined;
  readonly #sandbox: Sandbox;
  readonly #iotpay: Iotpay;
  readonly #here: string;
  #attempts: Attempt[] = [];
  #keys = new Map<string, { body: string; answer: Answer }>();
  #broken = new Set<string>();
  #locks = new Map<string, Promise<unknown>>();
  #count = 0;

  constructor(here: string, sandbox: Sandbox, fault: Fault | undefined) {
    this.#here = here;
    this.#fault = fault;
    this.#sandbox = sandbox;
    this.#iotpay = createIotpay({ ...sandbox.merchant, gatewayOrigin: sandbox.origin });
  }

  /** What a restart loses. */
  restart(): void {
    if (this.#fault === 'forgets') this.#attempts = [];
  }

  readonly handle: RequestListener = (request, response) => {
    void this.#serve(request)
      .catch((error: unknown): Answer => {
        const known = error instanceof Refused ? error.http : error instanceof IotpayGatewayError ? 502 : 500;
        const key = this.#is('leaks-key') ? this.#sandbox.merchant.merchantKey : '';
        return { http: known, body: { retCode: 'FAIL', retMsg: `refused ${key}` } };
      })
      .then((answer) => this.#write(response, answer));
  };

  #is(fault: Fault): boolean {
    return this.#fault === fault;
  }

  #write(response: ServerResponse, { http, body }: Answer): void {
    const isText = typeof body === 'string';
    response.writeHead(http, {
      'Content-Type': isText ? 'text/plain' : 'application/json',
      'Cache-Control': this.#is('cached') ? 'max-age=60' : 'no-store',
    });
    response.end(isText ? body : JSON.stringify(body));
  }

  async #serve(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', this.#here);
    const route = url.pathname.split('/').at(-1);
    if (request.method !== 'POST' && !this.#is('any-method')) throw new Refused(405, 'POST');
    const body = await this.#bodyOf(request);
    if (route === 'notify')
      return {
        http: 200,
        body: await this.#notified(request.headers['content-type'] ?? '', body, url.search),
      };
    if (request.method !== 'POST') return { http: 200, body: {} };
    this.#checkPage(request);
    const data = this.#parse(body);
    if (route === 'order-status') return this.#status(data);
    return this.#secureId(data, body, String(request.headers['idempotency-key'] ?? ''));
  }

  async #bodyOf(request: IncomingMessage): Promise<string> {
    let body = '';
    request.setEncoding('utf8');
    for await (const chunk of request) {
      body += String(chunk);
      if (body.length > LIMIT && !this.#is('any-size')) throw new Refused(413, 'too large');
    }
    return body;
  }

  #checkPage({ headers }: IncomingMessage): void {
    const site = headers['sec-fetch-site'];
    const foreign = site ? site !== 'same-origin' : headers.origin && headers.origin !== this.#here;
    if (foreign && !this.#is('cross-site')) throw new Refused(403, 'another site');
    const isJson = headers['content-type']?.startsWith('application/json');
    if (!isJson && !this.#is('any-type')) throw new Refused(415, 'JSON');
  }

  #parse(body: string): Record<string, unknown> {
    let data: unknown;
    try {
      data = JSON.parse(body);
    } catch (error) {
      if (this.#is('crashes-on-json')) throw error;
      throw new Refused(400, 'no JSON');
    }
    if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Refused(400, 'no object');
    const { mode } = data as { mode?: unknown };
    if (mode !== 'pay' && mode !== 'add' && !this.#is('any-mode')) throw new Refused(400, 'mode');
    return data as Record<string, unknown>;
  }

  async #secureId(data: Record<string, unknown>, body: string, key: string): Promise<Answer> {
    const known = key ? this.#keys.get(key) : undefined;
    if (known && this.#is('key-alone')) return known.answer;
    if (known && known.body !== body) throw new Refused(409, 'another body');
    if (data['mode'] === 'add') {
      if (known) return known.answer;
      return this.#remember(key, body, await this.#addCard());
    }
    const order = text(data['orderId']);
    if (known && !this.#is('forgets-keys') && !this.#broken.has(order)) {
      const paid = this.#attempts.some((each) => each.order === order && isPaid(each.status));
      if (!paid) return known.answer;
    }
    const answer = await this.#locked(order, () => this.#form(order, data));
    return this.#remember(key, body, answer);
  }

  #remember(key: string, body: string, answer: Answer): Answer {
    if (key) this.#keys.set(key, { body, answer });
    return answer;
  }

  async #addCard(): Promise<Answer> {
    const cardId = `card${++this.#count}`;
    const returnUrl = `${this.#here}/thanks`;
    if (this.#is('add-charges')) return this.#make('add', PRICE);
    const { secureId } = await this.#iotpay.addCard({ cardId, channel: 'PF_CC', returnUrl });
    return { http: 200, body: { secureId } };
  }

  /** One after the other for each order. */
  async #locked<T>(order: string, work: () => Promise<T>): Promise<T> {
    if (this.#is('no-lock')) return work();
    const before = this.#locks.get(order) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#locks.set(
      order,
      mine.catch(() => {}),
    );
    return mine;
  }

  async #form(order: string, data: Record<string, unknown>): Promise<Answer> {
    if (this.#is('dead-after-failure') && this.#broken.has(order)) throw new Refused(409, 'tried before');
    await this.#settle(order);
    const own = this.#attempts.filter((each) => each.order === order);
    const looked = this.#is('newest-only') ? own.slice(-1) : own;
    const paid = looked.find(({ status }) => isPaid(status));
    if (paid) return { http: 200, body: { status: paid.status, mchOrderNo: paid.no } };
    const undecided = own.find(({ told, status }) => told && status !== 9);
    const hinted = this.#is('believes-failed') && data['failed'] !== undefined;
    if (undecided && !hinted && !this.#is('timeout-is-failure'))
      return { http: 200, body: { status: 1, mchOrderNo: undecided.no } };
    const latest = own.at(-1);
    const open = latest && (latest.status !== 9 || this.#is('same-form-after-decline'));
    if (
      open &&
      !undecided &&
      !this.#is('always-new') &&
      !this.#is('forgets-keys') &&
      data['failed'] !== latest.no
    )
      return this.#shared(latest);
    if (open && this.#is('same-form-after-decline')) return this.#shared(latest);
    return this.#make(order, this.#is('browser-price') ? Number(data['amount'] ?? PRICE) : PRICE);
  }

  #shared({ secureId, no }: Attempt): Answer {
    return { http: 200, body: { secureId, mchOrderNo: no } };
  }

  async #make(order: string, amount: number): Promise<Answer> {
    const no = this.#is('same-number') ? `n${order}` : `n${++this.#count}x${Date.now().toString(36)}`;
    try {
      const { secureId } = await this.#iotpay.purchase({
        mchOrderNo: no,
        amount,
        currency: 'CAD',
        channel: 'PF_CC',
        notifyUrl: `${this.#here}/pay/notify`,
        returnUrl: `${this.#here}/thanks`,
      });
      this.#attempts.push({ no, order, secureId, status: 0, told: false });
      const told = this.#is('sends-dollars') ? { amount: amount / 100 } : {};
      return { http: 200, body: { secureId, mchOrderNo: no, ...told } };
    } catch (error) {
      this.#broken.add(order);
      if (this.#is('empty-form')) return { http: 200, body: { secureId: '' } };
      throw error;
    }
  }

  async #settle(order: string): Promise<void> {
    if (this.#is('never-asks')) return;
    for (const attempt of this.#attempts) {
      if (attempt.order !== order || isPaid(attempt.status)) continue;
      try {
        const found = await this.#iotpay.queryOrder({ mchOrderNo: attempt.no });
        const paid = this.#is('status-2-only') ? found.status === 2 : isPaid(found.status);
        if (paid) this.#paid(attempt, found.status);
        else attempt.status = found.status === 9 ? 9 : 0;
      } catch (error) {
        if (!this.#is('form-over-silence')) throw error;
      }
    }
  }

  #paid(attempt: Attempt, status = 2): void {
    const first = !this.#attempts.some(({ order, status: s }) => order === attempt.order && isPaid(s));
    attempt.status = status;
    if (first || this.#is('ships-again'))
      this.shipped.set(attempt.order, (this.shipped.get(attempt.order) ?? 0) + 1);
  }

  async #status(data: Record<string, unknown>): Promise<Answer> {
    const order = text(data['orderId']);
    const asked = data['mchOrderNo'];
    if (asked === undefined && this.#is('needs-number')) throw new Refused(400, 'mchOrderNo');
    const attempt = this.#attempts.findLast(
      (each) =>
        (each.order === order || this.#is('any-number')) && (asked === undefined || each.no === text(asked)),
    );
    if (!attempt) throw new Refused(404, 'no such payment');
    if (data['frameRemoved'] !== true || this.#is('frame-removed-blocks')) attempt.told = true;
    await this.#settle(attempt.order).catch(() => {});
    const paid = this.#attempts.find((each) => each.order === attempt.order && isPaid(each.status));
    if (paid) return { http: 200, body: { status: paid.status, mchOrderNo: attempt.no } };
    const failed = attempt.status === 9 && !this.#is('timeout-for-ever');
    return { http: 200, body: { status: failed ? 9 : 1, mchOrderNo: attempt.no } };
  }

  async #notified(type: string, body: string, search: string): Promise<string> {
    if (this.#is('never-acknowledges')) return 'OK';
    const fields = this.#is('json-only')
      ? (JSON.parse(body) as Record<string, unknown>)
      : parseNotification(body, type, search);
    if (!fields) throw new Refused(400, 'no notification');
    const attempt = this.#attempts.find(({ no }) => no === text(fields['mchOrderNo']));
    if (!attempt) throw new Refused(404, 'no such attempt');
    if (!this.#verified(fields)) {
      if (this.#is('refuses-unverified') || this.#is('page-way-only')) throw new Refused(400, 'sign');
      await this.#settle(attempt.order);
      if (!isPaid(attempt.status)) throw new Refused(400, 'sign');
      return 'SUCCESS';
    }
    const isRefund = text(fields['payType']) === 'refund' || !!fields['originalOrderId'];
    if (isRefund && !this.#is('refund-is-payment')) return 'SUCCESS';
    return this.#heard(attempt, fields);
  }

  /** A verified notification of a payment. */
  #heard(attempt: Attempt, fields: Record<string, unknown>): string {
    const status = Number(fields['status']);
    if (this.#is('numbers-only') && typeof fields['status'] !== 'number') throw new Refused(400, 'status');
    if (!isPaid(status) && !this.#is('any-status')) {
      if (status === 0 || status === 1) attempt.told = true;
      return 'SUCCESS';
    }
    const wrongAmount =
      Number(fields['amount']) !== PRICE && !this.#is('any-amount') && !this.#is('refund-is-payment');
    const wrongCurrency = fields['currency'] !== 'CAD' && !this.#is('any-currency');
    if (wrongAmount || wrongCurrency) {
      attempt.told ||= !this.#is('reopens-odd-payment');
      throw new Refused(409, wrongAmount ? 'amount' : 'currency');
    }
    if (!isPaid(attempt.status) || this.#is('ships-again')) this.#paid(attempt, isPaid(status) ? status : 2);
    return 'SUCCESS';
  }

  #verified(fields: Record<string, unknown>): boolean {
    if (this.#is('no-signature')) return true;
    const { merchant, origin } = this.#sandbox;
    const mchId = this.#is('any-merchant') ? text(fields['mchId']) : merchant.mchId;
    try {
      createIotpay({ ...merchant, mchId, gatewayOrigin: origin }).verifyNotification(fields);
      // The PHP SDK's way shows by the fields in it.
      return !(this.#is('page-way-only') && Object.hasOwn(fields, 'disputed'));
    } catch {
      return false;
    }
  }
}
