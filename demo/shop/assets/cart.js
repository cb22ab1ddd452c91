/** The cart: a changed quantity is written into the page, so that the focus stays where it is. */
const said = document.querySelector('#cart-said');

/**
 * Sends a form as the browser would, and gives the page that answers.
 * @param {HTMLFormElement} form
 * @returns {Promise<Document>}
 */
function send(form) {
  return new Promise((resolve, reject) => {
    // XMLHttpRequest reads a page without a parser that Trusted Types would have to allow.
    const request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.responseType = 'document';
    request.onload = () =>
      request.status === 200 && request.response
        ? resolve(request.response)
        : reject(new Error(`The cart could not be changed: HTTP ${request.status}.`));
    request.onerror = () => reject(new Error('The cart could not be changed: no answer.'));
    request.send(new URLSearchParams(new FormData(form)));
  });
}

/** @param {Document} page */
function show(page) {
  for (const node of document.querySelectorAll('[data-live]')) {
    const fresh = page.querySelector(`[data-live="${node.dataset.live}"]`);
    // A line that the server no longer has: another tab was here.
    if (!fresh) return location.reload();
    node.replaceChildren(...document.importNode(fresh, true).childNodes);
  }
  said.textContent = document.querySelector('.totals .total').innerText;
}

for (const form of document.querySelectorAll('form[data-live-form]')) {
  let sending = false;
  let again = false;
  const sendLatest = async () => {
    again = sending;
    if (sending) return;
    sending = true;
    try {
      show(await send(form));
    } catch (error) {
      console.warn(error);
      // The page that the server has is the true one.
      location.reload();
    }
    sending = false;
    if (again) await sendLatest();
  };
  form.addEventListener('change', sendLatest);
}
