/** Code to copy, for a state of the playground. The first one is also what the stage runs. */
import { parse, partsOf } from './state.js';

/** The sandbox's own address, as `npx iotpay-checkout sandbox` has it. */
export const SANDBOX_ORIGIN = 'http://127.0.0.1:4242';

/** @typedef {import('./state.js').State} State */

/**
 * Where things are: on the stage at this shop's own addresses, in a copy at those that the README speaks of.
 * @typedef {object} Places
 * @property {string} script
 * @property {string} themes
 * @property {string | undefined} gatewayOrigin
 * @property {string} [nonce] of a page with a Content-Security-Policy
 */

/** @type {Places} */
const COPY = { script: '/iotpay-checkout.js', themes: '/themes', gatewayOrigin: SANDBOX_ORIGIN };

/** @param {string} value */
const quoted = (value) => {
  const safe = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return safe.includes('"') ? `'${safe.replaceAll("'", '&#39;')}'` : `"${safe}"`;
};

/** A value as code: JSON, safe inside a script element. @param {unknown} value @param {string} indent */
const code = (value, indent = '') =>
  JSON.stringify(value, null, 2).replaceAll('<', '\\u003c').replaceAll('\n', `\n${indent}`);

/** @param {string} name */
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** @param {string} text */
const indented = (text, by = '  ') => text.replace(/^(?=.)/gm, by);

/** The sandbox's address is in the code as long as there is a sandbox. @param {State} state @param {Places} places */
function attributesOf(state, { gatewayOrigin }) {
  const { attributes } = partsOf(state);
  const own = attributes.some(([name]) => name === 'gateway-origin');
  return own || !gatewayOrigin
    ? attributes
    : [...attributes, /** @type {[string, string]} */ (['gateway-origin', gatewayOrigin])];
}

/** @param {State} state */
const css = (state) => {
  const { tokens } = partsOf(state);
  return tokens.length
    ? `iotpay-checkout {\n${tokens.map(([name, value]) => `  ${name}: ${value};`).join('\n')}\n}`
    : '';
};

/** The element's height, before its script is there. */
const HEIGHT = `/* The form's height, before the element is defined: nothing moves. */
iotpay-checkout:not(:defined) {
  display: block;
  min-height: var(--iotpay-frame-height, 420px);
}`;

const NOTE = 'gateway-origin is the sandbox (npx iotpay-checkout sandbox). Leave it out for real payments.';

/** What a page does with each event, as one line of code. @param {boolean} prevent */
const handlers = (prevent) =>
  /** @type {const} */ ([
    ['success', "console.log('Paid:', event.detail.mchOrderNo)", prevent],
    ['fail', "console.log('Not paid:', event.detail.message)", prevent],
    ['timeout', "console.log('Not known yet. Never simply pay again.')", prevent],
    ['error', "console.log('No form:', event.detail.code, event.detail.message)", false],
  ]);

/**
 * @param {State} state
 * @param {Places} places
 */
export function html(state, places = COPY) {
  const { properties, sheet, prevent } = partsOf(state);
  const nonce = places.nonce ? ` nonce="${places.nonce}"` : '';
  const attributes = attributesOf(state, places).map(([name, value]) =>
    name === 'no-redirect' || name === 'debug' ? `  ${name}` : `  ${name}=${quoted(value)}`,
  );
  const note = attributes.some((line) => line.startsWith('  gateway-origin'));
  const script = [
    "const checkout = document.querySelector('iotpay-checkout');",
    ...properties.map(([name, value]) => `checkout.${name} = ${code(value)};`),
    ...handlers(prevent).map(
      ([name, line, stops]) =>
        `checkout.addEventListener('iotpay-${name}', (event) => {\n${stops ? '  event.preventDefault();\n' : ''}  ${line};\n});`,
    ),
  ].join('\n');
  return [
    `<script type="module"${nonce} src="${places.script}"></script>`,
    ...(sheet ? [`<link rel="stylesheet" href="${places.themes}/${sheet}.css" />`] : []),
    `<style${nonce}>\n${indented([HEIGHT, css(state)].filter(Boolean).join('\n'))}\n</style>`,
    '',
    ...(note ? [`<!-- ${NOTE} -->`] : []),
    ['<iotpay-checkout', ...attributes].join('\n') + '\n></iotpay-checkout>',
    '',
    `<script type="module"${nonce}>\n${indented(script)}\n</script>`,
    '',
  ].join('\n');
}

/** Attributes as properties, with their types: `requestData` is an object. @param {State} state */
function propsOf(state) {
  const { properties } = partsOf(state);
  return [
    ...attributesOf(state, COPY).map(([name, value]) => {
      if (name === 'request-data') return /** @type {const} */ ([camel(name), parse(value) ?? value]);
      if (name === 'no-redirect' || name === 'debug') return /** @type {const} */ ([camel(name), true]);
      return /** @type {const} */ ([camel(name), name === 'setup-timeout' ? Number(value) : value]);
    }),
    ...properties,
  ];
}

/** @param {State} state */
const sheetImport = (state) => {
  const { sheet } = partsOf(state);
  return sheet ? `import './themes/${sheet}.css';\n` : '';
};

/** @param {State} state */
export function react(state) {
  const { tokens, prevent } = partsOf(state);
  const props = propsOf(state).map(([name, value]) =>
    typeof value === 'string' && !/["\\\n]/.test(value)
      ? `${name}="${value}"`
      : value === true
        ? name
        : `${name}={${code(value, '      ')}}`,
  );
  const style = tokens.length
    ? [`style={${code(Object.fromEntries(tokens), '      ')} as CSSProperties}`]
    : [];
  const on = handlers(prevent).map(([name, line, stops]) => {
    const prop = `on${name[0]?.toUpperCase()}${name.slice(1)}`;
    return stops
      ? `${prop}={(event) => {\n  event.preventDefault();\n  ${line};\n}}`
      : `${prop}={(event) => ${line}}`;
  });
  return `import { IotpayCheckout } from 'iotpay-checkout/react';
${tokens.length ? "import type { CSSProperties } from 'react';\n" : ''}${sheetImport(state)}
// ${NOTE.replace('gateway-origin', 'gatewayOrigin')}
export function Payment() {
  return (
    <IotpayCheckout
${indented([...props, ...style, ...on].join('\n'), '      ')}
    />
  );
}
`;
}

/**
 * Attributes as they are and JSON as properties, in the way of a framework.
 * @param {State} state
 * @param {(name: string, value: string) => string} bind
 */
function bound(state, bind) {
  return propsOf(state).map(([name, value]) => {
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (typeof value === 'string') return `${attribute}=${quoted(value)}`;
    if (value === true) return attribute;
    return bind(name, code(value, '    '));
  });
}

/** @param {State} state @param {(name: string, line: string, stops: boolean) => string} write */
const listeners = (state, write) =>
  handlers(partsOf(state).prevent).map(([name, line, stops]) => write(name, line, stops));

/** @param {string} script @param {boolean} stops */
const body = (script, stops) => `${stops ? 'event.preventDefault(); ' : ''}${script}`;

/** @param {State} state */
const styleBlock = (state) => `\n<style>\n${[HEIGHT, css(state)].filter(Boolean).join('\n')}\n</style>\n`;

/** @param {State} state */
export function vue(state) {
  const lines = [
    ...bound(state, (name, value) => `:${name}.prop=${quoted(value.replaceAll('"', "'"))}`),
    ...listeners(state, (name, line, stops) => `@iotpay-${name}="(event) => { ${body(line, stops)}; }"`),
  ];
  return `<script setup>
import 'iotpay-checkout';
${sheetImport(state)}// vite.config: vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'iotpay-checkout' } } })
</script>

<template>
  <!-- ${NOTE} -->
  <iotpay-checkout
${indented(lines.join('\n'), '    ')}
  ></iotpay-checkout>
</template>
${styleBlock(state)}`;
}

/** @param {State} state */
export function svelte(state) {
  const lines = [
    ...bound(state, (name, value) => `${name}={${value}}`),
    ...listeners(state, (name, line, stops) => `oniotpay-${name}={(event) => { ${body(line, stops)}; }}`),
  ];
  return `<script>
  import 'iotpay-checkout';
${indented(sheetImport(state))}</script>

<!-- ${NOTE} -->
<iotpay-checkout
${indented(lines.join('\n'))}
></iotpay-checkout>
${styleBlock(state)}`;
}

/** @param {State} state */
export function angular(state) {
  const name = (/** @type {string} */ event) => `on${event[0]?.toUpperCase()}${event.slice(1)}`;
  const lines = [
    ...bound(state, (property, value) => `[${property}]=${quoted(value.replaceAll('"', "'"))}`),
    ...listeners(state, (event) => `(iotpay-${event})="${name(event)}($event)"`),
  ];
  const types = {
    success: 'IotpaySuccessEvent',
    fail: 'IotpayFailEvent',
    timeout: 'IotpayTimeoutEvent',
    error: 'IotpayErrorEvent',
  };
  const methods = listeners(
    state,
    (event, line, stops) =>
      `${name(event)}(event: ${types[/** @type {keyof typeof types} */ (event)]}): void {\n${stops ? '  event.preventDefault();\n' : ''}  ${line};\n}`,
  );
  return `import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';
import 'iotpay-checkout';
import type { ${Object.values(types).join(', ')} } from 'iotpay-checkout';

// ${NOTE}${partsOf(state).sheet ? `\n// angular.json, "styles": "src/themes/${partsOf(state).sheet}.css"` : ''}
@Component({
  selector: 'app-payment',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: \`
    <iotpay-checkout
${indented(lines.join('\n'), '      ')}
    ></iotpay-checkout>
  \`,
  styles: \`
${indented([HEIGHT, css(state)].filter(Boolean).join('\n'), '    ')}
  \`,
})
export class Payment {
${indented(methods.join('\n\n'))}
}
`;
}
