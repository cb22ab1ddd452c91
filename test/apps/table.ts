/** Rows of cells by the name of their column, as a table of Markdown; a row without a cell has a dash there. */
export function table(rows: readonly ReadonlyMap<string, string>[]): string {
  const all = new Set(rows.flatMap((row) => [...row.keys()]));
  const time = all.delete('time') ? ['time'] : [];
  const head = [...all, ...time];
  const cells = rows.map((row) => head.map((name) => row.get(name) ?? '–'));
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
