/** What the playground shows, as an address: read and written alike by the server and by the browser. */

/** What the shop's own server needs. Everything else is the element's default. */
export const USUAL = Object.freeze({
  'secure-id-endpoint': '/api/iotpay/secure-id',
  'order-status-endpoint': '/api/iotpay/order-status',
  'request-data': '{"product":"tide-mug","quantity":1,"channel":"PF_CC"}',
});

/** The pages that the element is shown in. */
export const PAGES = Object.freeze({
  '': 'light or dark, as you have it',
  white: 'white',
  cream: 'cream, serif',
  dark: 'dark',
  'dark-bare': 'dark, without color-scheme',
  rtl: 'right to left',
});

export const SHEETS = Object.freeze(['plain', 'night', 'soft']);

/** What happens to the requests. */
export const WORLDS = Object.freeze({
  '': 'Nothing in the way',
  slow: 'Slow backend (7 s)',
  stalled: 'Backend never answers',
  offline: 'Offline',
  blocked: 'Script blocked by a policy',
});

/** Settings that are no attribute, property or custom property of the element. */
const OWN = ['page', 'sheet', 'world', 'run', 'tab', 'prevent', 'themes'];
/** Where a custom property's value would end; none of these belongs into one. */
const NO_VALUE = /[<>{};\\]/;

/**
 * @typedef {Readonly<Record<string, string>>} State by name: attributes, `.properties` (JSON), `--custom-properties`,
 *   and the playground's own. An empty text: not set.
 */

/** @param {string} value */
export const isCssValue = (value) => value !== '' && !NO_VALUE.test(value);

/**
 * @param {string | URLSearchParams} query
 * @param {readonly string[]} names of the element's attributes and properties (with a dot)
 * @returns {State} what is unknown is left out
 */
export function readState(query, names) {
  /** @type {Record<string, string>} */
  const state = { ...USUAL };
  for (const [name, value] of new URLSearchParams(query)) {
    const token = /^--iotpay-[a-z-]+$/.test(name);
    if (token ? isCssValue(value) : OWN.includes(name) || names.includes(name)) state[name] = value;
  }
  return state;
}

/**
 * @param {State} state
 * @returns {string} the query, with a question mark; an empty text where everything is as usual
 */
export function writeState(state) {
  const query = new URLSearchParams(
    Object.entries(state).filter(
      ([name, value]) => value !== (USUAL[/** @type {keyof typeof USUAL} */ (name)] ?? ''),
    ),
  );
  return query.size > 0 ? `?${query}` : '';
}

/**
 * A state, sorted by what its parts are in code.
 * @param {State} state
 */
export function partsOf(state) {
  const set = Object.entries(state).filter(([name, value]) => value !== '' && !OWN.includes(name));
  const sheet = SHEETS.includes(state['sheet'] ?? '') ? state['sheet'] : undefined;
  return {
    attributes: set.filter(([name]) => !/^[.-]/.test(name)),
    properties: set.flatMap(([name, text]) => {
      const value = name.startsWith('.') ? parse(text) : undefined;
      return value === undefined ? [] : [/** @type {const} */ ([name.slice(1), value])];
    }),
    tokens: set.filter(([name, value]) => name.startsWith('--') && isCssValue(value)),
    sheet,
    prevent: state['prevent'] === '1',
  };
}

/** @param {string} text @returns {unknown} undefined for what is no JSON */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
