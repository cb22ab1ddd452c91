import { html } from 'hono/html';

/**
 * What every page knows.
 * @typedef {ReturnType<typeof import('../strings/index.js').translator> & {
 *   nonce: string,
 *   count: number,
 *   path: string,
 *   gatewayOrigin: string,
 *   scenarios: readonly import('iotpay-checkout/sandbox').Scenario[] | undefined,
 * }} Page
 * @typedef {import('../../backend/catalogue.js').Product} Product
 * @typedef {import('../../backend/catalogue.js').Line} Line
 * @typedef {import('../../backend/orders.js').Order} Order
 * @typedef {import('../../backend/visitors.js').SavedCard} SavedCard
 */

/** @param {Product} product */
export const nameKey = (product) => /** @type {import('../strings/index.js').Key} */ (product.slug);
/** @param {Product} product */
export const textKey = (product) => /** @type {import('../strings/index.js').Key} */ (`${product.slug}.text`);

/**
 * @param {Product} product
 * @param {string} kind
 */
export const picture = (product, kind) =>
  html`<span class="tile ${product.tone} ${kind}"
    ><img src="/art/${product.slug}.svg" alt="" width="400" height="400"
  /></span>`;

/**
 * @param {Page} page
 * @param {import('../../backend/catalogue.js').Totals} sums
 */
export function totals({ t, money }, { subtotal, shipping, tax, total }) {
  return html`<dl class="totals" data-live="totals">
    <div>
      <dt>${t('sum.subtotal')}</dt>
      <dd>${money(subtotal)}</dd>
    </div>
    <div>
      <dt>${t('sum.shipping')}</dt>
      <dd>${shipping ? money(shipping) : t('sum.free')}</dd>
    </div>
    <div>
      <dt>${t('sum.tax')}</dt>
      <dd>${money(tax)}</dd>
    </div>
    <div class="total">
      <dt>${t('sum.total')}</dt>
      <dd>${money(total)}</dd>
    </div>
  </dl>`;
}

/**
 * @param {Page} page
 * @param {Order} order
 */
export const orderLines = ({ t, money }, order) =>
  html`<ul class="mini">
    ${order.lines.map(
      ({ product, quantity }) =>
        html`<li>
          ${picture(product, 'tiny')}
          <span
            ><span class="line-name">${t(nameKey(product))}</span><br /><span class="muted"
              >${t('sum.pieces', { n: quantity })}</span
            ></span
          >
          <span class="line-price">${money(product.price * quantity)}</span>
        </li>`,
    )}
  </ul>`;

/**
 * How to reach the shop, for the element's slot: an error that no retry mends is no dead end.
 * @param {Page} page
 */
export const contact = ({ t }) =>
  html`<p slot="contact" class="small contact">
    ${t('contact.ask')} <a href="mailto:help@brindlecove.example">help@brindlecove.example</a>
    <a href="tel:+19025550143">902 555-0143</a>
  </p>`;

/** @param {string | undefined} cardNum masked */
export const lastDigits = (cardNum = '') => `•••• ${cardNum.slice(-4)}`;

/** @param {string | undefined} cardNum masked */
export function brandOf(cardNum = '') {
  if (cardNum.startsWith('4')) return 'Visa';
  if (/^5[1-5]/.test(cardNum)) return 'Mastercard';
  if (/^3[47]/.test(cardNum)) return 'Amex';
  return cardNum.startsWith('62') ? 'UnionPay' : 'Card';
}

/** @param {string | undefined} expiryDate MMYY */
export const expiry = (expiryDate = '') => `${expiryDate.slice(0, 2)}/${expiryDate.slice(2)}`;
