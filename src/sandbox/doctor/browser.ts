import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSERS, findProgram } from './programs.js';

/** A browser takes seconds to start, on a busy machine more: milliseconds besides those of the script. */
const START_MS = 30_000;

/** A browser of this machine: Chromium, Chrome, Edge or Firefox; `undefined` where there is none. */
export function findBrowser(path?: string): string | undefined {
  return findProgram([...BROWSERS.chromium, ...BROWSERS.firefox], path);
}

/**
 * Loads the script in a page of our own, which tells `typeof Iotpay`.
 * @returns `error` where the browser could not load it; `undefined` where the browser told nothing
 */
export async function typeOfIotpay(
  browser: string,
  address: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const profile = mkdtempSync(join(tmpdir(), 'iotpay-checkout-doctor-'));
  const { told, origin, server } = await pageOf(address);
  const child = start(browser, profile, `${origin}/`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), START_MS + timeoutMs);
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
  });
  try {
    return await Promise.race([told, late]);
  } finally {
    clearTimeout(timer);
    await stop(child);
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A page that loads the script and tells us what came of it. */
async function pageOf(address: string): Promise<{ told: Promise<string>; origin: string; server: Server }> {
  let tell: (type: string) => void = () => {};
  const told = new Promise<string>((resolve) => (tell = resolve));
  const html = `<!doctype html><title>doctor</title><script>
    const tell = (type) => fetch('/told', { method: 'POST', body: type });
    const script = document.createElement('script');
    script.src = ${JSON.stringify(address)};
    script.onload = () => tell(typeof Iotpay);
    script.onerror = () => tell('error');
    document.head.append(script);
  </script>`;
  const server = createServer((request, response) => {
    if (request.url !== '/told') return response.setHeader('Content-Type', 'text/html').end(html);
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => (response.end(), tell(text)));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { told, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** A group of processes of its own, so that all of a browser's can be ended. */
function start(browser: string, profile: string, url: string): ChildProcess {
  const args = /firefox/i.test(browser)
    ? ['--headless', '--no-remote', '--profile', profile, url]
    : [
        '--headless=new',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        `--user-data-dir=${profile}`,
        // Chromium's sandbox refuses root, which is who runs in most containers.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        url,
      ];
  return spawn(browser, args, { stdio: 'ignore', detached: process.platform !== 'win32' });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (process.platform === 'win32') child.kill();
  else process.kill(-child.pid, 'SIGKILL');
  await ended;
}
