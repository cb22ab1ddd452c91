import type { Finding, Report, Tried } from './run.js';

const SIGNS: Readonly<Record<Tried['result'], string>> = {
  passed: 'ok        ',
  failed: 'WRONG     ',
  'not tried': 'not tried ',
};

/** Where not even a plain payment works, it is the set-up as a rule. */
const SET_UP = `
Look at the set-up first, and run the check again:
  sign error              IOTPAY_MERCHANT_KEY is not the one that is printed above
  no connection, refused  IOTPAY_GATEWAY_ORIGIN is not the one that is printed above
  HTTP 404                another address, or an order that your backend does not
                          know: --data, --order-command, --order-status
  HTTP 401, 403, 419      a session or a token is missing: --header
A backend reads its environment when it starts: start it again after a change.
`;

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
  const advice = findings[0]?.trial === 'plain' ? SET_UP : '';
  return `\n${findings.map(paragraphOf).join('\n\n')}\n${advice}\n${sum}\n`;
}

function paragraphOf({ title, trial, happened, harm, where }: Finding, at: number): string {
  return `${at + 1}. ${title} (${trial})
   What happened:  ${happened}.
   What it means:  ${harm}
   What to read:   ${where}`;
}
