import type { Finding } from './finding.js';
import type { Baseline } from './baseline.js';
import type { InventoryEntry } from './inventory.js';
import type { Page } from './page.js';

/** What a merchant asks to be looked at. */
export interface DoctorOptions {
  /** Address of the payment page. */
  readonly page?: string | undefined;
  /** Sent with the requests for the page, such as a cookie of a visitor with a cart. */
  readonly pageHeaders?: Readonly<Record<string, string>> | undefined;
  /** Address to which IOTPay sends its notifications. */
  readonly notifyUrl?: string | undefined;
  /** File that keeps the page's headers and scripts from one time to the next. */
  readonly baseline?: string | undefined;
  /** Writes the file again, with what is there now. */
  readonly updateBaseline?: boolean | undefined;
  /** The backend's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The sandbox, its keys, `http` and addresses of this machine are no problem: to try the doctor itself. */
  readonly rehearse?: boolean | undefined;
  /** A browser's program; `undefined`: none. */
  readonly browser?: string | undefined;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds for each request. Default: 15000. */
  readonly timeoutMs?: number | undefined;
}

/** What every check is given: the options, complete, and the page, where it could be had. */
export interface Examination extends DoctorOptions {
  readonly now: () => number;
  readonly timeoutMs: number;
  /** Where the backend's calls go. */
  readonly gatewayOrigin: string;
  /** The payment page as a browser would get it; `undefined` where none was asked for or it could not be had. */
  readonly visit: Page | undefined;
  /** The same, a moment later: what changes from one answer to the next. */
  readonly secondVisit: Page | undefined;
  /** The page's scripts, with what the merchant has said of them. */
  readonly inventory: readonly InventoryEntry[];
  /** The page as it was the last time. */
  readonly before: Baseline | undefined;
}

/** One thing to look at. */
export interface Check {
  /** Its heading in the report. */
  readonly title: string;
  /** What has to be asked for, or found, so that it can look: said where it is missing. */
  readonly needs?: 'page' | 'notifyUrl' | 'baseline';
  run(examination: Examination): readonly Finding[] | Promise<readonly Finding[]>;
}
