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

const servers = testServers();

export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  files: 'test/**/*.browser.test.ts',
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
  testFramework: { config: { timeout: 20_000, ui: 'bdd' } },
  // Every test runs twice: against the sandbox as documented, and with its quirks on.
  testRunnerHtml: servers.html('plain'),
  groups: [{ name: 'quirks', testRunnerHtml: servers.html('quirks') }],
};
