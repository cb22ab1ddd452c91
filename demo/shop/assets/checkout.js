/** The checkout: everything that a shop adds to `<iotpay-checkout>`. */
import { untilKnown } from './order-state.js';

/** How long a paid order may take to be known here, in milliseconds: then its own page waits on. */
const PATIENCE_MS = 4000;

const checkout = document.querySelector('iotpay-checkout');
const section = document.querySelector('.pay');
const ways = document.querySelector('#ways');
const orderId = checkout.dataset.order;

// Another channel is another payment: the element starts over by itself when its data changes. For a saved card the form
// stays as it is and is only put away: what happens in it is still heard.
ways.addEventListener('change', ({ target }) => {
  if (!target.hasAttribute('data-saved')) checkout.requestData = { order: orderId, channel: target.value };
});
ways.addEventListener('submit', (event) => {
  if (!ways.querySelector('[data-saved]:checked')) return event.preventDefault();
  // The shop's server counts on this: while a saved card is charged, no form is open.
  checkout.remove();
  return undefined;
});
addEventListener('pageshow', ({ persisted }) => {
  // The way back, to a page without its form.
  if (persisted) location.reload();
});

/**
 * Once money may have moved, nothing on this page offers to pay again.
 * @param {boolean} settling
 */
function closeOtherWays(settling) {
  section.classList.toggle('settling', settling);
  ways.hidden = settling;
}

checkout.addEventListener('iotpay-success', async (event) => {
  closeOtherWays(true);
  // What a browser says is only a hint: the page with the receipt is opened as soon as the server knows.
  event.preventDefault();
  const known = await untilKnown(orderId, PATIENCE_MS);
  location.assign(`/orders/${orderId}${known === 'paid' ? '' : '?waiting'}`);
});

checkout.addEventListener('iotpay-timeout', () => {
  closeOtherWays(true);
  document.querySelector('.after-unknown').hidden = false;
});

checkout.addEventListener('iotpay-fail', ({ detail }) => {
  // An order query has said that nothing was paid after all.
  if (detail.source !== 'order-status') return;
  closeOtherWays(false);
  document.querySelector('.after-unknown').hidden = true;
});

checkout.addEventListener('iotpay-error', ({ detail }) => {
  // For the shop's own monitoring; the shopper sees a plain sentence and a button.
  console.warn(`iotpay-checkout: ${detail.code}: ${detail.message}`);
});
