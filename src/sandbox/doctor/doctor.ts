import { listedOrigin, PRODUCTION_ORIGIN } from '../../gateway/origins.js';
import { readBaseline, withReasons } from './baseline.js';
import { changes } from './checks/changes.js';
import { clock } from './checks/clock.js';
import { contentSecurityPolicy } from './checks/content-security-policy.js';
import { environment } from './checks/environment.js';
import { framing } from './checks/framing.js';
import { gateway } from './checks/gateway.js';
import { isolation } from './checks/isolation.js';
import { nonce } from './checks/nonce.js';
import { notifyUrl } from './checks/notify-url.js';
import { paymentPage } from './checks/payment-page.js';
import { permissions } from './checks/permissions.js';
import { script } from './checks/script.js';
import { scripts } from './checks/scripts.js';
import { trustedTypes } from './checks/trusted-types.js';
import type { Check, DoctorOptions, Examination } from './examination.js';
import { problem, type Finding } from './finding.js';
import { takeInventory, type InventoryEntry } from './inventory.js';
import { visitPage, type Page } from './page.js';
import { wordsOf } from './visit.js';

/** Everything that is looked at, in the order of the report. */
const CHECKS: readonly Check[] = [
  environment,
  clock,
  gateway,
  script,
  notifyUrl,
  paymentPage,
  contentSecurityPolicy,
  nonce,
  trustedTypes,
  isolation,
  framing,
  permissions,
  scripts,
  changes,
];

const TIMEOUT_MS = 15_000;
/** How an option is written that something needs. */
const OPTION = { page: '--page URL', notifyUrl: '--notify-url URL', baseline: '--baseline FILE' } as const;

/** What was found under one heading. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Why nothing was looked at. */
  readonly skipped?: string;
}

/** What was found. */
export interface Report {
  readonly problems: number;
  readonly warnings: number;
  readonly sections: readonly Section[];
  /** The scripts of the payment page; empty where none was asked for. */
  readonly scripts: readonly InventoryEntry[];
}

/**
 * Looks at a merchant's set-up with its real credentials. No money moves: the one order that it makes is paid by nobody.
 * @throws Error where the baseline's file is none
 */
export async function examine(options: DoctorOptions): Promise<Report> {
  const { examination, failure } = await prepare(options);
  const sections: Section[] = [];
  for (const check of CHECKS) sections.push(await look(check, examination, failure));
  const count = (level: Finding['level']) =>
    sections.flatMap(({ findings }) => findings).filter((each) => each.level === level).length;
  return {
    problems: count('problem'),
    warnings: count('warning'),
    sections,
    scripts: examination.inventory,
  };
}

async function look(check: Check, examination: Examination, failure: string | undefined): Promise<Section> {
  const { title, needs } = check;
  if (needs !== undefined && examination[needs] === undefined)
    return { title, findings: [], skipped: `needs ${OPTION[needs]}` };
  if ((needs === 'page' || needs === 'baseline') && failure !== undefined)
    return check === paymentPage
      ? {
          title,
          findings: [
            problem(
              `${examination.page ?? ''} could not be had: ${failure}.`,
              'Give the address of the payment page as this machine reaches it.',
            ),
          ],
        }
      : { title, findings: [], skipped: 'the page could not be had' };
  return { title, findings: await check.run(examination) };
}

/** What several checks look at is had once. */
async function prepare(options: DoctorOptions) {
  const { page, pageHeaders, env, now = Date.now, timeoutMs = TIMEOUT_MS, baseline } = options;
  const before = baseline === undefined ? undefined : readBaseline(baseline);
  const given = env['IOTPAY_GATEWAY_ORIGIN'];
  const gatewayOrigin = (given && listedOrigin(given, true)) ?? PRODUCTION_ORIGIN;
  let visits: readonly Page[] = [];
  let failure: string | undefined;
  if (page !== undefined)
    try {
      visits = [await visitPage(page, timeoutMs, pageHeaders), await visitPage(page, timeoutMs, pageHeaders)];
    } catch (error) {
      failure = wordsOf(error);
    }
  const [visit, secondVisit] = visits;
  const inventory = visit
    ? await takeInventory(visit, secondVisit, { gatewayOrigin, timeoutMs, ownHeaders: pageHeaders })
    : [];
  const examination: Examination = {
    ...options,
    now,
    timeoutMs,
    gatewayOrigin,
    visit,
    secondVisit,
    before,
    inventory: withReasons(inventory, before),
  };
  return { examination, failure };
}
