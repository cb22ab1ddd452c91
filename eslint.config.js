import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { configs as lit } from 'eslint-plugin-lit';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * The rooms of `src/`, and what each may import besides its own files: other rooms or single files (`from`), and
 * packages. Everything else is an error. `globals` are names that do not exist where the room's code runs.
 * `test/house/walls.test.ts` breaks each wall once and expects that ESLint reports it.
 */
const ROOMS = [
  {
    files: ['src/gateway/**/*.ts'],
    own: 'src/gateway',
    because: 'src/gateway imports nothing: browser, server and sandbox all stand on it.',
    runsIn: ['browser', 'server'],
  },
  {
    files: ['src/checkout/**/*.ts'],
    own: 'src/checkout',
    from: ['src/gateway'],
    packages: ['lit'],
    because: 'src/checkout may import src/gateway and lit only.',
    runsIn: ['browser'],
  },
  {
    files: ['src/ui/**/*.ts'],
    own: 'src/ui',
    from: ['src/gateway', 'src/checkout/errors.ts', 'src/checkout/events.ts', 'src/checkout/status.ts'],
    packages: ['lit'],
    because: 'src/ui may import lit, src/gateway and the types of the checkout only.',
    runsIn: ['browser'],
  },
  {
    files: ['src/*.ts'],
    own: 'src/index.ts',
    from: [
      'src/iotpay-checkout.ts',
      'src/extras.ts',
      'src/extras-file.ts',
      'src/edge-element.ts',
      'src/checkout',
      'src/gateway',
      'src/ui',
    ],
    packages: ['lit'],
    because: 'The element may import src/checkout, src/gateway, src/ui and lit only.',
    runsIn: ['browser'],
  },
  {
    files: ['src/react/**/*.{ts,tsx}'],
    own: 'src/react',
    from: ['src/index.ts', 'src/iotpay-checkout.ts'],
    packages: ['react'],
    because: 'src/react may import the public element, its types, and react only.',
    runsIn: ['browser'],
  },
  {
    files: ['src/server/**/*.ts'],
    own: 'src/server',
    from: ['src/gateway'],
    packages: ['node:crypto'],
    because: 'src/server may import src/gateway and node:crypto only: workers have nothing else.',
    runsIn: ['server'],
  },
  {
    files: ['src/sandbox/**/*.ts'],
    own: 'src/sandbox',
    from: ['src/gateway', 'src/server/signature.ts', 'src/server/stores/store.ts'],
    packages: ['hono', '@hono/node-server', 'node:*'],
    because: 'src/sandbox may import src/gateway, the signature, the type of a store, Hono and Node only.',
    runsIn: ['server'],
  },
  {
    // Behind the sandbox's: what it says of these files replaces what the wall above says.
    files: ['src/sandbox/doctor/**/*.ts'],
    own: 'src/sandbox/doctor',
    from: ['src/gateway', 'src/sandbox/command.ts', 'src/server/client.ts', 'src/server/errors.ts'],
    packages: ['parse5', 'node:*'],
    because: 'src/sandbox/doctor may import src/gateway, the client of src/server, parse5 and Node only.',
    runsIn: ['server'],
  },
];

/** Names that only the other side has. */
const MISSING = {
  browser: ['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'setImmediate'],
  server: ['window', 'document', 'navigator', 'location', 'customElements', 'HTMLElement', 'localStorage'],
};

/** Matches what is neither a relative address nor one of these packages (`node:*`: all of Node's own). */
function foreignPackages(packages) {
  const names = packages.map((name) => (name.endsWith('*') ? name.slice(0, -1) : `${name}(?:/|$)`));
  return `^(?!${['\\.{1,2}/', ...names].join('|')})`;
}

/** One block of rules for each room, so that no rule of a later block replaces one of an earlier block. */
const wall = ({ files, own, from = [], packages = [], because, runsIn }) => ({
  files,
  rules: {
    'import-x/no-restricted-paths': [
      'error',
      {
        basePath: import.meta.dirname,
        zones: [
          {
            target: '.',
            from: '.',
            except: ['node_modules', own, ...from].map((path) => `./${path}`),
            message: because,
          },
        ],
      },
    ],
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: foreignPackages(packages), message: because }] },
    ],
    'no-restricted-syntax': [
      'error',
      {
        selector: `ImportExpression:not([source.value=/^\\.{1,2}\\//])`,
        message: 'A package is imported at the top of the file, where the wall sees it.',
      },
    ],
    'no-restricted-globals': [
      'error',
      {
        globals: runsIn.flatMap((side) =>
          MISSING[side].map((name) => ({
            name,
            message: `${because.split(' ')[0]} runs in: ${runsIn.join(', ')}.`,
          })),
        ),
        checkGlobalObject: true,
      },
    ],
  },
});

/**
 * Sizes that keep a file readable. Blank lines and comments do not count: a reason that is written down should not
 * cost anything.
 */
export const SIZES = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 15],
};

/**
 * Files that may break a size, each with its reason; at most five. `test/house/walls.test.ts` reports a line that is
 * no longer needed.
 */
export const SIZE_EXCEPTIONS = [];

/** node:test's functions return promises that its own runner awaits. */
const awaitedByRunner = [
  { from: 'package', name: ['describe', 'it', 'test', 'suite'], package: 'node:test' },
];

export default defineConfig(
  {
    ignores: ['**/dist/', 'coverage/', '.cache/', 'test/package/consumer/', 'test/apps/types/', 'demo/apps/'],
  },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', 'src/**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An interface may promise more than one implementation of it needs.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: awaitedByRunner }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx,js}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
        }),
      ],
    },
    rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }], ...SIZES },
  },
  ...SIZE_EXCEPTIONS.map(({ file, off }) => ({
    files: [file],
    rules: Object.fromEntries(off.map((rule) => [rule, 'off'])),
  })),
  { files: ['src/**/*.ts'], ...lit['flat/recommended'] },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: globals.nodeBuiltin },
  },
  {
    // A merchant's unit tests, in environments that pretend to be a browser.
    files: ['test/apps/environments/**/*.js'],
    languageOptions: { globals: { ...globals.nodeBuiltin, ...globals.browser } },
  },
  {
    // The programs that the sandbox sends to the browser.
    files: ['src/sandbox/page/**/*.js'],
    languageOptions: {
      globals: {
        ...Object.fromEntries(Object.keys(globals.nodeBuiltin).map((name) => [name, 'off'])),
        ...globals.browser,
        SETTINGS: 'readonly',
      },
    },
  },
  {
    // These two are no modules.
    files: ['src/sandbox/page/iotpaycc.js', 'src/sandbox/page/options.js'],
    languageOptions: { sourceType: 'script' },
  },
  ...ROOMS.map(wall),
  {
    // The demo is a merchant: it enters by the package's doors.
    files: ['demo/**/*.{js,mjs,ts}'],
    rules: {
      'no-undef': 'off',
      'no-restricted-imports': ['error', { patterns: [{ regex: '/(?:src|dist)/' }] }],
    },
  },
  {
    files: ['test/**/*.browser.test.ts'],
    rules: {
      // chai's assertions are expressions, and with @open-wc/testing's types every one of them looks like a promise.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
);
