import { html } from 'hono/html';
import { MAX_QUANTITY, totalsOf } from '../../backend/catalogue.js';
import { layout } from '../layout.js';
import { nameKey, picture, totals } from './common.js';

/**
 * @typedef {import('./common.js').Page} Page
 * @typedef {import('./common.js').Line} Line
 */

/** What the quantity may be: 1, 2, … */
const QUANTITIES = Array.from({ length: MAX_QUANTITY }, (_, i) => i + 1);

/**
 * One line. `data-live` names what is written anew when a quantity changes, so that the page need not load again.
 * @param {Page} page
 * @param {Line} line
 */
function cartLine({ t, money }, { product, quantity }) {
  const { slug } = product;
  return html`<li class="line">
    <a href="/products/${slug}" tabindex="-1" aria-hidden="true">${picture(product, 'small')}</a>
    <div class="line-words">
      <a class="line-name" id="name-${slug}" href="/products/${slug}">${t(nameKey(product))}</a>
      <span class="muted">${product.size}</span>
      <form method="post" action="/cart" class="line-form" data-live-form>
        <input type="hidden" name="product" value="${slug}" />
        <input type="hidden" name="set" value="1" />
        <span class="visually-hidden" id="quantity-${slug}">${t('product.quantity')}</span>
        <select name="quantity" aria-labelledby="quantity-${slug} name-${slug}" autocomplete="off">
          ${QUANTITIES.map((n) => html`<option ${n === quantity ? 'selected' : ''}>${n}</option>`)}
        </select>
        <button class="quiet script-off" type="submit">${t('cart.update')}</button>
        <button
          class="quiet"
          type="submit"
          name="quantity"
          value="0"
          id="remove-${slug}"
          aria-labelledby="remove-${slug} name-${slug}"
        >
          ${t('cart.remove')}
        </button>
      </form>
    </div>
    <span class="line-price" data-live="price-${slug}">${money(product.price * quantity)}</span>
  </li>`;
}

/**
 * @param {Page} page
 * @param {readonly Line[]} lines
 */
export function cart(page, lines) {
  const { t } = page;
  if (lines.length === 0) {
    return layout(
      page,
      { title: ['cart.title'] },
      html`<section class="message">
        <h1>${t('cart.title')}</h1>
        <p class="lead">${t('cart.empty')} ${t('cart.emptyText')}</p>
        <p><a class="button" href="/">${t('home.browse')}</a></p>
      </section>`,
    );
  }
  return layout(
    page,
    { title: ['cart.title'], sheets: ['/assets/checkout.css'], scripts: ['/assets/cart.js'] },
    html`<h1>${t('cart.title')}</h1>
      <div class="split">
        <ul class="lines">
          ${lines.map((line) => cartLine(page, line))}
        </ul>
        <aside class="panel summary">
          <h2>${t('sum.title')}</h2>
          ${totals(page, totalsOf(lines))}
          <p class="visually-hidden" role="status" id="cart-said"></p>
          <form method="post" action="/checkout">
            <button class="button wide-button" type="submit">${t('cart.checkout')}</button>
          </form>
          <p class="small muted">${t('cart.taxNote')}</p>
        </aside>
      </div>`,
  );
}
