import { html } from 'hono/html';
import { PRODUCTS } from '../../backend/catalogue.js';
import { layout } from '../layout.js';
import { nameKey, picture, textKey } from './common.js';

/**
 * @typedef {import('./common.js').Page} Page
 * @typedef {import('./common.js').Product} Product
 */

/** @param {Page} page */
export function home(page) {
  const { t, money } = page;
  return layout(
    page,
    { title: ['home.title'], styles: 'home', sheets: ['/assets/catalogue.css'] },
    html`<section class="hero">
        <div class="hero-words">
          <h1>${t('home.head')}</h1>
          <p class="lead">${t('home.lead')}</p>
          <p><a class="button" href="#pots">${t('home.browse')}</a></p>
        </div>
        <div class="hero-picture"><img src="/art/shelf.svg" alt="" width="720" height="560" /></div>
      </section>
      <section id="pots" class="wide" aria-labelledby="pots-title">
        <div class="section-head">
          <h2 id="pots-title">${t('home.pots')}</h2>
          <p>${t('home.fired')}</p>
        </div>
        <ul class="grid">
          ${PRODUCTS.map(
            (product) =>
              html`<li>
                <a class="piece" href="/products/${product.slug}">
                  ${picture(product, '')}
                  <span class="piece-name">${t(nameKey(product))}</span>
                  <span class="piece-price">${money(product.price)}</span>
                </a>
              </li>`,
          )}
        </ul>
      </section>
      <section class="facts">
        <div>
          <h3>${t('home.fact1')}</h3>
          <p>${t('home.fact1text')}</p>
        </div>
        <div>
          <h3>${t('home.fact2')}</h3>
          <p>${t('home.fact2text')}</p>
        </div>
        <div>
          <h3>${t('home.fact3')}</h3>
          <p>${t('home.fact3text')}</p>
        </div>
      </section>`,
  );
}

/**
 * @param {Page} page
 * @param {Product} product
 */
export function product(page, product) {
  const { t, money } = page;
  return layout(
    page,
    { title: [nameKey(product)], sheets: ['/assets/catalogue.css'] },
    html`<p class="crumb"><a href="/">${t('product.back')}</a></p>
      <article class="product">
        ${picture(product, 'large')}
        <div class="product-words">
          <h1>${t(nameKey(product))}</h1>
          <p class="price">${money(product.price)}</p>
          <p class="lead">${t(textKey(product))}</p>
          <form method="post" action="/cart" class="buy">
            <input type="hidden" name="product" value="${product.slug}" />
            <label>
              ${t('product.quantity')}
              <select name="quantity">
                ${[1, 2, 3, 4, 5, 6].map((n) => html`<option>${n}</option>`)}
              </select>
            </label>
            <button class="button" type="submit">${t('product.add')}</button>
          </form>
          <dl class="details">
            <div>
              <dt>${t('product.size')}</dt>
              <dd>${product.size}</dd>
            </div>
            <div>
              <dt>${t('product.care')}</dt>
              <dd>${t('product.careText')}</dd>
            </div>
            <div>
              <dt>${t('product.ships')}</dt>
              <dd>${t('product.shipsText')}</dd>
            </div>
          </dl>
        </div>
      </article>`,
  );
}

/** @param {Page} page */
export function missing(page) {
  const { t } = page;
  return layout(
    page,
    { title: ['missing.title'] },
    html`<section class="message">
      <h1>${t('missing.title')}</h1>
      <p class="lead">${t('missing.text')}</p>
      <p><a class="button" href="/">${t('order.more')}</a></p>
    </section>`,
  );
}
