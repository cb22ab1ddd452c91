// PostgreSQL, MariaDB and Redis (or Valkey) for the tests: real servers on loopback, each in a temporary folder.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { freePort } from './browsers.js';
import { findProgram } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install, isRoot } from './debian.js';

export const DATABASES = ['postgresql', 'mariadb', 'redis'] as const;
export type DatabaseName = (typeof DATABASES)[number];

/** Debian's packages: the first that can be installed is enough. */
const PACKAGES: Readonly<Record<DatabaseName, readonly string[]>> = {
  postgresql: ['postgresql'],
  mariadb: ['mariadb-server'],
  redis: ['redis-server', 'valkey-server'],
};

/** Longest that a server may take to start, or to recover, in milliseconds. */
const START_TIMEOUT_MS = 120_000;

export interface Database {
  readonly name: DatabaseName;
  /** For the drivers. */
  readonly url: string;
  /** Kills the server as a power cut would: nothing is said to the clients, nothing is tidied up. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and the same files. */
  restart(): Promise<void>;
  /** Ends the server and removes its files. Where it is forgotten, or this process is killed, that is done all the same. */
  stop(): Promise<void>;
}

interface Plan {
  readonly program: string;
  readonly args: readonly string[];
  /** Stops it at once, its child processes too. */
  readonly signal: 'QUIT' | 'KILL';
  readonly url: string;
  /** Rejects as long as the server does not answer. */
  readonly probe: () => Promise<unknown>;
}

type Run = (program: string, args: readonly string[]) => void;
type Programs = Readonly<Record<string, string | undefined>>;

/** Debian keeps PostgreSQL's programs outside of PATH, in a folder for each version. */
function postgresProgram(name: string): string | undefined {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder)
    ? readdirSync(folder)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  return findProgram([name, ...versions.map((version) => join(folder, String(version), 'bin', name))]);
}

const FIND: Readonly<Record<DatabaseName, () => Programs>> = {
  postgresql: () => ({ server: postgresProgram('postgres'), create: postgresProgram('initdb') }),
  mariadb: () => ({
    server: findProgram(['mariadbd', '/usr/sbin/mariadbd']),
    create: findProgram(['mariadb-install-db']),
  }),
  redis: () => ({ server: findProgram(['redis-server', 'valkey-server']) }),
};

const isFound = (name: DatabaseName): boolean => Object.values(FIND[name]()).every(Boolean);

/**
 * Makes sure that the servers are there: what is missing is installed where that is possible (root on Debian or Ubuntu).
 * @throws Error with one line that says what to install
 */
export function requireDatabases(names: readonly DatabaseName[] = DATABASES): void {
  for (const name of names) {
    for (const candidate of PACKAGES[name]) if (!isFound(name) && canInstall()) install([candidate]);
  }
  const missing = names.filter((name) => !isFound(name));
  if (missing.length === 0) return;
  throw new Error(
    `No ${missing.join(' and no ')} found: install ${missing.map((name) => PACKAGES[name].join(' or ')).join(' and ')}` +
      ' (Debian: apt-get install).',
  );
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root, so root's servers run as nobody. */
function owner(): User | undefined {
  if (!isRoot()) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Waits for the end of its input, which is our end, whatever way we end; then ends the server and removes the folder. */
const GUARD = `
cat >/dev/null
if read -r signal pid <"$1/server.pid"; then
  kill -s "$signal" "$pid"
  # Where nobody collects dead processes, as in some containers, it seems to be there for ever.
  for _ in $(seq 100); do kill -0 "$pid" || break; sleep 0.05; done
fi
rm -rf "$1"`;

function planPostgres(folder: string, port: number, { server, create }: Programs, run: Run): Plan {
  const data = join(folder, 'data');
  run(create!, ['-D', data, '-U', 'shop', '--auth=trust', '--no-sync', '-E', 'UTF8', '--no-locale']);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    // Files survive the server's end, not the machine's: enough for a test.
    'fsync=off',
    'full_page_writes=off',
    'shared_buffers=16MB',
  ];
  const url = `postgresql://shop@127.0.0.1:${port}/postgres`;
  return {
    program: server!,
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    signal: 'QUIT',
    url,
    probe: async () => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
    },
  };
}

function planMariadb(folder: string, port: number, { server, create }: Programs, run: Run): Plan {
  const data = join(folder, 'data');
  run(create!, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    "create database if not exists shop;\ncreate user if not exists shop@'%';\ngrant all on shop.* to shop@'%';\n",
  );
  const url = `mysql://shop@127.0.0.1:${port}/shop`;
  return {
    program: server!,
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'mariadb.pid')}`,
      `--init-file=${init}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      // As unlike our table as a server's defaults can be.
      '--character-set-server=latin1',
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
    ],
    signal: 'KILL',
    url,
    probe: async () => {
      const connection = await mysql.createConnection(url);
      await connection.query('select 1');
      await connection.end();
    },
  };
}

function planRedis(folder: string, port: number, { server }: Programs): Plan {
  const url = `redis://127.0.0.1:${port}`;
  const settings = ['--dir', folder, '--save', '', '--appendonly', 'yes'];
  return {
    program: server!,
    args: ['--port', String(port), '--bind', '127.0.0.1', ...settings],
    signal: 'KILL',
    url,
    probe: async () => {
      const client = createClient({ url, socket: { reconnectStrategy: false } });
      client.on('error', () => undefined);
      await client.connect();
      try {
        await client.ping();
      } finally {
        client.destroy();
      }
    },
  };
}

const PLANS = { postgresql: planPostgres, mariadb: planMariadb, redis: planRedis };

async function untilReady(server: ChildProcess, probe: Plan['probe'], log: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await probe();
      return;
    } catch (cause) {
      const hasEnded = server.exitCode !== null || server.signalCode !== null;
      if (hasEnded || Date.now() > deadline) {
        const said = readFileSync(log, 'utf8').split('\n').slice(-8).join('\n');
        throw new Error(`${server.spawnfile} did not start: ${said}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** In a group of its own: Ctrl+C ends us, and then the guard does its work. */
function startGuard(folder: string, user: User | undefined): ChildProcess {
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Neither keeps us alive.
  guard.unref();
  (guard.stdin as Socket).unref();
  return guard;
}

async function hasEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** A new, empty server. */
export async function startDatabase(name: DatabaseName): Promise<Database> {
  requireDatabases([name]);
  const user = owner();
  const folder = mkdtempSync(join(tmpdir(), `iotpay-checkout-${name}-`));
  mkdirSync(join(folder, 'data'));
  if (user) for (const path of [folder, join(folder, 'data')]) chownSync(path, user.uid, user.gid);
  const guard = startGuard(folder, user);
  const stop = async (): Promise<void> => {
    guard.ref();
    guard.stdin!.end();
    await hasEnded(guard);
  };

  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } };
  const log = join(folder, 'log');
  let server: ChildProcess;
  const start = async ({ program, args, signal, probe }: Plan): Promise<void> => {
    const output = openSync(log, 'a');
    server = spawn(program, args, { ...options, detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    server.unref();
    writeFileSync(join(folder, 'server.pid'), `${signal} ${server.pid}\n`);
    await untilReady(server, probe, log);
  };
  try {
    const plan = PLANS[name](folder, await freePort(), FIND[name](), (program, args) => {
      execFileSync(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    });
    await start(plan);
    return {
      name,
      url: plan.url,
      kill: async () => {
        server.ref();
        server.kill(`SIG${plan.signal}`);
        await hasEnded(server);
      },
      restart: () => start(plan),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
