import { html } from 'hono/html';
import { PRODUCTS, totalsOf } from '../backend/catalogue.js';
import { layout } from './layout.js';

/**
 * What every page knows.
 * @typedef {ReturnType<typeof import('./strings/index.js').translator> & {
 *   nonce: string,
 *   count: number,
 *   path: string,
 *   gatewayOrigin: string,
 *   scenarios: readonly import('iotpay-checkout/sandbox').Scenario[] | undefined,
 * }} Page
 * @typedef {import('../backend/catalogue.js').Product} Product
 * @typedef {import('../backend/catalogue.js').Line} Line
 * @typedef {import('../backend/orders.js').Order} Order
 * @typedef {import('../backend/sessions.js').SavedCard} SavedCard
 */

/** @param {Product} product */
const nameKey = (product) => /** @type {import('./strings/index.js').Key} */ (product.slug);
/** @param {Product} product */
const textKey = (product) => /** @type {import('./strings/index.js').Key} */ (`${product.slug}.text`);

/**
 * @param {Product} product
 * @param {string} kind
 */
const picture = (product, kind) =>
  html`<span class="tile ${product.tone} ${kind}"
    ><img src="/art/${product.slug}.svg" alt="" width="400" height="400"
  /></span>`;

/** @param {Page} page */
export function home(page) {
  const { t, money, say } = page;
  return layout(
    page,
    { title: say('home.title'), styles: 'home' },
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
  const { t, money, say } = page;
  return layout(
    page,
    { title: say(nameKey(product)) },
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

/**
 * @param {Page} page
 * @param {readonly Line[]} lines
 */
export function cart(page, lines) {
  const { t, money, say } = page;
  if (lines.length === 0) {
    return layout(
      page,
      { title: say('cart.title') },
      html`<section class="message">
        <h1>${t('cart.title')}</h1>
        <p class="lead">${t('cart.empty')} ${t('cart.emptyText')}</p>
        <p><a class="button" href="/">${t('home.browse')}</a></p>
      </section>`,
    );
  }
  return layout(
    page,
    { title: say('cart.title') },
    html`<h1>${t('cart.title')}</h1>
      <div class="split">
        <ul class="lines">
          ${lines.map(
            ({ product, quantity }) =>
              html`<li class="line">
                <a href="/products/${product.slug}" tabindex="-1" aria-hidden="true"
                  >${picture(product, 'small')}</a
                >
                <div class="line-words">
                  <a class="line-name" href="/products/${product.slug}">${t(nameKey(product))}</a>
                  <span class="muted">${product.size}</span>
                  <form method="post" action="/cart" class="line-form" data-autosubmit>
                    <input type="hidden" name="product" value="${product.slug}" />
                    <input type="hidden" name="set" value="1" />
                    <select
                      name="quantity"
                      aria-label="${say('product.quantity')}"
                      data-t-label="product.quantity"
                    >
                      ${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(
                        (n) => html`<option ${n === quantity ? 'selected' : ''}>${n}</option>`,
                      )}
                    </select>
                    <button class="quiet" type="submit" data-noscript>${t('cart.update')}</button>
                    <button class="quiet" type="submit" name="quantity" value="0" data-remove>
                      ${t('cart.remove')}
                    </button>
                  </form>
                </div>
                <span class="line-price">${money(product.price * quantity)}</span>
              </li>`,
          )}
        </ul>
        <aside class="panel summary">
          <h2>${t('sum.title')}</h2>
          ${totals(page, totalsOf(lines))}
          <form method="post" action="/checkout">
            <button class="button wide-button" type="submit">${t('cart.checkout')}</button>
          </form>
          <p class="small muted">${t('cart.taxNote')}</p>
        </aside>
      </div>`,
  );
}

/**
 * @param {Page} page
 * @param {import('../backend/catalogue.js').Totals} sums
 */
function totals({ t, money }, { subtotal, shipping, tax, total }) {
  return html`<dl class="totals">
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
const orderLines = ({ t, money }, order) =>
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

/** @param {string | undefined} cardNum masked */
const lastDigits = (cardNum = '') => `•••• ${cardNum.slice(-4)}`;

/** @param {string | undefined} cardNum masked */
function brandOf(cardNum = '') {
  if (cardNum.startsWith('4')) return 'Visa';
  if (/^5[1-5]/.test(cardNum)) return 'Mastercard';
  if (/^3[47]/.test(cardNum)) return 'Amex';
  return cardNum.startsWith('62') ? 'UnionPay' : 'Card';
}

/** @param {string | undefined} expiryDate MMYY */
const expiry = (expiryDate = '') => `${expiryDate.slice(0, 2)} / ${expiryDate.slice(2)}`;

/**
 * @param {Page} page
 * @param {Order} order
 * @param {{cards: readonly SavedCard[], declined: boolean}} more
 */
export function checkout(page, order, { cards, declined }) {
  const { t, money, say } = page;
  const { total } = order.totals;
  const amount = money(total);
  const pieces = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return layout(
    page,
    { title: say('checkout.title'), scripts: ['/vendor/iotpay-checkout.js', '/assets/checkout.js'] },
    html`<h1>${t('checkout.title')}</h1>
      <div class="split checkout">
        <details class="panel summary" open data-fold>
          <summary>
            <h2>${t('sum.title')}</h2>
            <span class="summary-peek"
              ><span class="muted">${t('sum.pieces', { n: pieces })}</span> ${amount}</span
            >
          </summary>
          ${orderLines(page, order)} ${totals(page, order.totals)}
        </details>
        <div class="steps">
          <section>
            <h2>${t('checkout.ship')}</h2>
            <address>Camille Landry<br />48, rue Main<br />Moncton, New Brunswick E1C 1B7</address>
            <p class="small muted">${t('checkout.shipNote')}</p>
          </section>
          <section aria-labelledby="pay-title">
            <h2 id="pay-title">${t('checkout.pay')}</h2>
            ${declined ? html`<p class="notice bad" role="alert">${t('checkout.declined')}</p>` : ''}
            <fieldset class="methods" id="methods">
              <legend class="visually-hidden">${t('checkout.method')}</legend>
              <label
                ><input type="radio" name="method" value="PF_CC" checked autocomplete="off" /><span
                  >${t('checkout.card')}</span
                ></label
              >
              <label
                ><input type="radio" name="method" value="UPI_EX" autocomplete="off" /><span
                  >${t('checkout.unionpay')}</span
                ></label
              >
            </fieldset>

            <div class="pay-box">
              <iotpay-checkout
                secure-id-endpoint="/api/iotpay/secure-id"
                order-status-endpoint="/api/iotpay/order-status"
                gateway-origin="${page.gatewayOrigin}"
                request-data="${JSON.stringify({ order: order.id, channel: 'PF_CC' })}"
                button-text="${say('checkout.button')}"
                data-t-button="checkout.button"
                data-order="${order.id}"
              ></iotpay-checkout>

              <p class="after-unknown" hidden>
                <a class="button" href="/orders/${order.id}?waiting">${t('checkout.toOrder')}</a>
              </p>
              <p class="small muted lock">${t('checkout.secure')}</p>
            </div>
            ${
              cards.length > 0
                ? html`<form
                    method="post"
                    action="/checkout/${order.id}/saved-card"
                    class="saved-pay"
                    data-once
                  >
                    <h3>${t('checkout.saved')}</h3>
                    ${cards.map(
                      ({ cardId, cardNum, expiryDate }, i) =>
                        html`<label class="saved-choice">
                          <input type="radio" name="card" value="${cardId}" ${i === 0 ? 'checked' : ''} />
                          <span><b>${brandOf(cardNum)}</b> ${lastDigits(cardNum)}</span>
                          <span class="muted">${t('cards.expires', { date: expiry(expiryDate) })}</span>
                        </label>`,
                    )}
                    <button class="button second" type="submit">
                      <span data-t="checkout.payWith" data-values="${JSON.stringify({ cents: total })}"
                        >${say('checkout.payWith', { amount: page.amountText(total) })}</span
                      >
                    </button>
                  </form>`
                : ''
            }
          </section>
        </div>
      </div>`,
  );
}

/**
 * @param {Page} page
 * @param {Order} order
 * @param {'paid' | 'confirming' | 'open'} state
 */
export function order(page, order, state) {
  const { t, say } = page;
  const { payment } = order;
  const failed = state === 'open' && order.attempts.at(-1)?.status === 9;
  const kind = failed ? 'failed' : state;
  const key = /** @type {const} */ (`order.${kind}`);
  const text = /** @type {const} */ (`order.${kind}Text`);
  return layout(
    page,
    {
      title: say('checkout.order', { id: order.id }),
      scripts: state === 'confirming' ? ['/assets/order.js'] : [],
    },
    html`<div class="order" data-order="${order.id}" data-state="${kind}">
      <header class="order-head ${kind}">
        <span class="seal" aria-hidden="true"></span>
        <div role="status">
          <h1>${t(key)}</h1>
          <p class="lead">${t(text)}</p>
        </div>
        ${
          state === 'open'
            ? html`<p><a class="button" href="/checkout/${order.id}">${t('order.payNow')}</a></p>`
            : ''
        }
      </header>
      <section class="panel receipt" aria-labelledby="receipt-title">
        <h2 id="receipt-title">${state === 'paid' ? t('order.receipt') : t('sum.title')}</h2>
        <dl class="facts-list">
          <div>
            <dt>${t('order.number')}</dt>
            <dd>${order.id}</dd>
          </div>
          ${
            payment
              ? html`<div>
                    <dt>${t('order.date')}</dt>
                    <dd>
                      <time datetime="${payment.at}" data-time
                        >${payment.at.slice(0, 16).replace('T', ' ')} UTC</time
                      >
                    </dd>
                  </div>
                  ${
                    payment.cardNum
                      ? html`<div>
                          <dt>${t('order.cardNum')}</dt>
                          <dd>${brandOf(payment.cardNum)} ${lastDigits(payment.cardNum)}</dd>
                        </div>`
                      : ''
                  }
                  ${
                    payment.authNum
                      ? html`<div>
                          <dt>${t('order.auth')}</dt>
                          <dd>${payment.authNum}</dd>
                        </div>`
                      : ''
                  }
                  <div>
                    <dt>${t('order.reference')}</dt>
                    <dd class="code">${payment.payOrderId}</dd>
                  </div>`
              : ''
          }
        </dl>
        ${orderLines(page, order)} ${totals(page, order.totals)}
      </section>
      <p class="order-links">
        ${state === 'paid' ? html`<button class="quiet" type="button" data-print>${t('order.print')}</button>` : ''}
        <a href="/">${t('order.more')}</a>
      </p>
    </div>`,
  );
}

/**
 * @param {Page} page
 * @param {readonly SavedCard[]} cards
 */
export function cards(page, cards) {
  const { t, say } = page;
  return layout(
    page,
    { title: say('cards.title'), scripts: ['/vendor/iotpay-checkout.js', '/assets/cards.js'] },
    html`<div class="narrow">
      <h1>${t('cards.title')}</h1>
      <p class="lead">${t('cards.lead')}</p>
      ${
        cards.length === 0
          ? html`<p class="muted none">${t('cards.none')}</p>`
          : html`<ul class="wallet">
              ${cards.map(
                ({ cardId, cardNum, expiryDate, holder }) =>
                  html`<li class="bank-card ${brandOf(cardNum).toLowerCase()}">
                    <b>${brandOf(cardNum)}</b>
                    <span class="bank-number">${lastDigits(cardNum)}</span>
                    <span class="bank-foot"
                      ><span>${holder ?? ''}</span><span>${expiry(expiryDate)}</span></span
                    >
                    <form method="post" action="/cards/forget">
                      <input type="hidden" name="card" value="${cardId}" />
                      <button class="quiet" type="submit">${t('cards.forget')}</button>
                    </form>
                  </li>`,
              )}
            </ul>`
      }
      <section class="add-card">
        <button
          class="button ${cards.length ? 'second' : ''}"
          type="button"
          id="add-card"
          aria-expanded="false"
          aria-controls="add-form"
        >
          ${cards.length === 0 ? t('cards.add') : t('cards.another')}
        </button>
        <div id="add-form" hidden>
          <h2>${t('cards.add')}</h2>
          <div class="pay-box">
            <iotpay-checkout
              mode="add"
              loading="manual"
              secure-id-endpoint="/api/iotpay/secure-id"
              gateway-origin="${page.gatewayOrigin}"
              button-text="${say('cards.button')}"
              data-t-button="cards.button"
            ></iotpay-checkout>
            <p class="small muted lock">${t('checkout.secure')}</p>
          </div>
        </div>
      </section>
    </div>`,
  );
}

/** @param {Page} page */
export function missing(page) {
  const { t, say } = page;
  return layout(
    page,
    { title: say('missing.title') },
    html`<section class="message">
      <h1>${t('missing.title')}</h1>
      <p class="lead">${t('missing.text')}</p>
      <p><a class="button" href="/">${t('order.more')}</a></p>
    </section>`,
  );
}
