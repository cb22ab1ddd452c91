import { chromeLauncher, puppeteerCore as puppeteer } from '@web/test-runner-chrome';
import type { BrowserLauncher } from '@web/test-runner';
import { webdriverLauncher } from '@web/test-runner-webdriver';
import type { LaunchOptions } from 'puppeteer-core';
import { freePort, requireBrowsers, startWebKit, type Engine, type WebKit } from './browsers.js';
import { isRoot } from './debian.js';
import { wantChinese } from './fonts.js';

/** A test run talks to loopback only: no updates, no sync, no first-run pages. */
const QUIET_CHROMIUM = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
];

const QUIET_FIREFOX = {
  'app.update.disabledForTesting': true,
  'app.normandy.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.http.http3.enable': false,
  'services.settings.server': 'data:,#disabled',
  'toolkit.telemetry.enabled': false,
};

function chromium(executablePath: string): BrowserLauncher {
  const launchOptions: LaunchOptions = {
    executablePath,
    // Chromium refuses to run its sandbox as root; in every other case it keeps it.
    args: [...QUIET_CHROMIUM, ...(isRoot() ? ['--no-sandbox'] : [])],
  };
  return chromeLauncher({ puppeteer, launchOptions, concurrency: 1 });
}

function firefox(executablePath: string): BrowserLauncher {
  const launchOptions: LaunchOptions = {
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: QUIET_FIREFOX,
  };
  // WebDriver BiDi gives the focus to one page at a time.
  return chromeLauncher({ puppeteer, launchOptions, concurrency: 1 });
}

/** WebKitWebDriver and its screen live exactly as long as the launcher does. */
async function webkit(programs: WebKit): Promise<BrowserLauncher> {
  const port = await freePort();
  const launcher = webdriverLauncher({
    hostname: '127.0.0.1',
    port,
    path: '/',
    logLevel: 'error',
    capabilities: {
      browserName: 'MiniBrowser',
      'wdio:enforceWebDriverClassic': true,
      'webkitgtk:browserOptions': { binary: programs.browser, args: ['--automation'] },
    } as never,
  }) as BrowserLauncher;

  let driver: { stop: () => void } | undefined;
  const initialize = launcher.initialize?.bind(launcher);
  const stop = launcher.stop?.bind(launcher);
  return Object.assign(launcher, {
    concurrency: 1,
    initialize: async (...args: Parameters<NonNullable<typeof initialize>>) => {
      await initialize?.(...args);
      launcher.name = 'WebKitGTK';
      driver = await startWebKit(programs, port);
    },
    stop: async () => {
      await stop?.();
      driver?.stop();
      driver = undefined;
    },
  });
}

/** One launcher for each of the engines that is there. */
export async function launchers(engines: readonly Engine[]): Promise<BrowserLauncher[]> {
  const found = requireBrowsers(engines);
  wantChinese();
  const result: BrowserLauncher[] = [];
  if (engines.includes('chromium') && found.chromium) result.push(chromium(found.chromium));
  if (engines.includes('firefox') && found.firefox) result.push(firefox(found.firefox));
  if (engines.includes('webkit') && found.webkit) result.push(await webkit(found.webkit));
  return result;
}
