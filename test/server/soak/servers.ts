import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../support/browsers.js';
import type { ShopSettings } from './shop.js';

/** How long a server may take to start, or to end once it was killed, in milliseconds. */
const START_MS = 60_000;
/** How long a server may take to answer a command, in milliseconds: a charge tells of its payment before it answers. */
const COMMAND_MS = 40_000;

interface Server {
  readonly port: number;
  /** Names the process; 0 before the first. */
  run: number;
  child: ChildProcess | undefined;
}

/** The shop's servers: processes of their own. */
export class Servers {
  readonly #file: string;
  readonly #settings: Omit<ShopSettings, 'port' | 'run' | 'aheadMs'>;
  readonly #servers: Server[] = [];
  readonly #killed = new Map<number, number>();
  readonly #restarts = new Set<Promise<void>>();
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
      const server: Server = { port: await freePort(), run: 0, child: undefined };
      this.#servers.push(server);
      await this.#spawn(server);
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
    const restart = this.#restart(server, pauseMs);
    this.#restarts.add(restart);
    await restart.finally(() => this.#restarts.delete(restart));
  }

  /** Waits until every server runs: those that are just being killed, and those that ended by themselves. */
  async allRun(): Promise<void> {
    while (this.#restarts.size > 0) await Promise.all(this.#restarts);
    for (const server of this.#servers) if (server.child && isGone(server.child)) await this.#spawn(server);
  }

  async #restart(server: Server, pauseMs: number): Promise<void> {
    if (server.child) await endOf(server.child);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (!this.#closing) await this.#spawn(server);
  }

  /** Where a process is; -1: it is gone. */
  indexOf(run: number): number {
    return this.#servers.findIndex((server) => server.run === run);
  }

  async ahead(ms: number): Promise<void> {
    this.#aheadMs = ms;
    for (const port of this.ports) await command(port, '/ahead', { ms: String(ms) });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#servers.map(async ({ child }) => child && endOf(child)));
  }

  /** @throws Error where the server does not start in time: with what it said last */
  async #spawn(server: Server): Promise<void> {
    const run = (this.#runs += 1);
    const settings: ShopSettings = { ...this.#settings, port: server.port, run, aheadMs: this.#aheadMs };
    const child = spawn(process.execPath, [this.#file], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, SOAK_SHOP: JSON.stringify(settings) },
    });
    // At once: it may be killed, or tell of a payment, before it has said that it is ready.
    Object.assign(server, { run, child });
    for (const stream of [child.stdout, child.stderr])
      stream
        ?.setEncoding('utf8')
        .on('data', (text: string) => this.lines.push(...text.split('\n').filter(Boolean)));
    const ended = new Promise<'ended'>((resolve) => child.once('exit', () => resolve('ended')));
    child.once('exit', (code, signal) => {
      if (!this.#killed.has(run) && !this.#closing)
        this.ended.push(`a server ended by itself (${code ?? signal}): ${this.lines.slice(-5).join(' | ')}`);
    });
    const ready = new Promise<'ready'>((resolve) => child.once('message', () => resolve('ready')));
    const what = await within(START_MS, Promise.race([ready, ended]));
    if (what === 'ready' || this.#closing || this.#killed.has(run)) return;
    throw new Error(`A server did not start: ${this.lines.slice(-8).join('\n')}`);
  }
}

const isGone = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Kills a process, and waits until it is gone. */
async function endOf(child: ChildProcess): Promise<void> {
  if (isGone(child)) return;
  const gone = new Promise<'gone'>((resolve) => child.once('exit', () => resolve('gone')));
  child.kill('SIGKILL');
  if ((await within(START_MS, gone)) === 'late')
    throw new Error(`Process ${child.pid} was killed and did not end.`);
}

/** Waits so long and no longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks one server for something. @throws Error where it does not answer in time, or answers with an error */
export async function command(
  port: number,
  path: string,
  body: Readonly<Record<string, string>>,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(COMMAND_MS),
  });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}: ${await response.text()}`);
  return response.json();
}
