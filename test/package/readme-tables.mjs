// The README's tables, from the manifest: `npm run docs` writes them, `npm run docs:check` fails when they drift.
// A table stands between `<!-- api:NAME -->` and `<!-- /api -->`.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { createManifest, elementOf } from './manifest.mjs';

const README = 'README.md';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const escape = (text) => (text ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
const code = (text) => (text ? `\`${escape(text)}\`` : '');
const withoutUndefined = (type) => type?.text?.replace(/\s*\|\s*undefined$/, '');
const withoutQuotes = (value) => (value === 'undefined' ? '' : value?.replace(/^'(.*)'$/, '$1'));

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const signature = ({ name, parameters = [], static: isStatic }) =>
  `${isStatic ? 'IotpayCheckout.' : ''}${name}(${parameters.map((each) => `${each.name}${each.optional || each.default ? '?' : ''}`).join(', ')})`;

const CDN_FILE = 'dist/cdn/iotpay-checkout.js';

/** The tag for the CDN file, with the hash of what was built. */
function scriptTag() {
  if (!existsSync(CDN_FILE)) throw new Error(`${CDN_FILE} is not there yet: npm run build`);
  const hash = createHash('sha384').update(readFileSync(CDN_FILE)).digest('base64');
  return `\`\`\`html
<script
  type="module"
  src="https://cdn.example/iotpay-checkout@${version}/dist/cdn/iotpay-checkout.js"
  integrity="sha384-${hash}"
  crossorigin="anonymous"
></script>
\`\`\``;
}

const TABLES = {
  script: scriptTag,
  attributes: ({ attributes }) =>
    table(
      ['attribute', 'property', 'default', 'meaning'],
      attributes.map((each) => [
        code(each.name),
        code(each.fieldName),
        code(withoutQuotes(each.default)),
        escape(each.description),
      ]),
    ),
  properties: ({ members }) =>
    table(
      ['property', 'type', 'meaning'],
      members
        .filter(({ kind, attribute }) => kind === 'field' && !attribute)
        .map((each) => [
          `${code(each.name)}${each.readonly ? ' (read-only)' : ''}`,
          code(withoutUndefined(each.type)),
          escape(each.description),
        ]),
    ),
  methods: ({ members }) =>
    table(
      ['method', 'meaning'],
      members
        .filter(({ kind }) => kind === 'method')
        .map((each) => [code(signature(each)), escape(each.description)]),
    ),
  events: ({ events }) =>
    table(
      ['event', 'when'],
      events.map((each) => [code(each.name), escape(each.description)]),
    ),
  slots: ({ slots }) =>
    table(
      ['slot', 'meaning'],
      slots.map((each) => [each.name ? code(each.name) : '(default)', escape(each.description)]),
    ),
  parts: ({ cssParts }) =>
    table(
      ['part', 'meaning'],
      cssParts.map((each) => [code(each.name), escape(each.description)]),
    ),
  'custom-properties': ({ cssProperties }) =>
    table(
      ['custom property', 'default', 'meaning'],
      cssProperties.map((each) => [code(each.name), code(each.default), escape(each.description)]),
    ),
};

/** Without these the README leaves out what a merchant writes against. */
const REQUIRED = [
  'script',
  'attributes',
  'properties',
  'methods',
  'events',
  'slots',
  'parts',
  'custom-properties',
];

const element = elementOf(await createManifest());
const before = readFileSync(README, 'utf8');
const found = new Set();
const filled = before.replace(
  /(<!-- api:([a-z-]+) -->\n)[^]*?(<!-- \/api -->)/g,
  (_whole, opening, name, closing) => {
    if (!TABLES[name])
      throw new Error(`${README}: no such table: ${name}. There are: ${REQUIRED.join(', ')}.`);
    found.add(name);
    return `${opening}\n${TABLES[name](element)}\n\n${closing}`;
  },
);
const after = await format(filled, { ...(await resolveConfig(README)), filepath: README });

const missing = REQUIRED.filter((name) => !found.has(name));
if (missing.length > 0) {
  console.error(`${README} has no place for: ${missing.map((name) => `<!-- api:${name} -->`).join(', ')}`);
  process.exitCode = 1;
} else if (process.argv.includes('--write')) {
  if (after !== before) writeFileSync(README, after);
} else if (after !== before) {
  console.error(`${README} and the source disagree about the element: run \`npm run docs\`.`);
  process.exitCode = 1;
}
