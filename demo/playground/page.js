import { html } from 'hono/html';
import { PRODUCTS } from '../backend/catalogue.js';
import { grouped, layout } from '../shop/layout.js';

/** @typedef {import('iotpay-checkout/sandbox').Scenario} Scenario */

/** @type {readonly [string, (scenario: Scenario) => boolean][]} */
const GROUPS = [
  ['UnionPay', ({ channel }) => channel === 'UPI_EX'],
  ['Paid', ({ id }) => id.startsWith('approved') || id === 'redirect' || id === 'declined-later'],
  ['Not paid', ({ id }) => /^(?:declined|insufficient-funds|fail-redirect|expired|broken)$/.test(id)],
  ['Odd answers', () => true],
];

/** @param {readonly Scenario[]} scenarios */
function groupsOf(scenarios) {
  const left = new Set(scenarios);
  const groups = GROUPS.map(([name, belongs]) => {
    const members = [...left].filter(belongs);
    for (const member of members) left.delete(member);
    return { name, members };
  });
  // Cards first, UnionPay after them.
  return [...groups.slice(1, 3), ...groups.slice(0, 1), ...groups.slice(3)].filter(
    ({ members }) => members.length,
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {readonly (readonly [string, string])[]} choices value and label; the first is the default
 */
const select = (name, label, choices) =>
  html`<label class="field"
    ><code>${label}</code>
    <select name="${name}" autocomplete="off">
      ${choices.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`;

/**
 * @param {string} name
 * @param {string} label
 * @param {{value?: string, placeholder?: string, type?: string, hint?: string}} [more]
 */
const input = (name, label, { value = '', placeholder = '', type = 'text', hint = '' } = {}) =>
  html`<label class="field"
    ><code>${label}</code>
    <input
      name="${name}"
      type="${type}"
      value="${value}"
      placeholder="${placeholder}"
      autocomplete="off"
      spellcheck="false"
    />
    ${hint ? html`<span class="hint">${hint}</span>` : ''}</label
  >`;

/**
 * @param {string} name
 * @param {string} label
 * @param {{value?: string, placeholder?: string, rows?: number, hint?: string}} [more]
 */
const json = (name, label, { value = '', placeholder = '', rows = 3, hint = '' } = {}) =>
  html`<label class="field"
    ><code>${label}</code>
    <textarea
      name="${name}"
      rows="${rows}"
      placeholder="${placeholder}"
      autocomplete="off"
      spellcheck="false"
    >
${value}</textarea>
    <span class="hint" data-hint>${hint}</span></label
  >`;

/** @param {import('../shop/pages.js').Page} page */
export function playgroundPage(page) {
  const { gatewayOrigin, scenarios = [] } = page;
  return layout(
    page,
    {
      title: 'Playground',
      styles: 'playground',
      sheets: ['/assets/playground.css'],
      scripts: ['/vendor/iotpay-checkout.js', '/assets/playground.js'],
    },
    html`<header class="pg-head" lang="en">
        <h1>Playground</h1>
        <p class="lead">
          Set an attribute, pay with a test card, and watch what <code>&lt;iotpay-checkout&gt;</code> asks for
          and reports.
        </p>
      </header>
      <div class="pg">
        <form
          id="controls"
          class="pg-controls"
          lang="en"
          aria-label="Attributes"
          data-gateway="${gatewayOrigin}"
        >
          <details open>
            <summary>Payment</summary>
            <fieldset class="methods">
              <legend><code>mode</code></legend>
              <label
                ><input type="radio" name="mode" value="pay" checked autocomplete="off" /><span
                  >pay</span
                ></label
              >
              <label><input type="radio" name="mode" value="add" autocomplete="off" /><span>add</span></label>
            </fieldset>
            <div class="presets" role="group" aria-label="Values for request-data">
              <button type="button" class="chip" data-preset="PF_CC">Card</button>
              <button type="button" class="chip" data-preset="UPI_EX">UnionPay</button>
              <button type="button" class="chip" data-preset="unknown">Unknown product</button>
            </div>
            ${json('request-data', 'request-data', {
              value: JSON.stringify({ product: PRODUCTS[0]?.slug, quantity: 1, channel: 'PF_CC' }, null, 2),
              rows: 5,
              hint: 'JSON, sent to the shop’s server. It knows the price.',
            })}
          </details>
          <details open>
            <summary>Look</summary>
            ${select('color-scheme', 'color-scheme', [
              ['', 'auto (default)'],
              ['light', 'light'],
              ['dark', 'dark'],
            ])}
            ${select('theme', 'theme', [
              ['', 'none (default)'],
              ['card', 'card'],
            ])}
            ${select('lang', 'lang', [
              ['', 'as the page'],
              ['en', 'English'],
              ['fr', 'Français'],
              ['zh-Hans', '简体中文'],
              ['zh-Hant', '繁體中文'],
            ])}
            ${input('button-text', 'button-text', { placeholder: 'IOTPay’s own' })}
            ${input('--iotpay-button-background-color', '--iotpay-button-background-color', { placeholder: '#2c4698' })}
            ${input('--iotpay-button-color', '--iotpay-button-color', { placeholder: '#ffffff' })}
            ${input('--iotpay-button-background-image', '--iotpay-button-background-image', { placeholder: 'none' })}
            ${input('--iotpay-button-box-shadow', '--iotpay-button-box-shadow', { placeholder: 'none' })}
            ${input('--iotpay-button-height', '--iotpay-button-height', { placeholder: '52px' })}
            ${input('--iotpay-button-border-radius', '--iotpay-button-border-radius', { placeholder: '26px' })}
            ${json('options', '.options', { placeholder: '{"button": {"text": "Pay now!"}}', rows: 2, hint: 'Property; wins over the rest.' })}
          </details>
          <details>
            <summary>Set-up</summary>
            ${select('loading', 'loading', [
              ['', 'eager (default)'],
              ['lazy', 'lazy'],
              ['manual', 'manual'],
            ])}
            ${input('secure-id-endpoint', 'secure-id-endpoint', { value: '/api/iotpay/secure-id' })}
            ${input('order-status-endpoint', 'order-status-endpoint', { value: '/api/iotpay/order-status' })}
            ${input('secure-id', 'secure-id', { placeholder: 'one that the page already has' })}
            ${select('credentials', 'credentials', [
              ['', 'same-origin (default)'],
              ['include', 'include'],
              ['omit', 'omit'],
            ])}
            ${json('requestHeaders', '.requestHeaders', { placeholder: '{"X-CSRF-Token": "…"}', rows: 2, hint: 'Property.' })}
            ${input('setup-timeout', 'setup-timeout', { type: 'number', placeholder: '20000', hint: 'Milliseconds.' })}
            ${input('gateway-origin', 'gateway-origin', { value: gatewayOrigin })}
          </details>
          <details>
            <summary>Outcome</summary>
            <label class="check"
              ><input type="checkbox" name="no-redirect" autocomplete="off" /> <code>no-redirect</code></label
            >
            <label class="check"
              ><input type="checkbox" name="prevent" autocomplete="off" /> Call
              <code>preventDefault()</code> on outcomes</label
            >
            ${
              scenarios.length
                ? html`<label class="check"
                    ><input type="checkbox" name="quirks" autocomplete="off" /> Sandbox with all its
                    quirks</label
                  >`
                : ''
            }
          </details>
        </form>

        <div class="pg-main">
          <section class="pg-stage" aria-label="The element">
            <div class="pg-bar" lang="en">
              <p>status <output id="status" class="state">idle</output></p>
              <div>
                <button type="button" class="chip" data-do="load">load()</button>
                <button type="button" class="chip" data-do="focus">focus()</button>
                <button type="button" class="chip" data-do="restart">New element</button>
              </div>
            </div>
            <div id="stage"></div>
          </section>

          <div class="pg-logs" lang="en">
            <section class="pg-log" aria-labelledby="events-title">
              <div class="pg-bar">
                <h2 id="events-title">Events</h2>
                <button type="button" class="chip" data-clear="events">Clear</button>
              </div>
              <ol id="events" tabindex="0" aria-labelledby="events-title"></ol>
            </section>
            <section class="pg-log" aria-labelledby="requests-title">
              <div class="pg-bar">
                <h2 id="requests-title">Requests</h2>
                <button type="button" class="chip" data-clear="requests">Clear</button>
              </div>
              <ol id="requests" tabindex="0" aria-labelledby="requests-title"></ol>
            </section>
          </div>

          ${
            scenarios.length
              ? html`<section class="pg-scenarios" lang="en" aria-labelledby="scenarios-title">
                  <h2 id="scenarios-title">Scenarios</h2>
                  <p class="muted small">
                    The card decides what happens. A click copies its number; any date to come, any code.
                  </p>
                  ${groupsOf(scenarios).map(
                    ({ name, members }) =>
                      html`<h3>${name}</h3>
                        <ul class="cards">
                          ${members.map(
                            ({ number, title, description, channel }) =>
                              html`<li>
                                <button
                                  type="button"
                                  class="scenario"
                                  data-number="${number}"
                                  data-channel="${channel ?? ''}"
                                >
                                  <b>${title}</b>
                                  <span class="number">${grouped(number)}</span>
                                  <span class="about">${description}</span>
                                </button>
                              </li>`,
                          )}
                        </ul>`,
                  )}
                </section>`
              : ''
          }

          <section class="pg-code" lang="en" aria-labelledby="markup-title">
            <div class="pg-bar">
              <h2 id="markup-title">Markup</h2>
              <button type="button" class="chip" id="copy-markup">Copy</button>
            </div>
            <pre tabindex="0" aria-labelledby="markup-title"><code id="markup"></code></pre>
          </section>
        </div>
      </div>
      <div class="toast" id="toast" role="status" lang="en"></div>`,
  );
}
