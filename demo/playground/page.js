import { html } from 'hono/html';
import { layout } from '../shop/layout.js';

/** @param {import('../shop/pages.js').Page} page */
export function playgroundPage(page) {
  return layout(page, { title: 'Playground' }, html`<h1>Playground</h1>`);
}
