import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { asObject, asText, isObject, type JsonObject } from '../../gateway/envelope.js';
import type { InventoryEntry } from './inventory.js';

/** How a payment page was, the last time that somebody looked and found it right. */
export interface Baseline {
  readonly page: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scripts: readonly InventoryEntry[];
}

const ABOUT =
  'A payment page’s headers and scripts, as `npx iotpay-checkout doctor --baseline` compares them (PCI DSS 6.4.3, 11.6.1). Say in each "why" why the script is there; the rest is written by the doctor.';

/** @returns undefined where there is none yet. @throws Error where the file is no baseline */
export function readBaseline(file: string): Baseline | undefined {
  if (!existsSync(file)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`--baseline: ${file} is no JSON. Name a file that the doctor has written.`, {
      cause,
    });
  }
  const { page, headers, scripts } = asObject(json);
  const given = asText(page);
  if (given === undefined || !isObject(headers) || !Array.isArray(scripts))
    throw new Error(
      `--baseline: ${file} is no baseline: expected "page", "headers" and "scripts". Name a file that the doctor has written.`,
    );
  return {
    page: given,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    scripts: scripts.map((each) => readEntry(asObject(each))),
  };
}

function readEntry(entry: JsonObject): InventoryEntry {
  const { kind, address, integrity, hash, varies, excerpt, why } = entry;
  const texts = Object.entries({ address, integrity, hash, excerpt }).filter(
    ([, value]) => typeof value === 'string',
  );
  return {
    kind: kind === 'inline' || kind === 'handler' ? kind : 'external',
    ...(Object.fromEntries(texts) as Partial<InventoryEntry>),
    ...(varies === true ? { varies } : {}),
    why: asText(why) ?? '',
  };
}

export function writeBaseline(file: string, baseline: Baseline, now: number): void {
  const written = { about: ABOUT, seen: new Date(now).toISOString(), ...baseline };
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
}

/** The same scripts, each with the reason that the merchant has written down before. */
export function withReasons(
  scripts: readonly InventoryEntry[],
  before: Baseline | undefined,
): InventoryEntry[] {
  const reasons = new Map(before?.scripts.map((each) => [nameOf(each), each.why]));
  return scripts.map((each) => ({ ...each, why: reasons.get(nameOf(each)) || each.why }));
}

/** What one entry is known by from one time to the next. */
function nameOf({ kind, address, hash, varies, excerpt }: InventoryEntry): string {
  return address ?? `${kind} ${varies ? `that varies: ${excerpt?.slice(0, 20) ?? ''}` : (hash ?? '')}`;
}

/** What has changed, each in a line that says what was and what is. */
export function changesSince(before: Baseline, now: Baseline): string[] {
  const page = before.page === now.page ? [] : [`~ page\n    was ${before.page}\n    is  ${now.page}`];
  return [
    ...page,
    ...headerChanges(before.headers, now.headers),
    ...scriptChanges(before.scripts, now.scripts),
  ];
}

function headerChanges(before: Baseline['headers'], now: Baseline['headers']): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before[name], now[name]];
    if (was === is) return [];
    if (was === undefined) return [`+ ${name}: ${is ?? ''}`];
    if (is === undefined) return [`- ${name}: ${was}`];
    return [`~ ${name}\n    was ${was}\n    is  ${is}`];
  });
}

function scriptChanges(before: readonly InventoryEntry[], now: readonly InventoryEntry[]): string[] {
  const was = counted(before);
  const is = counted(now);
  const gone = [...was].filter(([name]) => !is.has(name)).map(([, each]) => `- ${words(each)}`);
  const come = [...is].filter(([name]) => !was.has(name)).map(([, each]) => `+ ${words(each)}`);
  const other = [...is].flatMap(([name, each]) => {
    const old = was.get(name);
    return old ? contentChange(old, each) : [];
  });
  return [...gone, ...come, ...other];
}

/** Each under its name; of the same script twice, the second has a number. */
function counted(scripts: readonly InventoryEntry[]): Map<string, InventoryEntry> {
  const found = new Map<string, InventoryEntry>();
  for (const each of scripts) {
    let name = nameOf(each);
    for (let i = 2; found.has(name); i++) name = `${nameOf(each)} (${i})`;
    found.set(name, each);
  }
  return found;
}

function contentChange(was: InventoryEntry, is: InventoryEntry): string[] {
  if (was.hash === is.hash && was.integrity === is.integrity) return [];
  const lines = (['hash', 'integrity'] as const)
    .filter((name) => was[name] !== is[name])
    .map(
      (name) => `    ${name} was ${was[name] ?? 'none'}\n    ${name} is  ${is[name] ?? is.failure ?? 'none'}`,
    );
  return [`~ ${words(is)}\n${lines.join('\n')}`];
}

const words = ({ kind, address, excerpt = '' }: InventoryEntry): string =>
  address === undefined ? `${kind} script: ${excerpt}` : `script ${address}`;
