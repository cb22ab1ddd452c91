import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isLoopback } from '../../gateway/origins.js';
import type { Command } from '../command.js';
import { startSandbox, type Sandbox } from '../sandbox.js';
import { exchange } from './exchange.js';
import { lineOf, wordsOf } from './report.js';
import { runCheck, type CheckOptions, type Report } from './run.js';
import { dataOf, runShell } from './shell.js';
import type { ShopOrder } from './stage.js';
import { TRIALS } from './trials.js';

const HELP = `Usage: iotpay-checkout check <secure-id-url> [options]

Tries a backend in any language against the wire contract (src/server/WIRE.md).
It starts a simulated gateway and plays the element, the shopper and the gateway.

First configure your backend for the simulated gateway, as this command prints
it, and start it; no real card is taken and no money moves.

Options:
  --order-status <url>     default: <secure-id-url> with its last part replaced
  --notify <url>           default: the notifyUrl that your backend sends
  --data <json>            the page's request-data; {order} stands for a new
                           order's id (default: {"orderId":"{order}"})
  --order-command <cmd>    makes a new, unpaid order; prints its id, or the
                           request-data as JSON
  --shipped-command <cmd>  prints how often an order was shipped; the order's id
                           is in its environment, IOTPAY_CHECK_ORDER
  --restart-command <cmd>  ends your backend and starts it again
  --header <name: value>   sent with each of the element's requests (a session,
                           a CSRF token); as often as you like
  --mode <add>             also tries to save a card
  --only <id,id,…>         these trials only
  --port <number>          the simulated gateway's port (default: 4242)
  --merchant-key <key>     begins with "sandbox" (default: sandbox-check)
  --mch-id <id>            (default: 10000701)
  --login-name <name>      (default: sandbox)
  --wait <seconds>         for your backend to answer (default: 60)
  --json                   print the report as JSON, and nothing else
  --list                   print the trials and stop
  --help                   print this

Exit status: 0 nothing was found, 1 something was, 2 the check could not be run.
`;

/** `iotpay-checkout check`: a conformance test for a merchant's backend in any language. */
export const CHECK_COMMAND: Command = { help: HELP, run };

/** How often it is looked whether the backend answers, in milliseconds. */
const LOOK_MS = 300;

type Values = ReturnType<typeof read>['values'];

function read(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'order-status': { type: 'string' },
      notify: { type: 'string' },
      data: { type: 'string', default: '{"orderId":"{order}"}' },
      'order-command': { type: 'string' },
      'shipped-command': { type: 'string' },
      'restart-command': { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      mode: { type: 'string', default: 'pay' },
      only: { type: 'string' },
      port: { type: 'string', default: '4242' },
      'merchant-key': { type: 'string', default: 'sandbox-check' },
      'mch-id': { type: 'string', default: '10000701' },
      'login-name': { type: 'string', default: 'sandbox' },
      wait: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
}

async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = read(args);
  if (values.list) {
    for (const { id, title } of TRIALS) console.log(`  ${id.padEnd(24)}${title}`);
    return;
  }
  const options = readOptions(values, positionals);
  const sandbox = await startSandbox({
    port: wholeNumber('--port', values.port),
    merchant: {
      merchantKey: values['merchant-key'],
      mchId: values['mch-id'],
      loginName: values['login-name'],
    },
  });
  try {
    const say = values.json ? () => {} : (line: string) => console.log(line);
    say(introduction(sandbox, options.secureIdUrl));
    await untilAnswered(options.secureIdUrl, wholeNumber('--wait', values.wait));
    const report = await runCheck({ ...options, sandbox, told: (tried) => say(lineOf(tried)) });
    print(report, values.json);
  } finally {
    await sandbox.close();
  }
}

function print(report: Report, asJson: boolean): void {
  const passed = report.findings.length === 0;
  console.log(asJson ? JSON.stringify({ passed, ...report }, null, 2) : wordsOf(report));
  process.exitCode = passed ? 0 : 1;
}

function introduction(sandbox: Sandbox, url: string): string {
  const environment = Object.entries(sandbox.env).map(([name, value]) => `  ${name}=${value}`);
  return `The simulated gateway listens on ${sandbox.origin}.
Your backend must be configured for it:
${environment.join('\n')}

Trying ${url}
`;
}

type Options = Omit<CheckOptions, 'sandbox'>;

/** @throws Error for what can't be */
function readOptions(values: Values, positionals: readonly string[]): Options {
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0)
    throw new Error(`Expected one address, that of your secure-id route; got ${positionals.length}.`);
  const secureIdUrl = address('<secure-id-url>', given);
  const orderStatusUrl = address(
    '--order-status',
    values['order-status'] ?? String(new URL('order-status', secureIdUrl)),
  );
  if (values.mode !== 'pay' && values.mode !== 'add')
    throw new Error(`--mode: expected pay or add, got "${values.mode}".`);
  const only = values.only?.split(',').map((id) => id.trim());
  const unknown = only?.find((id) => !TRIALS.some((trial) => trial.id === id));
  if (unknown !== undefined) throw new Error(`--only: there is no trial "${unknown}"; --list names all.`);
  return {
    secureIdUrl,
    orderStatusUrl,
    notifyUrl: values.notify === undefined ? undefined : address('--notify', values.notify),
    headers: Object.fromEntries(values.header.map(readHeader)),
    newOrder: orderMaker(values),
    add: values.mode === 'add',
    ...(only ? { only } : {}),
    ...commands(values),
  };
}

function commands(values: Values): Pick<Options, 'shipped' | 'restart'> {
  const { 'shipped-command': count, 'restart-command': restart, wait } = values;
  return {
    ...(count === undefined
      ? {}
      : {
          shipped: async (order: ShopOrder) => {
            const text = await runShell('--shipped-command', count, order);
            return wholeNumber('--shipped-command: its output', text);
          },
        }),
    ...(restart === undefined
      ? {}
      : {
          restart: async (url: string) => {
            await runShell('--restart-command', restart);
            await untilAnswered(url, wholeNumber('--wait', wait));
          },
        }),
  };
}

function orderMaker({ data, 'order-command': command }: Values): () => Promise<ShopOrder> {
  dataOf('--data', data, 'any'); // What is no JSON is told before anything is started.
  const run = Date.now().toString(36);
  let count = 0;
  return async () => {
    const name = `check-${run}-${++count}`;
    if (command === undefined) return { name, data: dataOf('--data', data, name) };
    const text = await runShell('--order-command', command);
    if (!text.startsWith('{')) return { name: text, data: dataOf('--data', data, text) };
    return { name: text, data: dataOf('--order-command: its output', text, name) };
  };
}

function readHeader(header: string): [string, string] {
  const colon = header.indexOf(':');
  if (colon < 1) throw new Error(`--header: expected "Name: value", got "${header}".`);
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}

function address(name: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Error(`${name}: expected an http(s) address, got "${text}".`);
  if (!isLoopback(new URL(text).hostname))
    throw new Error(
      `${name}: expected an address on this machine (the trials send nonsense and forgeries), got "${text}".`,
    );
  return text;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text.trim())) throw new Error(`${name}: expected a whole number, got "${text}".`);
  return Number(text);
}

/** @throws Error where nothing answers in time */
async function untilAnswered(url: string, seconds: number): Promise<void> {
  const endMs = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await exchange(url, { method: 'GET' });
      return;
    } catch (error) {
      if (Date.now() > endMs)
        throw new Error(
          `Nothing answers at ${url} within ${seconds} seconds (${(error as Error).message}). Start your backend first.`,
          { cause: error },
        );
    }
    await pause(LOOK_MS);
  }
}
