/** How a notification is written. */
export const NOTIFICATION_FORMATS = ['json', 'text', 'form', 'params', 'query'] as const;

export type NotificationFormat = (typeof NOTIFICATION_FORMATS)[number];

/**
 * What IOTPay's documentation leaves open, and the sandbox can do either way. Every merchant's page and backend should
 * work with all of it: `quirks: true`.
 */
export interface Quirks {
  /** `mount()` answers with a promise, and adds the frame later. */
  readonly asyncMount: boolean;
  /** The frame is added this many milliseconds after `mount()`; 0: at once. */
  readonly lateFrame: number;
  /** The callback gets `{retCode, retMsg, retData}`, as in IOTPay's oldest samples. */
  readonly oldCallbackShape: boolean;
  /** The callback gets no `detail`, wherever that leaves the outcome clear. Not with `oldCallbackShape`. */
  readonly noDetail: boolean;
  /** Every callback comes twice. */
  readonly repeatedCallbacks: boolean;
  /** Callbacks come this many milliseconds late; 0: at once. */
  readonly lateCallback: number;
  /** Numbers (status, amount, …) arrive as texts. */
  readonly statusAsString: boolean;
  /** Answers, callbacks and notifications have fields that nobody documents, in another order. */
  readonly extraFields: boolean;
  /** The script sets no height on the frame. */
  readonly noAutoHeight: boolean;
  /** A secureId is spent by a FAIL: neither its form nor a second mount of it takes another card. */
  readonly spentByFail: boolean;
  /** A paid order has status 2, and 3 a second later: a second notification tells of it. */
  readonly statusTwoThenThree: boolean;
  /**
   * How notifications are written: `json`; the same JSON as `text/plain` (`text`); as a form (`form`: `a=b&…`,
   * `params`: `params=<json>`); in the query of notifyUrl (`query`).
   */
  readonly notificationFormat: NotificationFormat;
  /** Notifications are sent once more after they were acknowledged. */
  readonly repeatedNotifications: boolean;
  /**
   * Notifications are signed as IOTPay's PHP SDK signs, with fields in them that show the difference: null, booleans,
   * fractions, long numbers, names that sort otherwise.
   */
  readonly signsOtherWay: boolean;
}

const NONE: Quirks = {
  asyncMount: false,
  lateFrame: 0,
  oldCallbackShape: false,
  noDetail: false,
  repeatedCallbacks: false,
  lateCallback: 0,
  statusAsString: false,
  extraFields: false,
  noAutoHeight: false,
  spentByFail: false,
  statusTwoThenThree: false,
  notificationFormat: 'json',
  repeatedNotifications: false,
  signsOtherWay: false,
};

/**
 * All that can hold at the same time. A callback in the old shape has no `detail` to leave out; a secureId that a FAIL
 * has spent leaves a form that takes no second card, which a page can do nothing about.
 */
const ALL: Quirks = {
  asyncMount: true,
  lateFrame: 250,
  oldCallbackShape: true,
  noDetail: false,
  repeatedCallbacks: true,
  lateCallback: 30,
  statusAsString: true,
  extraFields: true,
  noAutoHeight: true,
  spentByFail: false,
  statusTwoThenThree: true,
  notificationFormat: 'text',
  repeatedNotifications: true,
  signsOtherWay: true,
};

/** Names of all quirks. */
export const QUIRKS = Object.keys(NONE) as readonly (keyof Quirks)[];

/** What values a quirk takes, in words; `undefined`: this one is right. */
function wrongValue(name: keyof Quirks, value: unknown): string | undefined {
  switch (typeof NONE[name]) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'a boolean';
    case 'number':
      return typeof value === 'number' && value >= 0 && value <= 600_000
        ? undefined
        : 'milliseconds from 0 to 600000';
    default:
      return NOTIFICATION_FORMATS.some((format) => format === value)
        ? undefined
        : `one of ${NOTIFICATION_FORMATS.join(', ')}`;
  }
}

/**
 * @param wanted - `true` for all that can hold together, `false` for none, or the ones to change
 * @param before - what the ones that aren't named are left at
 * @throws TypeError for a name or a value that is none
 */
export function readQuirks(wanted: unknown, before: Quirks = NONE): Quirks {
  if (wanted === undefined) return before;
  if (typeof wanted === 'boolean') return wanted ? ALL : NONE;
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) {
    throw new TypeError('quirks: expected true, false, or an object of quirks.');
  }
  const changes = Object.entries(wanted).filter(([, value]) => value !== undefined);
  for (const [name, value] of changes) {
    if (!Object.hasOwn(NONE, name)) {
      throw new TypeError(`quirks: there is no "${name}". There are: ${QUIRKS.join(', ')}.`);
    }
    const expected = wrongValue(name as keyof Quirks, value);
    if (expected) throw new TypeError(`quirks.${name}: expected ${expected}, got ${JSON.stringify(value)}.`);
  }
  return { ...before, ...(Object.fromEntries(changes) as Partial<Quirks>) };
}
