import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../support/browsers.js';
import { BUNDLERS } from './bundles.js';
import { TURBOPACK } from './turbopack.js';
import { run, type Project } from './project.js';

/** Takes the snippet out of a document that imports this test runner, and puts it into the project. */
function fromDocument(document: string, place: string, runner: string, file: string): void {
  const snippets = [...readFileSync(document, 'utf8').matchAll(/```js\n([^]*?)```/g)];
  const found = snippets.map(([, code = '']) => code).filter((code) => code.includes(`from '${runner}'`));
  if (found.length !== 1) throw new Error(`${document} has ${found.length} examples for ${runner}.`);
  writeFileSync(join(place, file), found[0] ?? '');
}

function ownTest(document: string, runner: string, file: string, command: string, ...args: string[]) {
  return (place: string): string | undefined => {
    fromDocument(document, place, runner, file);
    const { status, output } = run(place, command, ...args);
    // One test each: a runner that finds none has shown nothing.
    if (status === 0 && /\b(?:pass|passed)\b.*\b1\b|\b1 passed\b/.test(output)) return undefined;
    return output;
  };
}

/** `npx iotpay-checkout sandbox`: prints the environment to set, and answers on loopback names only. */
async function sandboxCommand(place: string): Promise<string | undefined> {
  const port = await freePort();
  const child = spawn('npx', ['--no-install', 'iotpay-checkout', 'sandbox', '--port', `${port}`], {
    cwd: place,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    const expected = [
      'IOTPAY_MCH_ID=10000701',
      'IOTPAY_MERCHANT_KEY=sandbox-',
      'IOTPAY_LOGIN_NAME=sandbox',
      `IOTPAY_GATEWAY_ORIGIN=http://127.0.0.1:${port}`,
    ];
    for (let i = 0; !expected.every((line) => output.includes(line)); i++) {
      if (i > 100 || child.exitCode !== null) return `${output}\nExpected: ${expected.join(' ')}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const answers = await Promise.all(
      [`127.0.0.1:${port}`, 'iotpay.example'].map(
        (host) =>
          new Promise<number | undefined>((resolve, reject) =>
            get(`http://127.0.0.1:${port}/sandbox/ledger`, { headers: { host } }, (response) => {
              response.resume();
              resolve(response.statusCode);
            }).once('error', reject),
          ),
      ),
    );
    const [own = 0, foreign = 0] = answers;
    return own === 200 && foreign >= 400 ? undefined : `HTTP ${own} for itself, ${foreign} for another Host`;
  } finally {
    // npx and the command that it started.
    if (child.pid !== undefined) process.kill(-child.pid);
  }
}

/** Longest that a program may run which has nothing left to do, in milliseconds: it must end by itself. */
const END_MS = 15_000;

/** Runs a program that must say something, complain of nothing, and end by itself. */
function ends(file: string, says: RegExp) {
  return (place: string): string | undefined => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
      cwd: place,
      encoding: 'utf8',
      timeout: END_MS,
      // The word of lit's own about its development build.
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '--conditions=production' },
    });
    if (status === 0 && says.test(stdout) && !stderr) return undefined;
    return `exit status ${status} (null: it had not ended after ${END_MS} ms)\n${stdout}\n${stderr}`;
  };
}

/** Runs what must hold everywhere, and expects as many tests as there are. */
function everywhere(tests: number, ...command: string[]) {
  return (place: string): string | undefined => {
    const [program = '', ...args] = command;
    const { status, output } = run(place, program, ...args);
    return status === 0 && new RegExp(`Tests:? +.*\\b${tests} passed`).test(output) ? undefined : output;
  };
}

const COMPILER_OPTIONS = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
  jsx: 'react-jsx',
};

/** Runs a framework's type checker: no error in the right file, one in each wrong line and nowhere else. */
function typed(
  folder: string,
  wrong: string,
  lines: readonly number[],
  options: object,
  ...checker: string[]
) {
  return (place: string): string | undefined => {
    writeFileSync(
      join(place, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...COMPILER_OPTIONS, ...options },
        include: [folder],
        vueCompilerOptions: { strictTemplates: true },
      }),
    );
    const [command = '', ...args] = checker;
    const { output } = run(place, command, ...args);
    const found = [...output.matchAll(/([\w/]+\.(?:tsx|vue|svelte))"?[( ](\d+)[,:]\d+/g)].map(
      ([, file, line]) => `${file}:${line}`,
    );
    const expected = lines.map((line) => `${folder}/${wrong}:${line}`);
    return found.join() === expected.join()
      ? undefined
      : `${output}\nExpected errors: ${expected.join(', ')}`;
  };
}

const WRONG_TSX = Array.from({ length: 20 }, (_, i) => 5 + i);

const REACT_18 = {
  paths: {
    react: ['./node_modules/@types/react-18'],
    'react/jsx-runtime': ['./node_modules/@types/react-18/jsx-runtime.d.ts'],
  },
};

const GATEWAY = 'src/sandbox/README.md';
const UNIT = 'src/sandbox/unit/README.md';
/** Jest takes modules as they are with this flag only. */
const JEST = ['node', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];

export const PROJECTS: readonly Project[] = [
  {
    name: 'environments',
    source: 'test/apps/environments',
    trials: {
      'jest, jsdom': everywhere(8, ...JEST, 'everywhere'),
      'vitest, jsdom': everywhere(8, 'vitest', 'run', 'everywhere', '--environment', 'jsdom'),
      'vitest, happy-dom': everywhere(8, 'vitest', 'run', 'everywhere', '--environment', 'happy-dom'),
      'the document, vitest': ownTest(
        UNIT,
        'vitest',
        'own.test.js',
        'vitest',
        'run',
        'own',
        '--environment',
        'jsdom',
      ),
      'the document, jest': ownTest(UNIT, '@jest/globals', 'own.jest.js', ...(JEST as [string]), 'own'),
      'lit’s server renderer': ends('server.js', /<template shadowroot[^]*Un instant/),
      'Node alone': ends('nothing.js', /^function$/m),
    },
  },
  {
    name: 'own-tests',
    source: 'test/apps/own-tests',
    trials: {
      'npx iotpay-checkout sandbox': sandboxCommand,
      'node:test': ownTest(GATEWAY, 'node:test', 'own.node.js', process.execPath, '--test', 'own.node.js'),
      vitest: ownTest(GATEWAY, 'vitest', 'own.test.js', 'vitest', 'run', 'own.test.js'),
      playwright: ownTest(GATEWAY, '@playwright/test', 'own.playwright.js', 'playwright', 'test'),
    },
  },
  {
    name: 'types',
    source: 'test/apps/types',
    trials: {
      'React 19': typed('react', 'wrong.tsx', WRONG_TSX, {}, 'tsc', '--pretty', 'false'),
      'React 18': typed('react', 'wrong.tsx', WRONG_TSX, REACT_18, 'tsc', '--pretty', 'false'),
      Vue: typed('vue', 'Wrong.vue', [6, 7, 8, 9, 10, 11, 12, 13, 14], {}, 'vue-tsc', '--pretty', 'false'),
      Svelte: typed(
        'svelte',
        'Wrong.svelte',
        [5, 6, 7, 8, 9, 10, 11, 12, 13],
        {},
        'svelte-check',
        '--tsconfig',
        'tsconfig.json',
        '--output',
        'machine',
      ),
    },
  },
  BUNDLERS,
  TURBOPACK,
];
