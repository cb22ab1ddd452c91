/**
 * The packed package, as a merchant gets it: `npm run build && npm run test:package`. It is packed from a copy that has
 * only what git has, as from a new clone: `prepack` builds it there. Everything here looks at the tarball, nothing at the
 * sources.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { marked } from 'marked';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { rollup } from 'rollup';

const ROOT = resolve(import.meta.dirname, '../..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  exports: Record<string, string | Record<string, string>>;
  dependencies: Record<string, string>;
};

/** Entries that are data: there is nothing to run and nothing to type. */
const isData = (door: string): boolean => /\.json$/.test(door);
/** Entries that a merchant imports for their types: nothing runs, and nothing breaks a bundler. */
const isTypesOnly = (door: string): boolean => door.startsWith('./types/');

/** What the contract promises to merchants. */
const DOORS = [
  '.',
  './element.js',
  './react',
  './server',
  './sandbox',
  './sandbox/unit',
  './cdn/iotpay-checkout.js',
  './cdn/iotpay-checkout-start.js',
  './custom-elements.json',
];

let folder: string;
/** A copy of the project as a new clone would have it, with the packages installed. */
let clone: string;
let tarball: string;
let files: string[];
/** The package, installed in a project of its own. */
let installed: string;

const run = (program: string, args: string[], cwd = ROOT): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What a program said on both streams when it failed: npm's and TypeScript's errors are on stdout. */
function mustRun(program: string, args: string[], cwd: string): string {
  try {
    return run(program, args, cwd);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${`${stdout}${stderr}`.slice(-4000)}`, {
      cause: error,
    });
  }
}

before(() => {
  if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('Build first: npm run build');
  folder = mkdtempSync(join(tmpdir(), 'iotpay-checkout-package-'));
  clone = join(folder, 'clone');
  for (const path of run('git', ['ls-files', '-co', '--exclude-standard']).split('\n').filter(Boolean))
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(clone, path));
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  // What prepack prints comes first.
  const said = mustRun('npm', ['pack', '--json', '--pack-destination', folder], clone);
  const [packed] = JSON.parse(said.slice(said.indexOf('[\n'))) as [
    { filename: string; files: { path: string }[] },
  ];
  tarball = join(folder, packed.filename);
  files = packed.files.map(({ path }) => path);
  const modules = join(folder, 'project/node_modules');
  installed = join(modules, MANIFEST.name);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  // What the package depends on, and what TypeScript and a type checker need: no registry is asked.
  for (const name of [
    'lit',
    'lit-html',
    'lit-element',
    '@lit',
    '@types',
    'csstype',
    'react',
    'react-dom',
    'typescript',
    'undici-types',
  ]) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'project/package.json'), '{"type":"module","private":true}');
});

after(() => rmSync(folder, { recursive: true, force: true }));

const inProject = (script: string, ...flags: string[]): string =>
  mustRun(process.execPath, [...flags, '--input-type=module', '--eval', script], join(folder, 'project'));

describe('the packed package', () => {
  it('holds what is needed, and nothing else', () => {
    const strange = files.filter(
      (path) =>
        !/^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|SECURITY\.md)$/.test(path) &&
        !/^(?:src\/.+|test\/bench\/README)\.md$/.test(path) &&
        !/^dist\/(?:cdn\/)?third-party-licenses\.txt$/.test(path) &&
        !/^dist\/.+\.(?:js|js\.map|d\.ts)$|^dist\/sandbox\/page\/.+\.css$/.test(path) &&
        !/^dist\/(?:custom-elements|web-types|vscode\.(?:html|css)-custom-data)\.json$/.test(path),
    );
    assert.deepEqual(strange, []);
    for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'])
      assert.ok(files.includes(path), path);
  });

  it('holds every file that package.json names', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const named: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value === 'string') named.push(value.replace(/^\.\//, ''));
      else if (value) Object.values(value).forEach(collect);
    };
    for (const field of ['types', 'customElements', 'web-types', 'bin', 'exports']) {
      assert.ok(manifest[field], field);
      collect(manifest[field]);
    }
    assert.deepEqual(
      named.filter((path) => !files.includes(path)),
      [],
    );
  });

  it('offers editors the choices of each attribute, and nothing that is none', () => {
    const choices: Readonly<Record<string, readonly string[]>> = {
      mode: ['pay', 'add'],
      loading: ['eager', 'lazy', 'manual'],
      credentials: ['same-origin', 'include', 'omit'],
      theme: ['card'],
      'color-scheme': ['auto', 'light', 'dark'],
    };
    const read = (file: string): unknown => JSON.parse(readFileSync(join(installed, 'dist', file), 'utf8'));
    const literals = (type: string) => [...type.matchAll(/'([^']*)'/g)].map(([, value]) => value);
    const { modules } = read('custom-elements.json') as {
      modules: {
        declarations?: { tagName?: string; attributes: { name: string; type: { text: string } }[] }[];
      }[];
    };
    const manifest = modules.flatMap(({ declarations = [] }) => declarations).find(({ tagName }) => tagName);
    const vscode = read('vscode.html-custom-data.json') as {
      tags: [{ attributes: { name: string; values: { name: string }[] }[] }];
    };
    const webTypes = read('web-types.json') as {
      contributions: { html: { elements: [{ attributes: { name: string; value: { type: string } }[] }] } };
    };
    const offered: Readonly<Record<string, { name: string; values: readonly unknown[] }[] | undefined>> = {
      manifest: manifest?.attributes.map(({ name, type }) => ({ name, values: literals(type.text) })),
      'VS Code': vscode.tags[0].attributes.map(({ name, values }) => ({
        name,
        values: values.map((value) => value.name),
      })),
      'web types': webTypes.contributions.html.elements[0].attributes.map(({ name, value }) => ({
        name,
        values: literals(value.type),
      })),
    };
    for (const [where, attributes = []] of Object.entries(offered)) {
      const some = attributes.filter(({ values }) => values.length > 0);
      assert.deepEqual(Object.fromEntries(some.map(({ name, values }) => [name, values])), choices, where);
    }
  });

  it('holds every file that its documents link to, or they link to it by its full address', () => {
    const documents = files.filter((path) => path.endsWith('.md'));
    for (const path of ['README.md', 'src/server/README.md', 'src/sandbox/README.md', 'test/bench/README.md'])
      assert.ok(documents.includes(path), path);
    const missing: string[] = [];
    for (const document of documents) {
      const text = readFileSync(join(installed, document), 'utf8');
      void marked.walkTokens(marked.lexer(text), (token) => {
        if (token.type !== 'link' && token.type !== 'image') return;
        const [path = ''] = String(token['href']).split('#');
        if (path === '' || /^[a-z]+:/.test(path)) return;
        if (!files.includes(normalize(join(dirname(document), path)))) missing.push(`${document}: ${path}`);
      });
    }
    assert.deepEqual(missing, []);
  });

  it('holds the licence texts of what is bundled', () => {
    for (const [file, ...names] of [
      ['dist/third-party-licenses.txt', 'hono', '@hono/node-server'],
      ['dist/cdn/third-party-licenses.txt', 'lit-html', 'lit-element', '@lit/reactive-element'],
    ] as const) {
      const text = readFileSync(join(installed, file), 'utf8');
      for (const name of names)
        assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'), `${file}: ${name}`);
      assert.match(text, /Permission is hereby granted|Redistribution and use/, file);
    }
  });

  it('has sources inside its source maps, and no paths of the machine that built it', () => {
    for (const path of files.filter((name) => name.endsWith('.map'))) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(installed, path), 'utf8')) as {
        sources: string[];
        sourcesContent?: (string | null)[];
      };
      assert.equal(sourcesContent?.length, sources.length, path);
      for (const source of sources) assert.doesNotMatch(source, /^(?:\/|[a-z]:|file:)/i, path);
    }
  });

  it('satisfies publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  it('has types that resolve (are the types wrong?)', () => {
    const data = Object.keys(MANIFEST.exports).filter(isData);
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    mustRun(
      process.execPath,
      [
        attw,
        tarball,
        '--profile',
        'esm-only',
        '--no-definitely-typed',
        '--no-emoji',
        '--format',
        'ascii',
        '--exclude-entrypoints',
        ...data,
      ],
      ROOT,
    );
  });

  it('names types first in every door', () => {
    for (const [door, target] of Object.entries(MANIFEST.exports)) {
      if (!isData(door)) assert.equal(Object.keys(target)[0], 'types', door);
    }
  });

  it('opens every door of the contract in Node, without a DOM', () => {
    for (const door of DOORS) assert.ok(MANIFEST.exports[door], door);
    for (const door of Object.keys(MANIFEST.exports)) {
      // Lit's part for browsers is in the CDN file: it is for pages.
      if (door.startsWith('./cdn/')) continue;
      const name = MANIFEST.name + door.slice(1);
      const options = isData(door) ? `, { with: { type: 'json' } }` : '';
      const count = inProject(
        `const module = await import('${name}'${options}); console.log(Object.keys(module).length)`,
        '--no-warnings',
      );
      if (isTypesOnly(door)) assert.equal(Number(count), 0, `${name} is more than types`);
      else assert.ok(Number(count) > 0, `${name} exports nothing`);
    }
  });

  it('depends on lit alone', () => {
    assert.deepEqual(Object.keys(MANIFEST.dependencies), ['lit']);
  });

  it('has a command that says how it is used', () => {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    const path = join(installed, bin['iotpay-checkout'] ?? '');
    assert.match(readFileSync(path, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.match(mustRun(process.execPath, [path, '--help'], folder), /Usage: iotpay-checkout <command>/);
    for (const name of ['sandbox', 'doctor'])
      assert.match(
        mustRun(process.execPath, [path, name, '--help'], folder),
        new RegExp(`Usage: iotpay-checkout ${name}`),
      );
  });

  for (const [module, moduleResolution] of [
    ['ESNext', 'bundler'],
    ['NodeNext', 'nodenext'],
    ['Node16', 'node16'],
  ]) {
    it(`compiles in a strict project (${moduleResolution}): right uses pass, wrong ones don't`, () => {
      const project = join(folder, 'project');
      const sources = join(project, 'src');
      cpSync(join(import.meta.dirname, 'consumer'), sources, { recursive: true });
      writeFileSync(join(sources, 'doors.ts'), importsOf(typed()));
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'ES2022',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        types: ['node'],
        jsx: 'react-jsx',
        strict: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
        noUnusedLocals: true,
        noEmit: true,
        // Our declarations must hold by themselves; @types/node and the DOM's are others' affair.
        skipLibCheck: false,
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
      mustRun(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], project);
    });
  }
});

/** Everything that can be imported, but the data. */
const importable = (): string[] => Object.keys(MANIFEST.exports).filter((door) => !isData(door));

/** Without those whose types need a framework that is not installed here: test/apps/types has them. */
const typed = (): string[] => importable().filter((door) => !/\/(?:vue|svelte)$/.test(door));

/** A file that imports every door for what it does, as a bundler keeps it, and for its types. */
const importsOf = (doors: readonly string[]): string =>
  doors
    .map((door, i) => {
      const name = MANIFEST.name + door.slice(1);
      return `import '${name}';\nexport type * as door${i} from '${name}';\n`;
    })
    .join('');

describe('every door', () => {
  for (const [module, moduleResolution] of [
    // The newer ones have compiled every door with the strict project above.
    ['ESNext', 'node10'],
  ]) {
    it(`has types for TypeScript's ${moduleResolution}`, () => {
      const project = join(folder, 'project', `doors-${moduleResolution}`);
      mkdirSync(project);
      writeFileSync(join(project, 'doors.ts'), importsOf(typed()));
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'ES2022',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        skipLibCheck: true,
        // The old resolution is on its way out of TypeScript, and still that of many projects.
        ...(moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['doors.ts'] }));
      mustRun(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], project);
    });
  }

  it('goes through esbuild and Rollup', async () => {
    const code = importsOf(importable()).replaceAll(/^export type .*$/gm, '');
    assert.match(await bundle(code, 'node'), /customElements/);
    const rolled = await rollup({
      input: 'entry',
      external: /^(?:node:|react$|lit\/|@lit\/|lit$)/,
      // Their `sideEffects` says what may be left out; here nothing is, so that everything must be found.
      treeshake: false,
      // Of `use client`, which means nothing to it.
      logLevel: 'silent',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === 'entry' ? join(folder, 'project', 'entry.js') : null),
          load: (id) => (id.endsWith('project/entry.js') ? code : null),
        },
        nodeResolve({ exportConditions: ['node'] }),
      ],
    });
    await rolled.generate({ format: 'es', inlineDynamicImports: true });
  });
});

describe('the React component', () => {
  it('says in its first line that it runs in the browser, and needs no element on an edge worker', async () => {
    for (const file of ['index.js', 'edge.js'])
      assert.match(readFileSync(join(installed, 'dist/react', file), 'utf8'), /^'use client';\n/, file);
    for (const condition of ['workerd', 'edge-light']) {
      const code = `import { createElement } from 'react';
        import { renderToString } from 'react-dom/server';
        import { IotpayCheckout } from 'iotpay-checkout/react';
        console.log(renderToString(createElement(IotpayCheckout, { secureIdEndpoint: '/x' }, 'Wait')));
        // React's build for workers opens a MessageChannel, which keeps Node alive.
        process.exit();`;
      const { outputFiles } = await build({
        stdin: { contents: code, resolveDir: join(folder, 'project') },
        bundle: true,
        format: 'cjs',
        platform: 'neutral',
        mainFields: ['main'],
        conditions: [condition, 'worker', 'browser'],
        write: false,
        logLevel: 'silent',
      });
      const file = join(folder, `${condition}.cjs`);
      writeFileSync(file, outputFiles[0]?.text ?? '');
      assert.equal(
        mustRun(process.execPath, [file], folder).trim(),
        '<iotpay-checkout loading="manual">Wait</iotpay-checkout>',
      );
    }
  });
});

/** What a bundler makes of a line of code that imports from the package. */
async function bundle(
  code: string,
  platform: 'browser' | 'node' = 'browser',
  external: string[] = [],
): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: join(folder, 'project') },
    bundle: true,
    format: 'esm',
    platform,
    target: 'es2022',
    external,
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}

describe('in a bundler', () => {
  it('keeps what defines the element, and drops what is imported and not used', async () => {
    assert.match(await bundle(`import 'iotpay-checkout'`), /customElements/);
    // The component defines its tag: without this, Turbopack and webpack leave that out.
    assert.match(await bundle(`import 'iotpay-checkout/react'`), /customElements/);
    for (const door of ['element.js', 'server', 'sandbox']) {
      const platform = /element/.test(door) ? 'browser' : 'node';
      assert.equal(await bundle(`import 'iotpay-checkout/${door}'`, platform), '', door);
    }
  });

  it('never lets the server part into a browser', async () => {
    const code = await bundle(`import { createIotpay } from 'iotpay-checkout/server'; createIotpay({});`);
    assert.doesNotMatch(code, /node:crypto/);
    assert.ok(code.length < 2000, `${code.length} characters`);
    assert.throws(() => mustRun(process.execPath, ['--input-type=module', '--eval', code], folder), /server/);
  });
});

describe('the server part', () => {
  const code = `import { createIotpay } from 'iotpay-checkout/server'; createIotpay({});`;
  const bundled = async (conditions: string[]) => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: join(folder, 'project') },
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      conditions,
      external: ['node:crypto'],
      write: false,
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  };
  const rolled = async (exportConditions: string[]) => {
    const bundle = await rollup({
      input: 'entry',
      external: ['node:crypto'],
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === 'entry' ? join(folder, 'project', 'entry.js') : null),
          load: (id) => (id.endsWith('entry.js') ? code : null),
        },
        nodeResolve({ exportConditions }),
      ],
    });
    const { output } = await bundle.generate({ format: 'es' });
    return output[0].code;
  };

  for (const conditions of [
    ['workerd', 'worker', 'browser'],
    ['edge-light', 'browser'],
    ['deno'],
    ['bun'],
    ['node'],
  ]) {
    it(`is the module under the conditions ${conditions.join(', ')}`, async () => {
      for (const text of [await bundled(conditions), await rolled(conditions)])
        assert.match(text, /node:crypto/);
    });
  }

  it('is the stub with a clear error under the condition browser', async () => {
    for (const text of [await bundled(['browser']), await rolled(['browser'])]) {
      assert.doesNotMatch(text, /node:crypto/);
      assert.match(text, /server/);
    }
  });

  it('writes into pages the starter that is in the package, and its hash', () => {
    const file = readFileSync(join(installed, 'dist/cdn/iotpay-checkout-start.js'), 'utf8');
    // What would end the tag, or change how a browser reads on, in the middle of a page.
    assert.doesNotMatch(file, /<\/script|<!--/i);
    const written = JSON.parse(
      inProject(`import { createCheckout, createIotpay, memoryStore } from 'iotpay-checkout/server';
        const iotpay = createIotpay({ mchId: '10000701', merchantKey: 'k'.repeat(32), loginName: 'jsmith' });
        const address = 'https://shop.example/pay';
        const { head } = createCheckout({ iotpay, store: memoryStore(), notifyUrl: address, returnUrl: address, order() {}, onPaid() {} });
        console.log(JSON.stringify([head(), head({ starter: '/start.js' })]));`),
    ) as [string, string];
    assert.ok(written[0].endsWith(`<script>${file}</script>`));
    assert.ok(written[1].includes(`sha384-${createHash('sha384').update(file).digest('base64')}`));
  });

  it('is in no file for browsers: neither MD5 nor a merchant key', () => {
    const files = new Set([
      'cdn/iotpay-checkout.js',
      'cdn/iotpay-checkout-extras.js',
      'cdn/iotpay-checkout-start.js',
      'index.js',
      'element.js',
    ]);
    // What a file imports comes along; a set also gives what is added while it is gone through.
    for (const file of files)
      for (const [, beside = ''] of readFileSync(join(installed, 'dist', file), 'utf8').matchAll(
        /(?:from|import)\s*["'](\.[^"']+)["']/g,
      ))
        files.add(join(dirname(file), beside));
    assert.ok(
      [...files].some((file) => file.startsWith('shared/')),
      [...files].join(),
    );
    for (const file of files) {
      assert.doesNotMatch(
        readFileSync(join(installed, 'dist', file), 'utf8'),
        /md5|merchantKey|node:/i,
        file,
      );
    }
  });
});

describe('the build', () => {
  const hashes = (dist: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(dist, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((path) => [
          relative(dist, path),
          createHash('sha384').update(readFileSync(path)).digest('base64'),
        ]),
    );

  it('gives the same files again, in another folder too', () => {
    assert.deepEqual(hashes(join(clone, 'dist')), hashes(join(ROOT, 'dist')));
  });

  it('keeps its size budgets', () => {
    mustRun(process.execPath, [join(ROOT, 'node_modules/size-limit/bin.js')], ROOT);
  });
});
