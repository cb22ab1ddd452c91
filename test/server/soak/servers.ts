import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../support/browsers.js';
import type { ShopSettings } from './shop.js';

/** How long a server may take to start, in milliseconds. */
const START_MS = 60_000;

interface Server {
  readonly port: number;
  run: number;
  child: ChildProcess;
}

/** The shop's servers: processes of their own. */
export class Servers {
  readonly #file: string;
  readonly #settings: Omit<ShopSettings, 'port' | 'run' | 'aheadMs'>;
  readonly #servers: Server[] = [];
  readonly #killed = new Map<number, number>();
  #runs = 0;
  #closing = false;
  /** How far the servers' clocks are ahead, in milliseconds. */
  #aheadMs = 0;
  /** What the servers have written, and how they ended where nobody had killed them. */
  readonly lines: string[] = [];
  readonly ended: string[] = [];

  constructor(file: string, settings: Omit<ShopSettings, 'port' | 'run' | 'aheadMs'>) {
    this.#file = file;
    this.#settings = settings;
  }

  async start(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const port = await freePort();
      this.#servers.push({ port, ...(await this.#spawn(port)) });
    }
  }

  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port);
  }

  get kills(): number {
    return this.#killed.size;
  }

  /** When a process was killed, by `performance.now()`; `undefined`: it was not. */
  killedAt(run: number): number | undefined {
    return this.#killed.get(run);
  }

  /** SIGKILL: nothing is tidied up, nobody is told. Then it is started again. */
  async kill(index: number, pauseMs: number): Promise<void> {
    const server = this.#servers[index];
    if (!server || this.#closing || this.#killed.has(server.run)) return;
    this.#killed.set(server.run, performance.now());
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (!this.#closing) Object.assign(server, await this.#spawn(server.port));
  }

  indexOf(run: number): number {
    return this.#servers.findIndex((server) => server.run === run);
  }

  /** Asks every server. */
  async all(path: string, body: Readonly<Record<string, string>>): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const port of this.ports) answers.push(await command(port, path, body));
    return answers;
  }

  async ahead(ms: number): Promise<void> {
    this.#aheadMs = ms;
    await this.all('/ahead', { ms: String(ms) });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(
      this.#servers.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
  }

  async #spawn(port: number): Promise<{ run: number; child: ChildProcess }> {
    const run = (this.#runs += 1);
    const settings: ShopSettings = { ...this.#settings, port, run, aheadMs: this.#aheadMs };
    const child = spawn(process.execPath, [this.#file], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, SOAK_SHOP: JSON.stringify(settings) },
    });
    for (const stream of [child.stdout, child.stderr])
      stream
        ?.setEncoding('utf8')
        .on('data', (text: string) => this.lines.push(...text.split('\n').filter(Boolean)));
    child.on('exit', (code, signal) => {
      if (!this.#killed.has(run) && !this.#closing)
        this.ended.push(`a server ended by itself (${code ?? signal}): ${this.lines.slice(-5).join(' | ')}`);
    });
    const ready = once(child, 'message', { signal: AbortSignal.timeout(START_MS) });
    const exit = once(child, 'exit').then(() => {
      if (!this.#closing) throw new Error(`A server did not start: ${this.lines.slice(-8).join('\n')}`);
    });
    await Promise.race([ready, exit]);
    exit.catch(() => {}); // Later ends are told by `ended`.
    return { run, child };
  }
}

/** Asks one server for something. @throws Error where it does not answer, or answers with an error */
export async function command(
  port: number,
  path: string,
  body: Readonly<Record<string, string>>,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}: ${await response.text()}`);
  return response.json();
}
