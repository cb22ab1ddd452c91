import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import type { Command } from '../command.js';
import { findBrowser } from './browser.js';
import { examine } from './doctor.js';
import type { DoctorOptions } from './examination.js';
import { inWords } from './report.js';

const HELP = `Usage: iotpay-checkout doctor [options]

Looks at your set-up before you go live, with your real credentials. It moves no
money: the one order that it makes at IOTPay is paid by nobody and expires.
Run it where your backend runs.

Options:
  --env-file <file>      the backend's environment (default: this process's own)
  --page <url>           the payment page: its headers, its policies, its scripts
  --header <name: value> sent for the page; a visitor's Cookie, say; repeatable
  --notify-url <url>     where IOTPay sends its notifications: three are posted
                         that nobody has signed
  --baseline <file>      compare headers and scripts of the page with the last
                         time; the file is written where it is missing
  --update-baseline      write the file again: the page is right as it is
  --no-browser           don't try IOTPay's script in a browser of this machine
  --rehearse             the sandbox, http and this machine's addresses are fine:
                         to try the doctor itself
  --json                 print the report as JSON
  --help                 print this

Exit status: 0; 1 on a problem, or a change since the baseline; 2 where the
command is written wrong.
`;

/** `iotpay-checkout doctor`: looks at a merchant's set-up before it goes live. */
export const DOCTOR_COMMAND: Command = { help: HELP, run };

async function run(args: readonly string[]): Promise<void> {
  const { options, json } = readArgs(args, process.env);
  const report = await examine(options);
  console.log(json ? JSON.stringify(report, null, 2) : inWords(report));
  process.exitCode = report.problems > 0 ? 1 : 0;
}

function readArgs(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly options: DoctorOptions; readonly json: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'env-file': { type: 'string' },
      page: { type: 'string' },
      header: { type: 'string', multiple: true },
      'notify-url': { type: 'string' },
      baseline: { type: 'string' },
      'update-baseline': { type: 'boolean', default: false },
      'no-browser': { type: 'boolean', default: false },
      rehearse: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.baseline !== undefined && values.page === undefined)
    throw new Error('--baseline: it keeps how a page is: give --page, too.');
  if (values['update-baseline'] && values.baseline === undefined)
    throw new Error('--update-baseline: which file? Give --baseline, too.');
  const options: DoctorOptions = {
    page: readAddress('--page', values.page),
    pageHeaders: readHeaders(values.header ?? []),
    notifyUrl: readAddress('--notify-url', values['notify-url']),
    baseline: values.baseline,
    updateBaseline: values['update-baseline'],
    env: values['env-file'] === undefined ? env : readEnvFile(values['env-file']),
    rehearse: values.rehearse,
    browser: values['no-browser'] ? undefined : findBrowser(),
  };
  return { options, json: values.json };
}

function readAddress(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).href;
  throw new Error(`${name}: expected an address such as https://shop.example/pay, got "${text}".`);
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined)
        throw new Error(`--header: expected a name and a value ("Cookie: a=b"), got "${line}".`);
      return [name, value];
    }),
  );
}

function readEnvFile(file: string): Record<string, string | undefined> {
  if (!existsSync(file)) throw new Error(`--env-file: there is no file ${file}.`);
  return parseEnv(readFileSync(file, 'utf8'));
}
