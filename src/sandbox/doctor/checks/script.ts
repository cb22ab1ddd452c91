import { SCRIPT_PATH } from '../../../gateway/origins.js';
import { typeOfIotpay } from '../browser.js';
import type { Check, Examination } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';
import { isRedirect, visit, wordsOf, type Answer } from '../visit.js';

/** IOTPay's script: its address answers, and a browser finds the function in it. */
export const script: Check = {
  title: 'IOTPay’s script',
  async run(examination) {
    const { gatewayOrigin, timeoutMs } = examination;
    const address = gatewayOrigin + SCRIPT_PATH;
    let answer: Answer;
    try {
      answer = await visit(address, { timeoutMs });
    } catch (error) {
      return [
        problem(
          `${address} could not be had: ${wordsOf(error)}.`,
          'Shoppers would see no form. Is it the network of this machine, or IOTPay?',
        ),
      ];
    }
    const answered = judge(address, answer);
    return answered.level === 'problem' ? [answered] : [answered, await tryOut(examination, address)];
  },
};

function judge(address: string, answer: Answer): Finding {
  const { status, headers, text } = answer;
  const ask = 'Shoppers would see no form. Ask IOTPay; no other address is allowed.';
  if (isRedirect(answer))
    return problem(
      `${address} leads elsewhere (HTTP ${status}, ${headers.get('Location') ?? 'nowhere'}).`,
      ask,
    );
  if (status !== 200) return problem(`${address} answers HTTP ${status}.`, ask);
  const type = headers.get('Content-Type') ?? 'none';
  if (!/\b(?:java|ecma)script\b/i.test(type))
    return problem(`${address} has the content type ${type}, not JavaScript’s.`, ask);
  if (!/\bIotpay\b/.test(text)) return problem(`${address} does not mention Iotpay.`, ask);
  return ok(`${address} answers with a script that mentions Iotpay.`);
}

async function tryOut({ browser, timeoutMs }: Examination, address: string): Promise<Finding> {
  if (browser === undefined)
    return ok('The script was read and not run: no browser of this machine was tried.');
  const type = await typeOfIotpay(browser, address, timeoutMs);
  if (type === 'function') return ok('In a browser it defines the function Iotpay.');
  if (type === undefined)
    return warning(
      `The browser (${browser}) told nothing within its time.`,
      'Open your payment page in a browser, and look whether the form comes.',
    );
  return problem(
    type === 'error'
      ? 'A browser could not load it.'
      : `In a browser typeof Iotpay is ${JSON.stringify(type)}; "function" was expected.`,
    'Shoppers would see no form. Ask IOTPay whether the script has changed.',
  );
}
