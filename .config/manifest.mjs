// What is known of the element, read from its source: custom-elements.json, and what editors and frameworks need of it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { generateJetBrainsWebTypes } from 'custom-element-jet-brains-integration';
import { generateVsCodeCustomElementData } from 'custom-element-vs-code-integration';

const TAG = 'iotpay-checkout';
const SOURCES = ['src/index.ts', 'src/iotpay-checkout.ts'];
const BUILT = { 'src/index': 'dist/index.js', 'src/iotpay-checkout': 'dist/element.js' };

/** Where a module of the sources is found in the package; what has no entry of its own is exported by the index. */
const builtPath = (path) => BUILT[path.replace(/^\.?\//, '').replace(/\.[jt]s$/, '')] ?? 'dist/index.js';

/** Methods of the class that are not for merchants: the platform's, and the controller's. */
const NOT_FOR_MERCHANTS = new Set(['connectedMoveCallback', 'iotpayOptions']);

/** The values of our exported constants, by name: a manifest that says `DEFAULT_X` does not tell the value. */
function constants() {
  const found = new Map();
  for (const file of readdirSync('src', { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(join('src', file), 'utf8');
    for (const [, name, value] of source.matchAll(/^export const ([A-Z][A-Z0-9_]*)\b[^=\n]*= ([^;\n]+);/gm)) {
      found.set(name, value.replace(/(?<=\d)_(?=\d)/g, ''));
    }
  }
  return found;
}

/** Deep walk over the manifest's plain data. */
function walk(value, visit) {
  if (typeof value !== 'object' || value === null) return;
  visit(value);
  for (const inner of Object.values(value)) walk(inner, visit);
}

/** The manifest of the package: its public doors, and of the element what is public. */
export async function createManifest() {
  // The analyzer writes `customElements` into package.json: `--outdir` lets that be what is there already.
  const argv = [
    'analyze',
    '--litelement',
    '--quiet',
    '--outdir',
    'dist',
    ...SOURCES.flatMap((file) => ['--globs', file]),
  ];
  const manifest = await cli({ argv, cwd: process.cwd(), noWrite: true });
  const values = constants();
  for (const module of manifest.modules) {
    for (const declaration of module.declarations ?? []) {
      declaration.members = declaration.members?.filter(
        ({ name, privacy, static: isStatic, kind }) =>
          privacy !== 'private' &&
          privacy !== 'protected' &&
          !name.startsWith('#') &&
          !NOT_FOR_MERCHANTS.has(name) &&
          !(isStatic && kind === 'field'),
      );
    }
  }
  walk(manifest, (value) => {
    if (typeof value.default === 'string' && values.has(value.default))
      value.default = values.get(value.default);
    for (const key of ['path', 'module'])
      if (typeof value[key] === 'string') value[key] = builtPath(value[key]);
  });
  return manifest;
}

export function elementOf(manifest) {
  const found = manifest.modules
    .flatMap(({ declarations = [] }) => declarations)
    .find(({ tagName }) => tagName === TAG);
  if (!found) throw new Error(`The manifest has no <${TAG}>.`);
  return found;
}

const doc = (text, indent) => `${indent}/** ${text.replace(/\s+/g, ' ').trim()} */\n`;

/** An attribute is a text; numbers and flags may be given as what they are, objects only as JSON. */
function attributeType({ fieldName, type }) {
  const text = type.text.replace(/\s*\|\s*undefined$/, '');
  if (text === 'boolean') return `boolean | '' | undefined`;
  if (text === 'number') return 'number | string | undefined';
  return text.startsWith('Record<') ? 'string | undefined' : `IotpayCheckout['${fieldName}'] | undefined`;
}

/** Types that the frameworks' own are built from. */
function propsTypes(element) {
  const settable = element.members.filter(({ kind, readonly }) => kind === 'field' && !readonly);
  const names = settable.map(({ name }) => `  | '${name}'`).join('\n');
  const attributes = element.attributes
    .filter(({ name, fieldName }) => name !== fieldName)
    .map((each) => `${doc(each.description, '  ')}  '${each.name}'?: ${attributeType(each)};\n`)
    .join('');
  return `import type { IotpayCheckout, IotpayCheckoutEventMap } from '../index.js';

type Settable =
${names};

/** What a page may set on \`<${TAG}>\` as properties. */
export type IotpayCheckoutProperties = { [Name in Settable]?: IotpayCheckout[Name] | undefined };

/** What a page may set on \`<${TAG}>\` as attributes, where their names differ from the properties'. */
export interface IotpayCheckoutAttributes {
${attributes}}

/** Listeners named \`on\` and the event's name, as React 19 and Svelte 5 write them. */
export type IotpayCheckoutListeners = {
  [Name in keyof IotpayCheckoutEventMap as \`on\${Name}\`]?:
    | ((event: IotpayCheckoutEventMap[Name] & { readonly currentTarget: IotpayCheckout }) => void)
    | undefined;
};
`;
}

const REACT = `import type { ClassAttributes, HTMLAttributes } from 'react';
import type { IotpayCheckout } from '../index.js';
import type { IotpayCheckoutAttributes, IotpayCheckoutListeners, IotpayCheckoutProperties } from './props.js';

/** React sets properties and listens to \`oniotpay-…\` from version 19 on; version 18 knows the attributes only. */
type IotpayCheckoutProps = ClassAttributes<IotpayCheckout> &
  Omit<HTMLAttributes<IotpayCheckout>, keyof IotpayCheckoutProperties> &
  IotpayCheckoutProperties &
  IotpayCheckoutAttributes &
  IotpayCheckoutListeners & { class?: string | undefined; nonce?: string | undefined };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      '${TAG}': IotpayCheckoutProps;
    }
  }
}
`;

const VUE = `import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { IotpayCheckout, IotpayCheckoutEventMap } from '../index.js';
import type { IotpayCheckoutAttributes, IotpayCheckoutProperties } from './props.js';

type Emits = { [Name in keyof IotpayCheckoutEventMap]: (event: IotpayCheckoutEventMap[Name]) => void };

type IotpayCheckoutComponent = new () => IotpayCheckout & {
  /** @deprecated For Vue's type checker only: do not use on the element. */
  $props: HTMLAttributes & PublicProps & IotpayCheckoutProperties & IotpayCheckoutAttributes;
  /** @deprecated For Vue's type checker only: do not use on the element. */
  $emit: EmitFn<Emits>;
};

declare module 'vue' {
  interface GlobalComponents {
    '${TAG}': IotpayCheckoutComponent;
  }
}
`;

const SVELTE = `import type { HTMLAttributes } from 'svelte/elements';
import type { IotpayCheckout } from '../index.js';
import type { IotpayCheckoutAttributes, IotpayCheckoutListeners, IotpayCheckoutProperties } from './props.js';

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    '${TAG}': Omit<HTMLAttributes<IotpayCheckout>, keyof IotpayCheckoutProperties> &
      IotpayCheckoutProperties &
      IotpayCheckoutAttributes &
      IotpayCheckoutListeners;
  }
}
`;

/** VS Code offers each part of an attribute's type as a value of it: only values stay. */
function withValuesOnly(manifest) {
  const copy = structuredClone(manifest);
  for (const { type } of elementOf(copy).attributes) {
    type.text = type.text.match(/'[^']*'/g)?.join(' | ') ?? 'string';
  }
  return copy;
}

/** Writes the manifest, the editors' data and the frameworks' types below a folder. */
export async function writeManifest(outdir) {
  const manifest = await createManifest();
  const types = join(outdir, 'types');
  mkdirSync(types, { recursive: true });
  writeFileSync(join(outdir, 'custom-elements.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  generateVsCodeCustomElementData(withValuesOnly(manifest), { outdir, hideLogs: true });
  generateJetBrainsWebTypes(structuredClone(manifest), { outdir, hideLogs: true, packageJson: false });
  writeFileSync(join(types, 'props.d.ts'), propsTypes(elementOf(manifest)));
  for (const [framework, declarations] of Object.entries({ react: REACT, vue: VUE, svelte: SVELTE })) {
    writeFileSync(join(types, `${framework}.d.ts`), declarations);
    // Nothing to run, but a bundler that keeps an import for its side effects looks for a file.
    writeFileSync(join(types, `${framework}.js`), 'export {};\n');
  }
}

/** Rollup plugin: the manifest is written with the files that it describes. */
export function manifest({ outdir }) {
  return {
    name: 'manifest',
    writeBundle: () => writeManifest(outdir),
  };
}
