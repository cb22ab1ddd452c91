import { html, raw } from 'hono/html';
import { grouped, layout } from '../shop/layout.js';
import { PAGES, SHEETS, WORLDS } from './assets/state.js';

/**
 * @typedef {import('../shop/pages.js').Page} Page
 * @typedef {import('./manifest.js').Manifest} Manifest
 * @typedef {import('./manifest.js').Member} Member
 * @typedef {import('iotpay-checkout/sandbox').Scenario} Scenario
 */

/** Runs that are more than one card. The others are the sandbox's scenarios. */
const RUNS = /** @type {const} */ ([
  ['approved', 'Paid'],
  ['declined-twice', 'Declined twice'],
  ['unionpay-timeout-paid', 'Timeout, then paid'],
  ['unionpay-timeout-failed', 'Timeout, then failed'],
  ['frame-removed', 'Frame removed by the page'],
]);

const TABS = /** @type {const} */ ([
  ['html', 'HTML'],
  ['react', 'React'],
  ['vue', 'Vue'],
  ['svelte', 'Svelte'],
  ['angular', 'Angular'],
  ['server', 'Server'],
]);

/** @param {string} id @param {string} title @param {unknown} content */
const section = (id, title, content) =>
  html`<details class="pg-part" id="${id}">
    <summary><h2>${title}</h2></summary>
    <div class="pg-fields">${content}</div>
  </details>`;

/**
 * @param {string} name
 * @param {string} label
 * @param {readonly (readonly [string, string])[]} choices value and text
 */
const select = (name, label, choices) =>
  html`<label class="field"
    ><code>${label}</code>
    <select name="${name}" autocomplete="off">
      ${choices.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`;

/** One attribute of the element. @param {Member} member */
function attribute({ name, description, type, usual }) {
  const choices = [...type.matchAll(/'([^']+)'/g)].map(([, value]) => value ?? '');
  const shown = usual === 'undefined' ? '' : usual;
  if (type === 'boolean') {
    return html`<label class="check" title="${description}"
      ><input type="checkbox" name="${name}" value="1" autocomplete="off" /> <code>${name}</code></label
    >`;
  }
  if (choices.length > 0) {
    const none = /** @type {const} */ (['', shown ? `${shown} (default)` : 'none (default)']);
    return select(name, name, [
      none,
      ...choices.filter((value) => value !== shown).map((value) => /** @type {const} */ ([value, value])),
    ]);
  }
  const long = name === 'request-data';
  return html`<label class="field"
    ><code>${name}</code>
    ${
      long
        ? html`<textarea name="${name}" rows="3" data-json autocomplete="off" spellcheck="false"></textarea>`
        : html`<input
            name="${name}"
            placeholder="${shown}"
            inputmode="${name === 'setup-timeout' ? 'numeric' : 'text'}"
            autocomplete="off"
            spellcheck="false"
          />`
    }
    <span class="hint" data-hint>${description}</span></label
  >`;
}

/** One property that is no attribute. @param {Member} member */
const property = ({ name, description }) =>
  html`<label class="field"
    ><code>.${name}</code>
    <textarea
      name=".${name}"
      rows="2"
      data-json
      placeholder="JSON"
      autocomplete="off"
      spellcheck="false"
    ></textarea>
    <span class="hint" data-hint>${description}</span></label
  >`;

/** One custom property, with a colour picker where it is a colour. @param {Member} member */
function token({ name, description, usual }) {
  const colour = /(?:color|background)$/.test(name);
  return html`<div class="field token">
    <label for="${name}"><code>${name}</code></label>
    <span class="token-inputs">
      ${colour ? html`<input type="color" data-for="${name}" aria-label="${name}, picked" />` : ''}
      <input id="${name}" name="${name}" placeholder="${usual}" autocomplete="off" spellcheck="false" />
    </span>
    <span class="hint" data-hint>${description}</span>
  </div>`;
}

/** @param {Manifest} manifest @param {boolean} sandbox */
const controls = ({ attributes, properties, tokens }, sandbox) =>
  html`<form id="controls" class="pg-controls" aria-label="Settings">
    ${section(
      'part-attributes',
      'Attributes',
      html`<div class="presets" role="group" aria-label="Values for request-data">
          <button type="button" class="chip" data-channel="PF_CC">Card</button>
          <button type="button" class="chip" data-channel="UPI_EX">UnionPay</button>
        </div>
        ${attributes.map(attribute)}
        <label class="check"
          ><input type="checkbox" name="prevent" value="1" autocomplete="off" />
          <code>preventDefault()</code> on outcomes</label
        >
        ${
          sandbox
            ? html`<label class="check"
                ><input type="checkbox" id="quirks" autocomplete="off" /> The sandbox does all that IOTPay
                leaves open</label
              >`
            : ''
        }`,
    )}
    ${section('part-properties', 'Properties', properties.map(property))}
    ${section(
      'part-look',
      'Look',
      html`${select('page', 'page around it', Object.entries(PAGES))}
        ${select('sheet', 'theme (style sheet)', [['', 'none'], ...SHEETS.map((name) => /** @type {const} */ ([name, `${name}.css`]))])}
        <table class="contrast" id="contrast">
          <caption>
            Contrast, as it is now
          </caption>
          <tbody></tbody>
        </table>
        ${tokens.map(token)}`,
    )}
  </form>`;

/** What can be tried, in one press each. @param {readonly Scenario[]} scenarios */
const trials = (scenarios) =>
  html`<section class="pg-try panel" aria-labelledby="try-title">
    <h2 id="try-title">Try it</h2>
    <label class="field"
      ><span>What is in the way</span>
      <select id="world" autocomplete="off">
        ${Object.entries(WORLDS).map(([value, text]) => html`<option value="${value}">${text}</option>`)}
      </select></label
    >
    ${
      scenarios.length > 0
        ? html`<div class="chips" role="group" aria-label="Runs to the end">
              ${RUNS.map(([id, title]) => html`<button type="button" class="chip" data-run="${id}">${title}</button>`)}
            </div>
            <details>
              <summary>All test cards</summary>
              <ul class="scenarios">
                ${scenarios.map(
                  ({ id, number, title, description }) =>
                    html`<li>
                      <button type="button" class="chip" data-run="${id}">${title}</button>
                      <code>${grouped(number)}</code>
                      <span class="hint">${description}</span>
                    </li>`,
                )}
              </ul>
            </details>`
        : html`<p class="hint">Runs need the simulated gateway.</p>`
    }
  </section>`;

const code = html`<section class="pg-code" aria-labelledby="code-title">
  <div class="pg-bar">
    <h2 id="code-title">Code</h2>
    <button type="button" class="chip" id="copy">Copy</button>
  </div>
  <div class="tabs" role="tablist" aria-labelledby="code-title">
    ${TABS.map(
      ([id, title], i) =>
        html`<button
          type="button"
          role="tab"
          id="tab-${id}"
          data-tab="${id}"
          aria-controls="code"
          aria-selected="${i === 0 ? 'true' : 'false'}"
          tabindex="${i === 0 ? '0' : '-1'}"
        >
          ${title}
        </button>`,
    )}
  </div>
  <pre id="code" role="tabpanel" tabindex="0" aria-labelledby="tab-html"></pre>
  <p class="pg-note" id="code-note"></p>
</section>`;

/** @param {string} id @param {string} title */
const log = (id, title) =>
  html`<section class="pg-log panel" aria-labelledby="${id}-title">
    <div class="pg-bar">
      <h2 id="${id}-title">${title}</h2>
      <button type="button" class="chip" data-clear="${id}">Clear</button>
    </div>
    <ol id="${id}" tabindex="0" aria-labelledby="${id}-title"></ol>
  </section>`;

const themes = html`<details class="pg-part pg-themes" id="themes">
  <summary><h2>Themes side by side</h2></summary>
  <div class="themes">
    ${
      /** @type {const} */ ([
        ['plain', 'white'],
        ['night', 'dark-bare'],
        ['soft', 'cream'],
      ]).map(
        ([sheet, page]) =>
          html`<figure data-sheet="${sheet}" data-page="${page}">
            <figcaption><b>${sheet}</b> <span data-figures></span></figcaption>
            <iframe title="The element in the theme ${sheet}"></iframe>
          </figure>`,
      )
    }
  </div>
</details>`;

/**
 * @param {Page} page
 * @param {Manifest} manifest
 */
export function playgroundPage(page, manifest) {
  const { gatewayOrigin, scenarios } = page;
  const facts = JSON.stringify({
    gatewayOrigin,
    manifest,
    channels: Object.fromEntries((scenarios ?? []).map(({ id, channel = '' }) => [id, channel])),
  }).replaceAll('<', '\\u003c');
  return layout(
    page,
    {
      title: ['nav.playground'],
      styles: 'playground',
      sheets: ['/assets/playground.css'],
      scripts: ['/assets/playground.js'],
    },
    html`<div class="pg" lang="en">
        <header class="pg-head">
          <h1>Playground</h1>
          <p class="lead">
            <code>&lt;iotpay-checkout&gt;</code> in a page of its own. Everything here is in the address: send
            it to somebody, and they see the same.
          </p>
        </header>
        <section class="pg-stage panel" aria-label="The element">
          <div class="pg-bar">
            <p>status <output id="status" class="state" data-status="idle">idle</output></p>
            <div>
              <button type="button" class="chip" data-do="load">load()</button>
              <button type="button" class="chip" data-do="focus">focus()</button>
              <button type="button" class="chip" data-do="restart">Start over</button>
            </div>
          </div>
          <iframe id="stage" title="The element, in a page of its own"></iframe>
        </section>
        ${trials(scenarios ?? [])}
        <div class="pg-logs">${log('events', 'Events')} ${log('requests', 'Requests')}</div>
        ${code} ${controls(manifest, scenarios !== undefined)} ${themes}
      </div>
      <div class="toast" id="toast" role="status" lang="en"></div>
      <noscript><p class="notice bad" lang="en">The playground needs JavaScript.</p></noscript>
      <script type="application/json" id="facts">
        ${raw(facts)}
      </script>`,
  );
}
