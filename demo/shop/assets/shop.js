/** What every page of the shop does: languages without a reload, copying, small conveniences. */
import { dateTime, fill, money } from './format.js';

const root = document.documentElement;
/** @type {Record<string, string> | undefined} */
let strings;

/** @param {HTMLElement} node */
const valuesOf = (node) => JSON.parse(node.dataset.values || '{}');

/** @param {string} lang */
async function speak(lang) {
  const response = await fetch(`/api/strings/${lang}`);
  if (!response.ok) throw new Error(`The texts in ${lang} could not be loaded: HTTP ${response.status}.`);
  strings = await response.json();
  const text = (key, node) => fill(strings[key], lang, valuesOf(node));
  // The element follows the document's language by itself.
  root.lang = lang;
  for (const node of document.querySelectorAll('[data-t]')) node.textContent = text(node.dataset.t, node);
  for (const node of document.querySelectorAll('[data-t-label]')) {
    node.setAttribute('aria-label', text(node.dataset.tLabel, node));
  }
  for (const node of document.querySelectorAll('[data-t-button]')) {
    node.setAttribute('button-text', text(node.dataset.tButton, node));
  }
  for (const node of document.querySelectorAll('[data-cents]')) {
    node.textContent = money(Number(node.dataset.cents), lang);
  }
  for (const node of document.querySelectorAll('time[data-time]')) {
    node.textContent = dateTime(node.dateTime, lang);
  }
  const title = document.querySelector('title');
  document.title = `${text(title.dataset.tTitle, title)} · Brindle Cove`;
}

const language = document.querySelector('.language');
language?.addEventListener('change', async () => {
  const data = new FormData(language);
  try {
    // The choice is kept for the next page; this one changes in place, so that a half-filled form stays.
    const body = new URLSearchParams(/** @type {any} */ (data));
    await Promise.all([
      fetch('/language', { method: 'POST', body, redirect: 'manual' }),
      speak(String(data.get('lang'))),
    ]);
  } catch (error) {
    console.warn(error);
    language.requestSubmit();
  }
});

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (!button) return;
  if (button.matches('[data-print]')) print();
  if (!button.dataset.copy) return;
  const label = button.querySelector('[data-t]');
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // No right to the clipboard: the number is selected instead.
    const code = button.parentElement?.querySelector('code');
    if (code) getSelection()?.selectAllChildren(code);
    return;
  }
  if (!label) return;
  strings ??= await (await fetch(`/api/strings/${root.lang}`)).json();
  label.textContent = strings['demo.copied'];
  setTimeout(() => (label.textContent = strings['demo.copy']), 1600);
});

for (const form of document.querySelectorAll('form[data-once]')) {
  const button = form.querySelector('button[type=submit]');
  form.addEventListener('submit', (event) => {
    // In the next task: a disabled button would not send the form, and other listeners may yet keep it back.
    setTimeout(() => (button.disabled = !event.defaultPrevented));
  });
  // The way back may show this very page again.
  addEventListener('pageshow', () => (button.disabled = false));
}

// For tests: the page is as its scripts make it.
root.classList.add('script');
