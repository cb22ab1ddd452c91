#!/usr/bin/env node
import { CHECK_COMMAND } from './check/command.js';
import type { Command } from './command.js';
import { DOCTOR_COMMAND } from './doctor/command.js';
import { SANDBOX_COMMAND } from './sandbox-command.js';

/** Each command of `npx iotpay-checkout`, by its name. */
const COMMANDS: Readonly<Record<string, Command>> = {
  check: CHECK_COMMAND,
  doctor: DOCTOR_COMMAND,
  sandbox: SANDBOX_COMMAND,
};

/** The exit status where nothing could be done as it was asked for. */
const TYPED_WRONG = 2;

const NAMES = Object.keys(COMMANDS);
const HELP = `Usage: iotpay-checkout <command> [options]

Commands: ${NAMES.join(', ')}

iotpay-checkout <command> --help says more.
`;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

if (name === '--help' || name === '-h') {
  console.log(HELP);
} else if (!command) {
  console.error(
    `Expected a command (${NAMES.join(', ')}), ${name === '' ? 'got none' : `got "${name}"`}.\n\n${HELP}`,
  );
  process.exitCode = TYPED_WRONG;
} else if (args.includes('--help')) {
  console.log(command.help);
} else {
  try {
    await command.run(args);
  } catch (error) {
    // What was typed wrong needs no stack.
    console.error(
      `${error instanceof Error ? error.message : String(error)}\n\niotpay-checkout ${name} --help says more.`,
    );
    process.exitCode = TYPED_WRONG;
  }
}
