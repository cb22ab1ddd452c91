import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { BROWSERS, findProgram, isExecutable } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install } from './debian.js';

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;
export type Engine = (typeof ENGINES)[number];

/** WebKitGTK needs three programs: its driver, its small browser, and a screen that exists in memory only. */
export interface WebKit {
  readonly driver: string;
  readonly browser: string;
  readonly screen: string;
}

export interface Browsers {
  readonly chromium: string | undefined;
  readonly firefox: string | undefined;
  readonly webkit: WebKit | undefined;
}

/** Debian's packages, by engine. */
const PACKAGES: Readonly<Record<Engine, readonly string[]>> = {
  chromium: ['chromium'],
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
};

/** Where Debian and others keep WebKitGTK's MiniBrowser, which is not in PATH. */
const LIBRARY_FOLDERS = ['/usr/libexec', '/usr/lib', '/usr/lib64'];

/** A browser named by the environment must be there: falling back to another one would test the wrong thing. */
function findBrowser(engine: 'chromium' | 'firefox', variable: string): string | undefined {
  const given = process.env[variable];
  if (!given) return findProgram(BROWSERS[engine]);
  if (!isExecutable(given)) throw new Error(`${variable}=${given} is no program that can be run.`);
  return given;
}

function findMiniBrowser(): string | undefined {
  const inFolder = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^webkit2?gtk-/.test(name))
          .map((name) => join(folder, name, 'MiniBrowser'))
      : [];
  const folders = LIBRARY_FOLDERS.flatMap((folder) => [
    folder,
    ...(existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /-linux-gnu/.test(name))
          .map((name) => join(folder, name))
      : []),
  ]);
  return folders.flatMap(inFolder).find(isExecutable);
}

function findWebKit(): WebKit | undefined {
  const driver = findProgram(['WebKitWebDriver']);
  const screen = findProgram(['Xvfb']);
  const browser = findMiniBrowser();
  return driver && screen && browser ? { driver, screen, browser } : undefined;
}

/** What is installed, without installing anything. */
export function findBrowsers(): Browsers {
  return {
    chromium: findBrowser('chromium', 'CHROME_PATH'),
    firefox: findBrowser('firefox', 'FIREFOX_PATH'),
    webkit: findWebKit(),
  };
}

/**
 * The browsers for these engines: what is installed; what is missing is installed where that is possible (root on Debian
 * or Ubuntu). Chromium and Firefox are required.
 * @throws Error with one line that says what to install.
 */
export function requireBrowsers(engines: readonly Engine[]): Browsers {
  let browsers = findBrowsers();
  let missing = engines.filter((engine) => !browsers[engine]);
  if (missing.length > 0 && canInstall()) {
    // One at a time: an engine that the distribution lacks must not stop the others from being installed.
    for (const engine of missing) install(PACKAGES[engine]);
    browsers = findBrowsers();
    missing = missing.filter((engine) => !browsers[engine]);
  }
  const required = missing.filter((engine) => engine !== 'webkit');
  if (required.length > 0) {
    throw new Error(
      `No ${required.join(' and no ')} found: install ${required.flatMap((engine) => PACKAGES[engine]).join(' and ')}` +
        ` (Debian: apt-get install), or set CHROME_PATH and FIREFOX_PATH.`,
    );
  }
  if (missing.includes('webkit')) {
    console.warn(
      `SKIPPED: WebKitGTK (Safari's engine) is not installed; Debian: apt-get install ${PACKAGES.webkit.join(' ')}`,
    );
  }
  return browsers;
}

/** A TCP port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const DRIVER_TIMEOUT_MS = 20_000;

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + DRIVER_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`WebKitWebDriver ended with code ${child.exitCode}.`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`WebKitWebDriver did not listen on port ${port} within ${DRIVER_TIMEOUT_MS} ms.`);
}

/** Starts a program that is stopped when this process ends, however it ends. */
function startChild(program: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

/** Xvfb says on a pipe of its own which display it took: no number is guessed, so none collides. */
function displayOf(xvfb: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb named no display in time.')), DRIVER_TIMEOUT_MS);
    const settle = (act: () => void): void => (clearTimeout(timer), act());
    xvfb.once('error', (error) => settle(() => reject(error)));
    xvfb.once('exit', (code) => settle(() => reject(new Error(`Xvfb ended with code ${code}.`))));
    (xvfb.stdio[3] as NodeJS.ReadableStream).once('data', (text: Buffer) =>
      settle(() => resolve(`:${String(text).trim()}`)),
    );
  });
}

/** A screen in memory and WebKit's driver on it. */
export async function startWebKit(webkit: WebKit, port: number): Promise<{ stop: () => void }> {
  const xvfb = startChild(
    webkit.screen,
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    process.env,
  );
  try {
    const display = await displayOf(xvfb);
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      // No GPU in a container: without these, pages stay blank on some machines.
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      NO_AT_BRIDGE: '1',
    };
    const driver = startChild(webkit.driver, [`--port=${port}`, '--host=127.0.0.1'], env);
    await waitForPort(port, driver);
    return {
      stop: () => {
        driver.kill('SIGTERM');
        xvfb.kill('SIGTERM');
      },
    };
  } catch (error) {
    xvfb.kill('SIGKILL');
    throw error;
  }
}
