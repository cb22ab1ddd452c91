import type { Finding, Report, Tried } from './run.js';

const SIGNS: Readonly<Record<Tried['result'], string>> = {
  passed: 'ok        ',
  failed: 'WRONG     ',
  'not tried': 'not tried ',
};

/** One line for each trial, as it ends. */
export function lineOf({ result, title, reason }: Tried): string {
  return `  ${SIGNS[result]} ${title}${reason ? ` (${reason})` : ''}`;
}

/** The findings, and the sum. */
export function wordsOf({ trials, findings }: Report): string {
  const count = (result: Tried['result']) => trials.filter((each) => each.result === result).length;
  const notTried = count('not tried');
  const sum = `${count('passed')} right, ${count('failed')} wrong${notTried ? `, ${notTried} not tried` : ''}.`;
  if (findings.length === 0) return `\n${sum} Nothing was found.\n`;
  return `\n${findings.map(paragraphOf).join('\n\n')}\n\n${sum}\n`;
}

function paragraphOf({ title, trial, happened, harm, where }: Finding, at: number): string {
  return `${at + 1}. ${title} (${trial})
   What happened:  ${happened}.
   What it means:  ${harm}
   What to read:   ${where}`;
}
