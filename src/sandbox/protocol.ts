/** Marks the messages between the simulated script and its frames. */
export const MESSAGE_MARK = 'iotpay-sandbox';

/** What the script does with the page's callback. */
export interface ScriptReport {
  /** The callback's arguments, one call after the other. */
  readonly calls: readonly unknown[];
  /** All of it twice. */
  readonly repeat: boolean;
  /** Milliseconds to hold it back. */
  readonly lateMs: number;
  /** Where the hosted page goes. */
  readonly next: string | undefined;
}

/** How the script asks for an order that is not decided yet. */
export interface Poll {
  readonly tries: number;
  readonly intervalMs: number;
  /** The script goes on asking after its Timeout. */
  readonly keepsAsking: boolean;
  readonly timeout: ScriptReport;
}

/** What the form is told about what it sent. */
export type FormAnswer =
  | {
      readonly kind: 'report';
      readonly report: ScriptReport;
      readonly paid: boolean;
      readonly text: string;
      /** No card is taken any more. */
      readonly over: boolean;
    }
  | ({ readonly kind: 'poll' } & Poll)
  | { readonly kind: 'pending' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'refused'; readonly text: string };

/** From the frame to the script. */
export type FrameMessage =
  | { readonly type: 'height'; readonly heightPx: number }
  | { readonly type: 'report'; readonly report: ScriptReport }
  | { readonly type: 'poll'; readonly poll: Poll }
  /** To `query`; `null`: not decided yet. */
  | { readonly type: 'answer'; readonly report: ScriptReport | null };

/** From the script to the frame. */
export type ScriptMessage =
  /** Ask what has become of the order. */
  | { readonly type: 'query' }
  /** The script has given up asking. */
  | { readonly type: 'timeout' };

/** A message as it is posted. */
export type Marked<T> = T & { readonly mark: typeof MESSAGE_MARK };

/** The settings of `iotpaycc.js`. */
export interface ScriptSettings {
  readonly mark: typeof MESSAGE_MARK;
  readonly asyncMount: boolean;
  readonly lateFrameMs: number;
  readonly autoHeight: boolean;
}

/** What is typed into the form. */
export interface FilledIn {
  readonly number: string;
  readonly expiry: string;
  readonly cvv: string;
  readonly holder: string;
  /** What UnionPay would send to the shopper's phone. */
  readonly code: string;
}

/** A test that fills the form in, from outside. */
export interface DriveStep extends FilledIn {
  readonly id: number;
  readonly delayMs: number;
}

/** A language that the form speaks, as a `lang` value. */
export type FormLanguage = 'en' | 'fr-CA' | 'zh-Hans' | 'zh-Hant';

/** What the form says, in one language. */
export interface FormTexts {
  readonly title: string;
  readonly simulation: string;
  readonly note: string;
  readonly number: string;
  readonly expiry: string;
  readonly expiryFormat: string;
  readonly cvv: string;
  readonly cvvShort: string;
  readonly holder: string;
  readonly code: string;
  readonly codeHint: string;
  readonly pay: string;
  readonly save: string;
  readonly testCards: string;
  readonly card: string;
  readonly processing: string;
  readonly confirming: string;
  readonly numberMissing: string;
  readonly numberShort: string;
  readonly numberWrong: string;
  readonly numberReal: string;
  readonly unionPayOnly: string;
  readonly expiryMissing: string;
  readonly expiryWrong: string;
  readonly expired: string;
  readonly cvvMissing: string;
  /** `{count}` stands for the number of digits. */
  readonly cvvWrong: string;
  readonly holderMissing: string;
  readonly codeWrong: string;
  readonly saved: string;
  readonly paid: string;
  readonly undecided: string;
  readonly waiting: string;
  readonly timedOut: string;
  readonly broken: string;
}

/** What `form.js` finds in `#session`. */
export interface FormSession {
  readonly secureId: string;
  readonly mark: typeof MESSAGE_MARK;
  readonly mode: 'Pay' | 'Add';
  /** Origin of the page around the frame; `null`: the page stands alone. */
  readonly parent: string | null;
  readonly language: FormLanguage;
  readonly texts: FormTexts;
  /** What the gateway's refusals mean in that language, by their own words. */
  readonly refusals: Readonly<Record<string, string>>;
  readonly unionPay: boolean;
  /** The form can be sent. */
  readonly open: boolean;
  readonly greeting: FormAnswer | null;
  /** Every test card's number. */
  readonly numbers: readonly string[];
  /** The cards to offer. */
  readonly cards: readonly { readonly number: string; readonly title: string; readonly cvv: string }[];
  readonly filledIn: Omit<FilledIn, 'number'>;
  /** Waits for instructions from outside. */
  readonly driven: boolean;
  readonly drive: DriveStep | null;
}
