import { html } from 'hono/html';
import { LANGUAGES } from './strings/index.js';

/** The cards worth having at hand at a checkout; the playground shows them all. */
const AT_HAND = [
  'approved',
  'approved-mastercard',
  'declined',
  'insufficient-funds',
  'unionpay-approved',
  'unionpay-timeout-paid',
  'unionpay-timeout-failed',
  'redirect',
];

/** @param {string} number */
export const grouped = (number) => number.replace(/(\d{4})(?=\d)/g, '$1 ');

/**
 * @param {import('./pages.js').Page} page
 * @param {{title: string, scripts?: readonly string[], styles?: string, sheets?: readonly string[]}} head
 * @param {unknown} content
 */
export function layout(page, { title, scripts = [], styles = '', sheets = [] }, content) {
  const { t, say, lang, nonce, count, path, scenarios } = page;
  const current = (/** @type {string} */ here) => (path.split('?')[0] === here ? 'page' : 'false');
  return html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Brindle Cove</title>
        <link rel="icon" href="/art/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/shop.css" />
        ${sheets.map((href) => html`<link rel="stylesheet" href="${href}" />`)}
        <script type="module" nonce="${nonce}" src="/assets/shop.js"></script>
        ${scripts.map((src) => html`<script type="module" nonce="${nonce}" src="${src}"></script>`)}
      </head>
      <body class="${styles}">
        <a class="skip" href="#main">${t('nav.skip')}</a>
        <aside class="demo-bar" aria-label="${say('demo.label')}" data-t-label="demo.label">
          <p>${t(scenarios ? 'demo.sandbox' : 'demo.real')}</p>
          ${scenarios ? html`<button type="button" class="demo-open" popovertarget="test-cards">${t('demo.cards')}</button>` : ''}
        </aside>
        ${
          scenarios
            ? html`<div
                popover
                id="test-cards"
                class="test-cards"
                role="dialog"
                aria-labelledby="test-cards-title"
              >
                <div class="test-cards-head">
                  <h2 id="test-cards-title">${t('demo.cards')}</h2>
                  <button type="button" class="quiet" popovertarget="test-cards" popovertargetaction="hide">
                    ${t('demo.close')}
                  </button>
                </div>
                <p class="small muted">${t('demo.hint')}</p>
                <ul>
                  ${scenarios
                    .filter(({ id }) => AT_HAND.includes(id))
                    .map(
                      ({ number, title: name }) =>
                        html`<li>
                          <span lang="en">${name}</span>
                          <code>${grouped(number)}</code>
                          <button
                            type="button"
                            class="quiet"
                            data-copy="${number}"
                            aria-label="${say('demo.copy')} ${grouped(number)}"
                          >
                            ${t('demo.copy')}
                          </button>
                        </li>`,
                    )}
                </ul>
              </div>`
            : ''
        }
        <header class="top">
          <a class="brand" href="/"
            ><img src="/art/mark.svg" alt="" width="32" height="32" /><span>Brindle Cove</span></a
          >
          <nav aria-label="${say('nav.main')}" data-t-label="nav.main">
            <a href="/" aria-current="${current('/')}">${t('nav.shop')}</a>
            <a href="/cards" aria-current="${current('/cards')}">${t('nav.cards')}</a>
            <a href="/playground" aria-current="${current('/playground')}">${t('nav.playground')}</a>
          </nav>
          <form class="language" method="post" action="/language">
            <input type="hidden" name="back" value="${path}" />
            <select
              name="lang"
              aria-label="${say('nav.language')}"
              data-t-label="nav.language"
              autocomplete="off"
            >
              ${Object.entries(LANGUAGES).map(
                ([code, { name }]) =>
                  html`<option value="${code}" lang="${code}" ${code === lang ? 'selected' : ''}>
                    ${name}
                  </option>`,
              )}
            </select>
            <button class="quiet" type="submit" data-noscript>${t('nav.change')}</button>
          </form>
          <a class="cart-link" href="/cart">
            ${t('nav.cart')} <span class="cart-count" ${count === 0 ? 'hidden' : ''}>${count}</span>
          </a>
        </header>
        <main id="main" tabindex="-1">${content}</main>
        <footer class="foot">
          <p>${t('foot.text')}</p>
          <p>${t('foot.address')}</p>
        </footer>
      </body>
    </html>`;
}
