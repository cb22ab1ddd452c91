/** What browsers may fetch of the shop besides its pages: path, file beside this one, type. */
export const SHOP_FILES = /** @type {const} */ ([
  ['/assets/shop.css', 'assets/shop.css', 'text/css'],
  ['/assets/frame.css', 'assets/frame.css', 'text/css'],
  ['/assets/catalogue.css', 'assets/catalogue.css', 'text/css'],
  ['/assets/checkout.css', 'assets/checkout.css', 'text/css'],
  ['/assets/account.css', 'assets/account.css', 'text/css'],
  ['/assets/shop.js', 'assets/shop.js', 'text/javascript'],
  ['/assets/format.js', 'assets/format.js', 'text/javascript'],
  ['/assets/cart.js', 'assets/cart.js', 'text/javascript'],
  ['/assets/checkout.js', 'assets/checkout.js', 'text/javascript'],
  ['/assets/order.js', 'assets/order.js', 'text/javascript'],
  ['/assets/order-state.js', 'assets/order-state.js', 'text/javascript'],
  ['/assets/cards.js', 'assets/cards.js', 'text/javascript'],
]).map(([path, file, type]) => ({ path, file: new URL(file, import.meta.url), type }));
