/**
 * The element's members in every place that tells of them: what the contract promises is in the manifest, and the
 * editors' data, the class, and the types of React, Vue and Svelte have what the manifest has, and nothing else. The
 * frameworks' own types are stubs here, so that only ours are seen; `test/apps/types` has the frameworks' own.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');
if (!existsSync(join(DIST, 'custom-elements.json'))) throw new Error('Build first: npm run build');

interface Named {
  readonly name: string;
}
interface Field extends Named {
  readonly kind: 'field' | 'method';
  readonly type?: { readonly text: string };
  readonly return?: { readonly type?: { readonly text: string } };
  readonly static?: boolean;
  readonly readonly?: boolean;
  readonly attribute?: string;
}
interface Attribute extends Named {
  readonly fieldName: string;
  readonly type: { readonly text: string };
}
interface Manifest {
  readonly tagName: string;
  readonly attributes: readonly Attribute[];
  readonly members: readonly Field[];
  readonly events: readonly (Named & { readonly type: { readonly text: string } })[];
  readonly slots: readonly Named[];
  readonly cssParts: readonly Named[];
  readonly cssProperties: readonly Named[];
}

const json = (file: string): unknown => JSON.parse(readFileSync(join(DIST, file), 'utf8'));
const source = (file: string): string => readFileSync(join(ROOT, 'test', file), 'utf8');
const names = (all: readonly Named[]): string[] => all.map(({ name }) => name).sort();

const element = (json('custom-elements.json') as { modules: { declarations?: Manifest[] }[] }).modules
  .flatMap(({ declarations = [] }) => declarations)
  .find(({ tagName }) => tagName === 'iotpay-checkout')!;
const fields = element.members.filter(({ kind }) => kind === 'field');
const settable = fields.filter((field) => !field.readonly);
const listeners = element.events.map(({ name }) => `on${name}`);
/** Attributes whose value is one of a few. */
const choices = element.attributes.filter(({ type }) => type.text.includes("'"));

/** The names that merchants write against, whatever else there is. */
const CONTRACT = {
  attributes: {
    'secure-id-endpoint': 'secureIdEndpoint',
    'secure-id': 'secureId',
    mode: 'mode',
    'request-data': 'requestData',
    credentials: 'credentials',
    'order-status-endpoint': 'orderStatusEndpoint',
    loading: 'loading',
    theme: 'theme',
    'color-scheme': 'colorScheme',
    'button-text': 'buttonText',
    'no-redirect': 'noRedirect',
    debug: 'debug',
    'setup-timeout': 'setupTimeout',
    'gateway-origin': 'gatewayOrigin',
  },
  choices: {
    mode: ['pay', 'add'],
    credentials: ['same-origin', 'include', 'omit'],
    loading: ['eager', 'lazy', 'manual'],
    theme: ['card'],
    'color-scheme': ['auto', 'light', 'dark'],
  },
  properties: ['requestHeaders', 'options', 'strings'],
  readonly: ['status', 'result', 'error'],
  methods: ['load', 'focus', 'preload'],
  events: ['iotpay-ready', 'iotpay-success', 'iotpay-fail', 'iotpay-timeout', 'iotpay-error'],
  slots: ['', 'error'],
  cssParts: ['base', 'status', 'frame', 'error', 'retry'],
  cssProperties: [
    '--iotpay-button-color',
    '--iotpay-button-background-color',
    '--iotpay-button-background-image',
    '--iotpay-button-box-shadow',
    '--iotpay-button-height',
    '--iotpay-button-border-radius',
  ],
} as const;

describe('the manifest', () => {
  it('has each attribute of the contract, with its property', () => {
    const found = Object.fromEntries(element.attributes.map(({ name, fieldName }) => [name, fieldName]));
    assert.deepEqual(found, CONTRACT.attributes);
    for (const { name, fieldName, type } of element.attributes) {
      const field = fields.find((each) => each.name === fieldName);
      assert.deepEqual([field?.attribute, field?.type?.text], [name, type.text], name);
    }
  });

  it('has the choices of the contract', () => {
    const found = choices.map(({ name, type }) => [
      name,
      [...type.text.matchAll(/'([^']*)'/g)].map(([, value]) => value),
    ]);
    assert.deepEqual(Object.fromEntries(found), CONTRACT.choices);
  });

  it('has each property and method of the contract, and no other', () => {
    assert.deepEqual(names(settable), [...Object.values(CONTRACT.attributes), ...CONTRACT.properties].sort());
    assert.deepEqual(names(fields.filter((field) => field.readonly)), [...CONTRACT.readonly].sort());
    assert.deepEqual(
      names(element.members.filter(({ kind }) => kind === 'method')),
      [...CONTRACT.methods].sort(),
    );
  });

  it('tells what each method returns', () => {
    const returned = element.members.flatMap((each) =>
      each.kind === 'method' ? [[each.name, each.return?.type?.text]] : [],
    );
    assert.deepEqual(Object.fromEntries(returned), { preload: 'void', load: 'Promise<void>', focus: 'void' });
  });

  for (const kind of ['events', 'slots', 'cssParts', 'cssProperties'] as const) {
    it(`has the ${kind} of the contract`, () => {
      const found = names(element[kind]);
      assert.deepEqual(
        CONTRACT[kind].filter((name) => !found.includes(name)),
        [],
      );
      assert.equal(new Set(found).size, found.length);
    });
  }
});

describe('the editors’ data', () => {
  it('of VS Code has each attribute and custom property', () => {
    const { tags } = json('vscode.html-custom-data.json') as {
      tags: [Named & { attributes: readonly Named[] }];
    };
    assert.deepEqual(
      tags.map(({ name }) => name),
      [element.tagName],
    );
    assert.deepEqual(names(tags[0].attributes), names(element.attributes));
    const { properties, pseudoElements } = json('vscode.css-custom-data.json') as Record<
      'properties' | 'pseudoElements',
      readonly Named[]
    >;
    assert.deepEqual(names(properties), names(element.cssProperties));
    assert.deepEqual(
      names(pseudoElements),
      names(element.cssParts).map((name) => `::part(${name})`),
    );
  });

  it('of JetBrains has each member', () => {
    type Kinds = 'attributes' | 'events' | 'slots';
    const { contributions } = json('web-types.json') as {
      contributions: {
        html: {
          elements: [Record<Kinds, readonly Named[]> & { js: { properties: readonly Named[] } }];
        };
        css: { properties: readonly Named[]; 'pseudo-elements': readonly Named[] };
      };
    };
    const [tag] = contributions.html.elements;
    for (const kind of ['attributes', 'events', 'slots'] as const)
      assert.deepEqual(names(tag[kind]), names(element[kind]), kind);
    assert.deepEqual(names(tag.js.properties), names(fields));
    assert.deepEqual(names(contributions.css.properties), names(element.cssProperties));
    const parts = contributions.css['pseudo-elements'].map(
      ({ name }) => /^part\((.+)\)$/.exec(name)?.[1] ?? name,
    );
    assert.deepEqual(parts.sort(), names(element.cssParts));
  });
});

/** The frameworks' own types, with nothing in them: what is left is ours. */
const STUBS: Readonly<Record<string, string>> = {
  react: `
    export interface ClassAttributes<T> { ref?: T | undefined }
    export interface HTMLAttributes<T> { hidden?: T extends HTMLElement ? boolean | undefined : never; className?: string | undefined }
    export type ReactNode = unknown;
    export interface RefAttributes<T> { ref?: T | undefined }
    export interface ForwardRefExoticComponent<P> { (props: P): unknown }
    export namespace JSX { interface IntrinsicElements {} }`,
  vue: `
    export interface HTMLAttributes { hidden?: boolean | undefined }
    export interface PublicProps {}
    export type EmitFn<Emits> = Emits;
    export interface GlobalComponents {}`,
  'svelte/elements': `
    export interface HTMLAttributes<T> { hidden?: T extends HTMLElement ? boolean | undefined : never }
    export interface SvelteHTMLElements {}`,
};
/** What the stubs add, and what the types for React add besides our members. */
const FOREIGN = new Set(['ref', 'hidden', 'class', 'className', 'nonce', 'children']);

/** For each framework: what its own type of a use of the element is, and how our events are called there. */
const USES = {
  React: { type: `import('react').JSX.IntrinsicElements['iotpay-checkout']`, listeners },
  Svelte: { type: `import('svelte/elements').SvelteHTMLElements['iotpay-checkout']`, listeners },
  Vue: { type: `InstanceType<import('vue').GlobalComponents['iotpay-checkout']>['$props']`, listeners: [] },
} as const;

/** The types under test by name, then what must hold of them: a line that does not compile is a promise broken. */
function probe(): string {
  const lines = [
    `import type * as doors from '${DIST}/index.js';`,
    `import '${DIST}/types/react.js'; import '${DIST}/types/vue.js'; import '${DIST}/types/svelte.js';`,
    `export type Element = HTMLElementTagNameMap['iotpay-checkout'];`,
    `export type Events = doors.IotpayCheckoutEventMap;`,
    `export type Component = import('${DIST}/react/index.js').IotpayCheckoutProps;`,
    `export type VueEvents = InstanceType<import('vue').GlobalComponents['iotpay-checkout']>['$emit'];`,
    `type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;`,
    `declare const element: Element; declare function same<A, B>(same: Same<A, B>): void;`,
  ];
  for (const name of new Set(
    element.members.flatMap(typesIn).concat(element.events.map(({ type }) => type.text)),
  ))
    lines.push(`type ${name} = doors.${name};`);
  for (const { name, type, readonly } of fields) {
    lines.push(`same<Element['${name}'], ${type!.text}>(true);`);
    if (readonly) lines.push('// @ts-expect-error output only', `element.${name} = element.${name};`);
  }
  for (const { name, type } of element.events) {
    lines.push(`same<Events['${name}'], ${type.text}>(true);`);
    lines.push(`same<GlobalEventHandlersEventMap['${name}'], ${type.text}>(true);`);
    lines.push(`same<Parameters<VueEvents['${name}']>, [${type.text}]>(true);`);
    lines.push(`element.addEventListener('${name}', (event) => same<typeof event, ${type.text}>(true));`);
  }
  for (const [framework, { type }] of Object.entries(USES)) {
    lines.push(`export type ${framework} = ${type};`);
    for (const { name } of settable)
      lines.push(`same<${framework}['${name}'], Element['${name}'] | undefined>(true);`);
    for (const { name, type } of choices) lines.push(...wrongUses(framework, name, type.text));
  }
  for (const { name } of settable)
    lines.push(`same<Component['${name}'], Element['${name}'] | undefined>(true);`);
  for (const { fieldName, type } of choices) {
    lines.push(...wrongUses('Component', fieldName, type.text));
    lines.push('// @ts-expect-error no such choice', `element.${fieldName} = 'sub';`);
  }
  return lines.join('\n');
}

const wrongUses = (type: string, name: string, allowed: string): string[] => [
  `same<NonNullable<${type}['${name}']>, NonNullable<${allowed}>>(true);`,
  '// @ts-expect-error no such choice',
  `({ '${name}': 'sub' }) satisfies ${type};`,
];

/** Our own types in a member's text. */
const typesIn = ({ type }: Field): string[] => type?.text.match(/\bIotpay\w+/g) ?? [];

const PROBE = join(ROOT, 'probe.ts');

function compile(): { program: ts.Program; checker: ts.TypeChecker; file: ts.SourceFile } {
  const virtual = new Map([[PROBE, probe()]]);
  for (const [name, text] of Object.entries(STUBS)) virtual.set(join(ROOT, 'stubs', `${name}.d.ts`), text);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    paths: Object.fromEntries(
      Object.keys(STUBS).map((name) => [name, [join(ROOT, 'stubs', `${name}.d.ts`)]]),
    ),
  };
  const host = ts.createCompilerHost(options);
  const fileExists = host.fileExists.bind(host);
  const readFile = host.readFile.bind(host);
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) => {
    const text = virtual.get(path);
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([PROBE], options, host);
  return { program, checker: program.getTypeChecker(), file: program.getSourceFile(PROBE)! };
}

describe('the types', () => {
  const { program, checker, file } = compile();

  /** The members of a type that the probe exports. */
  function members(alias: string): ts.Symbol[] {
    const found = checker
      .getExportsOfModule(checker.getSymbolAtLocation(file)!)
      .find(({ name }) => name === alias);
    assert.ok(found, alias);
    return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(found));
  }
  const ours = (all: readonly ts.Symbol[]) => names(all).filter((name) => !FOREIGN.has(name));

  it('compile: each member has the type that the manifest tells, and wrong values do not compile', () => {
    const wrong = ts.getPreEmitDiagnostics(program).map(({ file: at, start = 0, messageText }) => {
      const line = at?.text.slice(start).split('\n')[0] ?? '';
      return `${line.trim()}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    assert.deepEqual(wrong, []);
  });

  it('of the class have what is public, as the manifest does', () => {
    const NOT_FOR_MERCHANTS =
      /^(connected(Move)?Callback|disconnectedCallback|adoptedCallback|willUpdate|render|updated|iotpayOptions)$/;
    const open = members('Element').filter(
      ({ name, declarations = [] }) =>
        !NOT_FOR_MERCHANTS.test(name) &&
        declarations.some(
          (declaration) =>
            declaration.getSourceFile().fileName === join(DIST, 'iotpay-checkout.d.ts') &&
            !(
              ts.getCombinedModifierFlags(declaration) &
              (ts.ModifierFlags.Protected | ts.ModifierFlags.Private)
            ),
        ),
    );
    assert.deepEqual(
      names(open).filter((name) => !name.includes('#')),
      names(element.members.filter((each) => !each.static)),
    );
  });

  for (const [framework, { listeners: heard }] of Object.entries(USES)) {
    it(`of ${framework} have each attribute, property and event, and no other`, () => {
      const expected = new Set([...names(element.attributes), ...names(settable), ...heard]);
      assert.deepEqual(ours(members(framework)), [...expected].sort());
    });
  }

  it('of Vue have each event', () => {
    assert.deepEqual(ours(members('VueEvents')), names(element.events));
  });

  it('of the React component have each property and event, and no other', () => {
    const handlers = element.events.map(({ name }) =>
      name.replace(/^iotpay-(.)/, (_all, first: string) => `on${first.toUpperCase()}`),
    );
    assert.deepEqual(ours(members('Component')), [...names(settable), ...handlers].sort());
  });
});

/** What the frameworks' own type checkers are shown (`test/apps/types`, `consumer`), and what it has to name. */
const SHOWN: Readonly<Record<string, { file: string; part?: RegExp; named: readonly string[] }>> = {
  'React, the element': {
    file: 'apps/types/react/right.tsx',
    part: /<iotpay-checkout[^]*?<\/iotpay-checkout>/g,
    named: [...names(element.attributes), ...names(settable), ...listeners],
  },
  'React, the component': {
    file: 'apps/types/react/right.tsx',
    part: /<Component[^]*?<\/Component>/g,
    named: names(settable),
  },
  Vue: {
    file: 'apps/types/vue/Right.vue',
    // Vue's checker takes this attribute for the property, and its JSON for no object: `:requestData.prop` is shown.
    named: [...names(element.attributes), ...names(settable), ...names(element.events)].filter(
      (name) => name !== 'request-data',
    ),
  },
  Svelte: {
    file: 'apps/types/svelte/Right.svelte',
    named: [...names(element.attributes), ...names(settable), ...listeners],
  },
  TypeScript: {
    file: 'package/consumer/right.ts',
    named: [
      ...fields.map(({ name }) => `element.${name}`),
      ...names(element.events).map((name) => `'${name}'`),
    ],
  },
};
const WRONG = {
  'React, the element': 'apps/types/react/wrong.tsx',
  Vue: 'apps/types/vue/Wrong.vue',
  Svelte: 'apps/types/svelte/Wrong.svelte',
  TypeScript: 'package/consumer/wrong.ts',
} as const;

describe('what the type checkers are shown', () => {
  for (const [where, { file, part, named }] of Object.entries(SHOWN)) {
    it(`names each member: ${where}`, () => {
      const text = part ? [...source(file).matchAll(part)].join('\n') : source(file);
      const missing = named.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text));
      assert.deepEqual(missing, []);
    });
  }

  for (const [where, file] of Object.entries(WRONG)) {
    it(`has a wrong value for each attribute with choices: ${where}`, () => {
      const text = source(file);
      const missing = choices.filter(({ name, fieldName }) =>
        where === 'TypeScript' ? !text.includes(`element.${fieldName} = `) : !text.includes(` ${name}="`),
      );
      assert.deepEqual(names(missing), []);
    });
  }
});
