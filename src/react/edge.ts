// For servers on edge workers: lit's files for them ask for `HTMLElement`, and markup needs no element.
export { IotpayCheckout } from './component.js';
