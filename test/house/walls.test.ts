// Breaks each wall of eslint.config.js once, and expects that ESLint reports it: so a later block of the config cannot
// replace an earlier one unseen.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import { configs } from 'typescript-eslint';
import ts from 'typescript';

const { SIZES, SIZE_EXCEPTIONS } = (await import(pathToFileURL('eslint.config.js').href)) as {
  SIZES: Linter.RulesRecord;
  SIZE_EXCEPTIONS: { file: string; off: string[]; because: string }[];
};

/** The rules of the walls need no types; without them a text can be linted that is in no file. */
const withoutTypes = [
  { ...configs.disableTypeChecked, files: ['**/*.ts', '**/*.tsx'] },
  { languageOptions: { parserOptions: { projectService: false, project: null } } },
];
const linter = new ESLint({ overrideConfig: withoutTypes });
const strictLinter = new ESLint({
  overrideConfig: [...withoutTypes, { files: ['src/**/*.ts'], rules: SIZES }],
});

const PATHS = 'import-x/no-restricted-paths';
const PACKAGES = '@typescript-eslint/no-restricted-imports';
const GLOBALS = 'no-restricted-globals';

/** The names of the rules that refuse this text as a file of this room. */
async function refusals(room: string, code: string, name = 'breaks-a-wall.ts'): Promise<string[]> {
  const results = await linter.lintText(code, { filePath: join(room, name) });
  const messages = results.flatMap((result) => result.messages);
  for (const { fatal, message } of messages) assert.ok(!fatal, message);
  return messages.map(({ ruleId }) => ruleId ?? 'no rule');
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => normalize(join(folder, path)))
    .sort();

/** How a file of one room would import a file that another room really has. */
function addressFrom(room: string, target: string): string {
  const file = target.endsWith('.ts') ? target : sourcesOf(target)[0];
  assert.ok(file && existsSync(file), `${target} has no sources`);
  const path = relative(room, file).replace(/\.tsx?$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

const importing = (address: string): string =>
  `import * as all from '${address}';\nexport const used = all;\n`;

/** For each room, one thing of each kind that it may not have. */
const WALLS = [
  {
    room: 'src/gateway',
    rooms: ['src/checkout', 'src/ui', 'src/server', 'src/sandbox', 'src/iotpay-checkout.ts'],
    packages: ['lit', 'node:crypto', 'hono'],
    globals: ['process.env', 'globalThis.process', 'Buffer', 'document.title', 'location.href', 'window'],
  },
  {
    room: 'src/checkout',
    rooms: ['src/ui', 'src/server', 'src/sandbox', 'src/iotpay-checkout.ts', 'src/index.ts'],
    packages: ['node:crypto', 'hono', 'react'],
    globals: ['process.env', 'Buffer'],
  },
  {
    room: 'src/ui',
    rooms: ['src/checkout/controller.ts', 'src/server', 'src/sandbox', 'src/iotpay-checkout.ts'],
    packages: ['node:crypto', 'hono', 'react'],
    globals: ['process.env', 'Buffer'],
  },
  {
    room: 'src',
    rooms: ['src/server', 'src/sandbox', 'test/support/counts.ts'],
    packages: ['node:fs', 'hono', 'react'],
    globals: ['process.env', 'Buffer'],
  },
  {
    room: 'src/react',
    rooms: ['src/checkout', 'src/gateway', 'src/ui', 'src/server', 'src/sandbox'],
    packages: ['lit', 'node:fs', 'hono'],
    globals: ['process.env', 'Buffer'],
  },
  ...['src/server', 'src/server/checkout', 'src/server/stores'].map((room) => ({
    room,
    rooms: ['src/checkout', 'src/ui', 'src/sandbox', 'src/iotpay-checkout.ts'],
    packages: ['node:fs', 'lit', 'hono', 'pg', 'ioredis', 'node-sqlite3-wasm'],
    globals: ['document.title', 'globalThis.window', 'location.href'],
  })),
  {
    room: 'src/sandbox',
    rooms: ['src/checkout', 'src/ui', 'src/server/client.ts', 'src/server/index.ts', 'src/index.ts'],
    packages: ['lit', 'express'],
    globals: ['document.title', 'window'],
  },
  {
    room: 'src/sandbox/doctor',
    rooms: ['src/checkout', 'src/sandbox/gateway.ts', 'src/server/checkout', 'src/server/index.ts'],
    packages: ['lit', 'hono', 'express'],
    globals: ['document.title', 'window'],
  },
];

describe('a wall', () => {
  for (const { room, rooms, packages, globals } of WALLS) {
    it(`${room}: no other room`, async () => {
      for (const target of rooms) {
        const address = addressFrom(room, target);
        assert.ok((await refusals(room, importing(address))).includes(PATHS), `${room} imports ${address}`);
      }
    });

    it(`${room}: no package of others`, async () => {
      for (const name of packages)
        assert.ok((await refusals(room, importing(name))).includes(PACKAGES), `${room} imports ${name}`);
    });

    it(`${room}: no global that is missing where it runs`, async () => {
      for (const expression of globals) {
        const code = `export const used: unknown = ${expression};\n`;
        assert.ok((await refusals(room, code)).includes(GLOBALS), `${room} reads ${expression}`);
      }
    });

    it(`${room}: nothing by another kind of import`, async () => {
      const address = addressFrom(room, rooms[0] ?? '');
      for (const code of [
        `export * from '${address}';\n`,
        `import type * as all from '${address}';\nexport type Used = typeof all;\n`,
        `export const late = (): Promise<unknown> => import('${address}');\n`,
      ])
        assert.ok((await refusals(room, code)).includes(PATHS), code);
      const late = `export const late = (): Promise<unknown> => import('${packages[0]}');\n`;
      assert.ok((await refusals(room, late)).includes('no-restricted-syntax'), late);
    });

    it(`${room}: its own files are allowed`, async () => {
      const address = addressFrom(room, room === 'src' ? 'src/iotpay-checkout.ts' : sibling(room));
      assert.deepEqual(await refusals(room, importing(address)), []);
    });
  }
});

/** A room that is still empty may import itself all the same; its nearest parent that has files stands in. */
const sibling = (room: string): string =>
  existsSync(room) ? room : dirname(room) === 'src' ? 'src/index.ts' : dirname(room);

describe('a circle', () => {
  it('of imports is reported', async () => {
    const index = readFileSync('src/index.ts', 'utf8');
    assert.match(index, /from '\.\/iotpay-checkout\.js'/);
    assert.ok(
      (await refusals('src', importing('./index.js'), 'iotpay-checkout.ts')).includes('import-x/no-cycle'),
    );
  });

  it('of types is not there either', () => {
    const imports = new Map(
      sourcesOf('src').map((file) => [
        file,
        ts
          .preProcessFile(readFileSync(file, 'utf8'))
          .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
          .map(({ fileName }) => join(dirname(file), fileName.replace(/\.js$/, '.ts'))),
      ]),
    );
    assert.ok((imports.get('src/index.ts')?.length ?? 0) > 0, 'no imports were read');
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (path.includes(file) || done.has(file)) return;
      for (const next of imports.get(file) ?? []) follow(next, [...path, file]);
      done.add(file);
    };
    for (const file of imports.keys()) follow(file, []);
    assert.deepEqual(circles, []);
  });
});

describe('a size', () => {
  for (const [rule, code] of [
    ['max-lines', 'export const a = 1;\n'.repeat(401)],
    ['max-lines-per-function', `export function long(): void {\n${'  String();\n'.repeat(59)}}\n`],
    ['complexity', `export const ways = (n: number): number =>\n${'  n ? 1 :\n'.repeat(15)}  0;\n`],
  ] as const) {
    it(`${rule} is watched in every room`, async () => {
      for (const { room } of WALLS) assert.ok((await refusals(room, code)).includes(rule), room);
    });
  }

  it('has five exceptions at most', () => {
    assert.ok(SIZE_EXCEPTIONS.length <= 5, `${SIZE_EXCEPTIONS.length}`);
  });

  for (const { file, off, because } of SIZE_EXCEPTIONS) {
    it(`the exception of ${file} is still needed`, async () => {
      assert.ok(because.length > 0);
      const results = await strictLinter.lintText(readFileSync(file, 'utf8'), { filePath: file });
      const broken = results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
      for (const rule of off)
        assert.ok(
          broken.includes(rule),
          `${file} no longer breaks ${rule}: take it out of SIZE_EXCEPTIONS in eslint.config.js`,
        );
    });
  }
});
