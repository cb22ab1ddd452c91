import type { Charge } from '../../../src/sandbox/index.js';
import { nameOf } from '../../../src/server/checkout/record.js';
import type { Delivered } from './shop.js';

/** A delivery as it was written down. */
export interface DeliveredAt extends Delivered {
  /** By `performance.now()`. */
  readonly atMs: number;
}

/** One order at the end. */
export interface Ended {
  readonly order: string;
  /** The shopper was told "paid". */
  readonly sawPaid: boolean;
  /** Two forms may both be paid in: then `onPaidTwice` must tell. */
  readonly keepsForms?: boolean;
  /** What the shop says; `undefined`: it could not be asked. */
  readonly standing:
    { readonly state: string; readonly payment?: { readonly mchOrderNo: string } } | undefined;
}

/** What everything is judged by. */
export interface Evidence {
  readonly orders: readonly Ended[];
  /** The sandbox's own books: each time that money moved. */
  readonly charges: readonly Charge[];
  /** The mchOrderNos of which the gateway itself says that they are not decided: nobody can know more. */
  readonly undecided: readonly string[];
  readonly deliveries: readonly DeliveredAt[];
  /** When a server's process was killed, by `performance.now()`. */
  readonly killedAt: (run: number) => number | undefined;
}

/** What must never be: one line each. PURE. */
export function judge({ orders, charges, undecided, deliveries, killedAt }: Evidence): string[] {
  const violations: string[] = [];
  const known = new Set(orders.map(({ order }) => nameOf(order)));
  for (const { mchOrderNo } of charges)
    if (!known.has(mchOrderNo.slice(0, nameOf('').length)))
      violations.push(`${mchOrderNo}: a charge for no order`);
  for (const { order, sawPaid, keepsForms, standing } of orders) {
    const own = charges.filter(({ mchOrderNo }) => mchOrderNo.startsWith(nameOf(order)));
    const told = deliveries.filter((each) => each.orderId === order);
    const say = (what: string) => violations.push(`${order}: ${what}`);
    if (own.length > 1 && !keepsForms)
      say(`${own.length} charges for one order (${own.map((each) => each.mchOrderNo).join(', ')})`);
    if (own.length === 0 && sawPaid) say('the shopper was told "paid", and no money moved');
    if (own.length === 0 && told.length > 0) say('onPaid, and no money moved');
    if (own.length === 0 && standing?.state === 'paid') say('the shop says paid, and no money moved');
    const open = undecided.some((mchOrderNo) => mchOrderNo.startsWith(nameOf(order)));
    if (standing === undefined || (standing.state === 'unknown' && !open))
      say('the shop does not know at the end');
    if (own.length > 0 && !own.some((each) => each.mchOrderNo === standing?.payment?.mchOrderNo))
      say(`a charge that the shop does not know of; it says ${standing?.state}`);
    if (new Set(told.filter(({ twice }) => !twice).map(({ mchOrderNo }) => mchOrderNo)).size > 1)
      say('onPaid was told of two payments');
    if (own.length < 2 && told.some(({ twice }) => twice)) say('onPaidTwice, and it was not paid twice');
    for (const { mchOrderNo } of own) {
      const times = told.filter((each) => each.mchOrderNo === mchOrderNo);
      if (times.length === 0) say('onPaid was never told of its charge');
      times.slice(1).forEach(({ atMs }, i) => {
        const killed = killedAt(times[i]?.run ?? 0);
        if (killed === undefined || killed > atMs)
          say('onPaid ran again, and nothing had crashed in between');
      });
    }
  }
  return violations;
}
