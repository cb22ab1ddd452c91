import type { CardChoice } from './card-choice.js';
import type { DriveInstruction } from './driver.js';
import type { Fault } from './faults.js';
import type { Ledger } from './ledger.js';
import type { NotificationControls } from './notifications.js';
import type { Quirks } from './quirks.js';
import type { PayOutcome, SaveCardOutcome } from './shopper.js';

/** What a running sandbox can be told, by its object and over HTTP. */
export interface Controls {
  readonly ledger: Ledger;
  /** Loses, delays and doubles notifications. */
  readonly notifications: NotificationControls;
  /**
   * Changes the quirks: `true` for all, `false` for none, or the ones to change. A page that has loaded the script
   * already keeps those of the mount (`asyncMount`, `lateFrame`, `noAutoHeight`).
   * @throws TypeError for a quirk that there isn't
   */
  setQuirks(quirks: boolean | Partial<Quirks>): void;
  /**
   * Makes this scenario happen to all payments from now on, whatever the card; `undefined`: the card decides again.
   * @throws RangeError for a scenario that there isn't
   */
  force(scenario: string | undefined): void;
  /**
   * Lets something go wrong with the next calls of the v3 API; `undefined`: nothing any more.
   * @throws TypeError for a fault that can't be
   */
  fault(fault: Fault | undefined): void;
  /**
   * Pays an order of `cc_purchase` without a browser, as the form does: the card's scenario happens, notifications are
   * sent. Where the script would ask for the order, it is asked for without waiting in between.
   * @param card - a card's number, or more of it; default: an approved one
   * @throws RangeError for an order that the gateway doesn't have, or that has no form; TypeError for a card that it
   * doesn't take; Error for the scenario `broken`
   */
  pay(mchOrderNo: string, card?: CardChoice | string): Promise<PayOutcome>;
  /**
   * Saves a card of `cc_addCard` without a browser, as the form does.
   * @throws as `pay`
   */
  saveCard(cardId: string, card?: CardChoice | string): Promise<SaveCardOutcome>;
  /**
   * Makes the form of one session fill itself in and be sent, before or after it has loaded.
   * @param session - its secureId, mchOrderNo or cardId
   * @throws Error where the sandbox was started without `drive: true`
   */
  drive(session: string, instruction?: DriveInstruction | string): void;
  /** Puts the sandbox's time ahead, in milliseconds: secureIds expire, notifications are sent again, orders settle. */
  advance(milliseconds: number): void;
  /** Forgets every order, card, notification and fault; quirks are those of the start again. */
  reset(): void;
}
