import { html } from 'hono/html';
import { layout } from '../layout.js';
import { brandOf, contact, expiry, lastDigits } from './common.js';

/**
 * @typedef {import('./common.js').Page} Page
 * @typedef {import('./common.js').SavedCard} SavedCard
 */

/**
 * A card, and the question that is asked before it is removed. The question is a popover: it needs no script, and gives
 * the focus back to the button that opened it.
 * @param {Page} page
 * @param {SavedCard} card
 * @param {number} index
 */
function savedCard({ t }, { cardId, cardNum, expiryDate, holder }, index) {
  const id = `card-${index}`;
  return html`<li class="bank-card ${brandOf(cardNum).toLowerCase()}">
    <b>${brandOf(cardNum)}</b>
    <span class="bank-number" id="${id}">${lastDigits(cardNum)}</span>
    <span class="bank-foot"><span>${holder ?? ''}</span><span>${expiry(expiryDate)}</span></span>
    <button
      class="quiet bank-forget"
      type="button"
      id="${id}-forget"
      aria-labelledby="${id}-forget ${id}"
      popovertarget="${id}-ask"
    >
      ${t('cards.forget')}
    </button>
    <div
      popover
      class="ask"
      id="${id}-ask"
      role="dialog"
      aria-labelledby="${id}-title"
      aria-describedby="${id}-text"
    >
      <h2 id="${id}-title">${t('cards.forgetAsk')}</h2>
      <p id="${id}-text"><b>${brandOf(cardNum)} ${lastDigits(cardNum)}</b>. ${t('cards.forgetText')}</p>
      <form method="post" action="/cards/forget">
        <input type="hidden" name="card" value="${cardId}" />
        <button
          class="button second"
          type="button"
          popovertarget="${id}-ask"
          popovertargetaction="hide"
          autofocus
        >
          ${t('cards.keep')}
        </button>
        <button class="button" type="submit">${t('cards.forget')}</button>
      </form>
    </div>
  </li>`;
}

/**
 * What has just happened to a card.
 * @param {Page} page
 */
function notice({ t, path }) {
  const query = new URL(path, 'http://shop.invalid').searchParams;
  const key = query.has('removed') ? 'cards.removed' : query.has('saved') ? 'cards.saved' : undefined;
  return key ? html`<p class="notice good" role="status">${t(key)}</p>` : '';
}

/**
 * @param {Page} page
 * @param {readonly SavedCard[]} cards
 */
export function cards(page, cards) {
  const { t, say } = page;
  return layout(
    page,
    {
      title: ['cards.title'],
      sheets: ['/assets/checkout.css', '/assets/account.css'],
      scripts: ['/vendor/iotpay-checkout.js', '/assets/cards.js'],
    },
    html`<div class="narrow">
      <h1>${t('cards.title')}</h1>
      ${notice(page)}
      <p class="lead">${t('cards.lead')}</p>
      ${
        cards.length === 0
          ? html`<p class="muted none">${t('cards.none')}</p>`
          : html`<ul class="wallet">
              ${cards.map((card, i) => savedCard(page, card, i))}
            </ul>`
      }
      <section class="add-card">
        <noscript><p class="notice bad">${t('checkout.noScript')}</p></noscript>
        <button
          class="button script-on ${cards.length ? 'second' : ''}"
          type="button"
          id="add-card"
          aria-expanded="false"
          aria-controls="add-form"
        >
          ${cards.length === 0 ? t('cards.add') : t('cards.another')}
        </button>
        <div id="add-form" hidden>
          <h2 tabindex="-1">${t('cards.add')}</h2>
          <div class="pay-box">
            <iotpay-checkout
              mode="add"
              loading="manual"
              secure-id-endpoint="/api/iotpay/secure-id"
              gateway-origin="${page.gatewayOrigin}"
              button-text="${say('cards.button')}"
              data-t-button="cards.button"
              >${contact(page)}</iotpay-checkout
            >
            <p class="small muted lock">${t('checkout.secure')}</p>
          </div>
        </div>
      </section>
    </div>`,
  );
}
