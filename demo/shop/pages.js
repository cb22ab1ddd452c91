/** The shop's pages, each a function of what the server knows. */
export { home, missing, product } from './pages/catalogue.js';
export { cart } from './pages/cart.js';
export { checkout } from './pages/checkout.js';
export { order } from './pages/order.js';
export { cards } from './pages/cards.js';

/** @typedef {import('./pages/common.js').Page} Page */
