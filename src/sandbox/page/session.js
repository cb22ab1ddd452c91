// @ts-check
// What the gateway has told the form, and the way to the page around it.

/** @import { FormSession, FrameMessage } from '../protocol.js' */

/**
 * The one element that a selector stands for.
 * @template {HTMLElement} T
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(selector, type) {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The form has no ${selector}.`);
  return found;
}

/** @type {FormSession} */
export const session = JSON.parse(find('#session', HTMLScriptElement).text);
/** No script around it: the page stands alone. */
export const hosted = session.parent === null;

/** @param {FrameMessage} message */
export function tell(message) {
  if (session.parent !== null) parent.postMessage({ ...message, mark: session.mark }, session.parent);
}
