import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import thirdParty from 'rollup-plugin-license';
import { minifyTemplateLiterals } from 'rollup-plugin-minify-template-literals';
import { manifest } from './.config/manifest.mjs';

const { name, version, license } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** What a merchant's own bundler or runtime brings; everything else is bundled into our files. */
const isExternal = (id) => /^(?:lit(?:\/|$)|@lit\/|react$|node:)/.test(id);

/** Type errors end the build; declarations are in the same folders as the sources, so that `exports` finds them. */
const compile = (options) => typescript({ tsconfig: 'src/tsconfig.json', ...options });

/** Lit's templates and styles without the white space that only we read. */
const minifyTemplates = () => minifyTemplateLiterals({ include: ['src/ui/**', 'src/iotpay-checkout.ts'] });

/** The sandbox's browser programs: sent as they are written. */
const sandboxPages = {
  name: 'sandbox-pages',
  generateBundle() {
    for (const name of readdirSync('src/sandbox/page')) {
      const source = readFileSync(`src/sandbox/page/${name}`, 'utf8');
      this.emitFile({ type: 'asset', fileName: `sandbox/page/${name}`, source });
    }
  },
};

/** The licence texts of the packages that end up in our files, beside those files. */
const licenses = (file) => thirdParty({ thirdParty: { output: { file, template: licenseTexts } } });

function licenseTexts(dependencies) {
  const texts = dependencies.map((each) => {
    // A package without a text would leave its users without the right to use it: the build says so.
    if (!each.licenseText) throw new Error(`${each.name} is bundled and has no licence text.`);
    return `${each.name} ${each.version} (${each.license})\n\n${each.licenseText.trim()}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/** A warning that nobody reads can hide a defect, so each one ends the build. */
const onwarn = (warning) => {
  throw new Error(`${warning.message}${warning.loc ? ` (${warning.loc.file}:${warning.loc.line})` : ''}`);
};

const STARTER = 'dist/cdn/iotpay-checkout-start.js';
const EXTRAS = 'dist/cdn/iotpay-checkout-extras.js';

/** The server writes the starter into pages, also where there is no file system: its text is part of the module. */
const starterText = {
  name: 'starter-text',
  transform(code, id) {
    if (!/\/server\/checkout\/head\.ts$/.test(id)) return null;
    const text = JSON.stringify(readFileSync(STARTER, 'utf8'));
    return { code: code.replace(/\bIOTPAY_CHECKOUT_STARTER\b/g, () => text), map: null };
  },
};

/** The shebang is the first line of the command-line tool and stays so behind the bundler. */
const npmEntries = {
  input: {
    index: 'src/index.ts',
    element: 'src/iotpay-checkout.ts',
    edge: 'src/edge.ts',
    'edge-element': 'src/edge-element.ts',
    'react/index': 'src/react/index.ts',
    'react/edge': 'src/react/edge.ts',
    'server/index': 'src/server/index.ts',
    'server/browser': 'src/server/browser.ts',
    'sandbox/index': 'src/sandbox/index.ts',
    'sandbox/browser': 'src/sandbox/browser.ts',
    'sandbox/unit': 'src/sandbox/unit/index.ts',
    'sandbox/cli': 'src/sandbox/cli.ts',
  },
  external: isExternal,
  onwarn,
  // Source maps name files as they are imported, so that a linked node_modules gives the same ones.
  preserveSymlinks: true,
  plugins: [
    nodeResolve({ exportConditions: ['node'], preferBuiltins: true }),
    compile({ declarationDir: 'dist' }),
    minifyTemplates(),
    starterText,
    sandboxPages,
    manifest({ outdir: 'dist' }),
    licenses('dist/third-party-licenses.txt'),
  ],
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    // Named by what is in them, without a hash: the same sources give the same files.
    chunkFileNames: 'shared/[name].js',
    hoistTransitiveImports: false,
    // Next's app router renders a component with effects on the client only where its module says so.
    banner: ({ name }) => (name.startsWith('react/') ? "'use client';" : ''),
  },
};

const minify = () =>
  terser({
    ecma: 2022,
    module: true,
    compress: { passes: 3, unsafe_arrows: true },
    format: { comments: /^!/ },
  });

/** A classic script has no source map, so that its hash is that of the file. */
const compileClassic = () =>
  compile({
    declaration: false,
    sourceMap: false,
    inlineSources: false,
    noCheck: true,
    outDir: 'dist/cdn',
  });

const OUR_BANNER = `/*! ${name} ${version} | ${license} | unofficial */`;

/** A classic script, which may stand in the page itself. */
const starter = {
  input: 'src/iotpay-checkout-start.ts',
  onwarn,
  preserveSymlinks: true,
  plugins: [compileClassic(), minify()],
  output: {
    file: STARTER,
    format: 'iife',
    banner: OUR_BANNER,
  },
};

/** What the tag of the second file hands over. */
const FROM_TAG = 'document.currentScript.lit';

/** The second file: a classic script, which its tag pins by the hash of the whole. */
const extrasFile = {
  input: 'src/iotpay-checkout-extras.ts',
  onwarn,
  external: ['lit', 'lit/directives/keyed.js'],
  preserveSymlinks: true,
  plugins: [compileClassic(), minifyTemplates(), minify()],
  output: {
    file: EXTRAS,
    format: 'iife',
    globals: { lit: FROM_TAG, 'lit/directives/keyed.js': FROM_TAG },
    banner: OUR_BANNER,
  },
};

/** The CDN file loads its extras, from beside itself, and accepts those of its own build only. */
const separateExtras = {
  name: 'separate-extras',
  resolveId: (id, importer) =>
    id === './extras.js' && importer?.endsWith('/src/iotpay-checkout.ts')
      ? importer.replace('iotpay-checkout.ts', 'extras-file.ts')
      : null,
  transform(code, id) {
    if (!/\/src\/extras-file\.ts$/.test(id)) return null;
    const hash = createHash('sha384').update(readFileSync(EXTRAS)).digest('base64');
    return { code: code.replace(/\bIOTPAY_CHECKOUT_EXTRAS_HASH\b/g, () => `'sha384-${hash}'`), map: null };
  },
};

const cdnFile = {
  input: 'src/index.ts',
  onwarn,
  // Source maps name files as they are imported, so that a linked node_modules gives the same ones.
  preserveSymlinks: true,
  plugins: [
    separateExtras,
    nodeResolve({ exportConditions: ['production', 'browser'], browser: true }),
    compile({ declaration: false, outDir: 'dist/cdn' }),
    minifyTemplates(),
    minify(),
    licenses('dist/cdn/third-party-licenses.txt'),
  ],
  output: {
    file: 'dist/cdn/iotpay-checkout.js',
    format: 'es',
    sourcemap: true,
    banner: `/*! ${name} ${version} | ${license} | unofficial; contains lit (BSD-3-Clause, Google LLC) */`,
  },
};

// What an earlier build has left would be packed.
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });

// The starter comes first: the server's module has its text. The extras come before the file that has their hash.
export default [starter, npmEntries, extrasFile, cdnFile];
