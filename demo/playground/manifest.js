import { readFile } from 'node:fs/promises';

/**
 * What the element has, as the build writes it down: nothing of it is listed here a second time.
 * @typedef {{name: string, description: string, type: string, usual: string}} Member
 * @typedef {{attributes: readonly Member[], properties: readonly Member[], tokens: readonly Member[]}} Manifest
 */

const PATH = new URL('../../dist/custom-elements.json', import.meta.url);
/** Properties that a page sets; the others tell how things stand. */
const SETTABLE = ['requestHeaders', 'options', 'strings'];

/** @param {{name: string, description?: string, type?: {text: string}, default?: string}} entry @returns {Member} */
const member = ({ name, description = '', type, default: usual = '' }) => ({
  name,
  description,
  type: type?.text ?? '',
  usual: usual.replace(/^'|'$/g, ''),
});

/**
 * @returns {Promise<Manifest>}
 * @throws Error where the package is not built
 */
export async function readManifest() {
  const { modules } = JSON.parse(await readFile(PATH, 'utf8'));
  const element = modules
    .flatMap((/** @type {{declarations?: {tagName?: string}[]}} */ { declarations = [] }) => declarations)
    .find((/** @type {{tagName?: string}} */ { tagName }) => tagName === 'iotpay-checkout');
  if (!element) throw new Error(`${PATH.pathname} tells of no iotpay-checkout: npm run build`);
  const ownStatus = (/** @type {Member} */ { name }) => name !== 'status';
  return {
    attributes: [
      ...element.attributes.map(member).filter(ownStatus),
      {
        name: 'lang',
        description: 'Language of the texts; without it the nearest one above.',
        type: "'en' | 'fr' | 'zh-Hans' | 'zh-Hant'",
        usual: '',
      },
    ],
    properties: element.members
      .filter((/** @type {Member} */ { name }) => SETTABLE.includes(name))
      .map(member),
    tokens: element.cssProperties.map(member),
  };
}

/** The names that a state may have. @param {Manifest} manifest */
export const namesOf = ({ attributes, properties }) => [
  ...attributes.map(({ name }) => name),
  ...properties.map(({ name }) => `.${name}`),
];
