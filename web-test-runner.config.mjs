import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { ENGINES } from './test/support/browsers.ts';
import { countingReporter } from './test/support/counting-reporter.ts';
import { launchers } from './test/support/launchers.ts';
import { testServers } from './test/support/servers.ts';

/** `--engine=chromium`, `--engine=firefox,webkit`; all of them where it isn't given. */
function chosenEngines() {
  const flag = process.argv.find((argument) => argument.startsWith('--engine='));
  const names = (flag?.slice('--engine='.length) ?? ENGINES.join(',')).split(',');
  const strange = names.filter((name) => !ENGINES.includes(name));
  if (strange.length > 0)
    throw new Error(`No such engine: ${strange.join(', ')}. There are: ${ENGINES.join(', ')}.`);
  return names;
}

const ALL = ['test/**/*.browser.test.ts'];
/** Tests whose vendor is (nearly always) the fault server: the sandbox's quirks make no difference to them, so they run once. */
const WITHOUT_SANDBOX = ['test/checkout/', 'test/start/', 'test/support/', 'test/ui/'];

/** The files that `--files` names; all of them where it isn't given. */
function chosenFiles() {
  const start = process.argv.indexOf('--files') + 1;
  if (start === 0) return ALL;
  const end = process.argv.findIndex((argument, i) => i >= start && argument.startsWith('--'));
  return process.argv.slice(start, end < 0 ? undefined : end);
}

const withSandbox = chosenFiles().filter(
  (pattern) => !WITHOUT_SANDBOX.some((folder) => pattern.startsWith(folder)),
);

const servers = testServers();

export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  files: ALL,
  nodeResolve: { exportConditions: ['production', 'browser'] },
  browsers: await launchers(chosenEngines()),
  concurrency: 1,
  concurrentBrowsers: 2,
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
  middleware: [servers.middleware],
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: !process.env.CI }),
    countingReporter(),
  ],
  plugins: [
    esbuildPlugin({
      ts: true,
      tsconfig: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
      target: 'es2022',
    }),
    servers.plugin,
  ],
  // What the element tells a developer about the faults that tests cause on purpose.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('<iotpay-checkout>'),
  testFramework: { config: { timeout: 20_000, ui: 'bdd' } },
  testRunnerHtml: servers.html('plain'),
  // What meets the sandbox runs twice: as documented, and with its quirks on.
  groups:
    withSandbox.length > 0
      ? [
          {
            name: 'quirks',
            files: [...withSandbox, ...WITHOUT_SANDBOX.map((folder) => `!${folder}**`)],
            testRunnerHtml: servers.html('quirks'),
          },
        ]
      : [],
};
