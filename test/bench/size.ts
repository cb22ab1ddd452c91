import type { Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import ts from 'typescript';
import { bundle, installPeers } from './peers.js';
import { CDN_FILE } from './site.js';

const PEERS = [
  '@stripe/stripe-js',
  '@google-pay/button-element',
  '@paypal/paypal-js/sdk-v6',
  '@hcaptcha/loader',
  '@googlemaps/js-api-loader',
  '@power-elements/stripe-elements',
  'lit',
];

/** What a page has anyway, beside the React component. */
const ADDED_TO = ['react', 'lit', resolve('dist/index.js')];

export interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

const measure = (name: string, file: Uint8Array): Size => ({
  name,
  minified: file.length,
  gzip: gzipSync(file, { level: 9 }).length,
  brotli: brotliCompressSync(file).length,
});

/** Sizes in bytes: ours, and our peers' built the same way. */
export async function sizes(): Promise<Size[]> {
  installPeers();
  const ours = `export * from ${JSON.stringify(resolve('dist/index.js'))};`;
  const react = `export * from ${JSON.stringify(resolve('dist/react/index.js'))};`;
  const rows = [
    measure('iotpay-checkout, the CDN file (lit inside)', readFileSync(CDN_FILE)),
    measure('iotpay-checkout, lit inside', await bundle(ours)),
    measure('iotpay-checkout, our own share', await bundle(ours, { external: ['lit'] })),
    measure(
      'iotpay-checkout/react, with the element, lit inside',
      await bundle(react, { external: ['react'] }),
    ),
    measure(
      'iotpay-checkout/react, what it adds to the element',
      await bundle(react, { external: ADDED_TO }),
    ),
  ];
  // Named and for its side effects: nothing of it is shaken away.
  for (const peer of PEERS) {
    rows.push(measure(peer, await bundle(`import '${peer}'; export * from '${peer}';`)));
  }
  return rows;
}

/** Puts something empty in the place of the modules that match. */
const without = (filter: RegExp, contents: string): Plugin => ({
  name: 'without',
  setup: (build) => build.onLoad({ filter }, () => ({ contents, loader: 'ts' })),
});

/** Empties every text with a space in it: what errors and warnings say. */
const MUTE: Plugin = {
  name: 'mute',
  setup: (build) =>
    build.onLoad({ filter: /src[\\/]checkout[\\/].*\.ts$/ }, ({ path }) => {
      const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
      const mute: ts.TransformerFactory<ts.SourceFile> = (context) => {
        const { factory } = context;
        const said = (node: ts.LiteralLikeNode) => (node.text.includes(' ') ? '' : node.text);
        const visit = (node: ts.Node): ts.Node => {
          if (ts.isStringLiteral(node)) return factory.createStringLiteral(said(node));
          if (ts.isNoSubstitutionTemplateLiteral(node)) return factory.createStringLiteral(said(node));
          if (ts.isTemplateHead(node)) return factory.createTemplateHead(said(node));
          if (ts.isTemplateMiddle(node)) return factory.createTemplateMiddle(said(node));
          if (ts.isTemplateTail(node)) return factory.createTemplateTail(said(node));
          return ts.visitEachChild(node, visit, context);
        };
        return (root) => ts.visitEachChild(root, visit, context);
      };
      const [muted = file] = ts.transform(file, [mute]).transformed;
      return { contents: ts.createPrinter().printFile(muted), loader: 'ts' };
    }),
};

/** What the parts of our own share weigh: how much smaller it gets without them, in bytes. */
export async function parts(): Promise<Size[]> {
  const ours = `export * from ${JSON.stringify(resolve('src/index.ts'))};`;
  const build = async (name: string, ...plugins: Plugin[]) =>
    measure(name, await bundle(ours, { external: ['lit'], plugins }));
  const whole = await build('all of our own share');
  const less = [
    await build(
      'the texts in four languages',
      without(/ui[\\/]strings[\\/].*\.ts$/, 'export default {}; export const PAY = {};'),
    ),
    await build(
      'the styles',
      without(
        /ui[\\/](?:panel-)?styles\.ts$/,
        "import { css } from 'lit'; export const styles = css``; export const panelStyles = css``;",
      ),
    ),
    await build('what errors and warnings say', MUTE),
  ];
  return [
    whole,
    ...less.map(({ name, minified, gzip, brotli }) => ({
      name,
      minified: whole.minified - minified,
      gzip: whole.gzip - gzip,
      brotli: whole.brotli - brotli,
    })),
  ];
}
