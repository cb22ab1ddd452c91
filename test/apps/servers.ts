import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { delimiter, join, resolve } from 'node:path';
import { freePort } from '../support/browsers.js';

const PATIENCE_MS = 60_000;
/** None of these tools is to tell its makers of a test. */
const SILENT = { NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' };

/** A server of an app's own: what it was built to, or its tool's dev server. */
export interface AppServer {
  readonly port: number;
  readonly origin: string;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly stop: () => void;
}

/** Starts it on a free port (`PORT` in its command and its environment) and waits until it answers. */
export async function startServer(
  place: string,
  [command = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<AppServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(
    command,
    args.map((arg) => arg.replace('PORT', `${port}`)),
    {
      cwd: place,
      env: {
        ...process.env,
        ...SILENT,
        ...environment,
        PATH: [join(resolve(place), 'node_modules/.bin'), process.env['PATH']].join(delimiter),
        PORT: `${port}`,
        HOST: '127.0.0.1',
        ORIGIN: origin,
        SHOP_ORIGIN: origin,
      },
      // Its workers end with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const stop = (): void => {
    if (child.pid === undefined || child.exitCode !== null) return;
    process.kill(-child.pid, 'SIGKILL');
  };
  const up = () =>
    fetch(origin).then(
      (answer) => answer.body?.cancel().then(() => true),
      () => false,
    );
  for (const end = Date.now() + PATIENCE_MS; !(await up());) {
    if (child.exitCode !== null || Date.now() > end) {
      stop();
      throw new Error(`The app’s own server did not start: ${[command, ...args].join(' ')}\n${output}`);
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  return { port, origin, output: () => output, stop };
}

/** Lets the web sockets through by which a dev server tells its pages of changes. */
export function forwardUpgrades(server: Server, to: AppServer): void {
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    const upstream = connect(to.port, '127.0.0.1', () => {
      const headers = request.rawHeaders.map((text, i) => text + (i % 2 === 0 ? ': ' : '\r\n')).join('');
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) {
      end.on('error', () => {
        upstream.destroy();
        socket.destroy();
      });
    }
  });
}
