import { html } from 'hono/html';
import { layout } from '../layout.js';
import { brandOf, contact, expiry, lastDigits, orderLines, totals } from './common.js';

/**
 * @typedef {import('./common.js').Page} Page
 * @typedef {import('./common.js').Order} Order
 * @typedef {import('./common.js').SavedCard} SavedCard
 */

/**
 * What the order is and where it goes. The page has it twice: folded above the form on a phone, beside the form on a
 * wide screen. The style sheet shows one of the two, so no script has to fold anything while the page is being painted.
 * @param {Page} page
 * @param {Order} order
 */
const summary = (page, order) =>
  html`${orderLines(page, order)} ${totals(page, order.totals)}
    <div class="deliver">
      <h3>${page.t('checkout.ship')}</h3>
      <address>Camille Landry<br />${page.t('checkout.street')}<br />${page.t('checkout.city')}</address>
      <p class="small muted">${page.t('checkout.shipNote')}</p>
    </div>`;

/**
 * All the ways to pay are one group of radio buttons: choosing one closes the others. Which panel is open follows from
 * the chosen button in the style sheet, so it is right from the first paint, and without a script too.
 * @param {Page} page
 * @param {Order} order
 * @param {readonly SavedCard[]} cards
 */
const ways = ({ t }, order, cards) =>
  html`<form method="post" action="/checkout/${order.id}/saved-card" class="ways" id="ways" data-once>
    <fieldset id="methods">
      <legend class="visually-hidden">${t('checkout.method')}</legend>
      ${cards.map(
        ({ cardId, cardNum, expiryDate }, i) =>
          html`<label class="saved-choice">
            <input
              type="radio"
              name="card"
              value="${cardId}"
              data-saved
              ${i === 0 ? 'checked' : ''}
              autocomplete="off"
            />
            <span><b>${brandOf(cardNum)}</b> ${lastDigits(cardNum)}</span>
            <span class="muted">${t('cards.expires', { date: expiry(expiryDate) })}</span>
          </label>`,
      )}
      <div class="methods">
        ${
          /** @type {const} */ ([
            ['PF_CC', 'checkout.card'],
            ['UPI_EX', 'checkout.unionpay'],
          ]).map(
            ([channel, name], i) =>
              html`<label
                ><input
                  type="radio"
                  name="card"
                  value="${channel}"
                  ${i === 0 && cards.length === 0 ? 'checked' : ''}
                  autocomplete="off"
                /><span>${t(name)}</span></label
              >`,
          )
        }
      </div>
    </fieldset>
    <div class="saved-pay">
      <button class="button wide-button" type="submit">
        ${t('checkout.payWith', { cents: order.totals.total })}
      </button>
    </div>
  </form>`;

/**
 * @param {Page} page
 * @param {Order} order
 * @param {{cards: readonly SavedCard[], declined: boolean}} more
 */
export function checkout(page, order, { cards, declined }) {
  const { t, money } = page;
  const pieces = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return layout(
    page,
    {
      title: ['checkout.title'],
      quiet: true,
      sheets: ['/assets/checkout.css'],
      scripts: ['/vendor/iotpay-checkout.js', '/assets/checkout.js'],
    },
    html`<h1>${t('checkout.title')}</h1>
      <details class="panel fold">
        <summary>
          <h2>${t('sum.title')}</h2>
          <span class="muted">${t('sum.pieces', { n: pieces })}</span>
        </summary>
        ${summary(page, order)}
      </details>
      <div class="split checkout">
        <section class="pay" aria-labelledby="pay-title">
          <div class="pay-head">
            <h2 id="pay-title">${t('checkout.pay')}</h2>
            <p><span class="muted">${t('checkout.due')}</span> <b>${money(order.totals.total)}</b></p>
          </div>
          ${declined ? html`<p class="notice bad" role="alert">${t('checkout.declined')}</p>` : ''}
          ${ways(page, order, cards)}
          <div class="pay-box">
            <iotpay-checkout
              secure-id-endpoint="/api/iotpay/secure-id"
              order-status-endpoint="/api/iotpay/order-status"
              gateway-origin="${page.gatewayOrigin}"
              request-data="${JSON.stringify({ order: order.id, channel: 'PF_CC' })}"
              loading="${cards.length > 0 ? 'lazy' : 'eager'}"
              button-text="${page.say('checkout.payWith', { cents: order.totals.total })}"
              data-t-button="checkout.payWith"
              data-values="${JSON.stringify({ cents: order.totals.total })}"
              data-order="${order.id}"
              >${contact(page)}</iotpay-checkout
            >
            <noscript><p class="notice bad">${t('checkout.noScript')}</p></noscript>
            <p class="after-unknown" hidden>
              <a class="button" href="/orders/${order.id}?waiting=long">${t('checkout.toOrder')}</a>
            </p>
            <p class="small muted lock">${t('checkout.secure')}</p>
          </div>
        </section>
        <aside class="panel summary" aria-labelledby="summary-title">
          <h2 id="summary-title">${t('sum.title')}</h2>
          ${summary(page, order)}
        </aside>
      </div>`,
  );
}
