/** The checkout: everything that a shop adds to `<iotpay-checkout>`. */
const checkout = document.querySelector('iotpay-checkout');
const methods = document.querySelector('#methods');
const orderId = checkout.dataset.order;

// Another way to pay is another payment: the element starts over by itself when its data changes.
methods.addEventListener('change', ({ target }) => {
  checkout.requestData = { order: orderId, channel: target.value };
});

/** Once money may have moved, nothing on this page offers to pay again. */
function closeOtherWays() {
  methods.hidden = true;
  for (const form of document.querySelectorAll('.saved-pay')) form.hidden = true;
}

checkout.addEventListener('iotpay-success', (event) => {
  closeOtherWays();
  // The order page shows the receipt as soon as the server knows: what a browser says is only a hint.
  event.preventDefault();
  location.assign(`/orders/${orderId}?waiting`);
});

checkout.addEventListener('iotpay-timeout', () => {
  closeOtherWays();
  document.querySelector('.after-unknown').hidden = false;
});

checkout.addEventListener('iotpay-fail', ({ detail }) => {
  // An order query has said that nothing was paid after all.
  if (detail.source !== 'order-status') return;
  methods.hidden = false;
  for (const form of document.querySelectorAll('.saved-pay')) form.hidden = false;
  document.querySelector('.after-unknown').hidden = true;
});

checkout.addEventListener('iotpay-error', ({ detail }) => {
  // For the shop's own monitoring; the shopper sees a plain sentence and a button.
  console.warn(`iotpay-checkout: ${detail.code}: ${detail.message}`);
});
