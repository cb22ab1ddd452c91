import js from '@eslint/js';
import { configs as lit } from 'eslint-plugin-lit';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * A wall: the files of one room may import what `allowed` matches, and nothing else. Types may cross where `types`
 * matches: they are gone before anything runs.
 */
const wall = (room, allowed, why) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(?!${allowed})`, message: `src/${room} ${why}` }] },
    ],
  },
});

const without = (names, message) => names.map((name) => ({ name, message }));

const BROWSER_GLOBALS = [
  'window',
  'document',
  'navigator',
  'location',
  'customElements',
  'HTMLElement',
  'localStorage',
];
const NODE_GLOBALS = ['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'setImmediate'];

/** node:test's functions return promises that its own runner awaits. */
const awaitedByRunner = [
  { from: 'package', name: ['describe', 'it', 'test', 'suite'], package: 'node:test' },
];

export default defineConfig(
  { ignores: ['**/dist/', 'coverage/', 'test/package/consumer/', 'demo/apps/'] },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
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
  { files: ['src/**/*.ts'], ...lit['flat/recommended'] },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'fetch',
          'Request',
          'Response',
          'Headers',
          'setTimeout',
          'clearTimeout',
          'structuredClone',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  wall('gateway', '\\./', 'imports nothing: browser, server and sandbox all stand on it.'),
  wall('checkout', '\\./|(?:\\.\\./)+gateway/|lit(?:/|$)', 'may import src/gateway and lit only.'),
  wall(
    'ui',
    '\\./|(?:\\.\\./)+(?:ui|gateway|checkout/(?:errors|events)|strings\\.js$)|lit(?:/|$)',
    'may import lit and types only.',
  ),
  wall(
    'server',
    '\\./|(?:\\.\\./)+gateway/|node:crypto$',
    'may import src/gateway and node:crypto only: workers have nothing else.',
  ),
  wall(
    'sandbox',
    '\\./|(?:\\.\\./)+(?:gateway/|server/signature\\.js$)|node:|hono(?:/|$)|@hono/',
    'may import src/gateway, the signature, and Hono only.',
  ),
  {
    files: ['src/checkout/**/*.ts', 'src/ui/**/*.ts', 'src/gateway/**/*.ts', 'src/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...without(NODE_GLOBALS, 'This runs in browsers.')] },
  },
  {
    files: ['src/server/**/*.ts', 'src/sandbox/**/*.ts', 'src/gateway/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...without(BROWSER_GLOBALS, 'This runs on servers.')] },
  },
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
