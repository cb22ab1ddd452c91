import type { Report, Section } from './doctor.js';
import type { Finding } from './finding.js';
import type { InventoryEntry } from './inventory.js';

const SIGNS = { ok: 'ok      ', warning: 'warning ', problem: 'PROBLEM ' } as const;
const INDENT = ' '.repeat(2 + SIGNS.ok.length);

/** The report as a person reads it. */
export function inWords(report: Report): string {
  const looked = report.sections.filter(({ skipped }) => skipped === undefined);
  const parts = [
    ...looked.map(({ title, findings }) => [title, ...findings.flatMap(linesOf)].join('\n')),
    ...leftOut(report.sections),
    ...inventoryOf(report.scripts),
    closing(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What was not looked at, by the reason. */
function leftOut(sections: readonly Section[]): string[] {
  const reasons = [...new Set(sections.flatMap(({ skipped }) => skipped ?? []))];
  if (reasons.length === 0) return [];
  const lines = reasons.map((reason) => {
    const titles = sections.filter(({ skipped }) => skipped === reason).map(({ title }) => title);
    return `  ${reason}: ${titles.join(', ')}`;
  });
  return [['Not looked at', ...lines].join('\n')];
}

function linesOf({ level, seen, advice }: Finding): string[] {
  const line = `  ${SIGNS[level]}${seen.replaceAll('\n', `\n${INDENT}`)}`;
  return advice === undefined ? [line] : [line, `${INDENT}→ ${advice}`];
}

/** The list that PCI DSS 6.4.3 asks for, to be copied into a merchant's own papers. */
function inventoryOf(scripts: readonly InventoryEntry[]): string[] {
  if (scripts.length === 0) return [];
  const rows = scripts.map(({ kind, address, excerpt, integrity, hash, failure, varies, why }) => {
    const what = address ?? `${kind}: \`${(excerpt ?? '').replaceAll('`', '')}\``;
    const now = hash ?? (varies ? 'another with each answer' : (failure ?? ''));
    return `| ${[what, integrity ?? '', now, why].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    [
      'Script inventory (PCI DSS 6.4.3): what the page’s HTML has, and what the element adds',
      '| script | integrity | what it is now | why it is here |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ];
}

function closing({ problems, warnings }: Report): string {
  const many = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return problems + warnings === 0
    ? 'Nothing to mend was found.'
    : `${many(problems, 'problem')}, ${many(warnings, 'warning')}.`;
}
