/** The code to copy: one tab for each way to write it. */
import { angular, html, react, svelte, vue } from './snippets.js';
import { server } from './server-snippet.js';

const WRITERS = { html, react, vue, svelte, angular, server };
const NOTES = {
  html: 'The stage runs exactly this, with script, theme and sandbox at this shop’s own addresses.',
  react: 'React 18 and 19, also rendered on a server.',
  vue: 'Vue 3.',
  svelte: 'Svelte 5.',
  angular: 'Angular 17 and newer.',
  server: 'The three routes that the element and IOTPay need. This shop’s own are in demo/backend.',
};

const list = document.querySelector('[role=tablist]');
const tabs = [...list.querySelectorAll('[role=tab]')];
const panel = document.querySelector('#code');

/** @param {import('./state.js').State} state */
export function showCode(state) {
  const wanted = Object.hasOwn(WRITERS, state['tab'] ?? '') ? state['tab'] : 'html';
  for (const tab of tabs) {
    const selected = tab.dataset.tab === wanted;
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) panel.setAttribute('aria-labelledby', tab.id);
  }
  panel.replaceChildren(...highlighted(WRITERS[wanted](state)));
  document.querySelector('#code-note').textContent = NOTES[wanted];
}

export const shownCode = () => panel.textContent;

/** @param {(tab: string) => void} choose */
export function onTab(choose) {
  const go = (tab) => {
    choose(tab.dataset.tab);
    tab.focus();
  };
  list.addEventListener('click', ({ target }) => {
    const tab = target instanceof Element ? target.closest('[role=tab]') : null;
    if (tab) go(tab);
  });
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    go(tabs[(next + tabs.length) % tabs.length]);
  });
}

/** Enough colour to read by: comments, texts, and the element's own names. @param {string} code */
function highlighted(code) {
  const pattern = /(\/\*[^]*?\*\/|<!--[^]*?-->|(?<!:)\/\/[^\n]*)|("[^"\n]*"|'[^'\n]*')|(iotpay-checkout\b)/g;
  const parts = [];
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    const span = document.createElement('span');
    span.className = match[1] ? 'comment' : match[2] ? 'value' : 'tag';
    span.textContent = match[0];
    parts.push(code.slice(end, match.index), span);
    end = match.index + match[0].length;
  }
  return [...parts, code.slice(end)];
}
