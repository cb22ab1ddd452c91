import { html } from 'hono/html';
import { LANGUAGES } from './strings/index.js';

/** The cards worth having at hand at a checkout; the playground shows them all. */
const AT_HAND = /** @type {const} */ ([
  'approved',
  'approved-mastercard',
  'declined',
  'insufficient-funds',
  'unionpay-approved',
  'unionpay-timeout-paid',
  'unionpay-timeout-failed',
  'redirect',
]);

/**
 * @typedef {import('./pages/common.js').Page} Page
 *
 * @typedef {object} Head
 * @property {readonly [import('./strings/index.js').Key, import('./strings/index.js').Values?]} title
 * @property {readonly string[]} [sheets] besides the shop's own
 * @property {readonly string[]} [scripts]
 * @property {string} [styles] a class of the body
 * @property {boolean} [quiet] without the main navigation
 * @property {number} [reloadWithoutScript] after so many seconds, where there is no script
 */

/** @param {string} number */
export const grouped = (number) => number.replace(/(\d{4})(?=\d)/g, '$1 ');

/**
 * @param {Page} page
 * @param {Head} head
 * @param {unknown} content
 */
export function layout(page, head, content) {
  const { t, lang, scenarios } = page;
  return html`<!doctype html>
    <html lang="${lang}">
      ${headOf(page, head)}
      <body class="${head.styles ?? ''}">
        <a class="skip" href="#main">${t('nav.skip')}</a>
        <aside class="demo-bar" aria-label="${page.say('demo.label')}" data-t-label="demo.label">
          <p>${t(scenarios ? 'demo.sandbox' : 'demo.real')}</p>
          ${scenarios ? html`<button type="button" class="demo-open" popovertarget="test-cards">${t('demo.cards')}</button>` : ''}
        </aside>
        ${scenarios ? testCards(page, scenarios) : ''} ${top(page, head.quiet === true)}
        <main id="main" tabindex="-1">${content}</main>
        <footer class="foot">
          <p>${t('foot.text')}</p>
          <p>${t('foot.address')}</p>
        </footer>
      </body>
    </html>`;
}

/**
 * @param {Page} page
 * @param {Head} head
 */
function headOf({ say, nonce }, { title, scripts = [], sheets = [], reloadWithoutScript }) {
  const [key, values] = title;
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title data-t-title="${key}" data-values="${values ? JSON.stringify(values) : ''}">
      ${say(key, values)} · Brindle Cove
    </title>
    ${
      reloadWithoutScript
        ? html`<noscript><meta http-equiv="refresh" content="${reloadWithoutScript}" /></noscript>`
        : ''
    }
    <link rel="icon" href="/art/mark.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/assets/shop.css" />
    <link rel="stylesheet" href="/assets/frame.css" />
    ${sheets.map((href) => html`<link rel="stylesheet" href="${href}" />`)}
    <script type="module" nonce="${nonce}" src="/assets/shop.js"></script>
    ${scripts.map((src) => html`<script type="module" nonce="${nonce}" src="${src}"></script>`)}
  </head>`;
}

/**
 * The numbers that the simulated gateway knows, at hand on every page.
 * @param {Page} page
 * @param {readonly import('iotpay-checkout/sandbox').Scenario[]} scenarios
 */
const testCards = ({ t }, scenarios) =>
  html`<div popover id="test-cards" class="test-cards" role="dialog" aria-labelledby="test-cards-title">
    <div class="test-cards-head">
      <h2 id="test-cards-title">${t('demo.cards')}</h2>
      <button type="button" class="quiet" popovertarget="test-cards" popovertargetaction="hide">
        ${t('demo.close')}
      </button>
    </div>
    <p class="small muted">${t('demo.hint')}</p>
    <ul>
      ${AT_HAND.flatMap((id) => {
        const scenario = scenarios.find((each) => each.id === id);
        return scenario ? [{ id, number: scenario.number }] : [];
      }).map(
        ({ id, number }) =>
          html`<li>
            <span id="test-${id}">${t(`test.${id}`)}</span>
            <code>${grouped(number)}</code>
            <button
              type="button"
              class="quiet"
              id="copy-${id}"
              data-copy="${number}"
              aria-labelledby="copy-${id} test-${id}"
            >
              ${t('demo.copy')}
            </button>
          </li>`,
      )}
    </ul>
  </div>`;

/**
 * @param {Page} page
 * @param {boolean} quiet without the ways out: a checkout has one thing to do
 */
function top({ t, say, lang, path, count }, quiet) {
  const current = (/** @type {string} */ here) => (path.split('?')[0] === here ? 'page' : 'false');
  return html`<header class="top">
    <a class="brand" href="/"
      ><img src="/art/mark.svg" alt="" width="32" height="32" /><span>Brindle Cove</span></a
    >
    ${
      quiet
        ? ''
        : html`<nav aria-label="${say('nav.main')}" data-t-label="nav.main">
            <a href="/" aria-current="${current('/')}">${t('nav.shop')}</a>
            <a href="/cards" aria-current="${current('/cards')}">${t('nav.cards')}</a>
            <a href="/playground" aria-current="${current('/playground')}">${t('nav.playground')}</a>
          </nav>`
    }
    <form class="language" method="post" action="/language">
      <input type="hidden" name="back" value="${path}" />
      <select name="lang" aria-label="${say('nav.language')}" data-t-label="nav.language" autocomplete="off">
        ${Object.entries(LANGUAGES).map(
          ([code, { name }]) =>
            html`<option value="${code}" lang="${code}" ${code === lang ? 'selected' : ''}>${name}</option>`,
        )}
      </select>
      <button class="quiet script-off" type="submit">${t('nav.change')}</button>
    </form>
    <a class="cart-link" href="/cart"
      >${t('nav.cart')}
      <span class="cart-count" data-live="count" ${count === 0 ? 'hidden' : ''}>${count}</span></a
    >
  </header>`;
}
