import { parseArgs } from 'node:util';
import type { Command } from './command.js';
import { KEY_PREFIX, type SandboxOptions } from './options.js';
import { startSandbox } from './sandbox.js';
import type { SandboxMerchant } from './wire.js';

const HELP = `Usage: iotpay-checkout sandbox [options]

Starts a simulated IOTPay gateway on this machine, for development and tests.
It takes no real cards and moves no money.

Options:
  --port <number>      port to listen on (default: 4242; 0: any free one)
  --host <name>        127.0.0.1 (default), localhost or ::1
  --quirks             do everything that IOTPay's documentation leaves open
  --force <scenario>   make this happen to every payment, whatever the card
  --drive              let tests fill in the form (POST /sandbox/drive)
  --notify <ms,ms,…>   milliseconds before each attempt of a notification;
                       the last one repeats until it is acknowledged
  --merchant-key <key> begins with "sandbox" (default: IOTPAY_MERCHANT_KEY where
                       that begins so, else a fresh one at every start)
  --list               print the test cards and stop
  --quiet              don't print the calls
  --help               print this
`;

/** The port that is easy to remember: how the approved test card begins. */
const DEFAULT_PORT = '4242';

/** `iotpay-checkout sandbox`: starts the simulated gateway, until it is stopped. */
export const SANDBOX_COMMAND: Command = { help: HELP, run };

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: DEFAULT_PORT },
      host: { type: 'string', default: '127.0.0.1' },
      quirks: { type: 'boolean', default: false },
      force: { type: 'string' },
      drive: { type: 'boolean', default: false },
      notify: { type: 'string' },
      'merchant-key': { type: 'string' },
      list: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const sandbox = await startSandbox({
    port: readNumber('--port', values.port),
    host: values.host as NonNullable<SandboxOptions['host']>,
    quirks: values.quirks,
    drive: values.drive,
    merchant: merchantFrom(process.env, values['merchant-key']),
    ...(values.notify === undefined
      ? {}
      : { notificationDelays: values.notify.split(',').map((delay) => readNumber('--notify', delay)) }),
    ...(values.quiet ? {} : { log: (line: string) => console.log(line) }),
  });
  const cards = sandbox.scenarios
    .map(({ number, title, description }) => `  ${number.padEnd(17)}${title}: ${description}`)
    .join('\n');
  if (values.list) {
    console.log(cards);
    return sandbox.close();
  }
  sandbox.force(values.force);
  console.log(`The simulated IOTPay gateway listens on ${sandbox.origin}

In the environment of your backend:
${Object.entries(sandbox.env)
  .map(([name, value]) => `  ${name}=${value}`)
  .join('\n')}
On the element:
  gateway-origin="${sandbox.origin}"

Test cards (any later date, any code, any name):
${cards}

What it has seen: ${sandbox.origin}/sandbox/ledger
Ctrl+C stops it.
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close());
  }
}

/** The environment's merchant where it is a sandbox's own: one that is real belongs into no simulation. */
function merchantFrom(
  env: Readonly<Record<string, string | undefined>>,
  merchantKey: string | undefined,
): Partial<SandboxMerchant> {
  if (merchantKey !== undefined) return { merchantKey };
  const { IOTPAY_MCH_ID: mchId, IOTPAY_MERCHANT_KEY: key, IOTPAY_LOGIN_NAME: loginName } = env;
  if (!key?.startsWith(KEY_PREFIX)) return {};
  return { merchantKey: key, ...(mchId && { mchId }), ...(loginName && { loginName }) };
}

function readNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text.trim())) throw new Error(`${name}: expected a whole number, got "${text}".`);
  return Number(text);
}
