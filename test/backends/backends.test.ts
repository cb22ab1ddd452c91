// The backends in other languages, each on a real database: `check` finds nothing in them.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runCheck } from '../../src/sandbox/check/run.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { freePort } from '../support/browsers.js';
import { startDatabase } from '../support/databases.js';
import { programOf } from '../support/languages.js';

type Environment = Readonly<Record<string, string>>;

/** How long a backend may take to start, in milliseconds. */
const START_MS = 30_000;

interface Backend {
  readonly folder: string;
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  readonly environment: Environment;
  /** Run once before it starts. */
  readonly install?: readonly string[];
}

async function untilAnswers(url: string, said: () => string): Promise<void> {
  const endMs = Date.now() + START_MS;
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > endMs) throw new Error(`The backend did not start: ${said()}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Starts a backend beside a sandbox of its own. */
async function started(test: TestContext, backend: Backend) {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = { ...process.env, ...sandbox.env, SHOP_ORIGIN: origin, SHOP_TEST: '1', ...backend.environment };
  const cwd = join('demo/backends', backend.folder);
  if (backend.install) execFileSync(backend.program, backend.install, { cwd, env });
  let output = '';
  const start = async () => {
    const child = spawn(backend.program, backend.args(port), { cwd, env, detached: true });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    await untilAnswers(`${origin}/pay/secure-id`, () => output);
    return async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // Its workers too.
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
    };
  };
  let stop = await start();
  test.after(() => stop());
  const restart = async () => {
    await stop();
    stop = await start();
  };
  const shipped = async (order: string) =>
    Number(await (await fetch(`${origin}/shipped?order=${order}`)).text());
  return { sandbox, origin, restart, shipped };
}

type Started = Awaited<ReturnType<typeof started>>;

function check({ sandbox, origin, restart, shipped }: Started) {
  let count = 0;
  return runCheck({
    sandbox,
    secureIdUrl: `${origin}/pay/secure-id`,
    orderStatusUrl: `${origin}/pay/order-status`,
    add: true,
    newOrder: async () => {
      // Each second one differs from the one before it in nothing but the case of its letters.
      const letter = count++ % 2 === 0 ? 'a' : 'A';
      const name = `order-${Math.ceil(count / 2)}${letter}`;
      return { name, data: { orderId: name } };
    },
    shipped: async ({ name }) => shipped(name),
    restart,
  });
}

/** What `check` can't do: it has no say over a backend's clock. */
async function outlivesAnOutage({ sandbox, origin, shipped }: Started): Promise<void> {
  const order = 'outage';
  const form = async () => {
    const answer = await fetch(`${origin}/pay/secure-id`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode: 'pay', orderId: order }),
    });
    return (await answer.json()) as { mchOrderNo: string; secureId?: string; status?: number };
  };
  const { mchOrderNo } = await form();
  sandbox.notifications.drop(Infinity);
  await sandbox.pay(mchOrderNo);
  await fetch(`${origin}/aged?order=${order}&seconds=${3 * 3600}`);
  assert.equal(await shipped(order), 1);
  assert.equal((await form()).status, 2);
  sandbox.reset();
}

/** An address to connect to, in the words of PDO. */
function dsnOf(url: string): Environment {
  const { protocol, hostname, port, username, pathname } = new URL(url);
  const driver = protocol === 'mysql:' ? 'mysql' : 'pgsql';
  return {
    DATABASE_DSN: `${driver}:host=${hostname};port=${port};dbname=${pathname.slice(1)}`,
    DATABASE_USER: username,
  };
}

const php = (environment: Environment): Backend => ({
  folder: 'php',
  program: programOf('php'),
  args: (own) => ['-S', `127.0.0.1:${own}`, 'index.php'],
  install: ['index.php'],
  environment: { ...environment, PHP_CLI_SERVER_WORKERS: '4' },
});

const python = (url: string): Backend => ({
  folder: 'python',
  program: programOf('python'),
  args: (own) => ['-B', '-m', 'flask', '--app', 'app', 'run', '--port', String(own), '--with-threads'],
  environment: { DATABASE_URL: url },
});

// They mostly wait: two at a time.
describe(
  'backends in other languages: check finds nothing, and an order paid during an outage is shipped',
  { concurrency: 2 },
  () => {
    const finds = async (test: TestContext, backend: Backend) => {
      const running = await started(test, backend);
      await outlivesAnOutage(running);
      const report = await check(running);
      assert.deepEqual(report.findings, []);
      assert.deepEqual(
        report.trials.filter(({ result }) => result !== 'passed'),
        [],
      );
    };
    for (const name of ['postgresql', 'mariadb'] as const) {
      it(`PHP on ${name}`, async (test) => {
        const database = await startDatabase(name);
        test.after(() => database.stop());
        await finds(test, php(dsnOf(database.url)));
      });
    }

    it('Python on postgresql', async (test) => {
      const database = await startDatabase('postgresql');
      test.after(() => database.stop());
      await finds(test, python(database.url));
    });

    it('Python on SQLite', async (test) => {
      const folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-python-'));
      test.after(() => rmSync(folder, { recursive: true, force: true }));
      await finds(test, python(`sqlite:///${join(folder, 'shop.sqlite')}`));
    });
  },
);
