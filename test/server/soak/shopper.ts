// A person who buys one thing. What people do, they do: several tabs, reloads, double clicks, impatience. Two things a person
// does not do: pay again after having seen "paid" anywhere; and go on paying in a form that was declined, or of which nobody
// knows, once there is another one: both can be paid in then (and `onPaidTwice` tells).
import type { Sandbox } from '../../../src/sandbox/index.js';
import { sign } from '../../../src/server/index.js';
import type { Habit } from './conditions.js';
import { command } from './servers.js';
import { pause, type Random } from './random.js';

export interface Mall {
  readonly sandbox: Sandbox;
  /** The servers' ports. */
  readonly ports: readonly number[];
  readonly savedCards: readonly string[];
  /** What everybody does more often than anything else. */
  readonly habit: Habit | undefined;
  /** Told of each question and each payment: now is the time for something to go wrong. */
  step(): void;
  /** Counts what has happened. */
  count(what: string): void;
}

interface Tab {
  readonly mchOrderNo: string;
}

/** What the page hears of a payment. `unclear`: an outcome that nobody knows, at once asked for. `silent`: nothing. */
type Heard = 'paid' | 'failed' | 'unclear' | 'silent';

interface Told {
  readonly status?: number;
  readonly secureId?: string;
  readonly mchOrderNo?: string;
}

/** How often a page asks again where no answer comes. */
const TRIES = 60;
/** How often a shopper does what is their habit. */
const OF_HABIT = 0.7;
/** How often money is asked back before it is given up. */
const REFUND_TRIES = 40;
/** How often the element asks about an outcome that nobody knows. */
const QUESTIONS = 12;
const CARDS = [
  'approved',
  'approved-mastercard',
  'declined',
  'contradiction',
  'silent',
  'unknown-status',
  'broken',
];
const UNIONPAY = [
  'unionpay-approved',
  'unionpay-declined',
  'unionpay-timeout-paid',
  'unionpay-timeout-failed',
  'late-success',
];

export class ShopperModel {
  readonly order: string;
  /** Told "paid" anywhere. */
  sawPaid = false;
  /** The money was asked back, and the shop never said that it is given. */
  refused = false;
  readonly #mall: Mall;
  readonly #random: Random;
  readonly #channel: 'PF_CC' | 'UPI_EX';
  #tabs: Tab[] = [];
  /** The attempt of which a FAIL was heard, until there is a new form. */
  #failed: string | undefined;
  /** The attempts in whose forms a card was declined, or something was submitted of which nobody knows. */
  readonly #tried = new Set<string>();
  /** Something was submitted, and nobody has said what became of it. */
  #unclear = false;
  #key = 0;
  /** What the shopper did and heard, for whoever looks for a cause. */
  readonly journal: string[] = [];

  constructor(order: string, mall: Mall, random: Random) {
    this.order = order;
    this.#mall = mall;
    this.#random = random;
    const { habit } = mall;
    const isUnionPay = habit === undefined ? random.chance(0.3) : habit === 'false-hint';
    this.#channel = isUnionPay ? 'UPI_EX' : 'PF_CC';
  }

  #note(what: string): void {
    this.journal.push(`${performance.now().toFixed(0)} ms ${what}`);
  }

  /** Both forms may be paid in, the one of before a decline and the one of after it. */
  get keepsForms(): boolean {
    return this.#mall.habit === 'keeps-forms';
  }

  async shop(): Promise<void> {
    await this.#open();
    for (let steps = this.#random.between(2, 9); steps > 0 && !this.sawPaid; steps--) {
      if (this.#unclear) await this.#ask();
      else await this.#step();
      await pause(this.#random.between(0, 60));
    }
    if (this.#mall.habit === 'money-back' && this.sawPaid) await this.#askMoneyBack();
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const { habit } = this.#mall;
    const isTime = habit !== undefined && this.#tabs.length > 0 && random.chance(OF_HABIT);
    if (isTime) return this.#doAsUsual(habit);
    const dice = random.next();
    if (this.#tabs.length === 0 || dice < 0.1) {
      this.#mall.count('reload');
      // A reload takes the form of its page away.
      if (this.#tabs.length > 0) this.#close(random.pick(this.#tabs));
      return this.#open();
    }
    if (dice < 0.25) {
      this.#mall.count('second tab');
      return void (await Promise.all([this.#open(), this.#open()]));
    }
    if (dice < 0.4 && this.#channel === 'PF_CC') return this.#chargeSavedCard(random.chance(0.3) ? 2 : 1);
    if (dice < 0.46 && this.#channel === 'PF_CC') return this.#startOverPaid();
    await this.#pay();
  }

  async #doAsUsual(habit: Habit): Promise<void> {
    this.#mall.count(habit);
    switch (habit) {
      case 'starts-over-paid':
        return this.#startOverPaid();
      case 'form-and-card':
        return this.#pay(true);
      case 'double-card':
        return this.#chargeSavedCard(2);
      case 'false-hint':
        return this.#hintFalsely();
      case 'keeps-forms':
        return this.#payInBothForms();
      case 'forges':
        return this.#forge();
      case 'money-back':
        return this.#pay();
    }
  }

  #close(tab: Tab): void {
    this.#tabs = this.#tabs.filter((each) => each !== tab);
  }

  /** A page loads: it asks for a form. */
  async #open(): Promise<void> {
    const failed = this.#failed;
    const body = { mode: 'pay', order: this.order, channel: this.#channel, ...(failed && { failed }) };
    const told = await this.#post('secure-id', body);
    if (!told) return;
    if (told.secureId && told.mchOrderNo) {
      if (failed && this.#failed === failed) this.#failed = undefined;
      const { mchOrderNo } = told;
      if (!this.#tried.has(mchOrderNo))
        this.#tabs = this.#tabs.filter((tab) => !this.#tried.has(tab.mchOrderNo));
      this.#tabs.push({ mchOrderNo });
    } else this.#learn(told);
  }

  /** The shopper fills in the form: in one tab, or in two at once, or with a double click. */
  async #pay(isBeside = this.#channel === 'PF_CC' && this.#random.chance(0.1)): Promise<void> {
    const random = this.#random;
    const scenario = random.pick(
      this.#channel === 'UPI_EX' ? UNIONPAY : random.chance(0.4) ? CARDS.slice(0, 3) : CARDS,
    );
    const tab = random.pick(this.#tabs);
    const inTabs = [tab];
    if (random.chance(0.15)) {
      this.#mall.count('double click');
      inTabs.push(tab);
    }
    if (this.#tabs.length > 1 && random.chance(0.6)) {
      this.#mall.count('paid in every tab at once');
      inTabs.push(...this.#tabs.filter((each) => each !== tab));
    }
    const charging = isBeside ? this.#charge('no') : undefined;
    // The form is sent while the other is on its way.
    if (isBeside) await pause(random.between(0, 100));
    const [charged, ...heard] = await Promise.all([
      charging,
      ...inTabs.map(({ mchOrderNo }) => this.#submit(mchOrderNo, scenario)),
    ]);
    if (isBeside) this.#mall.count('saved card and form at once');
    if (charged === 'paid' || heard.includes('paid')) this.sawPaid = true;
    else if (heard.includes('unclear') || heard.includes('silent') || charged === 'unclear') {
      this.#unclear = true;
      // The element's first question leaves in the moment of the outcome, and no reload takes it back.
      if (heard.includes('unclear')) await this.#question(tab);
    } else {
      this.#mall.count('declined');
      // Another card in the same form, or a start-over; whichever it is, the other tabs are closed.
      this.#tabs = [tab];
      if (random.chance(0.7)) {
        this.#failed = tab.mchOrderNo;
        await this.#open();
      }
    }
  }

  async #submit(mchOrderNo: string, scenario: string): Promise<Heard> {
    this.#tried.add(mchOrderNo);
    const heard = await this.#send(mchOrderNo, scenario);
    this.#note(`paid in ${mchOrderNo} with ${scenario}: ${heard}`);
    return heard;
  }

  async #send(mchOrderNo: string, scenario: string): Promise<Heard> {
    let events: readonly unknown[];
    this.#mall.step();
    try {
      ({ events } = await this.#mall.sandbox.pay(mchOrderNo, { scenario }));
    } catch {
      // The form said no more than that it can't be: paid already, busy with the other click, or broken.
      return 'silent';
    }
    const last = events.at(-1) as
      { result?: string; detail?: { status?: number; retCode?: string } } | undefined;
    const text = JSON.stringify(last ?? '');
    if (/time.?out/i.test(text)) {
      this.#mall.count('Timeout');
      return 'unclear';
    }
    if (last?.result === 'FAIL') return 'failed';
    const status = last?.detail?.status;
    return last?.result === 'SUCCESS' && (status === 2 || status === 3) ? 'paid' : 'unclear';
  }

  /** Declined in one tab, paid in the other, whose answer is lost; then started over in the first. */
  async #startOverPaid(): Promise<void> {
    this.#mall.count('started over although it is paid');
    const { mchOrderNo } = this.#random.pick(this.#tabs);
    const first = await this.#submit(mchOrderNo, 'declined');
    if (first === 'unclear') await this.#question({ mchOrderNo });
    if (first !== 'failed') return void (this.#unclear = true);
    await this.#submit(mchOrderNo, 'silent');
    this.#failed = mchOrderNo;
    await this.#open();
  }

  /** The page asks what became of it, until it knows, or the shopper reloads. */
  async #ask(): Promise<void> {
    const tab = this.#tabs.at(-1);
    if (!tab || this.#random.chance(0.15)) {
      this.#mall.count('reload while nothing is known');
      if (tab) this.#close(tab);
      this.#unclear = false;
      return this.#open();
    }
    for (let i = 0; i < QUESTIONS && !this.sawPaid; i++) {
      if (await this.#question(tab)) return;
      await pause(250);
    }
  }

  /**
   * The page asks what became of it.
   * @returns whether it has failed: the shopper starts over
   */
  async #question(tab: Tab): Promise<boolean> {
    const { mchOrderNo } = tab;
    const body = { mode: 'pay', order: this.order, channel: this.#channel, mchOrderNo };
    const told = await this.#post('order-status', body);
    if (told) this.#learn(told);
    if (told?.status !== 9 && told?.status !== 0) return false;
    this.#unclear = false;
    this.#tabs = [tab];
    this.#failed = mchOrderNo;
    await this.#open();
    return true;
  }

  /** The form is taken off the page, and a saved card is charged; now and then with a double click. */
  async #chargeSavedCard(clicks: number): Promise<void> {
    this.#tabs = [];
    this.#mall.count('saved card');
    const heard = await Promise.all(Array.from({ length: clicks }, () => this.#charge('yes')));
    if (heard.includes('paid')) this.sawPaid = true;
  }

  async #charge(formClosed: 'yes' | 'no'): Promise<Heard> {
    const cardId = this.#random.pick(this.#mall.savedCards);
    const port = this.#random.pick(this.#mall.ports);
    try {
      const { state } = (await command(port, '/charge', { order: this.order, cardId, formClosed })) as {
        state: string;
      };
      this.#note(`charged ${cardId}, formClosed ${formClosed}: ${state}`);
      if (state === 'paid') return 'paid';
      return state === 'unknown' ? 'unclear' : 'failed';
    } catch (error) {
      this.#note(`charged ${cardId}, formClosed ${formClosed}: ${String(error)}`);
      this.#mall.count('a charge without an answer');
      return 'unclear';
    }
  }

  /** Nobody knows what became of it, and the page says all the same that it has failed. */
  async #hintFalsely(): Promise<void> {
    const tab = this.#random.pick(this.#tabs);
    const heard = await this.#submit(tab.mchOrderNo, 'unionpay-timeout-paid');
    if (heard !== 'unclear' || (await this.#question(tab)) || this.sawPaid) return;
    this.#tabs = [];
    this.#failed = tab.mchOrderNo;
    this.#unclear = false;
    await this.#open();
  }

  async #payInBothForms(): Promise<void> {
    const first = this.#random.pick(this.#tabs);
    if ((await this.#submit(first.mchOrderNo, 'declined')) !== 'failed') return void (this.#unclear = true);
    this.#failed = first.mchOrderNo;
    await this.#open();
    const heard: Heard[] = [];
    for (const { mchOrderNo } of [...this.#tabs, first])
      heard.push(await this.#submit(mchOrderNo, 'approved'));
    if (heard.includes('paid')) this.sawPaid = true;
    else this.#unclear = true;
  }

  /** Notifications as the gateway signs them, of what is not the payment of this order. */
  async #forge(): Promise<void> {
    const { mchOrderNo } = this.#random.pick(this.#tabs);
    const { mchId, merchantKey } = this.#mall.sandbox.merchant;
    const payment = { mchId, mchOrderNo, payOrderId: 'PC1', currency: 'CAD', amount: 1999, status: 2 };
    const forged = this.#random.pick([
      { ...payment, amount: 1 },
      { ...payment, originalOrderId: 'PC2' },
      { ...payment, payType: 'refund' },
    ]);
    const body = JSON.stringify({ ...forged, sign: sign(forged, merchantKey) });
    const port = this.#random.pick(this.#mall.ports);
    // The server may be down, or die over it.
    await fetch(`http://127.0.0.1:${port}/pay/notify`, { method: 'POST', body }).catch(() => undefined);
    this.#note(`forged ${JSON.stringify(forged)}`);
  }

  async #askMoneyBack(): Promise<void> {
    this.refused = true;
    for (let i = 0; i < REFUND_TRIES && this.refused; i++) {
      this.#mall.step();
      try {
        const done = await command(this.#random.pick(this.#mall.ports), '/refund', { order: this.order });
        this.#note(`given back: ${JSON.stringify(done)}`);
        this.refused = false;
      } catch (error) {
        this.#note(`asked back: ${String(error)}`);
        await pause(250);
      }
    }
  }

  #learn({ status }: Told): void {
    if (status === 2 || status === 3) this.sawPaid = true;
    this.#unclear = status === 1;
  }

  /** As the element sends it: again until there is an answer, with the same Idempotency-Key. */
  async #post(route: string, body: Readonly<Record<string, string>>): Promise<Told | undefined> {
    const random = this.#random;
    const key = `${this.order}-${(this.#key += 1)}`;
    this.#mall.step();
    for (let i = 0; i < TRIES; i++) {
      const signal = random.chance(0.08)
        ? AbortSignal.timeout(random.between(1, 40))
        : AbortSignal.timeout(15_000);
      try {
        const response = await fetch(`http://127.0.0.1:${random.pick(this.#mall.ports)}/pay/${route}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify(body),
          signal,
        });
        const told = (await response.json()) as Told;
        this.#note(
          `${key} ${route} ${JSON.stringify(body)}: HTTP ${response.status} ${told.mchOrderNo} ${told.status}`,
        );
        if (response.ok) return told;
        this.#mall.count(`HTTP ${response.status}`);
      } catch (error) {
        this.#note(`${key} ${route}: ${String(error)}`);
        this.#mall.count('an answer was lost');
      }
      await pause(random.between(50, 300));
    }
    this.#mall.count('gave up');
    return undefined;
  }
}
