/**
 * What IOTPay's documentation leaves open, and the sandbox can do either way. Every merchant's page should work with
 * all of it: `quirks: true`.
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
  /** Notifications are sent as `text/plain`. */
  readonly notificationAsText: boolean;
  /** Notifications are sent once more after they were acknowledged. */
  readonly repeatedNotifications: boolean;
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
  notificationAsText: false,
  repeatedNotifications: false,
};

/** All that can hold at the same time: a callback in the old shape has no `detail` to leave out. */
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
  notificationAsText: true,
  repeatedNotifications: true,
};

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
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(NONE, name)) {
      throw new TypeError(`quirks: there is no "${name}". There are: ${Object.keys(NONE).join(', ')}.`);
    }
    const expected = typeof NONE[name as keyof Quirks];
    if (value === undefined) continue;
    if (typeof value !== expected || (typeof value === 'number' && !(value >= 0 && value <= 600_000))) {
      throw new TypeError(
        `quirks.${name}: expected ${expected === 'number' ? 'milliseconds from 0 to 600000' : 'a boolean'}.`,
      );
    }
  }
  return { ...before, ...(wanted as Partial<Quirks>) };
}
