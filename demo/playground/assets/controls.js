/** The controls: every one of them has the name of what it sets. */
import { isCssValue, parse } from './state.js';

const form = document.querySelector('#controls');
const named = [...form.elements].filter(({ name }) => name);

/** Shows a state. @param {import('./state.js').State} state */
export function showState(state) {
  for (const field of named) {
    const value = state[field.name] ?? '';
    if (field.type === 'checkbox') field.checked = value === '1';
    else if (field !== document.activeElement) field.value = value;
    check(field);
  }
}

/** @param {(name: string, value: string, live: boolean) => void} set live: a colour that is still being picked */
export function onControl(set) {
  const valueOf = (field) => (field.type === 'checkbox' ? (field.checked ? '1' : '') : field.value.trim());
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', ({ target }) => {
    if (target.dataset.for) {
      const field = form.elements.namedItem(target.dataset.for);
      field.value = target.value;
      set(field.name, field.value, true);
    } else {
      check(target);
    }
  });
  form.addEventListener('change', ({ target }) => {
    const field = target.dataset.for ? form.elements.namedItem(target.dataset.for) : target;
    if (field.name && check(field)) set(field.name, valueOf(field), false);
  });
  form.addEventListener('click', ({ target }) => {
    const channel = target instanceof Element ? target.closest('[data-channel]')?.dataset.channel : undefined;
    if (!channel) return;
    const data = parse(form.elements.namedItem('request-data').value);
    set('request-data', JSON.stringify({ product: 'tide-mug', quantity: 1, ...data, channel }), false);
  });
}

/** The pickers show what is in force. @param {ReadonlyMap<string, string>} colours */
export function showColours(colours) {
  for (const picker of form.querySelectorAll('[data-for]')) {
    const colour = colours.get(picker.dataset.for);
    if (colour && picker !== document.activeElement) picker.value = colour;
  }
}

/** Says where a value can't be used. @returns {boolean} whether it can */
function check(field) {
  const value = field.value.trim();
  const token = field.name.startsWith('--');
  const wrong =
    value !== '' &&
    ((field.name.startsWith('.') && parse(value) === undefined) || (token && !isCssValue(value)));
  field.toggleAttribute('aria-invalid', wrong);
  const hint = field.closest('.field')?.querySelector('[data-hint]');
  if (hint) {
    hint.dataset.usual ??= hint.textContent;
    hint.textContent = wrong ? (token ? 'Without < > { } ; \\' : 'Not JSON yet.') : hint.dataset.usual;
  }
  return !wrong;
}
