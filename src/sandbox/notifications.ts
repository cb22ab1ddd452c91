import { isLoopback } from '../gateway/origins.js';
import { sign } from '../server/signature.js';
import type { Books, NotificationEntry, Order } from './ledger.js';
import type { Delivery, Notifier } from './notifier.js';
import { signPhpWay, withOddFields } from './php-signature.js';
import type { NotificationFormat, Quirks } from './quirks.js';
import type { Wire } from './wire.js';

/** Loses, delays and doubles notifications, for tests of a merchant's backend. `reset()` ends all of it. */
export interface NotificationControls {
  /** Holds every notification back, and every further try, until `resume()`. */
  pause(): void;
  /** Sends what was held back. */
  resume(): void;
  /** The next notifications are never sent. @param count - how many; default 1, `Infinity`: all */
  drop(count?: number): void;
  /** The next notifications are sent twice at the same moment. @param count - how many; default 1, `Infinity`: all */
  double(count?: number): void;
  /**
   * The next notifications are sent later than they would be, in milliseconds of the sandbox's time.
   * @param count - how many; default 1, `Infinity`: all
   */
  delay(milliseconds: number, count?: number): void;
}

export interface NotificationsOptions {
  readonly books: Books;
  readonly wire: Wire;
  readonly merchantKey: string;
  readonly quirks: () => Quirks;
  readonly notifier: Notifier;
  readonly log: (line: string) => void;
}

/** Writes and signs a notification for each payment, and decides what becomes of it. */
export class Notifications {
  readonly #options: NotificationsOptions;
  #drops = 0;
  #doubles = 0;
  #delays = 0;
  #delayMs = 0;

  constructor(options: NotificationsOptions) {
    this.#options = options;
  }

  readonly controls: NotificationControls = Object.freeze({
    pause: () => this.#options.notifier.pause(),
    resume: () => this.#options.notifier.resume(),
    drop: (count = 1) => {
      this.#drops = readCount('drop', count);
    },
    double: (count = 1) => {
      this.#doubles = readCount('double', count);
    },
    delay: (milliseconds: number, count = 1) => {
      if (!(milliseconds >= 0 && milliseconds < Infinity)) {
        throw new TypeError(`notifications.delay: expected milliseconds of 0 or more, got ${milliseconds}.`);
      }
      this.#delays = readCount('delay', count);
      this.#delayMs = milliseconds;
    },
  });

  /** Notifies of an order, where the merchant has said where to. */
  send(order: Order): void {
    if (!order.notifyUrl) return;
    const { books, notifier, log, quirks } = this.#options;
    const { notificationFormat, repeatedNotifications } = quirks();
    const { json, form } = this.#write(order, notificationFormat);
    const entry: NotificationEntry = {
      url: order.notifyUrl,
      mchOrderNo: order.mchOrderNo,
      payOrderId: order.payOrderId,
      body: JSON.parse(json) as Record<string, unknown>,
      json,
      attempts: [],
      acknowledged: false,
      blocked: false,
      dropped: false,
    };
    books.addNotification(entry);
    const url = new URL(order.notifyUrl);
    if (!isLoopback(url.hostname)) {
      entry.blocked = true;
      log(`Not notified: ${url.origin} is not on loopback, and the sandbox sends nothing off the machine.`);
      return;
    }
    entry.dropped = this.#drops > 0;
    const copies = this.#doubles > 0 ? 2 : 1;
    const delayMs = this.#delays > 0 ? this.#delayMs : 0;
    this.#drops = Math.max(0, this.#drops - 1);
    this.#doubles = Math.max(0, this.#doubles - 1);
    this.#delays = Math.max(0, this.#delays - 1);
    if (entry.dropped) return log(`Not notified of ${order.mchOrderNo}: dropped, as asked for.`);
    const delivery = { ...written(url, notificationFormat, json, form), copies, delayMs };
    notifier.send(entry, { ...delivery, again: repeatedNotifications });
  }

  reset(): void {
    this.#drops = this.#doubles = this.#delays = this.#delayMs = 0;
    this.#options.notifier.clear();
    this.#options.notifier.resume();
  }

  #write(order: Order, format: NotificationFormat): { json: string; form: string } {
    const { wire, merchantKey, quirks } = this.#options;
    const fields = wire.order(order);
    if (!quirks().signsOtherWay) {
      const all = { ...fields, sign: sign(fields, merchantKey) };
      const texts = Object.entries(all).map(([name, value]): [string, string] => [name, String(value)]);
      return { json: JSON.stringify(all), form: new URLSearchParams(texts).toString() };
    }
    const isText = format === 'form' || format === 'query';
    // In a form nothing stands for null and false: PHP leaves such a field out.
    const odd = withOddFields(fields).filter(({ json }) => !isText || (json !== 'null' && json !== 'false'));
    const signature = signPhpWay(odd, merchantKey);
    const all = [...odd, { name: 'sign', json: JSON.stringify(signature), text: signature }];
    return {
      json: `{${all.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join(',')}}`,
      form: new URLSearchParams(all.map(({ name, text }) => [name, text])).toString(),
    };
  }
}

/** A notification as it goes over the wire. */
function written(
  url: URL,
  format: NotificationFormat,
  json: string,
  form: string,
): Pick<Delivery, 'url' | 'contentType' | 'body'> {
  switch (format) {
    case 'json':
      return { url, contentType: 'application/json;charset=UTF-8', body: json };
    case 'text':
      return { url, contentType: 'text/plain', body: json };
    case 'form':
      return { url, contentType: 'application/x-www-form-urlencoded', body: form };
    case 'params':
      return {
        url,
        contentType: 'application/x-www-form-urlencoded',
        body: new URLSearchParams({ params: json }).toString(),
      };
    case 'query': {
      const address = new URL(url);
      address.search += `${address.search ? '&' : ''}${form}`;
      return { url: address, contentType: 'application/x-www-form-urlencoded', body: '' };
    }
  }
}

function readCount(name: string, count: number): number {
  if (count === Infinity || (Number.isInteger(count) && count >= 0)) return count;
  throw new TypeError(
    `notifications.${name}: expected a whole number of notifications, or Infinity, got ${count}.`,
  );
}
