/** What every page of the shop does: languages without a reload, copying, small conveniences. */
import { fill, localeOf, money } from './format.js';

const root = document.documentElement;
/** @type {Record<string, string> | undefined} */
let strings;

/** @param {string} lang */
async function speak(lang) {
  const response = await fetch(`/api/strings/${lang}`);
  if (!response.ok) throw new Error(`The texts in ${lang} could not be loaded: HTTP ${response.status}.`);
  strings = await response.json();
  // The element follows the document's language by itself.
  root.lang = lang;
  for (const node of document.querySelectorAll('[data-t]')) {
    const values = JSON.parse(node.dataset.values || '{}');
    if ('cents' in values) values.amount = money(values.cents, lang);
    node.textContent = fill(strings[node.dataset.t], lang, values);
  }
  for (const node of document.querySelectorAll('[data-t-label]')) {
    node.setAttribute('aria-label', strings[node.dataset.tLabel]);
  }
  for (const node of document.querySelectorAll('[data-t-button]')) {
    node.setAttribute('button-text', strings[node.dataset.tButton]);
  }
  for (const node of document.querySelectorAll('[data-cents]')) {
    node.textContent = money(Number(node.dataset.cents), lang);
  }
  showTimes();
}

function showTimes() {
  const format = new Intl.DateTimeFormat(localeOf(root.lang), { dateStyle: 'long', timeStyle: 'short' });
  for (const node of document.querySelectorAll('time[data-time]')) {
    node.textContent = format.format(new Date(node.dateTime));
  }
}
showTimes();

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

for (const form of document.querySelectorAll('form[data-autosubmit]')) {
  form.addEventListener('change', () => form.requestSubmit());
}
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button[type=submit]');
    // In the next task: a disabled button would not send the form.
    setTimeout(() => (button.disabled = true));
  });
}

// On a phone the order's lines are folded away: the form comes first.
const fold = document.querySelector('details[data-fold]');
if (fold && matchMedia('(max-width: 860px)').matches) fold.open = false;
root.classList.add('script');
