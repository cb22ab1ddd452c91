/** The order page while a payment is being confirmed: asks the shop until it knows. */
import { untilKnown } from './order-state.js';

/** When the page says that it takes longer, in milliseconds. */
const LATE_MS = 6000;
/** How long the page asks, in milliseconds: then a reload asks again. */
const PATIENCE_MS = 15 * 60 * 1000;

const { order } = document.querySelector('[data-order]').dataset;
const text = document.querySelector('.by-and-by');
setTimeout(() => text.setAttribute('data-late', ''), LATE_MS);

if (await untilKnown(order, PATIENCE_MS)) location.replace(`/orders/${order}`);
