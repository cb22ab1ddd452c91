// What is generated in the documents: `npm run docs` writes it, `npm run docs:check` fails where it is out of date.
// - A table of the element's API stands between `<!-- api:NAME -->` and `<!-- /api -->`, in any document.
// - `homepage` and `bugs` in package.json, and the documents' full addresses of our own files, follow `repository`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { createManifest, elementOf } from './manifest.mjs';

const MANIFEST = 'package.json';
const { version, repository } = JSON.parse(readFileSync(MANIFEST, 'utf8'));

/** Where the repository is read: `git+https://host/owner/name.git` without what only git needs. */
const home = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
const documents = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path && existsSync(path));

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

/** What a page's policy and a tag say of the starter: in the page and as a file it is the same text. */
function starterTag() {
  const hash = createHash('sha256')
    .update(readFileSync('dist/cdn/iotpay-checkout-start.js'))
    .digest('base64');
  return `\`\`\`html
<script
  src="/iotpay-checkout-start.js"
  integrity="sha256-${hash}"
  crossorigin="anonymous"
></script>
\`\`\``;
}

const TABLES = {
  script: scriptTag,
  starter: starterTag,
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

const element = elementOf(await createManifest());
const found = [];

function fillTables(path, text) {
  return text.replace(
    /(<!-- api:([a-z-]+) -->\n)[^]*?(<!-- \/api -->)/g,
    (_whole, opening, name, closing) => {
      if (!TABLES[name])
        throw new Error(`${path}: no such table: ${name}. There are: ${Object.keys(TABLES).join(', ')}.`);
      found.push(name);
      return `${opening}\n${TABLES[name](element)}\n\n${closing}`;
    },
  );
}

const fillAddresses = (text) =>
  text.replace(/https:\/\/[^\s()]+\/iotpay-checkout(?=\/(?:blob|tree|raw)\/main\/)/g, home);

/** `homepage` and `bugs`, after `repository`; the rest of package.json stays as it is. */
function fillManifest(text) {
  const manifest = JSON.parse(text);
  manifest.homepage = `${home}#readme`;
  manifest.bugs = { url: `${home}/issues` };
  return JSON.stringify(manifest);
}

/** Every file that has a generated part, as it should be. */
const wanted = new Map([[MANIFEST, fillManifest(readFileSync(MANIFEST, 'utf8'))]]);
for (const path of documents) wanted.set(path, fillAddresses(fillTables(path, readFileSync(path, 'utf8'))));

const wrong = Object.keys(TABLES).filter((name) => found.filter((each) => each === name).length !== 1);
if (wrong.length > 0)
  throw new Error(
    `Each table stands in one document, once. Not so: ${wrong.map((name) => `api:${name}`).join(', ')}.`,
  );

for (const [path, text] of wanted) {
  const after = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (after === readFileSync(path, 'utf8')) continue;
  if (process.argv.includes('--write')) writeFileSync(path, after);
  else {
    console.error(`${path} has a generated part that is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  }
}
