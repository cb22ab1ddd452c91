import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requireBrowsers } from '../support/browsers.js';

/** Something a merchant does with the installed package, besides running it in an app. */
export interface Project {
  readonly name: string;
  readonly source: string;
  /** Says what went wrong, by name of the trial; `undefined` where nothing did. */
  readonly trials: Readonly<
    Record<string, (place: string) => string | undefined | Promise<string | undefined>>
  >;
  /** Ends what the trials have left running. */
  readonly end?: () => void;
}

/** Runs a command of the project's, or of a package that it has installed. */
export function run(
  place: string,
  command: string,
  ...args: string[]
): { status: number | null; stdout: string; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: place,
    encoding: 'utf8',
    env: {
      ...process.env,
      CI: 'true',
      PATH: `${join(place, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      CHROMIUM: requireBrowsers(['chromium']).chromium,
      NO_COLOR: '1',
      NEXT_TELEMETRY_DISABLED: '1',
      // This process is a test runner's child itself; the merchant's is not.
      NODE_TEST_CONTEXT: undefined,
      NODE_OPTIONS: undefined,
    },
  });
  return { status, stdout, output: `${stdout}\n${stderr}`.trim() };
}
