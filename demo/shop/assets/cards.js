/** Saving a card: the form is made when it is asked for, not before. */
const checkout = document.querySelector('iotpay-checkout');
const button = document.querySelector('#add-card');
const form = document.querySelector('#add-form');

button.addEventListener('click', () => {
  form.hidden = false;
  button.hidden = true;
  button.setAttribute('aria-expanded', 'true');
  // The button that had the focus is gone: on to what it opened.
  form.querySelector('h2').focus();
  // What goes wrong is shown by the element, with a way to try again.
  checkout.load().catch(() => {});
});

checkout.addEventListener(
  'iotpay-ready',
  async () => {
    // The frame takes the focus once it is shown.
    await checkout.updateComplete;
    checkout.focus();
  },
  { once: true },
);

checkout.addEventListener('iotpay-success', (event) => {
  event.preventDefault();
  // The server asks IOTPay for the card's last digits.
  location.assign('/cards?saved');
});
