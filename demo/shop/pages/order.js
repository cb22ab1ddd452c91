import { html } from 'hono/html';
import { layout } from '../layout.js';
import { brandOf, lastDigits, orderLines, totals } from './common.js';

/**
 * @typedef {import('./common.js').Page} Page
 * @typedef {import('./common.js').Order} Order
 */

/**
 * @param {Page} page
 * @param {import('../strings/index.js').Key} key
 * @param {unknown} value
 */
const fact = ({ t }, key, value) =>
  html`<div>
    <dt>${t(key)}</dt>
    <dd>${value}</dd>
  </div>`;

/**
 * What a shopper keeps, the number too that the element named while it was confirmed. Who confirmed the payment to the shop
 * is the shop's own affair.
 * @param {Page} page
 * @param {Order} order
 */
function facts(page, { id, payment }) {
  const number = fact(page, 'order.number', id);
  if (!payment) return html`<dl class="facts-list">${number}</dl>`;
  const { at, cardNum, authNum, mchOrderNo, payOrderId } = payment;
  return html`<dl class="facts-list">
    ${number} ${fact(page, 'order.date', html`<time datetime="${at}" data-time>${page.time(at)}</time>`)}
    ${cardNum ? fact(page, 'order.cardNum', `${brandOf(cardNum)} ${lastDigits(cardNum)}`) : ''}
    ${authNum ? fact(page, 'order.auth', authNum) : ''}
    ${fact(page, 'order.payment', html`<span class="code">${mchOrderNo}</span>`)}
    ${fact(page, 'order.reference', html`<span class="code">${payOrderId}</span>`)}
  </dl>`;
}

/**
 * What a shopper who finds the amount twice on the statement looks for.
 * @param {Page} page
 * @param {Order} order
 */
function paidTwice({ t }, { givenBack }) {
  return givenBack.map(
    ({ amount, done }) =>
      html`<div class="notice" data-given-back>
        <h2>${t('order.twice')}</h2>
        <p>${t(done ? 'order.givenBack' : 'order.givingBack', { cents: amount })}</p>
      </div>`,
  );
}

/**
 * A payment that the browser has just seen succeed is confirmed within a moment; a few minutes are spoken of only where
 * the outcome is unknown, or after a while.
 * @param {Page} page
 */
function confirmingText({ t, path }) {
  const query = new URL(path, 'http://shop.invalid').searchParams;
  const justPaid = query.get('waiting') === '' || query.get('retCode') === 'SUCCESS';
  return html`<div class="by-and-by" ${justPaid ? '' : 'data-late'}>
    <p class="lead">${t('order.confirmingText')}</p>
    <p class="lead">${t('order.confirmingLong')}</p>
  </div>`;
}

/**
 * @param {Page} page
 * @param {Order} order
 * @param {'paid' | 'confirming' | 'open' | 'failed'} state
 */
export function order(page, order, state) {
  const { t } = page;
  const confirming = state === 'confirming';
  return layout(
    page,
    {
      title: ['checkout.order', { id: order.id }],
      sheets: ['/assets/checkout.css', '/assets/account.css'],
      scripts: confirming ? ['/assets/order.js'] : [],
      // Without a script the page asks again by loading again, every so many seconds.
      ...(confirming ? { reloadWithoutScript: 5 } : {}),
    },
    html`<div class="order" data-order="${order.id}" data-state="${state}">
      <header class="order-head ${state}">
        <span class="seal" aria-hidden="true"></span>
        <div role="status">
          <h1>${t(`order.${state}`)}</h1>
          ${confirming ? confirmingText(page) : html`<p class="lead">${t(`order.${state}Text`)}</p>`}
        </div>
        ${
          state === 'open' || state === 'failed'
            ? html`<p><a class="button" href="/checkout/${order.id}">${t('order.payNow')}</a></p>`
            : ''
        }
      </header>
      ${paidTwice(page, order)}
      <section class="panel receipt" aria-labelledby="receipt-title">
        <h2 id="receipt-title">${t(state === 'paid' ? 'order.receipt' : 'sum.title')}</h2>
        ${facts(page, order)} ${orderLines(page, order)} ${totals(page, order.totals)}
      </section>
      <p class="order-links">
        ${state === 'paid' ? html`<button class="quiet script-on" type="button" data-print>${t('order.print')}</button>` : ''}
        <a href="/">${t('order.more')}</a>
      </p>
    </div>`,
  );
}
